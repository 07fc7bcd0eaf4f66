// @ts-check
// The event stores beside what the same database does without one.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { MemoryEventStore } from '@switchyard/dispatcher'
import { RedisEventStore } from '@switchyard/dispatcher/redis'
import { SqliteEventStore } from '@switchyard/dispatcher/sqlite'
import { Redis } from 'ioredis'
import Database from 'libsql'
import { eventFor } from './events.mjs'

/** @typedef {import('../measure.mjs').Case} Case */

const AT_ONCE = 100
const USER = 'user-0'
const OLDEST = { epoch: 0, seq: 0, id: null }

/** A folder for databases, removed with what is in it. */
export class Folder {
  path = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))

  constructor() {
    process.once('exit', () => this.remove())
  }

  remove() {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/**
 * A Redis that writes to disk each second; absent where none is on PATH.
 *
 * @param {Folder} folder
 * @returns {Promise<{ url: string, stop(): void } | undefined>}
 */
export async function startRedis(folder) {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const address = free.address()
  const port = String(typeof address === 'object' ? address?.port : 0)
  free.close()
  await once(free, 'close')
  const settings = ['--port', port, '--dir', folder.path, '--save', '', '--appendonly', 'yes']
  const server = spawn('redis-server', settings, { stdio: ['ignore', 'pipe', 'inherit'] })
  // However the bench ends.
  process.once('exit', () => void server.kill('SIGKILL'))
  const ready = new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.stdout.on('data', (text) => {
      if (String(text).includes('Ready to accept connections')) resolve(true)
    })
  })
  if (!(await ready)) return undefined
  return { url: `redis://127.0.0.1:${port}`, stop: () => void server.kill('SIGKILL') }
}

/**
 * Writes texts and nothing else: no numbers, no ids, no retention.
 *
 * @typedef {{ append(user: string, text: string): Promise<unknown>, close(): void }} Keep
 */

/**
 * A bare table in WAL mode, a transaction for each turn of the event loop.
 *
 * @param {string} path
 * @returns {Keep}
 */
export function bareSqlite(path) {
  const { database, insert } = bareTable(path)
  /** @type {{ user: string, text: string, resolve: (value: unknown) => void }[]} */
  let waiting = []
  const commit = () => {
    const batch = waiting
    waiting = []
    database.exec('BEGIN IMMEDIATE')
    for (const { user, text } of batch) insert.run(user, text)
    database.exec('COMMIT')
    for (const { resolve } of batch) resolve(undefined)
  }
  return {
    append: (user, text) =>
      new Promise((resolve) => {
        if (waiting.push({ user, text, resolve }) === 1) setImmediate(commit)
      }),
    close: () => void database.close(),
  }
}

/**
 * An XADD for each text, to a stream for each user.
 *
 * @param {string} url
 * @returns {Keep}
 */
export function bareRedis(url) {
  const redis = new Redis(url, { enableAutoPipelining: true })
  return {
    append: (user, text) => redis.xadd(`bare:${user}`, 'MAXLEN', '~', 10_000, '*', 'e', text),
    close: () => redis.disconnect(),
  }
}

/** @param {string} path */
function bareTable(path) {
  const database = new Database(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE events (user TEXT, event TEXT)')
  return { database, insert: database.prepare('INSERT INTO events VALUES (?, ?)') }
}

/**
 * @param {Folder} folder
 * @returns {Promise<Case[]>}
 */
export async function sqliteCases(folder) {
  const path = join(folder.path, 'events.db')
  const { database: bare, insert } = bareTable(join(folder.path, 'bare.db'))
  const select = bare.prepare(`SELECT event FROM events LIMIT ${AT_ONCE}`)
  const store = new SqliteEventStore({ path })
  const bulk = (/** @type {number} */ count) => {
    bare.exec('BEGIN IMMEDIATE')
    for (let done = 0; done < count; done += 1) insert.run(USER, JSON.stringify(eventFor(USER)))
    bare.exec('COMMIT')
    return count
  }
  return [
    { ...floor('bare WAL insert'), run: () => bulk(1), answer: 1, sync: true },
    {
      ...floor(`bare WAL insert, ${AT_ONCE} a transaction`),
      run: () => bulk(AT_ONCE),
      answer: AT_ONCE,
      sync: true,
      operations: AT_ONCE,
    },
    {
      ...floor(`bare SELECT of ${AT_ONCE}`),
      run: () => select.all().map((row) => JSON.parse(/** @type {{ event: string }} */ (row).event)),
      read: (events) => events.length,
      answer: AT_ONCE,
      sync: true,
      operations: AT_ONCE,
      close: () => bare.close(),
    },
    ...storeCases('SqliteEventStore', store, {
      one: 'bare WAL insert',
      many: `bare WAL insert, ${AT_ONCE} a transaction`,
      read: `bare SELECT of ${AT_ONCE}`,
    }),
  ]
}

/**
 * @param {string} url
 * @returns {Promise<Case[]>}
 */
export async function redisCases(url) {
  const bare = new Redis(url)
  const add = (/** @type {import('ioredis').Redis | import('ioredis').ChainableCommander} */ to) =>
    to.xadd('bare', 'MAXLEN', '~', 1_000, '*', 'e', JSON.stringify(eventFor(USER)))
  return [
    { ...floor('bare XADD'), run: () => add(bare), read: (id) => typeof id, answer: 'string' },
    {
      ...floor(`bare XADD, ${AT_ONCE} in a pipeline`),
      run: () => {
        const pipeline = bare.pipeline()
        for (let done = 0; done < AT_ONCE; done += 1) void add(pipeline)
        return pipeline.exec()
      },
      read: (replies) => replies.length,
      answer: AT_ONCE,
      operations: AT_ONCE,
    },
    {
      ...floor(`bare XREAD of ${AT_ONCE}`),
      run: async () => {
        const [[, entries] = ['', []]] = (await bare.xread('COUNT', AT_ONCE, 'STREAMS', 'bare', '0')) ?? []
        return entries.map(([, fields]) => JSON.parse(fields[1] ?? ''))
      },
      read: (events) => events.length,
      answer: AT_ONCE,
      operations: AT_ONCE,
      close: () => bare.disconnect(),
    },
    ...storeCases('RedisEventStore', new RedisEventStore({ url }), {
      one: 'bare XADD',
      many: `bare XADD, ${AT_ONCE} in a pipeline`,
      read: `bare XREAD of ${AT_ONCE}`,
    }),
  ]
}

/** @returns {Case[]} */
export function memoryCases() {
  return storeCases('MemoryEventStore', new MemoryEventStore())
}

/**
 * @param {string} name
 * @param {import('@switchyard/dispatcher').EventStore} store
 * @param {{ one?: string, many?: string, read?: string }} [against] What of its database; default: itself.
 * @returns {Case[]}
 */
function storeCases(name, store, against = {}) {
  const append = () => store.append(USER, eventFor(USER))
  return [
    {
      name: `${name}: append`,
      kind: 'ours',
      run: append,
      read: ({ id }) => typeof id,
      answer: 'string',
      against: against.one ?? `${name}: append`,
    },
    {
      name: `${name}: append, ${AT_ONCE} at once`,
      kind: 'ours',
      run: () => Promise.all(Array.from({ length: AT_ONCE }, append)),
      read: (positions) => positions.length,
      answer: AT_ONCE,
      operations: AT_ONCE,
      against: against.many ?? `${name}: append, ${AT_ONCE} at once`,
    },
    {
      name: `${name}: read of ${AT_ONCE}`,
      kind: 'ours',
      run: () => store.read(USER, OLDEST, AT_ONCE),
      read: (events) => events.length,
      answer: AT_ONCE,
      operations: AT_ONCE,
      against: against.read ?? `${name}: read of ${AT_ONCE}`,
      close: () => store.close(),
    },
  ]
}

/**
 * @param {string} name
 * @returns {Pick<Case, 'name' | 'kind' | 'against'>}
 */
function floor(name) {
  return { name, kind: 'floor', against: name }
}
