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
 * throws unless `SWITCHYARD_DEPRECATIONS` says `log`.
 */
export type DeprecationStage = 'available' | 'warning' | 'final'

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
}

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
const kit = '@switchyard/facade-kit'
const since = '1.0.0'
const sunset = { version: '2.0.0', date: '2027-06-30' }

const createForUser = 'UnifiedToolDispatcher.createForUser(context, options)'
const inScope = `await using dispatcher = ${createForUser}`
const withContext = `${createForUser}, with the context of the user it works for`
const overRun = 'AgentRun of @switchyard/dispatcher, over eventSinkFrom(transport)'
const result = 'ToolExecutionResult of @switchyard/dispatcher'
const call = 'the arguments of executeTool(toolName, parameters)'
const metrics = 'DispatcherMetrics of @switchyard/dispatcher'
const factories = 'createForUser or createForAdmin of UnifiedToolDispatcher'
const context = 'UserExecutionContext of @switchyard/dispatcher'
const invalid = 'InvalidContextError of @switchyard/dispatcher'
const denied = "result.error?.code === 'permission_denied'"
const violations = 'dispatcher.metrics.securityViolations; nothing throws this error'

const unified = at(dispatcher, 'UnifiedToolDispatcher')
const invalidContext = at(dispatcher, 'InvalidContextError')
const rewritten = { change: 'rewrite', replacement: createForUser, to: unified } as const
const aClass: ExportMigration = { kind: 'class', ...rewritten }
const aFunction: ExportMigration = { kind: 'function', ...rewritten }
const aScope: ExportMigration = { ...aFunction, replacement: inScope }

const everywhere: Exports = {
  UserExecutionContext: {
    kind: 'class',
    change: 'rename',
    replacement: context,
    to: at(dispatcher, 'UserExecutionContext'),
  },
  ToolStatus: { kind: 'value', change: 'kit', replacement: 'result.success', to: at(kit, 'ToolStatus') },
  ToolResult: { kind: 'type', change: 'kit', replacement: result, to: at(kit, 'ToolResult') },
  LegacyToolExecutionResult: {
    kind: 'type',
    change: 'kit',
    replacement: result,
    to: at(kit, 'LegacyToolExecutionResult'),
  },
  LegacyMetrics: { kind: 'type', change: 'kit', replacement: metrics, to: at(kit, 'LegacyMetrics') },
}
const aResponse = { change: 'kit', replacement: result, to: at(kit, 'ToolDispatchResponse') } as const
const requestAndResponse: Exports = {
  ToolDispatchRequest: { kind: 'class', change: 'kit', replacement: call, to: at(kit, 'ToolDispatchRequest') },
  ToolDispatchResponse: { kind: 'class', ...aResponse },
}
const strategy: Exports = {
  DispatchStrategy: { kind: 'value', change: 'kit', replacement: factories, to: at(kit, 'DispatchStrategy') },
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
      ToolDispatcher: aClass,
      UnifiedToolDispatcher: aClass,
      UnifiedToolDispatcherFactory: aClass,
      createToolDispatcher: { kind: 'function', change: 'manual', replacement: withContext },
      createRequestScopedToolDispatcher: aFunction,
      createRequestScopedDispatcher: aScope,
      ...requestAndResponse,
      ...strategy,
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
      RequestScopedToolDispatcher: aClass,
      WebSocketBridgeAdapter: { kind: 'class', change: 'manual', replacement: overRun },
      createRequestScopedToolDispatcher: aFunction,
      requestScopedToolDispatcherScope: aScope,
      ToolDispatchResponse: { kind: 'type', ...aResponse },
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
    exports: { ToolDispatcher: aClass, ToolDispatcherCore: aClass, ...requestAndResponse, ...everywhere },
  },
  enhanced: {
    package: '@switchyard/enhanced',
    original: 'tools/enhanced_dispatcher',
    code: 'SWY0004',
    stage: 'warning',
    since,
    sunset,
    exports: {
      EnhancedToolDispatcher: aClass,
      ToolDispatcher: aClass,
      EnhancedToolDispatcherFactory: aClass,
      ToolDispatcherFactory: aClass,
      createEnhancedDispatcher: aFunction,
      createRequestScopedDispatcher: aScope,
      AuthenticationError: { kind: 'class', change: 'rename', replacement: invalid, to: invalidContext },
      PermissionError: { kind: 'class', change: 'kit', replacement: denied, to: at(kit, 'PermissionError') },
      SecurityViolationError: { kind: 'class', change: 'manual', replacement: violations },
      ...requestAndResponse,
      ...strategy,
      ...everywhere,
    },
  },
}

function at(module: string, name: string): { module: string; name: string } {
  return { module, name }
}
