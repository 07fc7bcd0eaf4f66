import { monotonicMs } from '../clock.js'
import type { EventStore } from '../events/store.js'
import type { Connection, GatewayState, Tracked } from './connection.js'
import { GatewayCounters } from './gateway-metrics.js'
import { CLOSE_CODES, type GatewayLimits } from './protocol.js'
import { UserFeed } from './user-feed.js'
import { WakeRounds } from './wake-rounds.js'

const LONGEST_SWEEP_MS = 250
const SHORTEST_SWEEP_MS = 5

/** All that is open on a gateway, by user; and the one timer that looks at it, which runs while there is something. */
export class ConnectionRegistry implements GatewayState {
  readonly limits: GatewayLimits
  readonly counters = new GatewayCounters()
  /** Whether nothing more is accepted. */
  isClosing = false
  readonly #store: EventStore
  readonly #feeds = new Map<string, UserFeed<Connection>>()
  readonly #rounds = new WakeRounds()
  readonly #tracked = new Set<Tracked>()
  #open = 0
  #timer: NodeJS.Timeout | undefined
  #whenEmpty: (() => void) | undefined

  constructor(store: EventStore, limits: GatewayLimits) {
    this.#store = store
    this.limits = limits
  }

  /** How many connections are open, of all users. */
  get open(): number {
    return this.#open
  }

  /** How many connections one user has open. */
  count(userId: string): number {
    return this.#feeds.get(userId)?.readers.size ?? 0
  }

  /** Whether there is room for one more connection, of whatever user. */
  get isFull(): boolean {
    return this.#tracked.size >= this.limits.connections
  }

  hasRoomFor(userId: string): boolean {
    return this.count(userId) < this.limits.connectionsPerUser
  }

  /** Makes a connection of a user; what the store throws at the subscription is thrown on. */
  add<Made extends Connection>(userId: string, make: (feed: UserFeed<Connection>) => Made): Made {
    const feed = this.#feeds.get(userId) ?? new UserFeed<Connection>(this.#store, userId, this.#rounds)
    const connection = make(feed)
    this.#feeds.set(userId, feed)
    feed.readers.add(connection)
    this.#open += 1
    this.counters.opened += 1
    this.track(connection)
    return connection
  }

  ended(connection: Connection): void {
    const { feed } = connection
    if (!feed.readers.delete(connection)) return
    this.#open -= 1
    if (feed.readers.size > 0) return
    this.#feeds.delete(feed.userId)
    feed.close()
  }

  /** Whatever has a socket or a time is looked at until it is gone. */
  track(tracked: Tracked): void {
    this.#tracked.add(tracked)
    // After the network: in a process that was busy for long, a hello or a pong may have arrived that was not read yet.
    this.#timer ??= setInterval(() => setImmediate(() => this.#sweep()), this.#sweepMs()).unref()
  }

  gone(tracked: Tracked): void {
    if (!this.#tracked.delete(tracked) || this.#tracked.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#whenEmpty?.()
  }

  /** Ends all connections of a user; returns how many there were. */
  revoke(userId: string): number {
    for (const tracked of this.#tracked) tracked.revoked?.(userId)
    const connections = [...(this.#feeds.get(userId)?.readers ?? [])]
    for (const connection of connections) connection.end(CLOSE_CODES.unauthorized)
    return connections.length
  }

  /** Lets every connection send what it can, and closes it; what is left at the deadline is cut. */
  async closeAll(deadlineMs: number): Promise<void> {
    this.isClosing = true
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve
      if (this.#tracked.size === 0) resolve()
    })
    for (const feed of this.#feeds.values()) {
      for (const connection of feed.readers) void connection.finish(CLOSE_CODES.goingAway)
    }
    let timer: NodeJS.Timeout | undefined
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadlineMs)
    })
    await Promise.race([empty, deadline])
    clearTimeout(timer)
    for (const tracked of this.#tracked) tracked.cut()
  }

  #sweep(): void {
    const now = monotonicMs()
    for (const tracked of this.#tracked) tracked.sweep(now)
  }

  #sweepMs(): number {
    const { helloTimeoutMs, slowTimeoutMs, pingIntervalMs, storeTimeoutMs } = this.limits
    const shortest = Math.min(helloTimeoutMs, slowTimeoutMs, pingIntervalMs, storeTimeoutMs)
    return Math.max(SHORTEST_SWEEP_MS, Math.min(shortest / 4, LONGEST_SWEEP_MS))
  }
}
