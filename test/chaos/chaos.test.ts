import { afterAll, describe, expect, it } from 'vitest'
import { endAll } from './processes.mjs'
import { redisServer } from './redis.mjs'
import { type Outcome, runChaos } from './run.mjs'
import { type Scenario, scenarios } from './scenarios.mjs'

// Longer runs: `npm run chaos`.
const SEED = Number(process.env['SWITCHYARD_CHAOS_SEED'] ?? Math.ceil(Math.random() * 1_000_000))
/** A run is over in seconds; a client that never catches up is waited for. */
const TIMEOUT_MS = 180_000
const NOTHING = { missing: 0, duplicate: 0, misplaced: 0 }

if (redisServer === undefined && process.env['CI'] === 'true') {
  throw new Error('CI=true, and no redis-server on PATH: install Redis first')
}

function scenario(name: string): Scenario {
  const found = scenarios[name]
  if (found === undefined) throw new Error(`there is no scenario "${name}"`)
  return found
}

function expectPromiseKept(outcome: Outcome): void {
  const { firsts, inLog, inClients, unacknowledged } = outcome
  expect({ firsts, inLog, inClients, unacknowledged }, `seed ${SEED}; SWITCHYARD_CHAOS_SEED repeats it`).toEqual({
    firsts: [],
    inLog: NOTHING,
    inClients: { ...NOTHING, foreign: 0, unexplained: 0 },
    unacknowledged: 0,
  })
  expect(outcome.acknowledged).toBeGreaterThan(100)
  expect(outcome.applied).toBeGreaterThan(outcome.acknowledged)
}

// A process that a failed run left would outlive the tests.
afterAll(endAll)

describe('event delivery while processes are killed and connections cut', () => {
  it(
    'loses, doubles and misplaces nothing on one machine with SQLite',
    async () => {
      expectPromiseKept(await runChaos(scenario('sqlite'), { seed: SEED, seconds: 5 }))
    },
    TIMEOUT_MS,
  )

  it.skipIf(redisServer === undefined)(
    'loses, doubles and misplaces nothing on three nodes with Redis',
    async () => {
      expectPromiseKept(await runChaos(scenario('redis'), { seed: SEED, seconds: 8 }))
    },
    TIMEOUT_MS,
  )

  it.skipIf(redisServer === undefined)(
    'tells each loss of a Redis without AOF',
    async () => {
      expectPromiseKept(await runChaos(scenario('without-aof'), { seed: SEED, seconds: 6 }))
    },
    TIMEOUT_MS,
  )
})
