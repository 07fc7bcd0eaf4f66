import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { inTime } from '../deadlines.js'

/** How long a process may be silent before its slots are given to others. */
const LEASE_MS = 15_000
/** Those who have waited for so long go first. Before that whoever asks gets a free slot, so that none is idle meanwhile. */
const PATIENCE_MS = 200
/** How long somebody may be silent before nobody waits for them any more. */
const WAITING_MS = 2_000
/** Between two questions of one call; as much again at random, so that those who wait do not meet again and again. */
const PAUSE_MS = 50

/**
 * Takes a slot: a member of a sorted set whose score is the end of its lease, by the clock of Redis, so that the clocks of
 * the processes need not agree. Keys: the set, who waits since when, and until when they are believed to. Arguments: how many
 * slots there are, the slot's id, milliseconds of a lease, of patience, of belief.
 */
const ACQUIRE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZREM', KEYS[3], id)
end
local since = redis.call('ZSCORE', KEYS[2], ARGV[2])
local first
if since and tonumber(since) <= now - ARGV[4] then first = redis.call('ZRANK', KEYS[2], ARGV[2])
else first = redis.call('ZCOUNT', KEYS[2], '-inf', now - ARGV[4]) end
if first >= ARGV[1] - redis.call('ZCARD', KEYS[1]) then
  redis.call('ZADD', KEYS[2], 'NX', now, ARGV[2])
  redis.call('ZADD', KEYS[3], now + ARGV[5], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
  redis.call('PEXPIRE', KEYS[3], ARGV[5])
  return 0
end
redis.call('ZREM', KEYS[2], ARGV[2])
redis.call('ZREM', KEYS[3], ARGV[2])
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3] * 2)
return 1`

/** Slots that processes take from each other, each held by a lease that is renewed while it is used. */
export class RedisSlots {
  readonly #client: Redis
  readonly #answerTimeoutMs: number
  /** The keys of the slots that this process holds, by their ids. */
  readonly #held = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined

  constructor(client: Redis, answerTimeoutMs: number) {
    this.#client = client
    this.#answerTimeoutMs = answerTimeoutMs
  }

  /** Waits for a slot. Rejects when Redis fails or does not answer in time, or the signal aborts. */
  async acquire(key: string, id: string, slots: number, signal: AbortSignal): Promise<void> {
    try {
      while (!(await this.#tryToAcquire(key, id, slots))) {
        await pause(PAUSE_MS * (1 + Math.random()), undefined, { signal })
      }
    } catch (cause) {
      // Redis may have given the slot all the same.
      this.release(key, id)
      throw cause
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
    const gone = this.#client.pipeline()
    for (const each of keysOf(key)) gone.zrem(each, id)
    gone.exec().catch(() => {
      // The lease ends by itself.
    })
  }

  async #tryToAcquire(key: string, id: string, slots: number): Promise<boolean> {
    const asked = this.#client.eval(ACQUIRE, 3, ...keysOf(key), slots, id, LEASE_MS, PATIENCE_MS, WAITING_MS)
    return (await inTime(asked, this.#answerTimeoutMs)) === 1
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

function keysOf(key: string): [slots: string, waiting: string, believed: string] {
  return [key, `${key}:waiting`, `${key}:believed`]
}
