// @ts-check
// `npm run release:rehearse`: two releases to a real registry on this machine, and an application that lives through them.
//   --installers <list>   which installers the application is tried with; default: npm,pnpm,yarn
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endAll } from '../demo/processes.mjs'
import { heading, holds } from '../demo/terminal.mjs'
import { leaveFacades, liveOnFacades, meetNextStage } from './application-life.mjs'
import { installerNamed } from './installers.mjs'
import { firstRelease, secondRelease } from './maintainer.mjs'
import { copyRepository } from './repository-copy.mjs'
import { installTools, startRegistry } from './verdaccio.mjs'

const { values: options } = parseArgs({ options: { installers: { type: 'string', default: 'npm,pnpm,yarn' } } })
const installers = options.installers.split(',').map(installerNamed)

// Outside the repository: in it, whatever is not installed would be found in the node_modules further up.
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'switchyard-release-'))
const started = performance.now()

process.once('exit', () => {
  endAll()
  rmSync(folder, { recursive: true, force: true })
})
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

try {
  await rehearse()
} catch (error) {
  console.error(`\nThe rehearsal stops here: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}

async function rehearse() {
  await installTools()
  const repository = join(folder, 'repository')
  await copyRepository(repository)
  const registry = await startRegistry(join(folder, 'registry'))

  const chapter = (/** @type {number} */ number, /** @type {string} */ title) =>
    heading(number, `${title} (after ${Math.round((performance.now() - started) / 1000)} s)`)
  const application = (/** @type {string} */ name, /** @type {(typeof installers)[number]} */ installer) => ({
    folder: join(folder, name),
    registry,
    installer,
  })
  const early = application('early', installerNamed('npm'))
  const late = installers.map((installer) => application(`late-${installer.name}`, installer))

  chapter(1, 'The first release, killed at every step')
  await firstRelease(repository, registry)
  chapter(2, 'Applications on the facades')
  await twoAtOnce([early, ...late].map((app) => () => liveOnFacades(app)))
  chapter(3, 'Off the facades, with the command from the registry')
  await leaveFacades(early)
  chapter(4, 'The second release: one facade is final, one is gone')
  await secondRelease(repository, registry)
  chapter(5, 'Applications that are still on them, and how they leave')
  await twoAtOnce(
    late.map((app) => async () => {
      await meetNextStage(app)
      await leaveFacades(app)
    }),
  )

  await registry.stop()
  holds(`The rehearsal took ${Math.round((performance.now() - started) / 1000)} seconds.`)
}

/**
 * Runs two jobs at a time, in their order: what one waits for on the network, the other has the processor.
 *
 * @param {(() => Promise<void>)[]} jobs
 */
async function twoAtOnce(jobs) {
  const waiting = jobs.values()
  const work = async () => {
    // Both take from the same iterator.
    for (const job of waiting) await job()
  }
  await Promise.all([work(), work()])
}
