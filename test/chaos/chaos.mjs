// @ts-check
/**
 * `npm run chaos`: servers, browsers and stores as processes, killed and cut off at random under load; in the end what every
 * client applied is compared with the log.
 *
 * `-- --seconds 180 --seed 7 --scenario redis,sqlite`; default: every scenario, 60 seconds each, a new seed. The same seed
 * does the same harm in the same order; when exactly it hits is up to the machine.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { redisServer } from './redis.mjs'
import { runChaos } from './run.mjs'
import { scenarios } from './scenarios.mjs'

const { values } = parseArgs({
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, scenario: { type: 'string' } },
})
const seconds = Number(values.seconds ?? 60)
const seed = Number(values.seed ?? randomInt(1, 1_000_000))
const names = values.scenario === undefined ? Object.keys(scenarios) : values.scenario.split(',')
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  throw new RangeError(`--seconds is a number above 0 and --seed a whole number; received ${seconds} and ${seed}`)
}

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(130))
console.log(`chaos: seed ${seed}, ${seconds} s for each scenario`)
let failed = 0
for (const name of names) {
  const scenario = scenarios[name]
  if (scenario === undefined) {
    throw new RangeError(`there is no scenario "${name}"; there are ${Object.keys(scenarios).join(', ')}`)
  }
  if (scenario.store === 'redis' && redisServer === undefined) {
    console.log(`${name}: skipped, no redis-server on PATH`)
    continue
  }
  const outcome = await runChaos(scenario, { seed, seconds })
  report(name, scenario.promise, outcome)
  const { inLog, inClients, unacknowledged } = outcome
  failed +=
    unacknowledged + [...Object.values(inLog), ...Object.values(inClients)].reduce((sum, count) => sum + count, 0)
}
process.exitCode = failed === 0 ? 0 : 1

/**
 * @param {string} name
 * @param {string} promise
 * @param {import('./run.mjs').Outcome} outcome
 */
function report(name, promise, outcome) {
  const { harm, inLog, inClients, snapshots } = outcome
  const pairs = (/** @type {Record<string, number>} */ counts) =>
    Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ') || 'none'
  console.log(`\n${name}: ${promise}`)
  console.log(`  harm       ${pairs(/** @type {Record<string, number>} */ (harm))}`)
  console.log(
    `  load       ${outcome.acknowledged} events acknowledged, ${outcome.applied} applied by ${outcome.clients} clients`,
  )
  console.log(`  log        ${pairs(inLog)}; ${outcome.unacknowledged} never acknowledged`)
  console.log(`  clients    ${pairs({ ...inClients })}`)
  console.log(
    `  snapshots  ${pairs(snapshots)}; ${outcome.repeatedAfterKill} repeated after a kill of their own process`,
  )
  for (const first of outcome.firsts.slice(0, 10)) console.log(`  ! ${first}`)
}
