import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type * as Limiting from 'rate-limiter-flexible'
import { inTime } from '../deadlines.js'
import { quote } from '../errors.js'
import type { SharedAdmission, SharedLimits, SharedLimitsRequest } from '../limits.js'
import { RedisSlots } from './redis-slots.js'

/** How to share user limits through Redis. */
export interface RedisLimitsOptions {
  /** A connection of yours, which stays yours to close. */
  readonly client: Redis
  /**
   * What becomes of a call when Redis fails or does not answer within a second. `refuse`: it is `rate_limited` with a
   * `retryAfterMs`. `allow`: it runs, and the limits hold in each process by itself until Redis is back. Later calls do not
   * wait for Redis until it answers again.
   */
  readonly onUnavailable: 'refuse' | 'allow'
  /** Begins the names of all keys. Default `switchyard`. */
  readonly prefix?: string | undefined
}

const MINUTE_SECONDS = 60
const ANSWER_TIMEOUT_MS = 1_000
const NO_SLOT: SharedAdmission = Object.freeze({ allowed: true, release: () => {} })

/**
 * `callsPerMinutePerUser` and `concurrentCallsPerUser` for all processes that use the same Redis and prefix; the option
 * `sharedLimits` of a dispatcher. The minute begins with the first call in it. Calls wait for a slot in their own time; a
 * process that dies gives its slots back within 15 seconds. Of those that wait for more than 200 ms the first one is first.
 *
 * @throws {TypeError} an option is missing or wrong
 */
export function createRedisLimits(options: RedisLimitsOptions): SharedLimits {
  return new RedisLimits(options)
}

interface Limiters {
  readonly shared: Limiting.RateLimiterRedis
  /** Counts in this process while Redis is away. */
  readonly local: Limiting.RateLimiterMemory
}

class RedisLimits implements SharedLimits {
  readonly #client: Redis
  readonly #prefix: string
  readonly #onUnavailable: 'refuse' | 'allow'
  readonly #slots: RedisSlots
  /** Loaded here, so that who keeps events in Redis and no limits needs no such package. */
  readonly #limiting: Promise<typeof Limiting>
  #isAway = false
  /** One pair for each limit in use: they count in the same keys, and judge by their own number. */
  readonly #limiters = new Map<number, Limiters>()

  constructor({ client, onUnavailable, prefix = 'switchyard' }: RedisLimitsOptions) {
    if (typeof (client as Redis | undefined)?.evalsha !== 'function') {
      throw new TypeError(`client must be an ioredis client; received ${quote(client)}.`)
    }
    if (onUnavailable !== 'refuse' && onUnavailable !== 'allow') {
      throw new TypeError(`onUnavailable must be 'refuse' or 'allow'; received ${quote(onUnavailable)}.`)
    }
    if (typeof prefix !== 'string' || prefix === '') {
      throw new TypeError(`prefix must be a non-empty string; received ${quote(prefix)}.`)
    }
    this.#client = client
    this.#prefix = prefix
    this.#onUnavailable = onUnavailable
    this.#slots = new RedisSlots(client, ANSWER_TIMEOUT_MS)
    this.#limiting = import('rate-limiter-flexible')
    // A call that needs it says that it is missing.
    this.#limiting.catch(() => {})
  }

  async admit(request: SharedLimitsRequest): Promise<SharedAdmission> {
    const { callsPerMinute, concurrentCalls } = request
    if (callsPerMinute !== Infinity) {
      const refused = await this.#countCall(request)
      if (refused !== undefined) return refused
    }
    return concurrentCalls === Infinity ? NO_SLOT : this.#takeSlot(request)
  }

  async #countCall({ userId, callsPerMinute }: SharedLimitsRequest): Promise<SharedAdmission | undefined> {
    const limiting = await this.#limiting
    const { shared, local } = this.#limitersOf(limiting, callsPerMinute)
    const counted = (consumed: Promise<Limiting.RateLimiterRes>) => refusalOf(consumed, callsPerMinute, limiting)
    try {
      if (this.#isAway) throw new Error('Redis is away')
      const refused = await counted(inTime(shared.consume(userId), ANSWER_TIMEOUT_MS))
      // Another dispatcher of this user may allow more.
      if (refused !== undefined) await inTime(shared.reward(userId), ANSWER_TIMEOUT_MS)
      return refused
    } catch {
      return this.#unavailable() ?? counted(local.consume(userId))
    }
  }

  async #takeSlot({ userId, concurrentCalls, signal }: SharedLimitsRequest): Promise<SharedAdmission> {
    const key = `${this.#prefix}:slots:${userId}`
    const id = randomUUID()
    try {
      if (this.#isAway) throw new Error('Redis is away')
      await this.#slots.acquire(key, id, Math.max(1, Math.floor(concurrentCalls)), signal)
      return { allowed: true, release: () => this.#slots.release(key, id) }
    } catch (cause) {
      if (signal.aborted) throw cause
      return this.#unavailable() ?? NO_SLOT
    }
  }

  #limitersOf(limiting: typeof Limiting, callsPerMinute: number): Limiters {
    const known = this.#limiters.get(callsPerMinute)
    if (known !== undefined) return known
    const points = Math.max(1, Math.floor(callsPerMinute))
    const options = { points, duration: MINUTE_SECONDS, keyPrefix: `${this.#prefix}:calls` }
    const limiters = {
      shared: new limiting.RateLimiterRedis({ ...options, storeClient: this.#client }),
      local: new limiting.RateLimiterMemory(options),
    }
    this.#limiters.set(callsPerMinute, limiters)
    return limiters
  }

  #unavailable(): SharedAdmission | undefined {
    if (!this.#isAway) void this.#untilBack()
    if (this.#onUnavailable === 'allow') return undefined
    const message = 'The limits of this user cannot be checked at the moment, so no call is allowed; try again'
    return { allowed: false, code: 'rate_limited', message, retryAfterMs: ANSWER_TIMEOUT_MS }
  }

  /** Calls do not wait for Redis until it has answered once. */
  async #untilBack(): Promise<void> {
    this.#isAway = true
    try {
      while (this.#client.status !== 'end') {
        const isBack = await this.#client.ping().then(Boolean, () => false)
        if (isBack) return
        await pause(ANSWER_TIMEOUT_MS, undefined, { ref: false })
      }
    } finally {
      this.#isAway = false
    }
  }
}

/** The refusal when the limit is reached; rejects when that cannot be told. */
async function refusalOf(
  consumed: Promise<Limiting.RateLimiterRes>,
  limit: number,
  { RateLimiterRes }: typeof Limiting,
): Promise<SharedAdmission | undefined> {
  try {
    await consumed
    return undefined
  } catch (cause) {
    if (cause instanceof RateLimiterRes) return rateLimited(limit, cause.msBeforeNext)
    throw cause
  }
}

function rateLimited(limit: number, retryAfterMs: number): SharedAdmission {
  const message = `At most ${limit} calls a minute are allowed; try again in ${retryAfterMs} ms`
  return { allowed: false, code: 'rate_limited', message, retryAfterMs }
}
