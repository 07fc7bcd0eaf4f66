// @ts-check
import { setTimeout as pause } from 'node:timers/promises'
import { Judge } from './judge.mjs'
import { judgeLog } from './judge-log.mjs'
import { doHarm } from './mayhem.mjs'
import { randomOf } from './random.mjs'
import { World } from './world.mjs'

/**
 * @typedef {import('./judge.mjs').Place} Place
 * @typedef {import('./judge.mjs').Faults} Faults
 * @typedef {import('./world.mjs').World} ChaosWorld
 * @typedef {object} Outcome
 * @property {Partial<Record<import('./scenarios.mjs').Fault, number>>} harm How often each fault was done.
 * @property {number} acknowledged Events that a store acknowledged.
 * @property {number} unacknowledged Events that none did, not even after all was well again.
 * @property {number} clients
 * @property {number} applied Events that clients applied, all together.
 * @property {Record<string, number>} snapshots
 * @property {number} repeatedAfterKill
 * @property {{ missing: number, duplicate: number, misplaced: number }} inLog What was acknowledged against the log.
 * @property {Faults} inClients What the clients applied against the log.
 * @property {readonly string[]} firsts The first fault of each client, in words.
 */

/** A client that applies nothing for this time after the harm, though it has not caught up, never will. */
const SETTLE_MS = 60_000

/**
 * One run: harm under load, then calm, then everything is compared.
 *
 * @param {import('./scenarios.mjs').Scenario} scenario
 * @param {{ seed: number, seconds: number, betweenMs?: readonly [number, number] }} options `betweenMs`: the shortest and
 *   the longest time between two faults.
 * @returns {Promise<Outcome>}
 */
export async function runChaos(scenario, { seed, seconds, betweenMs = [50, 500] }) {
  const world = new World(scenario, seed)
  try {
    await world.start()
    const harm = await doHarm(world, randomOf(seed), seconds * 1_000, betweenMs)
    await world.calm()
    const logs = await settle(world)
    return judge(world, harm, logs)
  } finally {
    await world.stop()
  }
}

/**
 * Waits until each client is where its log ends, or has had the time for it; gives the logs.
 *
 * @param {ChaosWorld} world
 * @returns {Promise<Map<string, Place[]>>}
 */
async function settle(world) {
  const store = await openStore(world)
  let end = performance.now() + SETTLE_MS
  let behind = Infinity
  /** @type {Map<string, Place[]>} */
  let logs = new Map()
  try {
    while (performance.now() < end) {
      await pause(500)
      if (world.ledger.unacknowledged > 0) {
        world.resendAll()
        continue
      }
      logs = new Map()
      for (const user of world.users) logs.set(user, await readAll(store, user))
      const before = behind
      behind = clientsLag(world, logs)
      if (behind === 0) break
      if (behind < before) end = performance.now() + SETTLE_MS
    }
    return logs
  } finally {
    await store.close()
  }
}

/**
 * How many events the clients still lack, all together.
 *
 * @param {ChaosWorld} world
 * @param {Map<string, Place[]>} logs
 */
function clientsLag({ ledger }, logs) {
  let lag = 0
  for (const { name, user } of ledger.clients.values()) {
    const head = logs.get(user)?.at(-1)
    const cursor = ledger.cursors.get(name)
    if (head === undefined || cursor?.id === head.id) continue
    lag += cursor?.epoch === head.epoch ? Math.max(1, head.seq - cursor.seq) : head.seq
  }
  return lag
}

/** @param {ChaosWorld} world */
async function openStore({ scenario, where }) {
  const { maxEvents } = scenario
  if (scenario.store === 'sqlite') {
    const { SqliteEventStore } = await import('@switchyard/dispatcher/sqlite')
    return new SqliteEventStore({ path: where, maxEvents })
  }
  const { RedisEventStore } = await import('@switchyard/dispatcher/redis')
  return new RedisEventStore({ url: where, maxEvents })
}

/**
 * @param {import('@switchyard/dispatcher').EventStore} store
 * @param {string} user
 * @returns {Promise<Place[]>}
 */
async function readAll(store, user) {
  /** @type {Place[]} */
  const log = []
  for (let after = { epoch: 0, seq: 0, id: /** @type {string | null} */ (null) }; ;) {
    const page = await store.read(user, after, 1_000)
    if (!Array.isArray(page)) throw new Error(`the log of ${user} was ${page.gone} while it was read`)
    for (const { epoch, seq, id } of page) log.push((after = { epoch, seq, id }))
    if (page.length < 1_000) return log
  }
}

/**
 * @param {ChaosWorld} world
 * @param {Outcome['harm']} harm
 * @param {Map<string, Place[]>} logs
 * @returns {Outcome}
 */
function judge({ scenario, ledger }, harm, logs) {
  const isWhole = scenario.judged === 'whole'
  const acknowledged = ledger.acknowledged()
  // Where events may go, only what clients were told can be compared.
  const inLog = judgeLog(isWhole ? acknowledged : [], logs)
  const verdicts = [...ledger.clients.values()].map((client) => {
    const judging = new Judge(client, logs.get(client.user) ?? [], ledger.placesOf(client.user))
    return isWhole ? judging.judgeWhole() : judging.judgeStretches()
  })
  const sum = (/** @type {keyof Faults | 'applied' | 'repeatedAfterKill'} */ name) =>
    verdicts.reduce((total, verdict) => total + verdict[name], 0)
  /** @type {Record<string, number>} */
  const snapshots = {}
  for (const verdict of verdicts) {
    for (const [reason, count] of Object.entries(verdict.snapshots))
      snapshots[reason] = (snapshots[reason] ?? 0) + count
  }
  const { missing, duplicate, misplaced } = inLog
  return {
    ...{ harm, snapshots, acknowledged: acknowledged.length, unacknowledged: ledger.unacknowledged },
    ...{ clients: verdicts.length, applied: sum('applied'), repeatedAfterKill: sum('repeatedAfterKill') },
    inLog: { missing, duplicate, misplaced },
    inClients: {
      ...{ missing: sum('missing'), duplicate: sum('duplicate'), misplaced: sum('misplaced') },
      ...{ foreign: sum('foreign'), unexplained: sum('unexplained') },
    },
    firsts: [inLog.first, ...verdicts.map(({ first }) => first)].filter((first) => first !== undefined),
  }
}
