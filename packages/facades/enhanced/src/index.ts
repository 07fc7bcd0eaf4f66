/**
 * The old `tools/enhanced_dispatcher` entry point, delegating to `@switchyard/dispatcher`.
 * Deprecated: `npx -p @switchyard/codemods switchyard migrate` takes callers off it.
 */
import * as canonical from '@switchyard/dispatcher'
import * as kit from '@switchyard/facade-kit'

/** What an admin dispatcher is created from. */
interface AdminCreation extends kit.FacadeCreation, kit.AdminGrant {}

/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export class EnhancedToolDispatcher extends kit.FacadeDispatcher {
  /** What `createForAdmin` was given; absent elsewhere. */
  declare readonly db?: unknown
  /** What `createForAdmin` was given; absent elsewhere. */
  declare readonly user?: unknown
  /** What `createForAdmin` was given; absent elsewhere. */
  declare readonly permissionService?: kit.PermissionService | null | undefined

  /** @throws {Error} Always: a dispatcher belongs to one request of one user, and a factory makes it. */
  protected constructor(..._parameters: unknown[]) {
    kit.recordUse('enhanced', 'EnhancedToolDispatcher', EnhancedToolDispatcher)
    super(refuseConstruction())
  }

  /** An old-shaped view of a dispatcher that somebody else made and will dispose. */
  static from(unified: canonical.UnifiedToolDispatcher): EnhancedToolDispatcher {
    kit.recordUse('enhanced', 'EnhancedToolDispatcher.from', EnhancedToolDispatcher.from)
    return kit.instantiate(EnhancedToolDispatcher, this, kit.viewOf(unified))
  }

  /**
   * @throws {AuthenticationError} (rejects) There is no context.
   * @throws {PermissionError} (rejects) `enableAdminTools` without the role `admin`.
   */
  static async createForUser(
    userContext: kit.ContextOrCreation,
    options: kit.FacadeOptions = {},
  ): Promise<EnhancedToolDispatcher> {
    kit.recordUse('enhanced', 'EnhancedToolDispatcher.createForUser', EnhancedToolDispatcher.createForUser)
    return create(userContext, options, this)
  }

  /** The same, for `await using`. */
  static async createScoped(
    userContext: kit.ContextOrCreation,
    options: kit.FacadeOptions = {},
  ): Promise<EnhancedToolDispatcher> {
    kit.recordUse('enhanced', 'EnhancedToolDispatcher.createScoped', EnhancedToolDispatcher.createScoped)
    return create(userContext, options, this)
  }

  /**
   * Sends the events of later calls to another transport; with `null` to nobody.
   *
   * @throws {TypeError} The manager is no transport. @throws {Error} This is a view of a dispatcher.
   */
  setWebsocketManager(manager: kit.OptionalTransport): void {
    this.connectTransport(manager)
  }
}

/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export const ToolDispatcher = EnhancedToolDispatcher
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export type ToolDispatcher = EnhancedToolDispatcher

/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use createForUser, createForAdmin or disposeAllForUser of UnifiedToolDispatcher */
export class EnhancedToolDispatcherFactory {
  static async createEnhancedDispatcher(
    userContext: kit.ContextOrCreation,
    options: kit.FacadeOptions = {},
  ): Promise<EnhancedToolDispatcher> {
    recordFactoryUse('createEnhancedDispatcher')
    return create(userContext, options)
  }

  static async createForUser(
    userContext: kit.ContextOrCreation,
    options: kit.FacadeOptions = {},
  ): Promise<EnhancedToolDispatcher> {
    recordFactoryUse('createForUser')
    return create(userContext, options)
  }

  static async createForRequest(
    userContext: kit.ContextOrCreation,
    options: kit.FacadeOptions = {},
  ): Promise<EnhancedToolDispatcher> {
    recordFactoryUse('createForRequest')
    return create(userContext, options)
  }

  /** @throws {PermissionError} (rejects) Neither the context's roles nor `user` nor `permissionService` give the right. */
  static async createForAdmin(creation: AdminCreation): Promise<EnhancedToolDispatcher> {
    recordFactoryUse('createForAdmin')
    const { userContext, db, user, permissionService, ...options } = Object(creation) as AdminCreation
    const grant = { db, user, permissionService }
    if (!canonical.UserExecutionContext.isContext(userContext)) throw refuseContext(userContext)
    if (!(await kit.hasAdminRight(userContext, grant))) {
      throw new PermissionError(`User ${userContext.userId} has no admin right, so no admin dispatcher was created.`)
    }
    const plain = { ...options, enableAdminTools: false }
    return Object.assign(create(userContext, plain, undefined, kit.adminGate(userContext, grant)), grant)
  }

  /** Disposes every dispatcher of a user, and resolves to how many there were. */
  static async cleanupUserDispatchers(userId: string): Promise<number> {
    recordFactoryUse('cleanupUserDispatchers')
    return canonical.UnifiedToolDispatcher.disposeAllForUser(userId)
  }
}

/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use createForUser, createForAdmin or disposeAllForUser of UnifiedToolDispatcher */
export const ToolDispatcherFactory = EnhancedToolDispatcherFactory
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use createForUser, createForAdmin or disposeAllForUser of UnifiedToolDispatcher */
export type ToolDispatcherFactory = EnhancedToolDispatcherFactory

/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use UnifiedToolDispatcher.createForUser(context, options) */
export async function createEnhancedDispatcher(
  userContext: kit.ContextOrCreation,
  options: kit.FacadeOptions = {},
): Promise<EnhancedToolDispatcher> {
  kit.recordUse('enhanced', 'createEnhancedDispatcher', createEnhancedDispatcher)
  return create(userContext, options)
}

/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use await using dispatcher = UnifiedToolDispatcher.createForUser(context, options) */
export async function createRequestScopedDispatcher(
  userContext: kit.ContextOrCreation,
  websocketManager?: kit.OptionalTransport,
  tools?: kit.OptionalTools,
): Promise<EnhancedToolDispatcher> {
  kit.recordUse('enhanced', 'createRequestScopedDispatcher', createRequestScopedDispatcher)
  return create(userContext, { websocketManager, tools })
}

/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use InvalidContextError of `@switchyard/dispatcher` */
export const AuthenticationError = kit.countingUses('enhanced', 'AuthenticationError', kit.AuthenticationError)
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use InvalidContextError of `@switchyard/dispatcher` */
export type AuthenticationError = kit.AuthenticationError
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use result.error?.code === 'permission_denied' */
export const PermissionError = kit.PermissionError
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use result.error?.code === 'permission_denied' */
export type PermissionError = kit.PermissionError
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use dispatcher.metrics.securityViolations; nothing throws this error */
export const SecurityViolationError = kit.countingUses('enhanced', 'SecurityViolationError', kit.SecurityViolationError)
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use dispatcher.metrics.securityViolations; nothing throws this error */
export type SecurityViolationError = kit.SecurityViolationError
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use the arguments of executeTool(toolName, parameters) */
export const ToolDispatchRequest = kit.countingUses('enhanced', 'ToolDispatchRequest', kit.ToolDispatchRequest)
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use the arguments of executeTool(toolName, parameters) */
export type ToolDispatchRequest = kit.ToolDispatchRequest
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export const ToolDispatchResponse = kit.countingUses('enhanced', 'ToolDispatchResponse', kit.ToolDispatchResponse)
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type ToolDispatchResponse = kit.ToolDispatchResponse
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use createForUser or createForAdmin of UnifiedToolDispatcher */
export const DispatchStrategy = kit.DispatchStrategy
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use createForUser or createForAdmin of UnifiedToolDispatcher */
export type DispatchStrategy = kit.DispatchStrategy
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use UserExecutionContext of `@switchyard/dispatcher` */
export const UserExecutionContext = canonical.UserExecutionContext
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use UserExecutionContext of `@switchyard/dispatcher` */
export type UserExecutionContext = canonical.UserExecutionContext
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use result.success */
export const ToolStatus = kit.ToolStatus
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use result.success */
export type ToolStatus = kit.ToolStatus
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type ToolResult = kit.ToolResult
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use ToolExecutionResult of `@switchyard/dispatcher` */
export type LegacyToolExecutionResult = kit.LegacyToolExecutionResult
/** @deprecated SWY0004, since 1.0.0, removed in 2.0.0 (2027-06-30): use DispatcherMetrics of `@switchyard/dispatcher` */
export type LegacyMetrics = kit.LegacyMetrics

function create(
  userContext: kit.ContextOrCreation,
  options: kit.FacadeOptions,
  thisValue?: unknown,
  gate: canonical.DispatcherOptions = {},
): EnhancedToolDispatcher {
  const binding = kit.own(userContext, options, refuseContext, { switchable: true, canonical: gate })
  return kit.instantiate(EnhancedToolDispatcher, thisValue, binding)
}

function recordFactoryUse(method: Exclude<keyof typeof EnhancedToolDispatcherFactory, 'prototype'>): void {
  const callee = EnhancedToolDispatcherFactory[method]
  kit.recordUse('enhanced', `EnhancedToolDispatcherFactory.${method}`, callee)
}

function refuseContext(received: unknown): Error {
  return new kit.AuthenticationError(
    `A valid UserExecutionContext is required to create a dispatcher; received ${kit.nameOf(received)}.`,
  )
}

function refuseConstruction(): never {
  throw new Error(
    'Direct instantiation of EnhancedToolDispatcher is forbidden, since shared state breaks user isolation. Use ' +
      'EnhancedToolDispatcher.createForUser(...) or createScoped(...), or EnhancedToolDispatcherFactory.createForRequest(...) ' +
      'or createForAdmin(...).',
  )
}
