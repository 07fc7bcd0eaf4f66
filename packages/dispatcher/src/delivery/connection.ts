import { monotonicMs } from '../clock.js'
import type { Position, StoredEvent } from '../events/store.js'
import type { GatewayCounters } from './gateway-metrics.js'
import { LogCursor, type Outlet } from './log-cursor.js'
import { CLOSE_CODES, type GatewayLimits, type SnapshotReason } from './protocol.js'
import type { UserFeed } from './user-feed.js'

/** What the gateway's timer looks at. */
export interface Tracked {
  /** Looks at everything that has to do with time. */
  sweep(now: number): void
  /** Ends it at once, whatever the other side does. */
  cut(): void
  /** A user was revoked: for what does not know its user yet. */
  revoked?(userId: string): void
}

/** What the connections of a gateway share. */
export interface GatewayState {
  readonly limits: GatewayLimits
  readonly counters: GatewayCounters
  /** The connection takes part no longer: its user may open another one. */
  ended(connection: Connection): void
  /** Its socket is gone too. */
  gone(connection: Tracked): void
}

/** How long the other side has for its part of the end of a connection. */
export const CLOSE_GRACE_MS = 2_000

/** One connection of one user: a cursor, and everything about it that has to do with time and with its end. */
export abstract class Connection implements Outlet, Tracked {
  readonly feed: UserFeed<Connection>
  protected readonly gateway: GatewayState
  protected readonly cursor: LogCursor<Connection>
  readonly #openedAt = monotonicMs()
  #endedAt: number | undefined
  #pingAt: number

  constructor(gateway: GatewayState, feed: UserFeed<Connection>) {
    this.gateway = gateway
    this.feed = feed
    this.cursor = new LogCursor(feed, this, gateway.counters)
    this.#pingAt = this.#openedAt + gateway.limits.pingIntervalMs
  }

  abstract room(): number
  abstract sendReady(position: Position): void
  abstract sendSnapshot(reason: SnapshotReason, position: Position): void
  abstract sendEvents(events: readonly StoredEvent[]): number
  /** Tells the other side that it is over, and why. */
  protected abstract sendEnd(code: number): void
  /** Asks whether the other side is still there; `false` when it has not answered for too long. */
  protected abstract ping(): boolean
  /** Cuts the socket. */
  protected abstract terminate(): void

  get isEnded(): boolean {
    return this.#endedAt !== undefined
  }

  wake(): void {
    this.cursor.wake()
  }

  broken(): void {
    this.cut()
  }

  /** Ends the connection with one of the close codes. */
  end(code: number): void {
    if (this.isEnded) return
    this.#leave()
    this.gateway.counters.closed(code)
    this.sendEnd(code)
  }

  /** Ends it once everything is sent that there is and room for. */
  async finish(code: number): Promise<void> {
    if (this.cursor.hasStarted && !this.cursor.isFailing) await this.cursor.flush()
    this.end(code)
  }

  /** The other side has ended it. */
  leaving(): void {
    if (!this.isEnded) this.gateway.counters.left += 1
    this.#leave()
  }

  /** The socket is gone. */
  protected left(): void {
    this.leaving()
    this.gateway.gone(this)
  }

  sweep(now: number): void {
    const { limits } = this.gateway
    const { fullSince, unansweredSince, hasStarted } = this.cursor
    if (this.#endedAt !== undefined) {
      if (now - this.#endedAt >= CLOSE_GRACE_MS) this.cut()
    } else if (!hasStarted && now - this.#openedAt >= limits.helloTimeoutMs) {
      this.end(CLOSE_CODES.noHello)
    } else if (fullSince !== undefined && now - fullSince >= limits.slowTimeoutMs) {
      this.end(CLOSE_CODES.tooSlow)
    } else if (unansweredSince !== undefined && now - unansweredSince >= limits.storeTimeoutMs) {
      this.end(CLOSE_CODES.storeFailed)
    } else {
      this.#keepUp(now)
    }
  }

  #keepUp(now: number): void {
    this.cursor.retry(now)
    if (this.#pingAt > now) return
    this.#pingAt = now + this.gateway.limits.pingIntervalMs
    if (!this.ping()) {
      this.cut()
      return
    }
    // Should a store ever lose a wake-up, its event is late, not lost.
    this.wake()
  }

  cut(): void {
    this.gateway.counters.terminated += 1
    this.#leave()
    this.terminate()
  }

  #leave(): void {
    if (this.isEnded) return
    this.#endedAt = monotonicMs()
    this.cursor.stop()
    this.gateway.ended(this)
  }
}
