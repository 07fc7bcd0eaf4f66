import type { UserExecutionContext } from '../context.js'
import { quote } from '../errors.js'
import { failure, messageOf, Refusal } from '../result.js'
import type { ToolCall } from '../tool.js'

/** A call as a permission policy and a middleware see it. */
export interface ApprovableCall {
  readonly callId: string
  readonly context: UserExecutionContext
}

const approved = new WeakMap<UserExecutionContext, Set<string>>()

/**
 * Approves one call of a tool of another library that asks for approval (`needsApproval`, `requireApproval`); without it
 * the call is `permission_denied`. For a permission policy or a middleware, with what that was given, before it lets the
 * call go on. It approves this call only: neither the calls that its tool makes, nor the next call with equal parameters.
 *
 * @example
 * ```ts
 * const permissions: PermissionPolicy = async (request) => {
 *   if (request.toolName === 'refund' && (await askAPerson(request))) approve(request)
 *   return { allow: true }
 * }
 * ```
 * @throws {TypeError} what was given is no call
 */
export function approve(call: ApprovableCall): void {
  const { callId, context } = (call ?? {}) as Partial<ApprovableCall>
  if (typeof callId !== 'string' || typeof context !== 'object') {
    throw new TypeError(`approve() takes the request of a policy or the call of a middleware; received ${quote(call)}.`)
  }
  const calls = approved.get(context)
  if (calls === undefined) approved.set(context, new Set([callId]))
  else calls.add(callId)
}

/**
 * Refuses a call whose tool wants an approval that nobody gave.
 *
 * @param field Where the tool says so, such as `needsApproval`.
 * @param needed The tool's answer, or the function that answers when it is called with `parameters`.
 * @throws {Refusal} `permission_denied`
 */
export async function requireApproval(
  call: ToolCall,
  field: string,
  needed: unknown,
  parameters: readonly unknown[],
): Promise<void> {
  const { toolName, context, callId } = call
  if (approved.get(context)?.has(callId) === true) return
  if (!(await answer(toolName, field, needed, parameters))) return
  throw denied(
    `Tool ${toolName} needs approval, by its ${field}, and nobody approved this call; a permission policy or a middleware ` +
      'gives it, with approve(call) of @switchyard/dispatcher/interop',
  )
}

/**
 * What a tool's own rule answers, be it a value or a function of the call.
 *
 * @throws {Refusal} `permission_denied`: the function threw
 */
export async function answer(
  toolName: string,
  field: string,
  rule: unknown,
  parameters: readonly unknown[],
): Promise<unknown> {
  if (typeof rule !== 'function') return rule
  try {
    return await (Reflect.apply(rule, undefined, parameters) as unknown)
  } catch (cause) {
    throw denied(`Permission for tool ${toolName} was denied: its ${field} threw: ${messageOf(cause)}`, cause)
  }
}

/** What ends a call that its own tool does not permit. */
export function denied(message: string, cause?: unknown): Refusal {
  return new Refusal(failure('permission_denied', message, cause === undefined ? undefined : { cause }))
}
