import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import Database from 'libsql'
import { EventStoreError } from '../errors.js'
import { nextEpoch } from '../events/store.js'

const VERSION = 1
const BUSY_TIMEOUT_MS = 5_000

/** Ids that follow each other, as ours do, come to lie on one page of their index, whoever's events they are of. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS switchyard_store (version INTEGER NOT NULL, epoch INTEGER NOT NULL, file TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS switchyard_logs (log INTEGER PRIMARY KEY, user TEXT NOT NULL UNIQUE,
    before INTEGER NOT NULL DEFAULT 0, before_id TEXT);
  CREATE TABLE IF NOT EXISTS switchyard_events (log INTEGER NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL,
    stored_at INTEGER NOT NULL, event TEXT NOT NULL, UNIQUE (log, seq), UNIQUE (id, log))`

/** What is bound to a statement. */
export type Value = string | number | null

/** A prepared statement. */
export interface Statement {
  run(...values: Value[]): { readonly changes: number }
  /** The first row, its columns in order. */
  get(...values: Value[]): unknown[] | undefined
  all(...values: Value[]): unknown[][]
}

/** An open database, the epoch of its logs, and the statements prepared in it. */
export interface OpenFile {
  readonly epoch: number
  statement(sql: string): Statement
}

interface Connection extends OpenFile {
  readonly database: Database.Database
  /** Which file this is: another one may come to lie at its path. */
  readonly identity: string
}

/** Databases whose file is gone: to close one would remove the write-ahead log of whatever lies at its path now. */
const abandoned: Connection[] = []

/** The file of a store: opened on first use, and again when another one lies at its path. */
export class SqliteFile {
  readonly path: string
  readonly #synchronous: 'normal' | 'full'
  #connection: Connection | undefined
  #closed = false

  constructor(path: string, synchronous: 'normal' | 'full') {
    this.path = resolve(path)
    this.#synchronous = synchronous
  }

  /**
   * Does something in one transaction; `write` takes the lock of the file first.
   *
   * @throws {EventStoreError} what `doing` could not be done, and why
   */
  transaction<Result>(mode: 'read' | 'write', doing: string, use: (file: OpenFile) => Result): Result {
    if (this.#closed) throw new EventStoreError(`Cannot ${doing}: the SqliteEventStore of ${this.path} is closed.`)
    try {
      return inTransaction(this.#open(), mode, use)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new EventStoreError(`The SQLite database ${this.path} could not ${doing}: ${reason}.${hint(cause)}`, cause)
    }
  }

  /** The epoch of the file that is open; absent where that is no longer the one at its path. */
  get epoch(): number | undefined {
    return this.#connection?.identity === identityOf(this.path) ? this.#connection.epoch : undefined
  }

  /** Changes whenever somebody else has written to the file. */
  dataVersion(): unknown {
    const connection = this.#open()
    return `${connection.identity} ${String(connection.statement('PRAGMA data_version').get()?.[0])}`
  }

  close(): void {
    const { path } = this
    const connection = this.#connection
    this.#closed = true
    this.#connection = undefined
    if (connection?.identity !== identityOf(path)) return
    try {
      // Statements keep it half open, so closing alone leaves the log beside the file, and a copy of the file without it.
      connection.statement('PRAGMA wal_checkpoint(TRUNCATE)').get()
    } catch {
      // What was acknowledged is in the log all the same, and the next to open the file finds it there.
    }
    connection.database.close()
  }

  #open(): Connection {
    const known = this.#connection
    if (known !== undefined) {
      if (known.identity === identityOf(this.path)) return known
      abandoned.push(known)
      this.#connection = undefined
    }
    this.#connection = connect(this.path, this.#synchronous)
    return this.#connection
  }
}

function inTransaction<Result>(file: OpenFile, mode: 'read' | 'write', use: (file: OpenFile) => Result): Result {
  file.statement(mode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN').run()
  try {
    const result = use(file)
    file.statement('COMMIT').run()
    return result
  } catch (cause) {
    try {
      file.statement('ROLLBACK').run()
    } catch {
      // Rolled back already, as a full disk does it; what went wrong first is what matters.
    }
    throw cause
  }
}

function connect(path: string, synchronous: 'normal' | 'full'): Connection {
  if (!existsSync(dirname(path))) throw new Error('its folder does not exist')
  const database = new Database(path)
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA synchronous = ${synchronous}`)
    const [mode] = rowOf(database.prepare('PRAGMA journal_mode = WAL').raw().get())
    if (mode !== 'wal') throw new Error(`its journal mode is ${String(mode)}, and has to be WAL`)
    const identity = identityOf(path)
    const statements = new Map<string, Statement>()
    const statement = (sql: string): Statement => {
      let prepared = statements.get(sql)
      if (prepared === undefined) {
        prepared = prepare(database, sql)
        statements.set(sql, prepared)
      }
      return prepared
    }
    const epoch = inTransaction({ epoch: 0, statement }, 'write', () => begin(database, identity))
    return { database, identity, epoch, statement }
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Makes what is missing, and gives the epoch: a later one for a new file, and for one that was put here from elsewhere. */
function begin(database: Database.Database, identity: string): number {
  database.exec(SCHEMA)
  const [version, epoch, file] = rowOf(
    database.prepare('SELECT version, epoch, file FROM switchyard_store').raw().get() ?? [VERSION, 0, ''],
  )
  if (version !== VERSION) throw new Error(`it is of version ${String(version)}, and this release reads ${VERSION}`)
  if (file === identity) return Number(epoch)
  const next = nextEpoch(Number(epoch))
  database.exec('DELETE FROM switchyard_store')
  database.prepare('INSERT INTO switchyard_store VALUES (?, ?, ?)').run(VERSION, next, identity)
  return next
}

function prepare(database: Database.Database, sql: string): Statement {
  const prepared = database.prepare(sql)
  const rows = prepared.reader ? prepared.raw() : prepared
  return {
    run: (...values) => prepared.run(...values),
    get: (...values) => {
      const row = rows.get(...values)
      return row === undefined ? undefined : rowOf(row)
    },
    all: (...values) => rows.all(...values).map(rowOf),
  }
}

function rowOf(row: unknown): unknown[] {
  if (Array.isArray(row)) return row
  throw new TypeError(`SQLite gave ${String(row)} for a row.`)
}

function identityOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? 'none' : `${found.ino}-${found.birthtimeNs}`
}

function hint(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (/^SQLITE_(?:CORRUPT|NOTADB)/u.test(code)) return ' Move it away to begin anew, or put a backup in its place.'
  if (code.startsWith('SQLITE_BUSY')) return ` Another process kept it locked for ${BUSY_TIMEOUT_MS} ms.`
  return ''
}
