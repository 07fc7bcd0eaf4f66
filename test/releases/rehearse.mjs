// @ts-check
// `npm run release:rehearse`: two releases to a real registry on this machine, and an application that lives through them.
//   --installers <list>   which installers the application is tried with besides npm; default: pnpm,yarn
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endAll } from '../demo/processes.mjs'
import { heading, holds } from '../demo/terminal.mjs'
import { leaveFacades, liveOnFacades, meetNextStage } from './application-life.mjs'
import { installWith } from './installers.mjs'
import { firstRelease, secondRelease } from './maintainer.mjs'
import { copyRepository } from './repository-copy.mjs'
import { installTools, startRegistry } from './verdaccio.mjs'

const { values: options } = parseArgs({ options: { installers: { type: 'string', default: 'pnpm,yarn' } } })
const installers = options.installers.split(',').filter((name) => name !== '')

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

  heading(1, 'The first release, killed at every step')
  await firstRelease(repository, registry)
  heading(2, 'An application on the facades')
  const app = await liveOnFacades(join(folder, 'on-npm'), registry)
  heading(3, 'Off the facades, with the command from the registry')
  await leaveFacades(app, registry)
  for (const name of installers) {
    heading(4, `The same, installed by ${name}`)
    await installWith(name, join(folder, `on-${name}`), registry)
  }
  heading(5, 'The second release: one facade is final, one is gone')
  const late = await liveOnFacades(join(folder, 'late'), registry)
  await secondRelease(repository, registry)
  heading(6, 'An application that is still on them')
  await meetNextStage(late, registry)
  await leaveFacades(late, registry)

  await registry.stop()
  holds(`The rehearsal took ${Math.round((performance.now() - started) / 1000)} seconds.`)
}
