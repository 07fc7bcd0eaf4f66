import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FROM_OLDEST } from '../../src/events/store.js'
import { SqliteEventStore, type SqliteEventStoreOptions } from '../../src/sqlite.js'
import { DIST } from '../support/node-process.js'
import { eventOf, eventsOf, fill, readIds } from './store-kinds.js'

let folder: string
let path: string
const opened: SqliteEventStore[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchyard-sqlite-'))
  path = join(folder, 'events.db')
})
afterEach(async () => {
  vi.useRealTimers()
  for (const store of opened.splice(0)) await store.close()
  rmSync(folder, { recursive: true, force: true })
})

function open(options: Partial<SqliteEventStoreOptions> = {}): SqliteEventStore {
  const store = new SqliteEventStore({ path, ...options })
  opened.push(store)
  return store
}

describe('a SqliteEventStore whose process is killed', () => {
  it.each(['normal', 'full'] as const)(
    'has every event that was acknowledged, without a gap and none twice (%s)',
    async (synchronous) => {
      const acknowledged: string[] = []
      for (let run = 0; run < 8; run += 1) {
        const child = appendUntilKilled(`run-${run}`, 40, synchronous)
        for await (const id of createInterface({ input: child.stdout })) {
          acknowledged.push(id)
          // Somewhere in the middle of what it does next.
          if (acknowledged.length % 97 === 96) child.kill('SIGKILL')
        }
      }
      expect(acknowledged.length).toBeGreaterThan(700)
      const events = eventsOf(await open({ maxEvents: 1e6 }).read('u-1', FROM_OLDEST, 1e6))
      const ids = events.map(({ event }) => event.id)
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
      expect(new Set(ids).size).toBe(ids.length)
      const stored = new Set(ids)
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
    },
  )
})

describe('several processes on one file', () => {
  it('append at once without a gap, and lose none', async () => {
    const store = open({ maxEvents: 1e6 })
    await store.head('u-1')
    const children = ['one', 'two'].map((name) => appendUntilKilled(name, 10, 'normal', 200))
    const ended = Promise.all(children.map(async (child) => once(child, 'exit')))
    const own = Array.from({ length: 200 }, (_, index) => `own-${index}`)
    await fill(store, own)
    await ended
    const events = eventsOf(await store.read('u-1', FROM_OLDEST, 1e6))
    expect(events).toHaveLength(600)
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    for (const name of ['own', 'one', 'two']) {
      const ids = events.map(({ event }) => event.id).filter((id) => id.startsWith(`${name}-`))
      expect(ids).toEqual(Array.from({ length: 200 }, (_, index) => `${name}-${index}`))
    }
  })
})

/** A process that appends for u-1, as many at once as it is told, and prints the id of each event that is acknowledged. */
function appendUntilKilled(
  name: string,
  atOnce: number,
  synchronous: string,
  count = 1e9,
): ChildProcess & { readonly stdout: NonNullable<ChildProcess['stdout']> } {
  const script = `
    import { writeSync } from 'node:fs'
    import { SqliteEventStore } from ${JSON.stringify(`${DIST}sqlite.js`)}
    const store = new SqliteEventStore({ path: ${JSON.stringify(path)}, maxEvents: 1e6, synchronous: '${synchronous}' })
    for (let next = 0; next < ${count}; ) {
      const turn = Array.from({ length: ${atOnce} }, () => '${name}-' + next++)
      await Promise.all(turn.map(async (id) => {
        await store.append('u-1', { id, userId: 'u-1', type: 'agent_started', payload: {} })
        writeSync(1, id + '\\n')
      }))
    }
    await store.close()`
  return spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] })
}

describe('the transactions of a SqliteEventStore', () => {
  it('are one for all appends of a turn of the event loop, whoever they are for', async () => {
    const store = open()
    await fill(store, ['a'])
    const before = commits()
    await Promise.all(
      ['b', 'c', 'd'].flatMap((id) => [store.append('u-1', eventOf(id)), store.append('u-2', eventOf(id))]),
    )
    expect(commits()).toBe(before + 1)
    await fill(store, ['e', 'f'])
    expect(commits()).toBe(before + 3)
  })

  it('reject all their appends when they fail, and the store goes on when it can', async () => {
    const store = open()
    await fill(store, ['a'])
    const other = new Database(path)
    other.exec('ALTER TABLE switchyard_events RENAME TO elsewhere')
    const refused = [store.append('u-1', eventOf('b')), store.append('u-2', eventOf('c'))]
    for (const append of refused) {
      await expect(append).rejects.toMatchObject({ name: 'EventStoreError', code: 'event_store' })
      await expect(append).rejects.toThrow(/^The SQLite database .*events\.db could not append: .*switchyard_events/u)
    }
    other.exec('ALTER TABLE elsewhere RENAME TO switchyard_events')
    other.exec(`CREATE TRIGGER refuse BEFORE INSERT ON switchyard_events WHEN NEW.id = 'bad'
      BEGIN SELECT RAISE(ABORT, 'refused'); END`)
    other.close()
    expect(await store.append('u-1', eventOf('b'))).toMatchObject({ seq: 2 })
    const good = store.append('u-1', eventOf('c'))
    await expect(store.append('u-1', eventOf('bad'))).rejects.toThrow('could not append: refused')
    await expect(good).rejects.toThrow('could not append: refused')
    expect(await store.head('u-1')).toMatchObject({ seq: 2, id: 'b' })
    expect(await store.append('u-1', eventOf('c'))).toMatchObject({ seq: 3 })
    expect(await readIds(store, FROM_OLDEST)).toEqual(['a', 'b', 'c'])
  })

  /** The frames of the write-ahead log that end a transaction: those that name the size of the database. */
  function commits(): number {
    const log = readFileSync(`${path}-wal`)
    const frame = 24 + log.readUInt32BE(8)
    let found = 0
    for (let at = 32; at + frame <= log.length; at += frame) found += log.readUInt32BE(at + 4) > 0 ? 1 : 0
    return found
  }
})

describe('the file of a SqliteEventStore', () => {
  it('keeps its events, its epoch and its count when it is closed and opened', async () => {
    const first = open()
    const positions = await fill(first, ['a', 'b'])
    await first.close()
    const second = open()
    expect(await second.head('u-1')).toEqual(positions[1])
    expect(await second.append('u-1', eventOf('a'))).toEqual(positions[0])
    expect(await second.append('u-1', eventOf('c'))).toMatchObject({ epoch: positions[0]?.epoch, seq: 3 })
  })

  it('begins a later epoch when an older copy took its place, open or not', async () => {
    const store = open()
    await fill(store, ['a'])
    await store.close()
    // Everything is in the one file once it is closed.
    expect(existsSync(`${path}-wal`) && readFileSync(`${path}-wal`).length > 0).toBe(false)
    copyFileSync(path, join(folder, 'copy.db'))
    const again = open()
    again.subscribe('u-1', () => undefined)
    const [b = FROM_OLDEST, c = FROM_OLDEST] = await fill(again, ['b', 'c'])
    expect(await readIds(again, b)).toEqual(['c'])
    for (const end of ['-wal', '-shm']) rmSync(path + end)
    renameSync(join(folder, 'copy.db'), path)
    for (const lost of [b, b, c]) {
      expect(await again.read('u-1', lost, 100)).toMatchObject({ gone: 'history-changed', oldest: { seq: 0 } })
    }
    // The very events that were lost are sent again, and come to lie where they were.
    const [, , c2 = FROM_OLDEST] = await fill(again, ['a', 'b', 'c'])
    expect(c2).toMatchObject({ seq: 3, id: 'c' })
    expect(c2.epoch).toBeGreaterThan(c.epoch)
    expect(await again.read('u-1', c, 100)).toMatchObject({ gone: 'history-changed' })
  })

  it('tells cursors past its end, when the end of its log was lost, for another history', async () => {
    const store = open()
    await fill(store, ['a'])
    const { length } = readFileSync(`${path}-wal`)
    const [, c = FROM_OLDEST] = await fill(store, ['b', 'c'])
    const left = join(folder, 'left.db')
    copyFileSync(path, left)
    writeFileSync(`${left}-wal`, readFileSync(`${path}-wal`).subarray(0, length + 100))
    const after = open({ path: left })
    expect(await readIds(after, FROM_OLDEST)).toEqual(['a'])
    expect(await after.read('u-1', c, 100)).toMatchObject({ gone: 'history-changed' })
  })

  it('loses the events of users who never come back once they are too old', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const store = open({ maxAgeMs: 1_000 })
    await fill(store, ['a', 'b'], 'u-1')
    vi.setSystemTime(Date.now() + 2_000)
    await fill(store, ['c'], 'u-2')
    await store.close()
    const database = new Database(path)
    expect(database.prepare('SELECT id FROM switchyard_events').raw().all()).toEqual([['c']])
    database.close()
    expect(await open({ maxAgeMs: 1_000 }).head('u-1')).toMatchObject({ seq: 2, id: 'b' })
  })
})

describe('a SqliteEventStore that cannot open its file', () => {
  it('opens nothing before the first call, which says why, and works once it can', async () => {
    const missing = join(folder, 'later')
    const store = open({ path: join(missing, 'events.db') })
    expect(existsSync(missing)).toBe(false)
    const listened = vi.fn<() => void>()
    store.subscribe('u-1', listened)
    await expect(store.append('u-1', eventOf('a'))).rejects.toThrow(
      `The SQLite database ${missing}/events.db could not append: its folder does not exist.`,
    )
    mkdirSync(missing)
    expect(await store.append('u-1', eventOf('a'))).toMatchObject({ seq: 1 })
    expect(listened).toHaveBeenCalledTimes(1)
  })

  it('says so of a file that is no database, and leaves it as it was', async () => {
    writeFileSync(path, 'not a database, but a text that is longer than any header of one would be '.repeat(10))
    const before = readFileSync(path, 'utf8')
    const store = open()
    await expect(store.read('u-1', FROM_OLDEST, 1)).rejects.toThrow(
      /could not read: .*not a database.*\. Move it away to begin anew/u,
    )
    expect(readFileSync(path, 'utf8')).toBe(before)
  })

  it('says so of a database of a later version', async () => {
    const store = open()
    await fill(store, ['a'])
    await store.close()
    const database = new Database(path)
    database.exec('UPDATE switchyard_store SET version = 2')
    database.close()
    await expect(open().head('u-1')).rejects.toThrow('it is of version 2, and this release reads 1')
  })
})

describe('new SqliteEventStore()', () => {
  it.each([
    [{ path: '' }, 'path must be the name of a file; received "". In memory: MemoryEventStore.'],
    [{ path: ':memory:' }, 'In memory: MemoryEventStore'],
    [{ path: 7 }, 'path must be the name of a file; received 7.'],
    [{ path: 'a.db', synchronous: 'off' }, 'synchronous must be "normal" or "full"; received "off".'],
  ])('refuses %j', (options, message) => {
    expect(() => new SqliteEventStore(options as SqliteEventStoreOptions)).toThrow(TypeError)
    expect(() => new SqliteEventStore(options as SqliteEventStoreOptions)).toThrow(message)
  })
})
