// @ts-check
// `npm run demo`: the whole story on a real application, told as it happens.
//   --keep          leaves the golden path's page, and that of the migrated application, up until Ctrl-C
//   --port <port>   where the golden path's page is; a free port without it
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packWorkspaces } from '../../.config/pack.mjs'
import { installCommand } from './application.mjs'
import { auditFirst, decide, leave, migrate, runOnFacades, servePage } from './chapters.mjs'
import { followGoldenPath } from './golden-path.mjs'
import { endAll } from './processes.mjs'
import { say, styled } from './terminal.mjs'

const { values: options } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } },
})

// Outside the repository: in it, an uninstalled facade would still be found in the node_modules further up.
const folder = mkdtempSync(join(realpathSync(tmpdir()), 'switchyard-demo-'))
const started = performance.now()

process.once('exit', cleanUp)
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

try {
  await tell()
} catch (error) {
  console.error(styled('red', `\nThe demo stops here: ${error instanceof Error ? error.message : String(error)}`))
  process.exit(1)
}

async function tell() {
  console.log(styled('bold', 'Switchyard: off four tool dispatchers, onto one'))
  const packed = packWorkspaces(join(folder, 'tarballs'))
  const app = join(folder, 'parcel-desk')
  const switchyard = installCommand(join(folder, 'npx'), packed)

  const before = await runOnFacades(app, packed)
  await auditFirst(app, switchyard)
  await migrate(app, switchyard)
  await decide(app, switchyard)
  await leave(app, packed, before)
  const desk = await servePage(app)
  const golden = await followGoldenPath(Number(options.port))

  say(`The whole road took ${Math.round((performance.now() - started) / 1000)} seconds.`)
  if (!options.keep) return Promise.all([desk.stop(), golden.stop()])
  say(`The golden path's page: ${golden.url}`)
  say(`The migrated application's: ${desk.url}, from ${app}. Ctrl-C ends all.`)
  return undefined
}

function cleanUp() {
  endAll()
  rmSync(folder, { recursive: true, force: true })
}
