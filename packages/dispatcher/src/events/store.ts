import type { AgentEvent } from './event.js'

/** A place in one user's log. `{ epoch: 0, seq: 0, id: null }` means before the oldest event that is kept. */
export interface Position {
  /** Grows each time a log starts anew; whole. */
  readonly epoch: number
  /** 1, 2, 3 … within an epoch. */
  readonly seq: number
  /** The id of the event there; `null` at an empty log, or to leave it unchecked. */
  readonly id: string | null
}

/** An event with its place. */
export interface StoredEvent extends Position {
  readonly event: AgentEvent
}

/** The answer for a cursor that cannot be continued, and the position before the oldest event that is kept. */
export interface Gone {
  /** `retention`: events after the cursor were dropped. `history-changed`: the cursor is of another history. */
  readonly gone: 'retention' | 'history-changed'
  readonly oldest: Position
}

/** One append-only log for each user. */
export interface EventStore {
  /** Resolves when the event is as durable as the store promises; the same event id is never stored twice. */
  append(userId: string, event: AgentEvent): Promise<Position>
  /** The position of the last event. */
  head(userId: string): Promise<Position>
  /** At most `limit` events after a position, oldest first. */
  read(userId: string, after: Position, limit: number): Promise<StoredEvent[] | Gone>
  /** Calls back after each append to the user's log; returns the way to stop it. */
  subscribe(userId: string, onAppend: () => void): () => void
  close(): Promise<void>
}

/** How much of each user's log is kept. */
export interface RetentionOptions {
  /** Events kept for each user. Default 1,000. */
  readonly maxEvents?: number | undefined
  /** Milliseconds an event is kept. Default 24 hours. */
  readonly maxAgeMs?: number | undefined
}

/** Before the oldest event that is kept. */
export const FROM_OLDEST: Position = Object.freeze({ epoch: 0, seq: 0, id: null })

interface Entry {
  readonly stored: StoredEvent
  readonly storedAt: number
}

interface Log {
  entries: Entry[]
  /** The position of the last event that was dropped, or where the log began. */
  before: Position
  readonly ids: Set<string>
  readonly listeners: Set<() => void>
}

const DAY_MS = 86_400_000
let lastEpoch = 0

/** The event store that lives and dies with the process. */
export class MemoryEventStore implements EventStore {
  readonly #maxEvents: number
  readonly #maxAgeMs: number
  readonly #logs = new Map<string, Log>()
  readonly #epoch: number

  /** @throws {TypeError} a limit is not a number above 0 */
  constructor(options: RetentionOptions = {}) {
    this.#maxEvents = positive('maxEvents', options.maxEvents ?? 1_000)
    this.#maxAgeMs = positive('maxAgeMs', options.maxAgeMs ?? DAY_MS)
    lastEpoch = Math.max(lastEpoch + 1, Date.now())
    this.#epoch = lastEpoch
  }

  append(userId: string, event: AgentEvent): Promise<Position> {
    const log = this.#log(userId)
    this.#trim(log)
    if (log.ids.has(event.id)) {
      const known = log.entries.find((entry) => entry.stored.id === event.id)
      if (known !== undefined) return Promise.resolve(position(known.stored))
    }
    const stored: StoredEvent = { epoch: this.#epoch, seq: headOf(log).seq + 1, id: event.id, event }
    log.entries.push({ stored, storedAt: Date.now() })
    log.ids.add(event.id)
    this.#trim(log)
    for (const listener of log.listeners) wake(listener)
    return Promise.resolve(position(stored))
  }

  head(userId: string): Promise<Position> {
    const log = this.#logs.get(userId)
    return Promise.resolve(log === undefined ? this.#start() : headOf(log))
  }

  read(userId: string, after: Position, limit: number): Promise<StoredEvent[] | Gone> {
    const log = this.#logs.get(userId)
    if (log !== undefined) this.#trim(log)
    const before = log?.before ?? this.#start()
    const entries = log?.entries ?? []
    if (after.epoch === 0 && after.seq === 0) return Promise.resolve(take(entries, 0, limit))
    if (after.epoch !== this.#epoch) return Promise.resolve({ gone: 'history-changed', oldest: before })
    const index = after.seq - before.seq
    if (index < 0) return Promise.resolve({ gone: 'retention', oldest: before })
    const there = index === 0 ? before : entries[index - 1]?.stored
    if (there === undefined || (after.id !== null && there.id !== null && there.id !== after.id)) {
      return Promise.resolve({ gone: 'history-changed', oldest: before })
    }
    return Promise.resolve(take(entries, index, limit))
  }

  subscribe(userId: string, onAppend: () => void): () => void {
    const log = this.#log(userId)
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const listener = () => onAppend()
    log.listeners.add(listener)
    return () => {
      log.listeners.delete(listener)
      if (log.listeners.size === 0 && log.entries.length === 0 && log.before.seq === 0) this.#logs.delete(userId)
    }
  }

  close(): Promise<void> {
    this.#logs.clear()
    return Promise.resolve()
  }

  #log(userId: string): Log {
    let log = this.#logs.get(userId)
    if (log === undefined) {
      log = { entries: [], before: this.#start(), ids: new Set(), listeners: new Set() }
      this.#logs.set(userId, log)
    }
    return log
  }

  #start(): Position {
    return { epoch: this.#epoch, seq: 0, id: null }
  }

  #trim(log: Log): void {
    const oldestKept = Date.now() - this.#maxAgeMs
    let drop = Math.max(0, log.entries.length - this.#maxEvents)
    while (drop < log.entries.length && (log.entries[drop]?.storedAt ?? Infinity) < oldestKept) drop += 1
    if (drop === 0) return
    const dropped = log.entries.splice(0, drop)
    for (const entry of dropped) log.ids.delete(entry.stored.id ?? '')
    const last = dropped.at(-1)
    if (last !== undefined) log.before = position(last.stored)
  }
}

function wake(listener: () => void): void {
  try {
    listener()
  } catch {
    // The event is stored: what a listener does about it is no business of the sender's, nor of the other listeners.
  }
}

function headOf(log: Log): Position {
  const last = log.entries.at(-1)
  return last === undefined ? log.before : position(last.stored)
}

function position({ epoch, seq, id }: Position): Position {
  return { epoch, seq, id }
}

function take(entries: readonly Entry[], from: number, limit: number): StoredEvent[] {
  return entries.slice(from, from + limit).map((entry) => entry.stored)
}

function positive(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0) return value
  throw new TypeError(`${name} must be a number above 0; received ${String(value)}.`)
}
