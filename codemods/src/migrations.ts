// Generated from packages/facades/shared/src/migrations.ts. Do not edit: change that file, then run
// node packages/facades/shared/scripts/generate.mjs
// A copy, so that the codemods serve late users when the facades are gone.

/**
 * The migration table: what each facade is called, how far its deprecation has come, and what takes the place of each
 * export. The run-time warning, the `@deprecated` lines, the README tables and the codemods' mapping derive from it.
 * Plain data and types: it imports nothing, so that it can be copied whole.
 */

/** The four facades, by the last part of their package name. */
export type FacadeName = 'legacy' | 'request-scoped' | 'core' | 'enhanced'

/**
 * How far a facade's deprecation has come: `available` is documented and silent, `warning` warns at run time, `final`
 * throws unless `SWITCHYARD_DEPRECATIONS` says `log`, `removed` has no package any more: a copy that is still installed
 * does what it did in `final`.
 */
export type DeprecationStage = 'available' | 'warning' | 'final' | 'removed'

/** `value` is a constant, with a type of the same name; `type` exists for the compiler only. */
export type ExportKind = 'class' | 'function' | 'value' | 'type'

/**
 * What the codemods do with an export: `rewrite` changes the calls of it, `rename` changes its name and where it is
 * imported from, `kit` imports it from `@switchyard/facade-kit`, `manual` needs a person.
 */
export type MigrationChange = 'rewrite' | 'rename' | 'kit' | 'manual'

/** What becomes of one export. */
export interface ExportMigration {
  readonly kind: ExportKind
  readonly change: MigrationChange
  /** What to use instead: reads on after "use ". */
  readonly replacement: string
  /** The import that stands in for it; absent where a person must choose. */
  readonly to?: { readonly module: string; readonly name: string }
  /** What becomes of each static member, by its name; absent where there is none. */
  readonly statics?: Readonly<Record<string, StaticMigration>>
}

/** What becomes of one static member of a class. */
export type StaticMigration = Pick<ExportMigration, 'change' | 'replacement'>

/** One facade's deprecation. */
export interface FacadeMigration {
  /** The npm package, such as `@switchyard/legacy`. */
  readonly package: string
  /** The module of the original code base whose place the facade takes. */
  readonly original: string
  /** The code of its warnings, such as `SWY0001`. */
  readonly code: string
  readonly stage: DeprecationStage
  /** The version that deprecated it. */
  readonly since: string
  /** The version that no longer has it, and the day of that release as `YYYY-MM-DD`. */
  readonly sunset: { readonly version: string; readonly date: string }
  /** Every export by its name: values and types. */
  readonly exports: Readonly<Record<string, ExportMigration>>
}

type Exports = FacadeMigration['exports']

const dispatcher = '@switchyard/dispatcher'
const since = '1.0.0'
const sunset = { version: '2.0.0', date: '2027-06-30' }

const create = 'UnifiedToolDispatcher.createForUser(context, options)'
const createWithContext = `${create}, with the context of the user it works for`
const result = `ToolExecutionResult of ${dispatcher}`
const factories = 'createForUser or createForAdmin of UnifiedToolDispatcher'

const created: StaticMigration = { change: 'rewrite', replacement: create }
const createdInScope: StaticMigration = { change: 'rewrite', replacement: `await using dispatcher = ${create}` }
const createdByHand: StaticMigration = { change: 'manual', replacement: createWithContext }
const createdForAdmin: StaticMigration = {
  change: 'manual',
  replacement: 'UnifiedToolDispatcher.createForAdmin(context, options)',
}
const disposed: StaticMigration = { change: 'rewrite', replacement: 'UnifiedToolDispatcher.disposeAllForUser(userId)' }
const from: StaticMigration = { change: 'rewrite', replacement: 'the UnifiedToolDispatcher itself' }

const unified = { module: dispatcher, name: 'UnifiedToolDispatcher' }
const aFunction: ExportMigration = { kind: 'function', ...created, to: unified }
const aScope: ExportMigration = { kind: 'function', ...createdInScope, to: unified }

const ToolDispatchResponse = inKit('class', 'ToolDispatchResponse', result)
const DispatchStrategy = inKit('value', 'DispatchStrategy', factories)
const requestAndResponse: Exports = {
  ToolDispatchRequest: inKit('class', 'ToolDispatchRequest', 'the arguments of executeTool(toolName, parameters)'),
  ToolDispatchResponse,
}
const everywhere: Exports = {
  UserExecutionContext: renamed('UserExecutionContext'),
  ToolStatus: inKit('value', 'ToolStatus', 'result.success'),
  ToolResult: inKit('type', 'ToolResult', result),
  LegacyToolExecutionResult: inKit('type', 'LegacyToolExecutionResult', result),
  LegacyMetrics: inKit('type', 'LegacyMetrics', `DispatcherMetrics of ${dispatcher}`),
}

const legacyClass = aClass({ from, createForUser: created, createScoped: createdInScope })
const coreClass = aClass({
  from,
  createRequestScopedDispatcher: created,
  createScopedDispatcherContext: createdInScope,
})
const enhancedClass = aClass({ from, createForUser: created, createScoped: createdInScope })
const enhancedFactory: ExportMigration = {
  ...aClass({
    createEnhancedDispatcher: created,
    createForUser: created,
    createForRequest: created,
    createForAdmin: createdForAdmin,
    cleanupUserDispatchers: disposed,
  }),
  replacement: 'createForUser, createForAdmin or disposeAllForUser of UnifiedToolDispatcher',
}

/** Every facade with its deprecation. */
export const migrations: Readonly<Record<FacadeName, FacadeMigration>> = {
  legacy: {
    package: '@switchyard/legacy',
    original: 'agents/tool_dispatcher',
    code: 'SWY0001',
    stage: 'warning',
    since,
    sunset,
    exports: {
      ToolDispatcher: legacyClass,
      UnifiedToolDispatcher: legacyClass,
      UnifiedToolDispatcherFactory: aClass({ createForRequest: created, createLegacyGlobal: createdByHand }),
      createToolDispatcher: { kind: 'function', ...createdByHand },
      createRequestScopedToolDispatcher: aFunction,
      createRequestScopedDispatcher: aScope,
      ...requestAndResponse,
      DispatchStrategy,
      ...everywhere,
    },
  },
  'request-scoped': {
    package: '@switchyard/request-scoped',
    original: 'agents/request_scoped_tool_dispatcher',
    code: 'SWY0002',
    stage: 'warning',
    since,
    sunset,
    exports: {
      RequestScopedToolDispatcher: aClass({ from }),
      WebSocketBridgeAdapter: {
        kind: 'class',
        change: 'manual',
        replacement: `AgentRun of ${dispatcher}, over eventSinkFrom(transport)`,
      },
      createRequestScopedToolDispatcher: aFunction,
      requestScopedToolDispatcherScope: aScope,
      ToolDispatchResponse: { ...ToolDispatchResponse, kind: 'type' },
      ...everywhere,
    },
  },
  core: {
    package: '@switchyard/core',
    original: 'agents/tool_dispatcher_core',
    code: 'SWY0003',
    stage: 'warning',
    since,
    sunset,
    exports: { ToolDispatcher: coreClass, ToolDispatcherCore: coreClass, ...requestAndResponse, ...everywhere },
  },
  enhanced: {
    package: '@switchyard/enhanced',
    original: 'tools/enhanced_dispatcher',
    code: 'SWY0004',
    stage: 'warning',
    since,
    sunset,
    exports: {
      EnhancedToolDispatcher: enhancedClass,
      ToolDispatcher: enhancedClass,
      EnhancedToolDispatcherFactory: enhancedFactory,
      ToolDispatcherFactory: enhancedFactory,
      createEnhancedDispatcher: aFunction,
      createRequestScopedDispatcher: aScope,
      AuthenticationError: renamed('InvalidContextError'),
      PermissionError: inKit('class', 'PermissionError', "result.error?.code === 'permission_denied'"),
      SecurityViolationError: {
        kind: 'class',
        change: 'manual',
        replacement: 'dispatcher.metrics.securityViolations; nothing throws this error',
      },
      ...requestAndResponse,
      DispatchStrategy,
      ...everywhere,
    },
  },
}

function aClass(statics: NonNullable<ExportMigration['statics']>): ExportMigration {
  return { kind: 'class', ...created, to: unified, statics }
}

function renamed(name: string): ExportMigration {
  return { kind: 'class', change: 'rename', replacement: `${name} of ${dispatcher}`, to: { module: dispatcher, name } }
}

function inKit(kind: ExportKind, name: string, replacement: string): ExportMigration {
  return { kind, change: 'kit', replacement, to: { module: '@switchyard/facade-kit', name } }
}
