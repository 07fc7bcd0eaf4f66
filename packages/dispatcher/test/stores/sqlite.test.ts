import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { SqliteEventStore } from '../../src/sqlite.js'
import type { RetentionOptions } from '../../src/index.js'
import { describeStore } from './store-suite.js'
import type { Storage } from './store-kinds.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
afterEach(() => void vi.useRealTimers())

describeStore({ name: 'SqliteEventStore', newStorage })

function newStorage(options: RetentionOptions = {}): Storage {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-sqlite-'))
  const path = join(folder, 'events.db')
  const opened: SqliteEventStore[] = []
  const another = () => {
    const store = new SqliteEventStore({ path, ...options })
    opened.push(store)
    return store
  }
  return {
    store: another(),
    another,
    pass: (milliseconds) => void vi.setSystemTime(Date.now() + milliseconds),
    lose: () => {
      for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    },
    remove: async () => {
      for (const store of opened) await store.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
