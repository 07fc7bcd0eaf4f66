import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { quote } from '../errors.js'
import type { SharedAdmission, SharedLimits, SharedLimitsRequest } from '../limits.js'
import { RedisAnswers } from './redis-answers.js'
import { RedisSlots } from './redis-slots.js'

/** How to share user limits through Redis. */
export interface RedisLimitsOptions {
  /** A connection of yours, which stays yours to close. */
  readonly client: Redis
  /**
   * What becomes of a call when Redis fails or does not answer within a second. `refuse`: it is `rate_limited` with a
   * `retryAfterMs`. `allow`: it runs, and the limits hold in each process by itself until Redis is back. While Redis stays
   * silent, one call a second waits to see, and the others do not.
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
 * process that dies gives its slots back within 15 seconds.
 *
 * @throws {TypeError} an option is missing or wrong
 */
export function createRedisLimits(options: RedisLimitsOptions): SharedLimits {
  return new RedisLimits(options)
}

interface Limiters {
  readonly shared: RateLimiterRedis
  /** Counts in this process while Redis is away. */
  readonly local: RateLimiterMemory
}

class RedisLimits implements SharedLimits {
  readonly #client: Redis
  readonly #prefix: string
  readonly #onUnavailable: 'refuse' | 'allow'
  readonly #answers = new RedisAnswers(ANSWER_TIMEOUT_MS)
  readonly #slots: RedisSlots
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
    this.#slots = new RedisSlots(client, this.#answers)
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
    const { shared, local } = this.#limitersOf(callsPerMinute)
    try {
      return await consume(
        this.#answers.ask(() => shared.consume(userId)),
        callsPerMinute,
      )
    } catch {
      return this.#unavailable() ?? consume(local.consume(userId), callsPerMinute)
    }
  }

  async #takeSlot({ userId, concurrentCalls, signal }: SharedLimitsRequest): Promise<SharedAdmission> {
    const key = `${this.#prefix}:slots:${userId}`
    const id = randomUUID()
    try {
      await this.#slots.acquire(key, id, Math.max(1, Math.floor(concurrentCalls)), signal)
      return { allowed: true, release: () => this.#slots.release(key, id) }
    } catch {
      return this.#unavailable() ?? NO_SLOT
    }
  }

  #limitersOf(callsPerMinute: number): Limiters {
    const known = this.#limiters.get(callsPerMinute)
    if (known !== undefined) return known
    const points = Math.max(1, Math.floor(callsPerMinute))
    const options = { points, duration: MINUTE_SECONDS, keyPrefix: `${this.#prefix}:calls` }
    const limiters = {
      shared: new RateLimiterRedis({ ...options, storeClient: this.#client }),
      local: new RateLimiterMemory(options),
    }
    this.#limiters.set(callsPerMinute, limiters)
    return limiters
  }

  #unavailable(): SharedAdmission | undefined {
    if (this.#onUnavailable === 'allow') return undefined
    const message = 'The limits of this user cannot be checked at the moment, so no call is allowed; try again'
    return { allowed: false, code: 'rate_limited', message, retryAfterMs: ANSWER_TIMEOUT_MS }
  }
}

/** The refusal when the limit is reached; rejects when that cannot be told. */
async function consume(consumed: Promise<RateLimiterRes>, limit: number): Promise<SharedAdmission | undefined> {
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
