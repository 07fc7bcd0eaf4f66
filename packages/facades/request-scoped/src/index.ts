/**
 * The old `agents/request_scoped_tool_dispatcher` entry point, delegating to `@switchyard/dispatcher`.
 * Deprecated: `npx -p @switchyard/codemods switchyard migrate` takes callers off it.
 */
import * as canonical from '@switchyard/dispatcher'
import * as kit from '@switchyard/facade-kit'
import { BridgeAdapter } from './bridge-adapter.js'

/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export class RequestScopedToolDispatcher extends kit.FacadeDispatcher {
  /** @throws {TypeError} `userContext` is no `UserExecutionContext`. */
  constructor(userContext: kit.ContextOrCreation, tools?: kit.OptionalTools, websocketEmitter?: kit.OptionalTransport) {
    kit.recordUse('request-scoped', 'RequestScopedToolDispatcher', RequestScopedToolDispatcher)
    super(kit.own(userContext, { tools, websocketEmitter }, refuseContext))
  }

  /** An old-shaped view of a dispatcher that somebody else made and will dispose. */
  static from(unified: canonical.UnifiedToolDispatcher): RequestScopedToolDispatcher {
    kit.recordUse('request-scoped', 'RequestScopedToolDispatcher.from', RequestScopedToolDispatcher.from)
    return kit.instantiate(RequestScopedToolDispatcher, this, kit.viewOf(unified))
  }

  protected override get ended(): string {
    return 'has been disposed'
  }
}

/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use AgentRun of `@switchyard/dispatcher`, over eventSinkFrom(transport) */
export class WebSocketBridgeAdapter extends BridgeAdapter {
  constructor(emitter: kit.OptionalTransport, userContext: canonical.UserExecutionContext) {
    kit.recordUse('request-scoped', 'WebSocketBridgeAdapter', WebSocketBridgeAdapter)
    super(emitter, userContext)
  }
}

/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export async function createRequestScopedToolDispatcher(
  userContext: kit.ContextOrCreation,
  tools?: kit.OptionalTools,
  websocketEmitter?: kit.OptionalTransport,
): Promise<RequestScopedToolDispatcher> {
  kit.recordUse('request-scoped', 'createRequestScopedToolDispatcher', createRequestScopedToolDispatcher)
  return create(userContext, tools, websocketEmitter)
}

/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use await using dispatcher = UnifiedToolDispatcher.createForUser(context, options) */
export async function requestScopedToolDispatcherScope(
  userContext: kit.ContextOrCreation,
  tools?: kit.OptionalTools,
  websocketEmitter?: kit.OptionalTransport,
): Promise<RequestScopedToolDispatcher> {
  kit.recordUse('request-scoped', 'requestScopedToolDispatcherScope', requestScopedToolDispatcherScope)
  return create(userContext, tools, websocketEmitter)
}

/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use UserExecutionContext of `@switchyard/dispatcher` */
export const UserExecutionContext = canonical.UserExecutionContext
/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use UserExecutionContext of `@switchyard/dispatcher` */
export type UserExecutionContext = canonical.UserExecutionContext
/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use result.success */
export const ToolStatus = kit.ToolStatus
/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use result.success */
export type ToolStatus = kit.ToolStatus
/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type ToolResult = kit.ToolResult
/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type ToolDispatchResponse = kit.ToolDispatchResponse
/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type LegacyToolExecutionResult = kit.LegacyToolExecutionResult
/** @deprecated SWY0002, since 1.0.0, removed in 2.0.0 (2027-06-30): use DispatcherMetrics of `@switchyard/dispatcher` */
export type LegacyMetrics = kit.LegacyMetrics

function create(
  userContext: kit.ContextOrCreation,
  tools: kit.OptionalTools,
  websocketEmitter: kit.OptionalTransport,
): RequestScopedToolDispatcher {
  const binding = kit.own(userContext, { tools, websocketEmitter }, refuseContext)
  return kit.instantiate(RequestScopedToolDispatcher, undefined, binding)
}

function refuseContext(received: unknown): Error {
  return new TypeError(`userContext must be a UserExecutionContext; received ${kit.nameOf(received)}.`)
}
