import { EventStoreError } from '../errors.js'
import type { AgentEvent } from './event.js'
import {
  checkEventId,
  checkRetention,
  checkUserId,
  type EventStore,
  type Gone,
  judgeCursor,
  nextEpoch,
  isFromOldest,
  type Position,
  type Retention,
  type RetentionOptions,
  type StoredEvent,
  wake,
  wholeLimit,
} from './store.js'

interface Entry {
  readonly stored: StoredEvent
  readonly storedAt: number
}

interface Log {
  /** By `seq`, which has no gaps: nothing is moved when the oldest go. */
  readonly entries: Map<number, Entry>
  readonly seqOf: Map<string, number>
  /** The position of the last event that was dropped, or where the log began. */
  before: Position
  head: Position
}

/** The event store that lives and dies with the process. */
export class MemoryEventStore implements EventStore {
  readonly #retention: Retention
  readonly #logs = new Map<string, Log>()
  readonly #listeners = new Map<string, Set<() => void>>()
  readonly #start: Position
  #sweep = this.#logs.values()
  #closed = false

  /** @throws {TypeError} a limit is not a number above 0 */
  constructor(options: RetentionOptions = {}) {
    this.#retention = checkRetention(options)
    this.#start = { epoch: nextEpoch(), seq: 0, id: null }
  }

  // The promises of an async function cost nothing here and turn every throw into a rejection.
  async append(userId: string, event: AgentEvent): Promise<Position> {
    this.#check(userId)
    checkEventId(event)
    const log = this.#logOf(userId)
    this.#trim(log)
    this.#trimAnother()
    const known = log.entries.get(log.seqOf.get(event.id) ?? 0)
    if (known !== undefined) return position(known.stored)
    const stored: StoredEvent = { epoch: log.head.epoch, seq: log.head.seq + 1, id: event.id, event }
    log.entries.set(stored.seq, { stored, storedAt: Date.now() })
    log.seqOf.set(event.id, stored.seq)
    log.head = position(stored)
    this.#trim(log)
    for (const listener of this.#listeners.get(userId) ?? []) wake(listener)
    return log.head
  }

  async head(userId: string): Promise<Position> {
    this.#check(userId)
    return this.#logs.get(userId)?.head ?? this.#start
  }

  async read(userId: string, after: Position, limit: number): Promise<StoredEvent[] | Gone> {
    this.#check(userId)
    const log = this.#logs.get(userId)
    if (log === undefined) return judgeCursor(after, { before: this.#start, head: this.#start }, undefined) ?? []
    this.#trim(log)
    const gone = judgeCursor(after, log, log.entries.get(after.seq)?.stored.id ?? undefined)
    return gone ?? take(log, isFromOldest(after) ? log.before.seq : after.seq, limit)
  }

  subscribe(userId: string, onAppend: () => void): () => void {
    this.#check(userId)
    const listeners = this.#listeners.get(userId) ?? new Set()
    this.#listeners.set(userId, listeners)
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const listener = () => onAppend()
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(userId) === listeners) this.#listeners.delete(userId)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#logs.clear()
    this.#listeners.clear()
  }

  #check(userId: string): void {
    checkUserId(userId)
    if (this.#closed) throw new EventStoreError('The MemoryEventStore is closed; make another.')
  }

  #logOf(userId: string): Log {
    let log = this.#logs.get(userId)
    if (log === undefined) {
      log = { entries: new Map(), seqOf: new Map(), before: this.#start, head: this.#start }
      this.#logs.set(userId, log)
    }
    return log
  }

  /** One other log for each append: users who never come back leave no events behind. */
  #trimAnother(): void {
    const next = this.#sweep.next()
    if (next.done === true) this.#sweep = this.#logs.values()
    else this.#trim(next.value)
  }

  #trim(log: Log): void {
    const oldestKept = Date.now() - this.#retention.maxAgeMs
    for (;;) {
      const oldest = log.entries.get(log.before.seq + 1)
      if (oldest === undefined) return
      if (log.entries.size <= this.#retention.maxEvents && oldest.storedAt >= oldestKept) return
      log.entries.delete(oldest.stored.seq)
      log.seqOf.delete(oldest.stored.id ?? '')
      log.before = position(oldest.stored)
    }
  }
}

function take(log: Log, after: number, limit: number): StoredEvent[] {
  const events: StoredEvent[] = []
  const last = Math.min(log.head.seq, after + wholeLimit(limit))
  for (let seq = after + 1; seq <= last; seq += 1) {
    const entry = log.entries.get(seq)
    if (entry !== undefined) events.push(entry.stored)
  }
  return events
}

function position({ epoch, seq, id }: Position): Position {
  return { epoch, seq, id }
}
