import type { AgentEvent } from '../events/event.js'
import {
  type Gone,
  isFromOldest,
  judgeCursor,
  type LogEnds,
  type Position,
  type Retention,
  type StoredEvent,
  wholeLimit,
} from '../events/store.js'
import type { OpenFile } from './sqlite-file.js'
import { fromStored } from './stored-text.js'

const SELECT_LOG = `SELECT l.log, l.before, l.before_id, head.seq, head.id, oldest.stored_at FROM switchyard_logs l
  LEFT JOIN switchyard_events head ON head.log = l.log
    AND head.seq = (SELECT max(seq) FROM switchyard_events WHERE log = l.log)
  LEFT JOIN switchyard_events oldest ON oldest.log = l.log AND oldest.seq = l.before + 1
  WHERE l.user = ?`
const SELECT_USERS_OF_EXPIRED = `SELECT DISTINCT user FROM switchyard_logs WHERE log IN
  (SELECT log FROM (SELECT log, stored_at FROM switchyard_events ORDER BY rowid LIMIT 1000) WHERE stored_at < ?)`
const SELECT_FIRST_KEPT =
  'SELECT seq FROM switchyard_events WHERE log = ? AND seq > ? AND stored_at >= ? ORDER BY seq LIMIT 1'
const SELECT_FROM = 'SELECT seq, id, event FROM switchyard_events WHERE log = ? AND seq >= ? ORDER BY seq LIMIT ?'
const SELECT_PLACE = 'SELECT id, stored_at FROM switchyard_events WHERE log = ? AND seq = ?'
const SELECT_SEQ = 'SELECT seq FROM switchyard_events WHERE log = ? AND id = ?'
const INSERT_EVENT = 'INSERT INTO switchyard_events VALUES (?, ?, ?, ?, ?) ON CONFLICT (id, log) DO NOTHING'
const INSERT_LOG = 'INSERT INTO switchyard_logs (user) VALUES (?) RETURNING log'
const UPDATE_LOG = 'UPDATE switchyard_logs SET before = ?, before_id = ? WHERE log = ?'
const DELETE_EVENTS = 'DELETE FROM switchyard_events WHERE log = ? AND seq <= ?'

/** What is not kept any more is deleted once it is this part of the rest: to delete with each append costs as much as to append. */
const SLACK = 1 / 16
/** The logs whose ends are remembered between transactions. */
const MOST_REMEMBERED = 10_000

/** One event to append, as text. */
export interface Appended {
  readonly user: string
  readonly id: string
  readonly text: string
}

/** Where an event is, and whether it had been there before. */
export interface Placed {
  readonly position: Position
  readonly isNew: boolean
}

/** The rows of one user: those after `before`, up to `seq`. */
interface Log {
  readonly log: number
  seq: number
  id: string | null
  before: number
  beforeId: string | null
  /** When the oldest row was stored; absent when there is none. */
  oldestAt: number | undefined
}

/** The logs in a file, within the transaction of whoever calls. */
export class SqliteLogs {
  readonly #maxEvents: number
  readonly #maxAgeMs: number
  /** Good for as long as nobody else has written to the file. */
  readonly #known = new Map<string, Log>()
  #knownIn: OpenFile | undefined
  #knownVersion: unknown
  #nextSweep = 0

  constructor({ maxEvents, maxAgeMs }: Retention) {
    this.#maxEvents = Math.floor(maxEvents)
    this.#maxAgeMs = maxAgeMs
  }

  append(file: OpenFile, events: readonly Appended[]): Placed[] {
    this.#look(file)
    const now = Date.now()
    const placed = events.map(({ user, id, text }) => {
      const log = this.#logOf(file, user) ?? this.#newLog(file, user)
      const before = log.seq
      const seq = this.#appendOne(file, log, id, text, now)
      return { position: { epoch: file.epoch, seq, id: fromStored(id) }, isNew: log.seq > before }
    })
    for (const user of new Set(events.map((event) => event.user))) this.#trim(file, user, now)
    this.#trimOthers(file, now)
    return placed
  }

  /** A transaction failed: what is remembered of it never came to be. */
  forget(): void {
    this.#known.clear()
  }

  head(file: OpenFile, user: string): Position {
    this.#look(file)
    const log = this.#logOf(file, user)
    return positionAt(file, log?.seq ?? 0, log?.id ?? null)
  }

  read(file: OpenFile, user: string, after: Position, limit: number): StoredEvent[] | Gone {
    this.#look(file)
    const log = this.#logOf(file, user)
    if (log === undefined) {
      const start = positionAt(file, 0, null)
      return judgeCursor(after, { before: start, head: start }, undefined) ?? []
    }
    const ends = this.#endsOf(file, log)
    const from = isFromOldest(after) ? ends.before.seq : after.seq
    if (!Number.isSafeInteger(from)) return { gone: 'history-changed', oldest: ends.before }
    // With the row at the cursor, whose id is checked.
    const rows = file.statement(SELECT_FROM).all(log.log, from, Math.min(wholeLimit(limit), log.seq) + 1)
    const there = Number(rows[0]?.[0]) === from ? rows.shift() : undefined
    const gone = judgeCursor(after, ends, there === undefined ? undefined : fromStored(String(there[1])))
    if (gone !== undefined) return gone
    return rows.slice(0, wholeLimit(limit)).map(([seq, , text]) => storedEvent(file.epoch, Number(seq), String(text)))
  }

  #appendOne(file: OpenFile, log: Log, id: string, text: string, now: number): number {
    const insert = file.statement(INSERT_EVENT)
    if (insert.run(log.log, log.seq + 1, id, now, text).changes === 0) {
      const known = Number(file.statement(SELECT_SEQ).get(log.log, id)?.[0])
      const dropped = this.#droppedBy(file, log, now)
      if (known > dropped) return known
      // It is kept no longer, only not deleted yet.
      drop(file, log, dropped)
      insert.run(log.log, log.seq + 1, id, now, text)
    }
    log.seq += 1
    log.id = id
    log.oldestAt ??= now
    return log.seq
  }

  /** Forgets what is remembered when somebody else has written since. */
  #look(file: OpenFile): void {
    const version = file.statement('PRAGMA data_version').get()?.[0]
    if (this.#knownIn !== file || this.#knownVersion !== version || this.#known.size > MOST_REMEMBERED) {
      this.#known.clear()
    }
    this.#knownIn = file
    this.#knownVersion = version
  }

  #logOf(file: OpenFile, user: string): Log | undefined {
    const known = this.#known.get(user)
    if (known !== undefined) return known
    const row = file.statement(SELECT_LOG).get(user)
    if (row === undefined) return undefined
    const [log, before, beforeId, seq, id, oldestAt] = row
    const found: Log = {
      log: Number(log),
      seq: Number(seq ?? before),
      id: textOf(seq === null ? beforeId : id),
      before: Number(before),
      beforeId: textOf(beforeId),
      oldestAt: oldestAt === null ? undefined : Number(oldestAt),
    }
    this.#known.set(user, found)
    return found
  }

  #newLog(file: OpenFile, user: string): Log {
    const [log] = file.statement(INSERT_LOG).get(user) ?? []
    const made: Log = { log: Number(log), seq: 0, id: null, before: 0, beforeId: null, oldestAt: undefined }
    this.#known.set(user, made)
    return made
  }

  /** The `seq` of the last event that is kept no longer, whether its row is deleted or not. */
  #droppedBy(file: OpenFile, log: Log, now: number): number {
    const byCount = Math.max(log.before, log.seq - this.#maxEvents)
    const oldestKept = now - this.#maxAgeMs
    if (log.oldestAt === undefined || log.oldestAt >= oldestKept) return byCount
    const [kept] = file.statement(SELECT_FIRST_KEPT).get(log.log, log.before, oldestKept) ?? []
    return Math.max(byCount, kept === undefined ? log.seq : Number(kept) - 1)
  }

  #endsOf(file: OpenFile, log: Log): LogEnds {
    const before = this.#droppedBy(file, log, Date.now())
    return {
      before: positionAt(file, before, idAt(file, log, before)),
      head: positionAt(file, log.seq, log.id),
    }
  }

  #trim(file: OpenFile, user: string, now: number): void {
    const log = this.#logOf(file, user)
    if (log?.oldestAt === undefined) return
    const isMuch = log.seq - log.before > this.#maxEvents + Math.floor(this.#maxEvents * SLACK)
    const isOld = log.oldestAt < now - this.#maxAgeMs * (1 + SLACK)
    if (isMuch || isOld) drop(file, log, this.#droppedBy(file, log, now))
  }

  /** Users who never come back leave no events behind: rows are in the order in which they were stored. */
  #trimOthers(file: OpenFile, now: number): void {
    if (now < this.#nextSweep) return
    const users = file.statement(SELECT_USERS_OF_EXPIRED).all(now - this.#maxAgeMs * (1 + SLACK))
    for (const [user] of users) this.#trim(file, String(user), now)
    if (users.length === 0) this.#nextSweep = now + this.#maxAgeMs * SLACK
  }
}

function drop(file: OpenFile, log: Log, last: number): void {
  if (last <= log.before) return
  log.beforeId = idAt(file, log, last)
  log.before = last
  file.statement(DELETE_EVENTS).run(log.log, last)
  file.statement(UPDATE_LOG).run(log.before, log.beforeId, log.log)
  const oldestAt = file.statement(SELECT_PLACE).get(log.log, last + 1)?.[1]
  log.oldestAt = oldestAt === undefined ? undefined : Number(oldestAt)
}

function idAt(file: OpenFile, log: Log, seq: number): string | null {
  if (seq === log.before) return log.beforeId
  return seq === log.seq ? log.id : textOf(file.statement(SELECT_PLACE).get(log.log, seq)?.[0])
}

function positionAt(file: OpenFile, seq: number, id: string | null): Position {
  return { epoch: file.epoch, seq, id: id === null ? null : fromStored(id) }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function storedEvent(epoch: number, seq: number, text: string): StoredEvent {
  const event = JSON.parse(text) as AgentEvent
  return { epoch, seq, id: event.id, event }
}
