import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const copy = join(folder, 'copy.db')
  const removeLog = () => {
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  }
  return {
    open: () => new sqlite.SqliteEventStore({ path, ...retention }),
    afterKill: 'kept',
    backUp: () => {
      if (existsSync(path)) copyFileSync(path, copy)
      return existsSync(path)
    },
    setBack: () => {
      removeLog()
      // Into the same file: what a power cut loses, it loses without making another one.
      writeFileSync(path, readFileSync(copy))
    },
    lose: () => {
      removeLog()
      rmSync(path, { force: true })
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
