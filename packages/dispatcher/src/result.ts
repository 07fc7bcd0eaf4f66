import type { StandardSchemaV1 } from '@standard-schema/spec'

/**
 * Why a call failed; each is something an agent can act on.
 *
 * - `tool_not_found`: no tool of this name (or the call named another run).
 * - `invalid_input`: the schema reported issues; `issues` lists them.
 * - `permission_denied`: a role is missing, or the policy denied, threw or hung.
 * - `rate_limited`: the user's calls of the last minute are used up; `retryAfterMs` says when one is free.
 * - `concurrency_limited`: too many calls of this user are running and waiting.
 * - `input_too_large`, `output_too_large`: more JSON than `maxInputBytes` or `maxOutputBytes`.
 * - `timeout`: the call outlived its time. `aborted`: the caller's signal, or `dispose()`.
 * - `tool_failed`: the tool, its schema or a middleware threw; `cause` is what it threw.
 * - `nesting_too_deep`: a tool called a tool called a tool … more than ten levels down.
 */
export type ToolErrorCode =
  | 'tool_not_found'
  | 'invalid_input'
  | 'permission_denied'
  | 'rate_limited'
  | 'concurrency_limited'
  | 'input_too_large'
  | 'output_too_large'
  | 'timeout'
  | 'aborted'
  | 'tool_failed'
  | 'nesting_too_deep'

/** One thing wrong with an input, as its schema reported it. */
export type Issue = StandardSchemaV1.Issue

/** What went wrong with a call. */
export interface ToolExecutionError {
  readonly code: ToolErrorCode
  /** For the caller: the whole text, nothing masked. `tool_not_found` says exactly `Tool <name> not found`. */
  readonly message: string
  /** Present with `invalid_input`. */
  readonly issues?: readonly Issue[] | undefined
  /** Present with `rate_limited`: milliseconds until a call is free again. */
  readonly retryAfterMs?: number | undefined
  /** What was thrown, where something was. */
  readonly cause?: unknown
}

/** What every outcome says about its call. */
export interface ToolCallFacts {
  readonly toolName: string
  readonly callId: string
  readonly userId: string
  readonly runId: string
  /** From the call to its outcome, waiting included; milliseconds, with fractions. */
  readonly executionTimeMs: number
}

/** A call that worked. */
export interface ToolExecutionSuccess<Output = unknown> extends ToolCallFacts {
  readonly success: true
  /** What the tool returned, untouched. */
  readonly result: Output
  readonly error?: undefined
}

/** A call that did not. */
export interface ToolExecutionFailure extends ToolCallFacts {
  readonly success: false
  readonly error: ToolExecutionError
  readonly result?: undefined
}

/** How a call ended; `success` tells the two apart. */
export type ToolExecutionResult<Output = unknown> = ToolExecutionSuccess<Output> | ToolExecutionFailure

/** An outcome before it is stamped with the facts of its call. */
export type Outcome =
  | { readonly success: true; readonly result: unknown }
  | { readonly success: false; readonly error: ToolExecutionError }

type FailedOutcome = Extract<Outcome, { success: false }>

/** A failed outcome. */
export function failure(code: ToolErrorCode, message: string, more?: Partial<ToolExecutionError>): FailedOutcome {
  return { success: false, error: { code, message, ...more } }
}

/** The outcome of an input that its schema did not take; the message tells the first five issues. */
export function invalidInput(toolName: string, issues: readonly Issue[]): FailedOutcome {
  const listed = issues.slice(0, 5).map((issue) => {
    const path = issue.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
    return path === undefined || path === '' ? issue.message : `${path}: ${issue.message}`
  })
  const more = issues.length > listed.length ? ` (and ${issues.length - listed.length} more)` : ''
  return failure('invalid_input', `Invalid input for tool ${toolName}: ${listed.join('; ')}${more}`, { issues })
}

/**
 * Thrown by the `execute` of an adapter to end its call with this outcome; what tools throw themselves never is one, since
 * this class is not exported from the package.
 */
export class Refusal extends Error {
  readonly #outcome: FailedOutcome

  constructor(outcome: FailedOutcome) {
    super(outcome.error.message)
    this.#outcome = outcome
  }

  /** The outcome that a thrown value carries; asks for a private name, to which no value has an answer of its own. */
  static outcomeOf(cause: unknown): Outcome | undefined {
    return typeof cause === 'object' && cause !== null && #outcome in cause ? cause.#outcome : undefined
  }
}

/** A thrown value as an outcome: `tool_failed` with the exception's own message, unless a {@link Refusal} says otherwise. */
export function thrown(cause: unknown): Outcome {
  return Refusal.outcomeOf(cause) ?? failure('tool_failed', messageOf(cause), { cause })
}

/** The text of a thrown value, whatever was thrown; never empty, since callers test it for truth. */
export function messageOf(cause: unknown): string {
  try {
    const text = textOf(cause)
    return text === ''
      ? `${cause instanceof Error ? String(cause.name) : 'An empty text'} was thrown without a message`
      : text
  } catch {
    return 'An exception that cannot be read was thrown'
  }
}

function textOf(cause: unknown): string {
  if (cause instanceof Error) return String(cause.message)
  if (typeof cause === 'object' && cause !== null && 'message' in cause && typeof cause.message === 'string') {
    return cause.message
  }
  return String(cause)
}
