// @ts-check
// What an application does in a rehearsal, with npm.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { commitAll, copySources, decisions, git } from '../demo/application.mjs'
import { run } from '../demo/processes.mjs'
import { holds, quote, say } from '../demo/terminal.mjs'
import { finalFacade, removedFacade } from './maintainer.mjs'

/** @typedef {import('./verdaccio.mjs').Registry} Registry */

/** The facades as the application installs them. */
export const facades = ['legacy', 'request-scoped', 'core', 'enhanced'].map((name) => `@switchyard/${name}`)

const codes = ['SWY0001', 'SWY0002', 'SWY0003', 'SWY0004']

/**
 * Copies the application and installs the facades into it from the registry.
 *
 * @param {string} folder
 * @param {Registry} registry
 * @returns {Promise<string>} the application's folder
 */
export async function liveOnFacades(folder, registry) {
  await copySources(folder)
  const wanted = facades.map((name) => `${name}@^1.0.0`)
  const { stderr } = await succeed(folder, registry, 'npm', ['install', '--prefer-online', ...wanted])
  expectNotices('npm install', stderr)
  await commitAll(folder, 'Take the facades from the registry')
  const tests = await succeed(folder, registry, 'npm', ['test'])
  const silent = codes.filter((code) => !tests.stderr.includes(`[${code}] DeprecationWarning`))
  if (silent.length > 0)
    throw new Error(`the application runs on the facades and hears nothing of ${silent.join(', ')}`)
  holds(
    `npm shows the deprecation of all four facades, and the application's tests pass, with the warnings of all four.`,
  )
  return folder
}

/**
 * @param {string} app
 * @param {Registry} registry
 */
export async function leaveFacades(app, registry) {
  const migrate = ['--yes', '--prefer-online', '-p', '@switchyard/codemods', 'switchyard', 'migrate', '--quiet']
  // Its own cache: npx would run a copy of the command that an earlier rehearsal left in the user's.
  const fresh = { ...registry, env: { ...registry.env, npm_config_cache: join(app, '../npx-cache') } }
  const first = await run(app, 'npx', migrate, { env: fresh.env, timeoutMs: 300_000 })
  if (first.status !== 1)
    throw new Error(`npx switchyard migrate exited with ${first.status}:\n${first.stdout}${first.stderr}`)
  await commitAll(app, 'switchyard migrate')
  await git(app, 'apply', decisions)
  await commitAll(app, 'Decide what the codemod left to us')
  await succeed(app, fresh, 'npx', migrate)
  const { stderr } = await succeed(app, registry, 'npm', ['install', '--prefer-online'])
  const left = facades.filter((name) => existsSync(join(app, 'node_modules', name)))
  if (left.length > 0) throw new Error(`npm left ${left.join(', ')} in node_modules`)
  if (stderr.includes('deprecated')) throw new Error(`npm still speaks of deprecated packages:\n${stderr}`)
  const tests = await succeed(app, registry, 'npm', ['test'])
  if (/SWY\d/u.test(tests.stderr)) throw new Error(`the application still hears a warning:\n${tests.stderr}`)
  holds('Migrated, the facades are gone from its node_modules, and its tests pass without a warning.')
}

/**
 * An application that was installed before the second release, and is brought up to date after it.
 *
 * @param {string} app
 * @param {Registry} registry
 */
export async function meetNextStage(app, registry) {
  await succeed(app, registry, 'npm', ['update', '--prefer-online'])
  const tests = await run(app, 'npm', ['test'], { env: registry.env, timeoutMs: 300_000 })
  const heard = `${tests.stdout}${tests.stderr}`
  for (const { package: name, code } of [finalFacade, removedFacade]) {
    const error = new RegExp(
      `\\S+ uses \\S+ of ${name}, deprecated.*npx -p @switchyard/codemods switchyard migrate.*SWITCHYARD_DEPRECATIONS=${code}:log`,
      'u',
    )
    const said = error.exec(heard)?.[0]
    if (said === undefined) throw new Error(`${name} should throw, and show two ways out; npm test said:\n${heard}`)
    quote(said.replaceAll(`${app}/`, ''))
  }
  if (tests.status === 0) throw new Error('the application should fail on facades that throw')
  say('It does what the message says, for now:')
  const reprieve = { SWITCHYARD_DEPRECATIONS: `${finalFacade.code}:log,${removedFacade.code}:log` }
  await succeed(app, { ...registry, env: { ...registry.env, ...reprieve } }, 'npm', ['test'])
  holds('The facades that are final and gone throw and show two ways out; with the first, its tests pass again.')
}

/**
 * @param {string} command
 * @param {string} output
 */
export function expectNotices(command, output) {
  const silent = facades.filter((name) => !output.includes(`${name} is deprecated since 1.0.0`))
  if (silent.length > 0) throw new Error(`${command} does not say that ${silent.join(', ')} are deprecated:\n${output}`)
}

/**
 * @param {string} folder
 * @param {Registry} registry
 * @param {string} command
 * @param {readonly string[]} args
 */
export async function succeed(folder, { env }, command, args) {
  const outcome = await run(folder, command, args, { env, timeoutMs: 300_000 })
  if (outcome.status === 0) return outcome
  throw new Error(`${command} ${args.join(' ')} exited with ${outcome.status}:\n${outcome.stdout}${outcome.stderr}`)
}
