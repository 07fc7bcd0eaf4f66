import type { UserExecutionContext } from './context.js'
import { quote } from './errors.js'
import { failure, messageOf, type Outcome } from './result.js'
import type { RegisteredTool, Tool } from './tool.js'

/**
 * The tools that only a context with the role `admin` may run, unless `adminTools` says otherwise (A7 of the old code: the
 * ten names of its admin dispatcher).
 */
export const DEFAULT_ADMIN_TOOLS: readonly string[] = Object.freeze([
  'corpus_create',
  'corpus_update',
  'corpus_delete',
  'corpus_list',
  'user_create',
  'user_delete',
  'user_permissions',
  'system_config',
  'log_analyzer',
  'synthetic_generator',
])

/** What a policy is asked about. */
export interface PermissionRequest {
  readonly toolName: string
  readonly tool: Tool
  readonly context: UserExecutionContext
  /** A copy of the parameters as they were when the call was made; what the policy saw is what runs. */
  readonly parameters: unknown
  readonly callId: string
}

/** What a policy answers; the reason reaches the caller. */
export type PermissionDecision =
  | { readonly allow: true }
  | { readonly allow: false; readonly reason?: string | undefined }

/**
 * Decides whether a call may run: by user, tenant, quota or parameters. A policy that throws, answers something else or
 * hangs past the call's timeout denies.
 */
export type PermissionPolicy = (request: PermissionRequest) => PermissionDecision | Promise<PermissionDecision>

/** What the roles of a context forbid, before any policy is asked; `undefined` when they allow it. */
export function deniedByRoles(
  tool: RegisteredTool,
  context: UserExecutionContext,
  adminTools: ReadonlySet<string>,
): Outcome | undefined {
  if (adminTools.has(tool.name) && !context.roles.includes('admin')) {
    return denied(`Tool ${tool.name} is an admin tool, and the context does not have the role "admin"`)
  }
  for (const role of tool.requiredRoles) {
    if (!context.roles.includes(role)) {
      return denied(`Tool ${tool.name} requires the role ${quote(role)}, which the context does not have`)
    }
  }
  return undefined
}

/** What a policy's answer means; anything but a plain `allow: true` denies, an answer that cannot be read too. */
export function deniedByDecision(toolName: string, decision: unknown): Outcome | undefined {
  try {
    const isObject = typeof decision === 'object' && decision !== null
    const allow: unknown = isObject ? Reflect.get(decision, 'allow') : undefined
    if (allow === true) return undefined
    const reason: unknown = isObject && allow === false ? Reflect.get(decision, 'reason') : undefined
    if (typeof reason === 'string' && reason !== '') return denied(reason)
    if (allow === false) return denied(`Permission for tool ${toolName} was denied`)
  } catch (cause) {
    return deniedByThrow(toolName, cause)
  }
  return denied(
    `Permission for tool ${toolName} was denied: the policy must answer { allow: true } or { allow: false, reason }; ` +
      `it answered ${quote(decision)}`,
  )
}

/** What a policy that threw or rejected means. */
export function deniedByThrow(toolName: string, cause: unknown): Outcome {
  return failure(
    'permission_denied',
    `Permission for tool ${toolName} was denied: the policy threw: ${messageOf(cause)}`,
    {
      cause,
    },
  )
}

/** What a policy that has not answered by the end of the call's time means. */
export function deniedByHanging(toolName: string, timeoutMs: number): Outcome {
  return denied(`Permission for tool ${toolName} was denied: the policy gave no answer within ${timeoutMs} ms`)
}

function denied(message: string): Outcome {
  return failure('permission_denied', message)
}
