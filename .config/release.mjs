// @ts-check
// `npm run release`: checks the packages, publishes in dependency order, tags, lists what each is made of, deprecates.
// A release that died half-way is finished by running it again.
//   --dry-run           prints the plan: what is in order and what is not, what is done already, and what would be done
//   --registry <url>    default: npm's own
//   --no-provenance     publishes without an attestation, to a registry that cannot check one
//   --no-checks         leaves out the checks that `npm run check` has just made
import { parseArgs } from 'node:util'
import { migrationTable } from './deprecations.mjs'
import { publicRegistry } from './registry.mjs'
import { releaseSteps } from './release-steps.mjs'
import { workspaces } from './workspaces.mjs'

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    'dry-run': { type: 'boolean', default: false },
    registry: { type: 'string', default: publicRegistry },
    provenance: { type: 'boolean', default: true },
    checks: { type: 'boolean', default: true },
  },
})

try {
  const steps = releaseSteps({
    packages: workspaces(),
    migrations: await migrationTable(),
    registry: options.registry,
    provenance: options.provenance,
    checks: options.checks,
    today: new Date(),
    deprecateToken: process.env['NPM_DEPRECATE_TOKEN'],
  })
  if (options['dry-run']) await printPlan(steps)
  else await carryOut(steps)
} catch (error) {
  console.error(`The release stops here: ${error instanceof Error ? error.message : String(error)}`)
  console.error('Repair that and run it again: what is done is not done twice.')
  process.exitCode = 1
}

/** @param {readonly import('./release-steps.mjs').Step[]} steps */
async function printPlan(steps) {
  console.log(`The plan of a release to ${options.registry}; nothing is done now.`)
  for (const { name, looks, isDone, run } of steps) {
    if (looks === true) await look(name, run)
    else console.log(`${(await isDone()) ? 'done   ' : 'to do  '}${name}`)
  }
  if (process.exitCode === 1) console.log('As it is, the release would stop at the first line that fails.')
}

/**
 * @param {string} name
 * @param {() => Promise<unknown>} run
 */
async function look(name, run) {
  try {
    await run()
    console.log(`fine   ${name}`)
  } catch (error) {
    console.log(`fails  ${name}: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

/** @param {readonly import('./release-steps.mjs').Step[]} steps */
async function carryOut(steps) {
  requireProvenance()
  const byHand = []
  for (const { name, isDone, run } of steps) {
    if (await isDone()) {
      console.log(`already  ${name}`)
      continue
    }
    console.log(`begin    ${name}`)
    const left = await run()
    console.log(`${left === undefined ? 'done   ' : 'left   '}  ${name}`)
    if (left !== undefined) byHand.push(left)
  }
  if (byHand.length === 0) return
  console.log('No token may deprecate: set NPM_DEPRECATE_TOKEN and run this again, or, signed on as a maintainer:')
  for (const command of byHand) console.log(`  ${command}`)
}

/** npm can sign in a workflow alone. Found out now, not after half of the packages are published. */
function requireProvenance() {
  if (!options.provenance || process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] !== undefined) return
  throw new Error(
    'provenance needs a workflow with "id-token: write", and this is none: let .github/workflows/release.yml publish, or say --no-provenance',
  )
}
