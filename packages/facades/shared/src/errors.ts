import type { ToolExecutionResult } from '@switchyard/dispatcher'

/** A permission was denied. The facades' `executeTool` throws it, and creating an admin dispatcher without the right. */
export class PermissionError extends Error {
  override readonly name = 'PermissionError'
}

/** There is no context, or something that is none. */
export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError'
}

/** Isolation was breached. Nothing throws it, and nothing ever did. */
export class SecurityViolationError extends Error {
  override readonly name = 'SecurityViolationError'
}

/**
 * Gives a result back unless it is a denial: where old code relied on a denied `executeTool` throwing, this keeps a stop
 * a stop.
 *
 * @throws {PermissionError} The call was refused with `permission_denied`.
 */
export function throwIfDenied<Result extends ToolExecutionResult>(result: Result): Result {
  if (result.error?.code === 'permission_denied') throw new PermissionError(result.error.message)
  return result
}
