import { deserialize, serialize } from 'node:v8'
import { Redis, type RedisOptions } from 'ioredis'
import { quote } from '../errors.js'
import { redact } from '../events/redact.js'
import { messageOf, Refusal, type Outcome } from '../result.js'

/** How both sides reach Redis: the settings of a connection, or one whose settings are taken. */
export type RemoteConnection = RedisOptions | Redis

/** Raised when the two sides would no longer understand each other. */
export const REMOTE_VERSION = 1

/** A call as it travels; `body` holds its input and context as {@link pack} writes them. */
export interface RemoteCall {
  readonly version: number
  readonly callId: string
  readonly executorId: string
  readonly body: string
}

/** How a call ended on its worker: its result, packed, or what was thrown. */
export type RemoteOutcome =
  | { readonly kind: 'result'; readonly result: string }
  | { readonly kind: 'refusal'; readonly outcome: string }
  | { readonly kind: 'error'; readonly name: string; readonly message: string }

/** What a worker says of a call, numbered from 1: its progress, packed, and at last how it ended. */
export type RemoteWord = { readonly kind: 'progress'; readonly progress: string } | RemoteOutcome

/** Milliseconds for which a worker holds a call before it must say that it still does: how soon a lost one is noticed. */
export const LOCK_MS = 8_000
/** Milliseconds without a word after which an executor is taken for dead; its calls are not begun any more. */
export const EXECUTOR_LEASE_MS = 15_000
/** How long it is remembered that a call has begun, or must not. */
export const FATE_SECONDS = 86_400
/** How long what a worker said waits to be heard, and its end is remembered. */
export const SAID_SECONDS = 300
/** Longest pause before a lost connection is made anew. */
const LONGEST_RETRY_MS = 1_000

/** The names of what the two sides share besides the queue itself. */
export function remoteKeys(queue: string) {
  return {
    /** `started` or `cancelled`: whichever side is first decides. */
    fate: (jobId: string) => `switchyard:${queue}:fate:${jobId}`,
    /** The worker's words, by their numbers; not in BullMQ's events, which Redis keeps by the thousand. */
    said: (jobId: string) => `switchyard:${queue}:said:${jobId}`,
    executor: (executorId: string) => `switchyard:${queue}:executor:${executorId}`,
    cancelled: `switchyard:${queue}:cancelled`,
  }
}

/**
 * Settings of a connection that waits for Redis as long as that takes, and does not try again once its owner is closed: BullMQ
 * waits for the next attempt before it ends.
 *
 * @throws {TypeError} it is neither settings nor an ioredis client, or has a `keyPrefix`
 */
export function connectionSettings(
  connection: RemoteConnection,
  isClosed: () => boolean,
): Omit<RedisOptions, 'replyMapping'> {
  if (typeof connection !== 'object' || connection === null) {
    throw new TypeError(`connection must be settings of ioredis, or a client of it; received ${quote(connection)}.`)
  }
  const given = connection instanceof Redis ? connection.options : connection
  // Made for commands of other kinds: these wait for a call as long as it takes, and for Redis as long as the call has time.
  const { replyMapping: _, commandTimeout: _timeout, enableOfflineQueue: _queue, ...settings } = given
  if (settings.keyPrefix !== undefined && settings.keyPrefix !== '') {
    throw new TypeError(
      `connection must have no keyPrefix, which BullMQ cannot work with; received ${quote(settings.keyPrefix)}. Name the queue so instead.`,
    )
  }
  // All connections at one pace: BullMQ's own would come back twenty seconds after the others.
  const { retryStrategy = (times: number) => Math.min(times * 50, LONGEST_RETRY_MS) } = settings
  return {
    ...settings,
    retryStrategy: (times) => (isClosed() ? null : retryStrategy?.(times)),
    lazyConnect: false,
    maxRetriesPerRequest: null,
  }
}

/** @throws {TypeError} it cannot be the name of a queue */
export function checkQueue(queue: unknown): string {
  if (typeof queue === 'string' && queue !== '' && !queue.includes(':')) return queue
  throw new TypeError(`queue must be a non-empty string without ":"; received ${quote(queue)}.`)
}

/**
 * A value as text; dates, maps, sets, bigints and cycles stay what they are.
 *
 * @throws {Error} there are functions or symbols in it
 */
export function pack(value: unknown): string {
  return serialize(value).toString('base64')
}

/** What cannot be copied is shown as in events, where it goes. */
export function packProgress(progress: unknown): string {
  try {
    return pack(progress)
  } catch {
    return pack(redact(progress))
  }
}

/** @throws {Error} it cannot be sent */
export function packResult(toolName: string, result: unknown): string {
  try {
    return pack(result)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`The result of tool ${toolName} cannot be sent to another process: ${reason}`, { cause })
  }
}

export function unpack(text: string): unknown {
  return deserialize(Buffer.from(text, 'base64'))
}

/** What a tool threw, as it travels. */
export function packThrown(cause: unknown): RemoteOutcome {
  const refused = Refusal.outcomeOf(cause)
  if (refused !== undefined && !refused.success) {
    const { code, message, issues, retryAfterMs } = refused.error
    return { kind: 'refusal', outcome: JSON.stringify({ code, message, issues, retryAfterMs }) }
  }
  return { kind: 'error', name: cause instanceof Error ? String(cause.name) : 'Error', message: messageOf(cause) }
}

/** The result of a call, or what it threw, thrown once more. */
export function unpackOutcome(outcome: RemoteOutcome): unknown {
  if (outcome.kind === 'result') return unpack(outcome.result)
  if (outcome.kind === 'refusal') {
    const error = JSON.parse(outcome.outcome) as Extract<Outcome, { success: false }>['error']
    throw new Refusal({ success: false, error })
  }
  const error = new Error(outcome.message)
  error.name = outcome.name
  throw error
}

/** Waits for the promise, until the signal aborts. */
export function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value | 'aborted'> {
  return new Promise((resolve, reject) => {
    const giveUp = () => resolve('aborted')
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
