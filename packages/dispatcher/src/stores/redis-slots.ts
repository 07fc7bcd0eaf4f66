import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { RedisAnswers } from './redis-answers.js'

/** How long a process may be silent before its slots are given to others. */
const LEASE_MS = 15_000
const SHORTEST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 250

/**
 * Takes a slot: a member of a sorted set whose score is the end of its lease, by the clock of Redis, so that the clocks of
 * the processes need not agree. Key: the set. Arguments: how many slots there are, the slot's id, milliseconds of a lease.
 */
const ACQUIRE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3] * 2)
return 1`

/** Slots that processes take from each other, each held by a lease that is renewed while it is used. */
export class RedisSlots {
  readonly #client: Redis
  readonly #answers: RedisAnswers
  /** The keys of the slots that this process holds, by their ids. */
  readonly #held = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined

  constructor(client: Redis, answers: RedisAnswers) {
    this.#client = client
    this.#answers = answers
  }

  /** Waits for a slot. Rejects when Redis fails or does not answer in time, or the signal aborts. */
  async acquire(key: string, id: string, slots: number, signal: AbortSignal): Promise<void> {
    for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      signal.throwIfAborted()
      if (await this.#tryToAcquire(key, id, slots)) break
      // Not all at once: those who wait would meet again and again.
      await pause(pauseMs * (0.5 + Math.random() / 2), undefined, { signal })
    }
    this.#held.set(id, key)
    this.#timer ??= setInterval(() => void this.#renew(), LEASE_MS / 3).unref()
  }

  release(key: string, id: string): void {
    this.#held.delete(id)
    if (this.#held.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    this.#client.zrem(key, id).catch(() => {
      // The lease ends by itself.
    })
  }

  async #tryToAcquire(key: string, id: string, slots: number): Promise<boolean> {
    try {
      return (await this.#answers.ask(() => this.#client.eval(ACQUIRE, 1, key, slots, id, LEASE_MS))) === 1
    } catch (cause) {
      // Redis may have given the slot all the same.
      this.release(key, id)
      throw cause
    }
  }

  async #renew(): Promise<void> {
    try {
      const [seconds, microseconds] = await this.#client.time()
      const end = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000) + LEASE_MS
      const renewals = this.#client.pipeline()
      for (const [id, key] of this.#held) renewals.zadd(key, 'XX', end, id).pexpire(key, LEASE_MS * 2)
      await renewals.exec()
    } catch {
      // Tried again before the leases end; when Redis is away for longer, others may have the slots.
    }
  }
}
