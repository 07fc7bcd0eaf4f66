import type { Redis } from 'ioredis'
import { wake } from '../events/store.js'

/** How often every listener is woken without a message: a lost one delays an event, and loses none. */
const SAFETY_WAKE_MS = 10_000

/**
 * Wake-ups by Redis's messages, over one connection for all users of the process. A message says "look" and nothing else;
 * whoever may have missed one (after a new connection, and now and then all the same) is woken too.
 */
export class RedisNotices {
  readonly #connect: () => Redis
  readonly #listeners = new Map<string, Set<(message?: string) => void>>()
  #redis: Redis | undefined
  #safety: NodeJS.Timeout | undefined

  /** @param connect Makes a connection that connects by itself again, and subscribes to nothing by itself. */
  constructor(connect: () => Redis) {
    this.#connect = connect
  }

  /** Calls back at each message of a channel, and without one when there is reason to look; returns the way to stop it. */
  listen(channel: string, onMessage: (message?: string) => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set<(message?: string) => void>()
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const listener = (message?: string) => onMessage(message)
    listeners.add(listener)
    if (!this.#listeners.has(channel)) {
      this.#listeners.set(channel, listeners)
      this.#subscribe([channel])
    }
    this.#safety ??= setInterval(() => this.#wakeUnheard(), SAFETY_WAKE_MS).unref()
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(channel) === listeners) this.#unsubscribe(channel)
    }
  }

  close(): void {
    clearInterval(this.#safety)
    this.#listeners.clear()
    this.#redis?.disconnect()
  }

  #subscribe(channels: readonly string[]): void {
    this.#redis ??= this.#connected()
    // Otherwise `ready` is still to come, and subscribes to all there are by then.
    if (this.#redis.status !== 'ready' || channels.length === 0) return
    this.#redis.subscribe(...channels).then(
      // Something may have been stored before Redis had heard that we listen.
      () => channels.forEach((channel) => this.wake(channel)),
      () => undefined,
    )
  }

  #unsubscribe(channel: string): void {
    this.#listeners.delete(channel)
    if (this.#redis?.status === 'ready') this.#redis.unsubscribe(channel).catch(() => undefined)
    if (this.#listeners.size > 0) return
    clearInterval(this.#safety)
    this.#safety = undefined
  }

  #connected(): Redis {
    const redis = this.#connect()
    redis.on('message', (channel: string, message: string) => this.wake(channel, message))
    redis.on('ready', () => this.#subscribe([...this.#listeners.keys()]))
    redis.connect().catch(() => undefined)
    return redis
  }

  /** Calls back those who listen to a channel. */
  wake(channel: string, message?: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) wake(() => listener(message))
  }

  #wakeUnheard(): void {
    for (const channel of this.#listeners.keys()) this.wake(channel)
  }
}
