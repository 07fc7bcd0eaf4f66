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
import type { AgentEvent } from '../events/event.js'
import type { OpenFile } from './sqlite-file.js'
import { fromStored } from './stored-text.js'

const SELECT_LOG = `SELECT log, seq, id, before, before_id,
  (SELECT stored_at FROM switchyard_events e WHERE e.log = l.log AND e.seq = l.before + 1)
  FROM switchyard_logs l WHERE user = ?`
const SELECT_USERS_OF_EXPIRED = `SELECT DISTINCT user FROM switchyard_logs WHERE log IN
  (SELECT log FROM (SELECT log, stored_at FROM switchyard_events ORDER BY rowid LIMIT 100) WHERE stored_at < ?)`
const SELECT_FIRST_KEPT =
  'SELECT seq FROM switchyard_events WHERE log = ? AND seq > ? AND stored_at >= ? ORDER BY seq LIMIT 1'
const SELECT_AFTER = 'SELECT seq, event FROM switchyard_events WHERE log = ? AND seq > ? ORDER BY seq LIMIT ?'
const SELECT_ID = 'SELECT id FROM switchyard_events WHERE log = ? AND seq = ?'
const SELECT_SEQ = 'SELECT seq FROM switchyard_events WHERE log = ? AND id = ?'
const SELECT_OLDEST = 'SELECT stored_at FROM switchyard_events ORDER BY rowid LIMIT 1'
const INSERT_EVENT = 'INSERT INTO switchyard_events VALUES (?, ?, ?, ?, ?) ON CONFLICT (log, id) DO NOTHING'
const INSERT_LOG = 'INSERT INTO switchyard_logs (user) VALUES (?) RETURNING log'
const UPDATE_LOG = 'UPDATE switchyard_logs SET seq = ?, id = ?, before = ?, before_id = ? WHERE log = ?'
const DELETE_EVENTS = 'DELETE FROM switchyard_events WHERE log = ? AND seq <= ?'

/** One event to append, as text. */
export interface Appended {
  readonly user: string
  readonly id: string
  readonly text: string
}

/** A row of the logs: a state that is written back when it has changed. */
interface Log {
  readonly log: number
  seq: number
  id: string | null
  before: number
  beforeId: string | null
}

/** The logs in a file, within the transaction of whoever calls. */
export class SqliteLogs {
  readonly #maxEvents: number
  readonly #maxAgeMs: number

  constructor({ maxEvents, maxAgeMs }: Retention) {
    this.#maxEvents = maxEvents
    this.#maxAgeMs = maxAgeMs
  }

  /** The position of each event, and the users whose log has grown. */
  append(file: OpenFile, events: readonly Appended[]): { positions: Position[]; grown: Set<string> } {
    const now = Date.now()
    const logs = new Map<string, Log>()
    const grown = new Set<string>()
    const positions = events.map(({ user, id, text }) => {
      const log = logs.get(user) ?? this.#logToAppend(file, user, now)
      logs.set(user, log)
      const before = log.seq
      const seq = this.#appendOne(file, log, id, text, now)
      if (log.seq > before) grown.add(user)
      return { epoch: file.epoch, seq, id: fromStored(id) }
    })
    for (const log of logs.values()) {
      this.#trimByCount(file, log)
      save(file, log)
    }
    this.#trimOthers(file, now)
    return { positions, grown }
  }

  ends(file: OpenFile, user: string): LogEnds {
    return endsOf(file, this.#logToRead(file, user))
  }

  read(file: OpenFile, user: string, after: Position, limit: number): StoredEvent[] | Gone {
    const log = this.#logToRead(file, user)
    const ends = endsOf(file, log)
    const gone = judgeCursor(after, ends, idAt(file, log?.log, after.seq))
    if (gone !== undefined || log === undefined) return gone ?? []
    const from = isFromOldest(after) ? ends.before.seq : after.seq
    return file
      .statement(SELECT_AFTER)
      .all(log.log, from, wholeLimit(limit))
      .map(([seq, text]) => storedEvent(file.epoch, Number(seq), String(text)))
  }

  #appendOne(file: OpenFile, log: Log, id: string, text: string, now: number): number {
    const insert = file.statement(INSERT_EVENT)
    if (insert.run(log.log, log.seq + 1, id, now, text).changes === 0) {
      const known = Number(file.statement(SELECT_SEQ).get(log.log, id)?.[0])
      if (known > log.seq - this.#maxEvents) return known
      // It is one too many for long, and only this transaction has not got round to dropping it.
      this.#trimByCount(file, log)
      insert.run(log.log, log.seq + 1, id, now, text)
    }
    log.seq += 1
    log.id = id
    return log.seq
  }

  #logToAppend(file: OpenFile, user: string, now: number): Log {
    const row = file.statement(SELECT_LOG).get(user)
    if (row === undefined) {
      const [log] = file.statement(INSERT_LOG).get(user) ?? []
      return { log: Number(log), seq: 0, id: null, before: 0, beforeId: null }
    }
    const log = logOf(row)
    const kept = this.#firstKept(file, row, now)
    if (kept > log.before + 1) drop(file, log, kept - 1)
    return log
  }

  /** The log without what is too old by now; nothing is deleted for a reader. */
  #logToRead(file: OpenFile, user: string): Log | undefined {
    const row = file.statement(SELECT_LOG).get(user)
    if (row === undefined) return undefined
    const log = logOf(row)
    const kept = this.#firstKept(file, row, Date.now())
    if (kept <= log.before + 1) return log
    return {
      ...log,
      before: kept - 1,
      beforeId: kept - 1 === log.seq ? log.id : (idText(file, log.log, kept - 1) ?? null),
    }
  }

  /** The `seq` of the oldest event that is young enough, or the one that comes next. */
  #firstKept(file: OpenFile, row: readonly unknown[], now: number): number {
    const [log, seq, , before, , oldestAt] = row
    const oldestKept = now - this.#maxAgeMs
    if (oldestAt === null || Number(oldestAt) >= oldestKept) return Number(before) + 1
    const [kept] = file.statement(SELECT_FIRST_KEPT).get(Number(log), Number(before), oldestKept) ?? []
    return kept === undefined ? Number(seq) + 1 : Number(kept)
  }

  #trimByCount(file: OpenFile, log: Log): void {
    if (log.seq - log.before > this.#maxEvents) drop(file, log, log.seq - Math.floor(this.#maxEvents))
  }

  /** Users who never come back leave no events behind: rows are in the order in which they were stored. */
  #trimOthers(file: OpenFile, now: number): void {
    const oldestKept = now - this.#maxAgeMs
    const [oldestAt] = file.statement(SELECT_OLDEST).get() ?? []
    if (oldestAt === undefined || Number(oldestAt) >= oldestKept) return
    for (const [user] of file.statement(SELECT_USERS_OF_EXPIRED).all(oldestKept)) {
      save(file, this.#logToAppend(file, String(user), now))
    }
  }
}

function drop(file: OpenFile, log: Log, last: number): void {
  log.beforeId = last === log.seq ? log.id : (idText(file, log.log, last) ?? null)
  log.before = last
  file.statement(DELETE_EVENTS).run(log.log, last)
}

function save(file: OpenFile, { log, seq, id, before, beforeId }: Log): void {
  file.statement(UPDATE_LOG).run(seq, id, before, beforeId, log)
}

function logOf([log, seq, id, before, beforeId]: readonly unknown[]): Log {
  return { log: Number(log), seq: Number(seq), id: textOf(id), before: Number(before), beforeId: textOf(beforeId) }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function endsOf(file: OpenFile, log: Log | undefined): LogEnds {
  const at = (seq: number, id: string | null): Position => ({
    epoch: file.epoch,
    seq,
    id: id === null ? null : fromStored(id),
  })
  if (log === undefined) return { before: at(0, null), head: at(0, null) }
  return { before: at(log.before, log.beforeId), head: at(log.seq, log.id) }
}

function idAt(file: OpenFile, log: number | undefined, seq: number): string | undefined {
  if (log === undefined || !Number.isSafeInteger(seq)) return undefined
  const id = idText(file, log, seq)
  return id === undefined ? undefined : fromStored(id)
}

function idText(file: OpenFile, log: number, seq: number): string | undefined {
  return textOf(file.statement(SELECT_ID).get(log, seq)?.[0]) ?? undefined
}

function storedEvent(epoch: number, seq: number, text: string): StoredEvent {
  const event = JSON.parse(text) as AgentEvent
  return { epoch, seq, id: event.id, event }
}
