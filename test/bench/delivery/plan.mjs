// @ts-check
import { join } from 'node:path'
import { MemoryEventStore } from '@switchyard/dispatcher'
import { RedisEventStore } from '@switchyard/dispatcher/redis'
import { SqliteEventStore } from '@switchyard/dispatcher/sqlite'
import { interleave } from '../measure.mjs'
import { eventFor } from './events.mjs'
import { Clients, gateway, rawWs, socketIo } from './servers.mjs'
import { weighSlowReaders } from './slow-readers.mjs'
import { bareRedis, bareSqlite, Folder, memoryCases, redisCases, sqliteCases, startRedis } from './stores.mjs'

/** How much is measured. `clients`: how many, and how many events each of them gets in a run. */
export const FULL_EFFORT = {
  rounds: 20,
  batchMs: 20,
  warmUpMs: 500,
  clients: [
    [1, 4_000],
    [100, 50],
    [1_000, 10],
  ],
  slowReaders: 20,
  slowEvents: 20_000,
}

/** @typedef {typeof FULL_EFFORT} Effort */

/** @type {Effort} */
export const QUICK_EFFORT = {
  rounds: 2,
  batchMs: 1,
  warmUpMs: 1,
  clients: [
    [1, 300],
    [10, 10],
  ],
  slowReaders: 2,
  slowEvents: 200,
}

export const MEMORY = 'gateway, MemoryEventStore'
const WS_AND_SQLITE = 'raw ws after a bare WAL insert'
const WS_AND_REDIS = 'raw ws after a bare XADD'

/** How many events are sent before the event loop has its turn. */
const A_TURN = 100

/**
 * @typedef {object} DeliveryFigures
 * @property {{ title: string, rows: import('../measure.mjs').Row[] }[]} sections
 * @property {import('./slow-readers.mjs').SlowReader[]} slowReaders
 */

/**
 * Measures delivery through sockets, what slow clients cost, and the stores.
 *
 * @param {Effort} effort
 * @param {(line: string) => void} say
 * @returns {Promise<DeliveryFigures>}
 */
export async function measureDelivery(effort, say) {
  const folder = new Folder()
  const redis = await startRedis(folder)
  if (redis === undefined) say('No redis-server on PATH: what needs one is left out.')
  const clients = new Clients()
  try {
    const sections = []
    for (const [count, each] of /** @type {[number, number][]} */ (effort.clients)) {
      const title = `Delivery to ${count.toLocaleString('en')} ${count === 1 ? 'client' : 'clients, each of another user'}`
      say(title)
      sections.push(await measured(title, await deliveryCases(clients, count, each, folder, redis?.url), effort))
    }
    say('Stores')
    sections.push(await measured('A store: in memory', memoryCases(), effort))
    sections.push(await measured('A store: in SQLite', await sqliteCases(folder), effort))
    if (redis !== undefined) sections.push(await measured('A store: in Redis', await redisCases(redis.url), effort))
    say('Slow readers')
    return { sections, slowReaders: await weighSlowReaders(clients, effort) }
  } finally {
    clients.close()
    redis?.stop()
    folder.remove()
  }
}

/**
 * @param {string} title
 * @param {import('../measure.mjs').Case[]} cases
 * @param {Effort} effort
 */
async function measured(title, cases, effort) {
  const rows = await interleave(cases, effort)
  for (const { close } of cases) await close?.()
  return { title, rows }
}

/**
 * @param {Clients} clients
 * @param {number} count
 * @param {number} each
 * @param {Folder} folder
 * @param {string | undefined} redisUrl
 * @returns {Promise<import('../measure.mjs').Case[]>}
 */
async function deliveryCases(clients, count, each, folder, redisUrl) {
  const connecting = { clients, count }
  const kept = { maxEvents: 10_000 }
  const floor = `raw ws, ${count.toLocaleString('en')}`
  const path = (/** @type {string} */ name) => join(folder.path, `${name}-${count}.db`)
  /** @type {[name: string, kind: import('../measure.mjs').Case['kind'], against: string, delivery: Promise<import('./servers.mjs').Delivery>][]} */
  const all = [
    [floor, 'floor', floor, rawWs(connecting)],
    [MEMORY, 'ours', floor, gateway({ ...connecting, store: new MemoryEventStore(kept) })],
    ['Socket.IO with recovery', 'peer', floor, socketIo(connecting)],
    [WS_AND_SQLITE, 'floor', floor, rawWs({ ...connecting, keep: bareSqlite(path('bare')) })],
    [
      'gateway, SqliteEventStore',
      'ours',
      WS_AND_SQLITE,
      gateway({ ...connecting, store: new SqliteEventStore({ path: path('store'), ...kept }) }),
    ],
  ]
  if (redisUrl !== undefined) {
    const store = new RedisEventStore({ url: redisUrl, prefix: `delivery-${count}:`, ...kept })
    all.push([WS_AND_REDIS, 'floor', floor, rawWs({ ...connecting, keep: bareRedis(redisUrl) })])
    all.push(['gateway, RedisEventStore', 'ours', WS_AND_REDIS, gateway({ ...connecting, store })])
  }
  const cases = []
  for (const [name, kind, against, connected] of all) {
    const delivery = await connected
    const { close } = delivery
    const operations = count * each
    cases.push({ name, kind, against, run: () => deliver(delivery, each), answer: operations, operations, close })
  }
  return cases
}

/**
 * Sends to each user so many events, and waits until the clients have them all.
 *
 * @param {import('./servers.mjs').Delivery} delivery
 * @param {number} each
 */
async function deliver({ users, send, received }, each) {
  const arrived = received(users.length * each)
  /** @type {unknown[]} */
  let turn = []
  for (let sent = 0; sent < each; sent += 1) {
    for (const user of users) {
      turn.push(send(eventFor(user)))
      if (turn.length < A_TURN) continue
      await Promise.all(turn)
      turn = []
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await Promise.all(turn)
  return arrived
}
