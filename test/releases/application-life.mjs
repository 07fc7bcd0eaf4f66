// @ts-check
// What an application does in a rehearsal.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commitAll, copySources, decisions, git } from '../demo/application.mjs'
import { run } from '../demo/processes.mjs'
import { holds, quote } from '../demo/terminal.mjs'
import { finalFacade, removedFacade } from './maintainer.mjs'

/** @typedef {import('./verdaccio.mjs').Registry} Registry */

/**
 * A copy of the legacy application.
 *
 * @typedef {{ folder: string, registry: Registry, installer: import('./installers.mjs').Installer }} Application
 */

/** The facades as the application installs them. */
const facades = ['legacy', 'request-scoped', 'core', 'enhanced'].map((name) => `@switchyard/${name}`)
const codes = ['SWY0001', 'SWY0002', 'SWY0003', 'SWY0004']

/**
 * Copies the application, installs the facades into it from the registry, and runs its tests on them.
 *
 * @param {Application} app
 */
export async function liveOnFacades(app) {
  const { folder, registry, installer } = app
  await copySources(folder)
  if (installer.name !== 'npm') rmSync(join(folder, 'package-lock.json'), { force: true })
  // yarn does not read the file that NPM_CONFIG_USERCONFIG names.
  writeFileSync(join(folder, '.npmrc'), `@switchyard:registry=${registry.url}\n`)
  const added = await succeed(app, installer.add(facades.map((name) => `${name}@^1.0.0`)))
  expectNotices(`${installer.name} add`, `${added.stdout}${added.stderr}`)
  if (!existsSync(join(folder, installer.lockfile))) throw new Error(`${installer.name} left no ${installer.lockfile}`)
  await commitAll(folder, 'Take the facades from the registry')
  const tests = await succeed(app, installer.test)
  const heard = `${tests.stdout}${tests.stderr}`
  const silent = codes.filter((code) => !heard.includes(`[${code}] DeprecationWarning`))
  if (silent.length > 0)
    throw new Error(`the application runs on the facades and hears nothing of ${silent.join(', ')}`)
  holds(
    `${installer.name} shows the deprecation of all four facades, and the application's tests pass, with the warnings of all four.`,
  )
}

/**
 * Migrates with the command from the registry, uninstalls the facades, and runs the tests without them.
 *
 * @param {Application} app
 */
export async function leaveFacades(app) {
  const { folder, registry, installer } = app
  const migrate = ['--yes', '--prefer-online', '-p', '@switchyard/codemods', 'switchyard', 'migrate', '--quiet']
  // Its own cache: npx would run a copy of the command that an earlier rehearsal left in the user's.
  const env = { ...registry.env, npm_config_cache: join(registry.folder, 'npx-cache') }
  const first = await run(folder, 'npx', migrate, { env, timeoutMs: 300_000 })
  if (first.status !== 1)
    throw new Error(`npx switchyard migrate exited with ${first.status}:\n${first.stdout}${first.stderr}`)
  await commitAll(folder, 'switchyard migrate')
  await git(folder, 'apply', decisions)
  await commitAll(folder, 'Decide what the codemod left to us')
  const second = await run(folder, 'npx', migrate, { env, timeoutMs: 300_000 })
  if (second.status !== 0)
    throw new Error(`npx switchyard migrate exited with ${second.status}:\n${second.stdout}${second.stderr}`)
  const { stdout, stderr } = await succeed(app, installer.install)
  const left = facades.filter((name) => existsSync(join(folder, 'node_modules', name)))
  if (left.length > 0) throw new Error(`${installer.name} left ${left.join(', ')} in node_modules`)
  if (/SWY\d/u.test(`${stdout}${stderr}`))
    throw new Error(`${installer.name} still speaks of deprecated facades:\n${stdout}${stderr}`)
  const tests = await succeed(app, installer.test)
  if (/SWY\d/u.test(`${tests.stdout}${tests.stderr}`))
    throw new Error(`the application still hears a warning:\n${tests.stdout}${tests.stderr}`)
  holds(
    `Migrated and installed anew by ${installer.name}, it has no facade left, and its tests pass without a warning.`,
  )
}

/**
 * An application that was installed before the second release is brought up to date after it.
 *
 * @param {Application} app
 */
export async function meetNextStage(app) {
  const { folder, registry, installer } = app
  await succeed(app, installer.update)
  // pnpm writes the newest versions into the manifest.
  await git(folder, 'commit', '--quiet', '--all', '--allow-empty', '--message', 'Update')
  const tests = await run(folder, installer.command, installer.test, { env: registry.env, timeoutMs: 300_000 })
  const heard = `${tests.stdout}${tests.stderr}`
  for (const { package: name, code } of [finalFacade, removedFacade]) {
    const error = new RegExp(
      `\\S+ uses \\S+ of ${name}, deprecated.*npx -p @switchyard/codemods switchyard migrate.*SWITCHYARD_DEPRECATIONS=${code}:log`,
      'u',
    )
    const said = error.exec(heard)?.[0]
    if (said === undefined)
      throw new Error(`${name} should throw, and show two ways out; ${installer.name} test said:\n${heard}`)
    if (installer.name === 'npm') quote(said.replaceAll(`${folder}/`, ''))
  }
  if (tests.status === 0) throw new Error('the application should fail on facades that throw')
  const reprieve = { SWITCHYARD_DEPRECATIONS: `${finalFacade.code}:log,${removedFacade.code}:log` }
  await succeed({ ...app, registry: { ...registry, env: { ...registry.env, ...reprieve } } }, installer.test)
  holds(
    `Updated by ${installer.name}, the facades that are final and gone throw and show two ways out; with the first, the tests pass.`,
  )
}

/**
 * @param {string} command
 * @param {string} output
 */
function expectNotices(command, output) {
  const silent = facades.filter((name) => !output.includes(`${name} is deprecated since 1.0.0`))
  if (silent.length > 0) throw new Error(`${command} does not say that ${silent.join(', ')} are deprecated:\n${output}`)
}

/**
 * @param {Application} app
 * @param {readonly string[]} args
 */
async function succeed({ folder, registry, installer }, args) {
  const outcome = await run(folder, installer.command, args, { env: registry.env, timeoutMs: 300_000 })
  if (outcome.status === 0) return outcome
  const said = `${outcome.stdout}${outcome.stderr}`
  throw new Error(`${installer.name} ${args.join(' ')} in ${folder} exited with ${outcome.status}:\n${said}`)
}
