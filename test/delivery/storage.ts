import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import type { EventStore } from '@switchyard/dispatcher'
import type { Build } from './build.js'

/** Where the logs of a world are, and what can happen to them. */
export interface Storage {
  open(): EventStore
  /** What happened to the logs when their process was killed. */
  readonly afterKill: 'kept' | 'lost'
  /** The store is closed: keeps a copy of what it holds, to be set back to; `false` when there is no such thing. */
  backUp(): boolean
  /** The store is closed: what was stored since the copy was made is gone, as a power cut may do it. */
  setBack(): void
  /** The store is closed: everything is gone. */
  lose(): void
  remove(): void
}

export interface Retention {
  readonly maxEvents: number
  readonly maxAgeMs: number
}

/** Small, so that histories go beyond it. */
export const RETENTION: Retention = { maxEvents: 12, maxAgeMs: 600_000 }

export function memoryStorage({ main }: Build, retention: Retention): Storage {
  return {
    open: () => new main.MemoryEventStore(retention),
    afterKill: 'lost',
    backUp: () => false,
    setBack: () => {},
    lose: () => {},
    remove: () => {},
  }
}

export function sqliteStorage({ sqlite }: Build, retention: Retention): Storage {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-delivery-'))
  const path = join(folder, 'events.db')
  let saved: ReadonlyMap<string, readonly unknown[][]> | undefined
  return {
    open: () => new sqlite.SqliteEventStore({ path, ...retention }),
    afterKill: 'kept',
    backUp: () => {
      if (existsSync(path)) saved = inDatabase(path, rowsOf)
      return saved !== undefined
    },
    // Within the file: what a power cut takes from it, it takes without making another one.
    setBack: () => {
      if (saved !== undefined)
        for (const [table, rows] of saved) inDatabase(path, (database) => replace(database, table, rows))
    },
    lose: () => {
      saved = undefined
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function inDatabase<Result>(path: string, use: (database: Database.Database) => Result): Result {
  const database = new Database(path)
  try {
    return use(database)
  } finally {
    database.close()
  }
}

function rowsOf(database: Database.Database): Map<string, unknown[][]> {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").raw().all() as [string][]
  return new Map(
    tables.map(([table]) => [table, database.prepare(`SELECT * FROM ${table}`).raw().all() as unknown[][]]),
  )
}

function replace(database: Database.Database, table: string, rows: readonly unknown[][]): void {
  database.exec(`DELETE FROM ${table}`)
  for (const row of rows) database.prepare(`INSERT INTO ${table} VALUES (${row.map(() => '?').join()})`).run(...row)
}
