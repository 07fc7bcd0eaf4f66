import { quote } from '../errors.js'
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

/**
 * One append-only log for each user. What a store cannot do rejects with an `EventStoreError` that says why; an empty user
 * id, and an event whose id is no text of 1 to 256 characters, with a `TypeError`.
 */
export interface EventStore {
  /**
   * Resolves when the event is as durable as the store promises. Events of one user are stored in the order of the calls.
   * The id of an event that is still kept is never stored twice: a resend gives the first one's position.
   */
  append(userId: string, event: AgentEvent): Promise<Position>
  /** The position of the last event, of those appended before this call at least. */
  head(userId: string): Promise<Position>
  /** At most `limit` events after a position, oldest first. */
  read(userId: string, after: Position, limit: number): Promise<StoredEvent[] | Gone>
  /**
   * Calls back after each append to the user's log, once for several appends at times and now and then without one;
   * returns the way to stop it. Whoever is called reads.
   */
  subscribe(userId: string, onAppend: () => void): () => void
  /** Ends the store: what was appended is stored first, whatever is asked for later is refused. */
  close(): Promise<void>
}

/** How much of each user's log is kept. */
export interface RetentionOptions {
  /** Events kept for each user. Default 1,000. */
  readonly maxEvents?: number | undefined
  /** Milliseconds an event is kept. Default 24 hours. */
  readonly maxAgeMs?: number | undefined
}

const DAY_MS = 86_400_000

/** Before the oldest event that is kept. */
export const FROM_OLDEST: Position = Object.freeze({ epoch: 0, seq: 0, id: null })

/** The two ends of a log: the position before the oldest event that is kept, and that of the last one. */
export interface LogEnds {
  readonly before: Position
  readonly head: Position
}

/**
 * Why a cursor cannot be continued in a log; absent when it can.
 *
 * @param idThere The id of the event at the cursor; absent when none is kept there.
 */
export function judgeCursor(after: Position, { before, head }: LogEnds, idThere: string | undefined): Gone | undefined {
  if (isFromOldest(after)) return undefined
  if (after.epoch !== head.epoch || !Number.isSafeInteger(after.seq) || after.seq > head.seq) return changed(before)
  if (after.seq < before.seq) return { gone: 'retention', oldest: before }
  const known = after.seq === before.seq ? before.id : (idThere ?? null)
  return after.id !== null && known !== null && known !== after.id ? changed(before) : undefined
}

let lastEpoch = 0

/** An epoch later than all before: microseconds since 1970, or the next free number. */
export function nextEpoch(after = 0): number {
  lastEpoch = Math.max(lastEpoch + 1, after + 1, Date.now() * 1_000)
  return lastEpoch
}

/** Whether a cursor asks for everything that is kept. */
export function isFromOldest(after: Position): boolean {
  return after.epoch === 0 && after.seq === 0
}

function changed(oldest: Position): Gone {
  return { gone: 'history-changed', oldest }
}

/** Calls a listener whose failure is no business of the sender's, nor of the other listeners. */
export function wake(listener: () => void): void {
  try {
    listener()
  } catch {
    // The event is stored: whoever was told could do nothing with it.
  }
}

/** @throws {TypeError} a limit is not a number above 0 */
export function checkRetention({ maxEvents = 1_000, maxAgeMs = DAY_MS }: RetentionOptions): Retention {
  return { maxEvents: positive('maxEvents', maxEvents), maxAgeMs: positive('maxAgeMs', maxAgeMs) }
}

/** The limits of a store, checked. */
export interface Retention {
  readonly maxEvents: number
  readonly maxAgeMs: number
}

/** How many events to read: a whole number from 0. */
export function wholeLimit(limit: number): number {
  return limit > 0 ? Math.min(Math.floor(limit), Number.MAX_SAFE_INTEGER) : 0
}

/** @throws {TypeError} the id is no string, or empty */
export function checkUserId(userId: string): string {
  if (typeof userId === 'string' && userId !== '') return userId
  throw new TypeError(`userId must be a non-empty string; received ${quote(userId)}.`)
}

/** A cursor names the id, and has to fit into a frame and a header of a client. */
const LONGEST_EVENT_ID = 256

/** @throws {TypeError} it has no id that a log could know it by */
export function checkEventId(event: AgentEvent): string {
  const id: unknown = typeof event === 'object' && event !== null ? event.id : undefined
  if (typeof id === 'string' && id !== '' && id.length <= LONGEST_EVENT_ID) return id
  throw new TypeError(
    `The id of an event must be a non-empty string of at most ${LONGEST_EVENT_ID} characters; received ${quote(id)}.`,
  )
}

function positive(name: string, value: unknown): number {
  if (typeof value === 'number' && value > 0) return value
  throw new TypeError(`${name} must be a number above 0; received ${String(value)}.`)
}
