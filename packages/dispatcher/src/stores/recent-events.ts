import type { Position, Retention, StoredEvent } from '../events/store.js'

/** Of one user; a client that lags further behind is served by the database. */
const MOST_KEPT = 256

interface Recent {
  /** Without a gap, oldest first. */
  readonly events: { readonly stored: StoredEvent; readonly at: number }[]
  listeners: number
}

/**
 * The last events that this process has stored, of users to whom somebody listens: live delivery then asks no database.
 * What is here was acknowledged, in this order; for anything else there is the database.
 */
export class RecentEvents {
  readonly #retention: Retention
  readonly #users = new Map<string, Recent>()

  constructor(retention: Retention) {
    this.#retention = retention
  }

  /** Keeps this user's events from now on; returns the way to stop it. */
  watch(user: string): () => void {
    const recent = this.#users.get(user) ?? { events: [], listeners: 0 }
    this.#users.set(user, recent)
    recent.listeners += 1
    let isWatching = true
    return () => {
      if (isWatching) recent.listeners -= 1
      isWatching = false
      if (recent.listeners === 0 && this.#users.get(user) === recent) this.#users.delete(user)
    }
  }

  /** An event that was stored just now, and was not there before. */
  add(user: string, stored: StoredEvent): void {
    const events = this.#users.get(user)?.events
    if (events === undefined) return
    const last = events.at(-1)?.stored
    if (last !== undefined && (last.epoch !== stored.epoch || last.seq + 1 !== stored.seq)) {
      // An answer that arrives late must not take the place of later ones.
      if (last.epoch === stored.epoch && stored.seq <= last.seq) return
      events.length = 0
    }
    if (events.length >= 2 * MOST_KEPT) events.splice(0, MOST_KEPT)
    events.push({ stored, at: Date.now() })
  }

  /** Whether the event of that place is here. */
  has(user: string, epoch: number, seq: number): boolean {
    const last = this.#users.get(user)?.events.at(-1)?.stored
    return last !== undefined && last.epoch === epoch && last.seq >= seq
  }

  /** What follows a position whose event is here too; absent where only the database can tell. */
  after(user: string, { epoch, seq, id }: Position, limit: number): StoredEvent[] | undefined {
    const events = this.#users.get(user)?.events
    const first = events?.[0]?.stored
    if (events === undefined || first === undefined) return undefined
    const index = seq - first.seq
    const there = events[index]?.stored
    if (there === undefined || there.epoch !== epoch || (id !== null && there.id !== id)) return undefined
    const next = events[index + 1]
    const { maxEvents, maxAgeMs } = this.#retention
    if (next === undefined || Date.now() - next.at > maxAgeMs || events.length - 1 - index > maxEvents) return undefined
    return events.slice(index + 1, index + 1 + limit).map(({ stored }) => stored)
  }

  /** The database may have another history by now. */
  clear(): void {
    for (const { events } of this.#users.values()) events.length = 0
  }
}
