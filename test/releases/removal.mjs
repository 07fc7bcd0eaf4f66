// @ts-check
// `npm run remove:rehearse`: deletes packages/facades and what is about it in a copy of this repository, then builds, checks
// and tests what is left. That deletion must be possible on any day.
//   --full    every check, and every test that is left; default: those that the deletion comes near
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { migrationTable } from '../../.config/deprecations.mjs'
import { packWorkspaces } from '../../.config/pack.mjs'
import { contradictions } from '../../.config/release-preconditions.mjs'
import { removeAllFacades } from '../../.config/remove-facades.mjs'
import { commitAll, git } from '../demo/application.mjs'
import { endAll, run } from '../demo/processes.mjs'
import { holds, say } from '../demo/terminal.mjs'
import { copyRepository } from './repository-copy.mjs'

// What comes near the facades and stays. Of everything else the build, the linter and knip see what it imports.
const checks = ['format', 'types', 'lint', 'layers', 'unused code']
const near = [
  'test/architecture.test.ts',
  'test/releases',
  'test/report',
  'codemods/test/migrate.test.ts',
  'codemods/test/own-manifest.test.ts',
  'codemods/test/package-json.test.ts',
  'codemods/test/rewrite/behaviour.test.ts',
  'codemods/test/rewrite/matrix.test.ts',
  'packages/dispatcher/test/readme.test.ts',
  'packages/dispatcher/test/single-copy.test.ts',
]

/**
 * Deletes the facades in a copy of this repository, and shows that what is left is whole.
 *
 * @param {string} repository The copy.
 * @param {readonly import('../../.config/pack.mjs').PackedWorkspace[]} packed
 * @param {{ full: boolean }} options
 */
export async function rehearseRemoval(repository, packed, { full }) {
  removeAllFacades(repository)
  for (const { name, folder: source, tarball } of packed) {
    if (source.includes(join('packages', 'facades'))) install(repository, name, tarball)
  }
  await succeed(repository, 'npm', ['run', '--silent', 'format'])
  say(`Removed: ${(await git(repository, 'diff', '--shortstat')).trim()}`)
  await commitAll(repository, 'Remove the facades')
  await succeed(repository, 'npm', ['run', 'build'])
  holds('What is left builds.')
  const contrary = contradictions(await migrationTable(repository), [])
  if (contrary.length > 0) throw new Error(contrary.join('\n'))
  await succeed(repository, process.execPath, ['.config/check.mjs', ...(full ? [] : checks)])
  holds('What is left passes npm run check.')
  holds(await passedTests(repository, full ? [] : near))
}

/**
 * @param {string} repository
 * @param {readonly string[]} suites All when none is named.
 * @returns {Promise<string>} what vitest says of them
 */
async function passedTests(repository, suites) {
  // vitest is content when one of several names finds a test.
  const gone = suites.filter((suite) => !existsSync(join(repository, suite)))
  if (gone.length > 0) throw new Error(`${gone.join(', ')} should be left, and is not`)
  const args = ['run', '--config', '.config/vitest.config.ts', '--reporter=dot', '--no-color', ...suites]
  const said = await succeed(repository, join(repository, 'node_modules/.bin/vitest'), args)
  const totals = /Tests .*passed.*/u.exec(said)?.[0]
  if (totals === undefined) throw new Error(`no test of what is left passed:\n${said}`)
  return totals
}

/**
 * Puts a package where npm would from the registry, in the place of the workspace's link.
 *
 * @param {string} repository
 * @param {string} name
 * @param {string} tarball
 */
function install(repository, name, tarball) {
  const target = join(repository, 'node_modules', name)
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
}

/**
 * @param {string} repository
 * @param {string} command
 * @param {readonly string[]} args
 */
async function succeed(repository, command, args) {
  const { status, stdout, stderr } = await run(repository, command, args, { timeoutMs: 900_000 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${status}:\n${stdout}${stderr}`)
  return stdout
}

async function main() {
  const { values: options } = parseArgs({ options: { full: { type: 'boolean', default: false } } })
  const started = performance.now()
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'switchyard-removal-'))
  // Tests of what a user may not read run as another user, who must get to the code.
  chmodSync(folder, 0o755)
  process.once('exit', () => {
    endAll()
    rmSync(folder, { recursive: true, force: true })
  })
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  try {
    const packed = packWorkspaces(join(folder, 'tarballs'))
    const repository = join(folder, 'repository')
    await copyRepository(repository)
    await rehearseRemoval(repository, packed, options)
    holds(`The removal took ${Math.round((performance.now() - started) / 1000)} seconds.`)
  } catch (error) {
    console.error(`The removal stops here: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
