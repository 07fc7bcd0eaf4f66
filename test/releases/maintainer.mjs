// @ts-check
// What the maintainer does in a rehearsal, in a copy of the repository.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedVersions } from '../../.config/registry.mjs'
import { removeFacade } from '../../.config/remove-facades.mjs'
import { commitAll, git } from '../demo/application.mjs'
import { run } from '../demo/processes.mjs'
import { holds, say } from '../demo/terminal.mjs'
import { runUntilNewLine } from './killed.mjs'

/** @typedef {import('./verdaccio.mjs').Registry} Registry */

/** The facade that throws after the second release, and the one that is gone. */
export const finalFacade = { name: 'core', package: '@switchyard/core', code: 'SWY0003' }
export const removedFacade = { name: 'enhanced', package: '@switchyard/enhanced', code: 'SWY0004' }

const packages = ['dispatcher', 'facade-kit', 'codemods', 'legacy', 'request-scoped', 'core', 'enhanced']
const facades = ['legacy', 'request-scoped', 'core', 'enhanced']

/**
 * @param {string} repository
 * @param {Registry} registry
 */
export async function firstRelease(repository, registry) {
  await raiseVersions(repository, registry)
  const plan = await release(repository, registry, '--dry-run', '--no-checks')
  if ((await registryState(registry)).size > 0) throw new Error(`the dry run published:\n${plan}`)
  const lines = plan.split('\n').filter((line) => /^to do {2}(?:publish|tag|list)/u.test(line))
  holds(`The dry run lists ${lines.length} things to do, and does none.`)

  const unsigned = releaseArgs(registry).filter((arg) => arg !== '--no-provenance')
  const refused = await run(repository, process.execPath, unsigned, { env: registry.env })
  if (refused.status !== 1 || !refused.stderr.includes('provenance needs a workflow')) {
    throw new Error(`outside of a workflow it should publish nothing unsigned; it said:\n${refused.stderr}`)
  }
  if ((await registryState(registry)).size > 0) throw new Error('it published what it could not sign')

  const killed = await releaseKilled(repository, registry)
  if (killed < lines.length) throw new Error(`it was killed ${killed} times, and has ${lines.length} things to do`)
  await release(repository, registry)
  await expectReleased(repository, registry)
  holds(
    `Killed ${killed} times and run again, it is complete: ${packages.length} packages, each published once and tagged.`,
  )
  const born = await registryState(registry)
  for (const name of facades)
    expectMessage(born, name, '1.0.0', /is deprecated since 1\.0\.0, to be removed in 2\.0\.0/u)
  holds('The facades are born deprecated: their own manifests say so, and no token was needed.')
}

/**
 * @param {string} repository
 * @param {Registry} registry
 */
export async function secondRelease(repository, registry) {
  moveStage(repository, finalFacade.code, 'final')
  moveStage(repository, removedFacade.code, 'removed')
  removeFacade(repository, removedFacade.name)
  writeFileSync(join(repository, '.changeset/next-stage.md'), nextStage())
  await commitAll(repository, `${finalFacade.package} throws, ${removedFacade.package} is gone`)
  await expectRepeatableVersion(repository, registry)
  await raiseVersions(repository, registry)
  const killed = await releaseKilled(repository, registry)
  await release(repository, registry)
  holds(`Killed ${killed} times, at each message that it puts on older versions too, the second release is complete.`)
  const state = await registryState(registry)
  expectMessage(state, 'core', '1.0.1', /SWY0003: @switchyard\/core throws on use/u)
  expectMessage(state, 'core', '1.0.0', /SWY0003: @switchyard\/core throws on use/u)
  expectMessage(state, 'enhanced', '1.0.0', /SWY0004: @switchyard\/enhanced was removed in 2\.0\.0/u)
  expectMessage(state, 'legacy', '1.0.0', /is deprecated since 1\.0\.0/u)
  if (state.get('enhanced')?.size !== 1) throw new Error('the removed facade was published again')
  holds('npm deprecate put the new messages on the versions that were there already.')
}

/**
 * Releases without the checks, killed before, in and after each step; the checks leave nothing behind.
 *
 * @param {string} repository
 * @param {Registry} registry
 * @returns {Promise<number>} how often it was killed
 */
async function releaseKilled(repository, registry) {
  return runUntilNewLine(repository, process.execPath, [...releaseArgs(registry), '--no-checks'], {
    env: registry.env,
    at: /^(?:begin|done) /u,
  })
}

/**
 * Kills the version script at each of its steps, and compares what it has written in the end with what it writes in one go.
 *
 * @param {string} repository Whatever it holds is committed; it holds the same afterwards.
 * @param {Registry} registry
 */
async function expectRepeatableVersion(repository, registry) {
  const written = async () => {
    await git(repository, 'add', '--all')
    const tree = await git(repository, 'write-tree')
    await git(repository, 'reset', '--quiet', '--hard')
    return tree
  }
  const script = ['.config/release-version.mjs']
  await succeed(repository, registry, process.execPath, script)
  const whole = await written()
  const killed = await runUntilNewLine(repository, process.execPath, script, {
    env: registry.env,
    at: /^(?:begin|done) /u,
  })
  const difference = await git(repository, 'diff', '--stat', whole.trim(), (await written()).trim())
  if (difference !== '')
    throw new Error(`killed ${killed} times, npm run version writes something else:\n${difference}`)
  holds(`Killed ${killed} times, npm run version writes what it writes in one go.`)
}

/**
 * @param {string} repository
 * @param {Registry} registry
 */
async function raiseVersions(repository, registry) {
  await succeed(repository, registry, 'npm', ['run', '--silent', 'version'])
  const built = ['packages/dispatcher', 'packages/facades/shared', 'codemods']
  const left = facades
    .map((name) => `packages/facades/${name}`)
    .filter((folder) => existsSync(join(repository, folder)))
  await succeed(repository, registry, join(repository, 'node_modules/.bin/tsc'), ['-b', ...built, ...left])
  await commitAll(repository, 'Release')
  const changelog = readFileSync(join(repository, 'CHANGELOG.md'), 'utf8')
  if (!changelog.includes('| facade | stage | removed in | time left |')) {
    throw new Error('the root changelog does not say how long the facades have left')
  }
}

/**
 * @param {Registry} registry
 * @returns {string[]}
 */
function releaseArgs({ url }) {
  return ['.config/release.mjs', '--registry', url, '--no-provenance']
}

/**
 * @param {string} repository
 * @param {Registry} registry
 * @param {string[]} args
 */
async function release(repository, registry, ...args) {
  return succeed(repository, registry, process.execPath, [...releaseArgs(registry), ...args])
}

/**
 * @param {string} folder
 * @param {Registry} registry
 * @param {string} command
 * @param {string[]} args
 */
async function succeed(folder, registry, command, args) {
  const { status, stdout, stderr } = await run(folder, command, args, { env: registry.env, timeoutMs: 300_000 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${status}:\n${stdout}${stderr}`)
  return stdout
}

/**
 * @param {string} repository
 * @param {Registry} registry
 */
async function expectReleased(repository, registry) {
  const tags = (await git(repository, 'tag', '--list')).trim().split('\n').toSorted()
  const wanted = packages.map((name) => `@switchyard/${name}@1.0.0`).toSorted()
  if (tags.join() !== wanted.join()) throw new Error(`the tags are ${tags.join(', ')}`)
  const state = await registryState(registry)
  for (const name of packages) {
    const versions = [...(state.get(name)?.keys() ?? [])]
    if (versions.join() !== '1.0.0') throw new Error(`the registry has ${name} in the versions ${versions.join(', ')}`)
    const bill = JSON.parse(readFileSync(join(repository, `.dist/release/${name}-1.0.0.cdx.json`), 'utf8'))
    if (bill.bomFormat !== 'CycloneDX') throw new Error(`what ${name} is made of is not listed as CycloneDX`)
  }
}

/**
 * @param {Registry} registry
 * @returns {Promise<Map<string, import('../../.config/registry.mjs').PublishedVersions>>} what it knows of our packages
 */
async function registryState({ url }) {
  const found = await Promise.all(
    packages.map(async (name) => /** @type {const} */ ([name, await publishedVersions(url, `@switchyard/${name}`)])),
  )
  return new Map(found.filter(([, versions]) => versions.size > 0))
}

/**
 * @param {Awaited<ReturnType<typeof registryState>>} state
 * @param {string} name
 * @param {string} version
 * @param {RegExp} pattern
 */
function expectMessage(state, name, version, pattern) {
  const message = state.get(name)?.get(version)
  if (message === undefined || !pattern.test(message)) {
    throw new Error(`the registry says of ${name}@${version}: ${message}; it should say ${String(pattern)}`)
  }
  say(`${name}@${version}: ${message}`)
}

/**
 * The one edit that moves a facade's stage.
 *
 * @param {string} repository
 * @param {string} code
 * @param {string} stage
 */
function moveStage(repository, code, stage) {
  const file = join(repository, 'packages/facades/shared/src/migrations.ts')
  const text = readFileSync(file, 'utf8')
  const moved = text.replace(`code: '${code}',\n    stage: 'warning'`, `code: '${code}',\n    stage: '${stage}'`)
  if (moved === text) throw new Error(`the migration table has no ${code} in stage warning`)
  writeFileSync(file, moved)
}

function nextStage() {
  return `---
'@switchyard/facade-kit': minor
'@switchyard/core': patch
'@switchyard/codemods': patch
---

\`${finalFacade.package}\` throws unless \`SWITCHYARD_DEPRECATIONS=${finalFacade.code}:log\`; \`${removedFacade.package}\` is removed.
`
}
