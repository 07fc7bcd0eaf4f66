/**
 * The old `agents/tool_dispatcher` entry point, delegating to `@switchyard/dispatcher`.
 * Deprecated: `npx -p @switchyard/codemods switchyard migrate` takes callers off it.
 */
import { randomUUID } from 'node:crypto'
import * as canonical from '@switchyard/dispatcher'
import * as kit from '@switchyard/facade-kit'

/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export class ToolDispatcher extends kit.FacadeDispatcher {
  /** @throws {TypeError} `userContext` is no `UserExecutionContext`. */
  constructor(userContext: kit.ContextOrCreation, tools?: kit.OptionalTools, websocketEmitter?: kit.OptionalTransport) {
    kit.recordUse('legacy', 'ToolDispatcher', ToolDispatcher)
    super(kit.own(userContext, { tools, websocketEmitter }, refuseContext))
  }

  /** An old-shaped view of a dispatcher that somebody else made and will dispose. */
  static from(unified: canonical.UnifiedToolDispatcher): ToolDispatcher {
    kit.recordUse('legacy', 'ToolDispatcher.from', ToolDispatcher.from)
    return kit.instantiate(ToolDispatcher, this, kit.viewOf(unified))
  }

  /** @throws {PermissionError} (rejects) `enableAdminTools` without the role `admin`. */
  static async createForUser(
    userContext: kit.ContextOrCreation,
    options: kit.FacadeOptions = {},
  ): Promise<ToolDispatcher> {
    kit.recordUse('legacy', 'ToolDispatcher.createForUser', ToolDispatcher.createForUser)
    return kit.instantiate(ToolDispatcher, this, kit.own(userContext, options, refuseContext))
  }

  /** The same, for `await using`. @throws {PermissionError} (rejects) `enableAdminTools` without the role `admin`. */
  static async createScoped(
    userContext: kit.ContextOrCreation,
    options: kit.FacadeOptions = {},
  ): Promise<ToolDispatcher> {
    kit.recordUse('legacy', 'ToolDispatcher.createScoped', ToolDispatcher.createScoped)
    return kit.instantiate(ToolDispatcher, this, kit.own(userContext, options, refuseContext))
  }
}

/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export const UnifiedToolDispatcher = ToolDispatcher
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export type UnifiedToolDispatcher = ToolDispatcher

/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export class UnifiedToolDispatcherFactory {
  static createForRequest(
    userContext: kit.ContextOrCreation,
    tools?: kit.OptionalTools,
    websocketEmitter?: kit.OptionalTransport,
  ): ToolDispatcher {
    const { createForRequest } = UnifiedToolDispatcherFactory
    kit.recordUse('legacy', 'UnifiedToolDispatcherFactory.createForRequest', createForRequest)
    return create(userContext, { tools, websocketEmitter })
  }

  /** A dispatcher of the user `legacy_user`, without limits for a user, since unrelated callers share that one. */
  static createLegacyGlobal(tools?: kit.OptionalTools): ToolDispatcher {
    const { createLegacyGlobal } = UnifiedToolDispatcherFactory
    kit.recordUse('legacy', 'UnifiedToolDispatcherFactory.createLegacyGlobal', createLegacyGlobal)
    return createGlobal({ tools })
  }
}

/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options), with the context of the user it works for */
export function createToolDispatcher(
  tools?: kit.OptionalTools,
  websocketBridge?: kit.OptionalTransport,
  permissionService?: kit.PermissionService | null,
): ToolDispatcher {
  kit.recordUse('legacy', 'createToolDispatcher', createToolDispatcher)
  return createGlobal({ tools, websocketBridge }, permissionService)
}

/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export function createRequestScopedToolDispatcher(
  userContext: kit.ContextOrCreation,
  websocketManager?: kit.OptionalTransport,
  tools?: kit.OptionalTools,
): ToolDispatcher {
  kit.recordUse('legacy', 'createRequestScopedToolDispatcher', createRequestScopedToolDispatcher)
  return create(userContext, { websocketManager, tools })
}

/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use await using dispatcher = UnifiedToolDispatcher.createForUser(context, options) */
export async function createRequestScopedDispatcher(
  userContext: kit.ContextOrCreation,
  websocketManager?: kit.OptionalTransport,
  tools?: kit.OptionalTools,
): Promise<ToolDispatcher> {
  kit.recordUse('legacy', 'createRequestScopedDispatcher', createRequestScopedDispatcher)
  return create(userContext, { websocketManager, tools })
}

/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use the arguments of executeTool(toolName, parameters) */
export const ToolDispatchRequest = kit.countingUses('legacy', 'ToolDispatchRequest', kit.ToolDispatchRequest)
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use the arguments of executeTool(toolName, parameters) */
export type ToolDispatchRequest = kit.ToolDispatchRequest
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export const ToolDispatchResponse = kit.countingUses('legacy', 'ToolDispatchResponse', kit.ToolDispatchResponse)
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type ToolDispatchResponse = kit.ToolDispatchResponse
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use createForUser or createForAdmin of UnifiedToolDispatcher */
export const DispatchStrategy = kit.DispatchStrategy
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use createForUser or createForAdmin of UnifiedToolDispatcher */
export type DispatchStrategy = kit.DispatchStrategy
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use UserExecutionContext of `@switchyard/dispatcher` */
export const UserExecutionContext = canonical.UserExecutionContext
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use UserExecutionContext of `@switchyard/dispatcher` */
export type UserExecutionContext = canonical.UserExecutionContext
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use result.success */
export const ToolStatus = kit.ToolStatus
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use result.success */
export type ToolStatus = kit.ToolStatus
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type ToolResult = kit.ToolResult
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type LegacyToolExecutionResult = kit.LegacyToolExecutionResult
/** @deprecated SWY0001, since 1.0.0, removed in 2.0.0 (2027-06-30): use DispatcherMetrics of `@switchyard/dispatcher` */
export type LegacyMetrics = kit.LegacyMetrics

function create(userContext: kit.ContextOrCreation, options: kit.FacadeOptions): ToolDispatcher {
  return kit.instantiate(ToolDispatcher, undefined, kit.own(userContext, options, refuseContext))
}

function createGlobal(options: kit.FacadeOptions, permissionService?: kit.PermissionService | null): ToolDispatcher {
  const context = canonical.UserExecutionContext.create({
    userId: 'legacy_user',
    threadId: `legacy_thread_${Math.trunc(Date.now() / 1000)}`,
    runId: randomUUID(),
  })
  const limits = { concurrentCallsPerUser: 0, callsPerMinutePerUser: 0 }
  const canonicalOptions = { ...kit.adminGate(context, { permissionService }), limits }
  const binding = kit.own(context, options, refuseContext, { canonical: canonicalOptions })
  return kit.instantiate(ToolDispatcher, undefined, binding)
}

function refuseContext(received: unknown): Error {
  return new TypeError(
    `userContext must be the UserExecutionContext of the user to work for; received ${kit.nameOf(received)}. ` +
      'Where there is none, createToolDispatcher(tools) makes a dispatcher of the user legacy_user.',
  )
}
