// @ts-check
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copySources } from '../demo/application.mjs'
import { holds } from '../demo/terminal.mjs'
import { expectNotices, facades, succeed } from './application-life.mjs'
import { toolNamed } from './verdaccio.mjs'

const wanted = facades.map((name) => `${name}@^1.0.0`)

/** @type {Readonly<Record<string, { add: readonly string[], test: readonly string[] }>>} */
const installers = {
  pnpm: { add: ['add', '--reporter=append-only', ...wanted], test: ['test'] },
  yarn: { add: ['add', '--non-interactive', ...wanted], test: ['--silent', 'test'] },
}

/**
 * Installs the facades into a fresh copy of the application with another installer than npm, and runs its tests.
 *
 * @param {string} name
 * @param {string} folder
 * @param {import('./verdaccio.mjs').Registry} registry
 */
export async function installWith(name, folder, registry) {
  const installer = installers[name]
  if (installer === undefined) throw new Error(`the installers are ${Object.keys(installers).join(', ')}; not ${name}`)
  await copySources(folder)
  rmSync(join(folder, 'package-lock.json'), { force: true })
  // yarn does not read the file that NPM_CONFIG_USERCONFIG names.
  writeFileSync(join(folder, '.npmrc'), `@switchyard:registry=${registry.url}\n`)
  const { stdout, stderr } = await succeed(folder, registry, toolNamed(name), installer.add)
  expectNotices(`${name} add`, `${stdout}${stderr}`)
  await succeed(folder, registry, toolNamed(name), installer.test)
  holds(`${name} says that the facades are deprecated, and the application's tests pass.`)
}
