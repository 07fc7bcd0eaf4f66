import {
  DEFAULT_ADMIN_TOOLS,
  type DispatcherOptions,
  type PermissionDecision,
  type UserExecutionContext,
} from '@switchyard/dispatcher'

/** Who answers whether a user may administer, where the context's roles do not say. */
export interface PermissionService {
  /** `true`, or a promise of it, grants the right; anything else does not. */
  hasAdminPermission(user: unknown): unknown
}

/** As long as a call may take by default. */
const LONGEST_ANSWER_MS = 30_000

/** What an old admin dispatcher was created with. */
export interface AdminGrant {
  readonly db?: unknown
  /** A user whose `isAdmin`, where there is one, is final: `true` grants the right, anything else refuses it. */
  readonly user?: unknown
  /** Asked about `user`, or about the context where there is no user. */
  readonly permissionService?: PermissionService | null | undefined
}

/**
 * Whether the user of a context may run admin tools (A1.6): the role `admin`, else `user.isAdmin` where it exists, else what
 * the permission service says.
 */
export function hasAdminRight(context: UserExecutionContext, grant: AdminGrant): boolean | Promise<boolean> {
  if (context.roles.includes('admin')) return true
  const { user, permissionService } = grant
  if (typeof user === 'object' && user !== null && 'isAdmin' in user) return user.isAdmin === true
  if (typeof permissionService?.hasAdminPermission !== 'function') return false
  const answer = permissionService.hasAdminPermission(user ?? context)
  return isPromiseLike(answer) ? grantedInTime(answer) : answer === true
}

/** A service that does not answer grants nothing. */
function grantedInTime(answer: PromiseLike<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(false), LONGEST_ANSWER_MS)
    void Promise.resolve(answer)
      .then((granted) => resolve(granted === true), reject)
      .finally(() => clearTimeout(timer))
  })
}

/**
 * The gate of a dispatcher whose admin right may come from outside its context: as strict as the canonical one, except
 * that each call of an admin tool asks for {@link hasAdminRight}.
 */
export function adminGate(context: UserExecutionContext, grant: AdminGrant): DispatcherOptions {
  if (context.roles.includes('admin')) return {}
  const adminTools = new Set(DEFAULT_ADMIN_TOOLS)
  return {
    adminTools: [],
    permissions: ({ toolName }) => {
      if (!adminTools.has(toolName)) return { allow: true }
      const right = hasAdminRight(context, grant)
      return right instanceof Promise ? right.then((granted) => decide(toolName, granted)) : decide(toolName, right)
    },
  }
}

function decide(toolName: string, granted: boolean): PermissionDecision {
  if (granted) return { allow: true }
  return { allow: false, reason: `Tool ${toolName} is an admin tool, and the user has no admin right` }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
}
