import type { UserExecutionContext } from './context.js'
import { quote } from './errors.js'
import { idMaker } from './ids.js'
import { failure, thrown, type Outcome, type ToolExecutionResult } from './result.js'
import { isPlainObject } from './snapshot.js'
import type { Tool } from './tool.js'

/** A call as middleware sees it: allowed, within the limits and validated; frozen. */
export interface DispatchCall {
  readonly toolName: string
  readonly tool: Tool
  /** What the schema made of a copy of the parameters, which the caller can no longer change. */
  readonly parameters: unknown
  readonly context: UserExecutionContext
  readonly callId: string
  /** The tool, the parameters in canonical form and the user id: never the same for two users. */
  readonly cacheKey: string
}

/**
 * Wraps the execution of a call: approval, caching, retry, audit. It runs after validation, the first of the list
 * outermost; what it returns is the result, stamped with this call's ids and time. What it throws, or returns in another
 * shape, is `tool_failed`. `next` may be called more than once, and runs the tool each time.
 */
export type DispatchMiddleware = (
  call: DispatchCall,
  next: () => Promise<ToolExecutionResult>,
) => Promise<ToolExecutionResult> | ToolExecutionResult

/** Runs the innermost step with the middleware around it. */
export async function throughMiddleware(
  middleware: readonly DispatchMiddleware[],
  call: Omit<DispatchCall, 'cacheKey'>,
  innermost: () => Promise<ToolExecutionResult>,
): Promise<Outcome> {
  const shown = shownCall(call)
  // Asynchronous, so that `next()` rejects with what a middleware throws at once.
  const from = async (index: number): Promise<ToolExecutionResult> => {
    const layer = middleware[index]
    return layer === undefined ? innermost() : layer(shown, () => handled(from(index + 1)))
  }
  try {
    return toOutcome(call.toolName, await from(0))
  } catch (cause) {
    return thrown(cause)
  }
}

/** A middleware that does not wait for `next()` has its answer already; what comes later must not end the process. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** The call as middleware gets it, which cannot change what the call is. */
function shownCall({ toolName, tool, parameters, context, callId }: Omit<DispatchCall, 'cacheKey'>): DispatchCall {
  return Object.freeze({
    toolName,
    tool,
    parameters,
    context,
    callId,
    get cacheKey() {
      return cacheKey(context.userId, toolName, parameters)
    },
  })
}

function toOutcome(toolName: string, value: unknown): Outcome {
  if (typeof value === 'object' && value !== null) {
    const success: unknown = Reflect.get(value, 'success')
    if (success === true) return { success: true, result: Reflect.get(value, 'result') }
    const error: unknown = Reflect.get(value, 'error')
    if (success === false && isToolError(error)) return { success: false, error }
  }
  return failure(
    'tool_failed',
    `A middleware of tool ${toolName} must return a ToolExecutionResult, such as what next() gave it; ` +
      `it returned ${quote(value)}`,
  )
}

function isToolError(error: unknown): error is Extract<Outcome, { success: false }>['error'] {
  return (
    typeof error === 'object' &&
    error !== null &&
    typeof Reflect.get(error, 'code') === 'string' &&
    typeof Reflect.get(error, 'message') === 'string'
  )
}

/** A key for a cache of results; JSON of an array, so that no part can run into the next. */
export function cacheKey(userId: string, toolName: string, parameters: unknown): string {
  return JSON.stringify([userId, toolName, canonical(parameters, [])])
}

/** A form of a value that is the same for equal data whatever the order of its keys, and differs for different types. */
function canonical(value: unknown, ancestors: readonly object[]): unknown {
  if (typeof value === 'bigint') return { $bigint: value.toString() }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) }
  if (value === undefined) return { $undefined: true }
  if (typeof value === 'symbol') return { $symbol: String(value) }
  if (typeof value === 'function') return { $function: identityOf(value) }
  if (typeof value !== 'object' || value === null) return value
  if (ancestors.includes(value)) return { $circular: ancestors.indexOf(value) }
  const inside = [...ancestors, value]
  if (Array.isArray(value)) return Array.from(value, (item) => canonical(item, inside))
  if (isPlainObject(value)) return { $object: canonicalEntries(value, inside) }
  return canonicalBuiltIn(value, inside) ?? { $instance: [identityOf(value), canonicalEntries(value, inside)] }
}

function canonicalEntries(value: object, inside: readonly object[]): unknown[] {
  return Object.keys(value)
    .sort()
    .map((key) => [key, canonical(Reflect.get(value, key), inside)])
}

function canonicalBuiltIn(value: object, inside: readonly object[]): object | undefined {
  if (value instanceof Date) return { $date: value.getTime() }
  if (value instanceof URL) return { $url: value.href }
  if (value instanceof RegExp) return { $regexp: String(value) }
  if (value instanceof Map) return { $map: [...value].map((entry) => canonical(entry, inside)) }
  if (value instanceof Set) return { $set: [...value].map((item) => canonical(item, inside)) }
  if (value instanceof ArrayBuffer) return { $buffer: [...new Uint8Array(value)] }
  if (ArrayBuffer.isView(value)) {
    return { [`$${value.constructor.name}`]: [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] }
  }
  return undefined
}

const nextIdentity = idMaker('ref')
const identities = new WeakMap<object, string>()

/** Functions and instances of classes hold what nobody can read, so only the very same one is equal. */
function identityOf(value: object): string {
  let identity = identities.get(value)
  if (identity === undefined) {
    identity = nextIdentity()
    identities.set(value, identity)
  }
  return identity
}
