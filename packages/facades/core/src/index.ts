/**
 * The old `agents/tool_dispatcher_core` entry point, delegating to `@switchyard/dispatcher`.
 * Deprecated: `npx -p @switchyard/codemods switchyard migrate` takes callers off it.
 */
import * as canonical from '@switchyard/dispatcher'
import * as kit from '@switchyard/facade-kit'

/** What {@link ToolDispatcher.diagnoseWebsocketWiring} finds. */
interface WebsocketWiring {
  dispatcherHasExecutor: boolean
  executorType: string
  executorHasWebsocketBridgeAttr: boolean
  websocketBridgeIsNone: boolean
  websocketBridgeType: string | null
  hasWebsocketSupport: boolean
  criticalIssues: string[]
}

/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export class ToolDispatcher extends kit.FacadeDispatcher {
  /** @throws {Error} Always: a dispatcher belongs to one request of one user, and a factory makes it. */
  protected constructor(..._parameters: unknown[]) {
    kit.recordUse('core', 'ToolDispatcher', ToolDispatcher)
    super(refuseConstruction())
  }

  /** An old-shaped view of a dispatcher that somebody else made and will dispose. */
  static from(unified: canonical.UnifiedToolDispatcher): ToolDispatcher {
    kit.recordUse('core', 'ToolDispatcher.from', ToolDispatcher.from)
    return kit.instantiate(ToolDispatcher, this, kit.viewOf(unified))
  }

  /** @throws {InvalidContextError} (rejects) `userContext` is no `UserExecutionContext`. */
  static async createRequestScopedDispatcher(
    userContext: kit.ContextOrCreation,
    tools?: kit.OptionalTools,
    websocketManager?: kit.OptionalTransport,
  ): Promise<ToolDispatcher> {
    const { createRequestScopedDispatcher } = ToolDispatcher
    kit.recordUse('core', 'ToolDispatcher.createRequestScopedDispatcher', createRequestScopedDispatcher)
    return kit.instantiate(ToolDispatcher, this, own(userContext, { tools, websocketManager }))
  }

  /** The same at once, for `await using`. @throws {InvalidContextError} `userContext` is no `UserExecutionContext`. */
  static createScopedDispatcherContext(
    userContext: kit.ContextOrCreation,
    tools?: kit.OptionalTools,
    websocketManager?: kit.OptionalTransport,
  ): ToolDispatcher {
    const { createScopedDispatcherContext } = ToolDispatcher
    kit.recordUse('core', 'ToolDispatcher.createScopedDispatcherContext', createScopedDispatcherContext)
    return kit.instantiate(ToolDispatcher, this, own(userContext, { tools, websocketManager }))
  }

  /**
   * Sends the events of later calls to another transport; with `null` to nobody, with a process warning.
   *
   * @throws {TypeError} The bridge is no transport. @throws {Error} This is a view of a dispatcher.
   */
  setWebsocketBridge(bridge: kit.OptionalTransport): void {
    this.connectTransport(bridge)
    if (bridge !== null && bridge !== undefined) return
    process.emitWarning('setWebsocketBridge(null): the events of this dispatcher reach nobody now.', {
      code: 'SWITCHYARD_NO_TRANSPORT',
    })
  }

  /** The transport as it was given; `null` where there is none, and on a view. */
  getWebsocketBridge(): kit.OptionalTransport {
    this.ensureActive()
    return this.transport
  }

  /** Whether events have somewhere to go, under the keys of old. */
  diagnoseWebsocketWiring(): WebsocketWiring {
    this.ensureActive()
    const bridge = this.transport ?? null
    return {
      dispatcherHasExecutor: true,
      executorType: this.unified.constructor.name,
      executorHasWebsocketBridgeAttr: true,
      websocketBridgeIsNone: bridge === null,
      websocketBridgeType: bridge === null ? null : (classOf(bridge) ?? 'Object'),
      hasWebsocketSupport: this.hasWebsocketSupport,
      criticalIssues: this.hasWebsocketSupport ? [] : ['websocketBridge is null: events reach nobody'],
    }
  }
}

/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export const ToolDispatcherCore = ToolDispatcher
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export type ToolDispatcherCore = ToolDispatcher

/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use the arguments of executeTool(toolName, parameters) */
export const ToolDispatchRequest = kit.countingUses('core', 'ToolDispatchRequest', kit.ToolDispatchRequest)
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use the arguments of executeTool(toolName, parameters) */
export type ToolDispatchRequest = kit.ToolDispatchRequest
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export const ToolDispatchResponse = kit.countingUses('core', 'ToolDispatchResponse', kit.ToolDispatchResponse)
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type ToolDispatchResponse = kit.ToolDispatchResponse
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use UserExecutionContext of `@switchyard/dispatcher` */
export const UserExecutionContext = canonical.UserExecutionContext
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use UserExecutionContext of `@switchyard/dispatcher` */
export type UserExecutionContext = canonical.UserExecutionContext
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use result.success */
export const ToolStatus = kit.ToolStatus
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use result.success */
export type ToolStatus = kit.ToolStatus
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type ToolResult = kit.ToolResult
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type LegacyToolExecutionResult = kit.LegacyToolExecutionResult
/** @deprecated SWY0003, since 1.0.0, removed in 2.0.0 (2027-06-30): use DispatcherMetrics of `@switchyard/dispatcher` */
export type LegacyMetrics = kit.LegacyMetrics

function own(userContext: kit.ContextOrCreation, options: kit.FacadeOptions): kit.OwnBinding {
  return kit.own(userContext, options, refuseContext, { switchable: true })
}

/** The name of an object's class; a module namespace, say, has none. */
function classOf(bridge: object): string | undefined {
  const { constructor: made } = bridge as { readonly constructor?: Function }
  return made?.name
}

function refuseContext(received: unknown): Error {
  return new canonical.InvalidContextError(
    'userContext',
    received,
    `userContext must be a UserExecutionContext; received ${kit.nameOf(received)}.`,
  )
}

function refuseConstruction(): never {
  throw new Error(
    'Direct construction of ToolDispatcher is no longer supported, since shared state breaks user isolation. Use ' +
      'ToolDispatcher.createRequestScopedDispatcher(...) or ToolDispatcher.createScopedDispatcherContext(...).',
  )
}
