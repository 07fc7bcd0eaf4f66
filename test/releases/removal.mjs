// @ts-check
// `npm run remove:rehearse`: deletes packages/facades and what is about it in a copy of this repository, then builds, tests
// and checks what is left. That deletion must be possible on any day.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packWorkspaces } from '../../.config/pack.mjs'
import { removeAllFacades } from '../../.config/remove-facades.mjs'
import { commitAll, git } from '../demo/application.mjs'
import { endAll, run } from '../demo/processes.mjs'
import { holds, say } from '../demo/terminal.mjs'
import { copyRepository } from './repository-copy.mjs'

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
  await rehearse()
} catch (error) {
  console.error(`The removal stops here: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}

async function rehearse() {
  const repository = join(folder, 'repository')
  const packed = packWorkspaces(join(folder, 'tarballs'))
  await copyRepository(repository)
  removeAllFacades(repository)
  for (const { name, folder: source, tarball } of packed) {
    if (source.includes(join('packages', 'facades'))) install(repository, name, tarball)
  }
  await succeed(repository, 'npm', ['run', '--silent', 'format'])
  say(`Removed: ${(await git(repository, 'diff', '--shortstat')).trim()}`)
  await commitAll(repository, 'Remove the facades')
  await succeed(repository, 'npm', ['run', 'build'])
  holds('What is left builds.')
  const tests = await succeed(repository, join(repository, 'node_modules/.bin/vitest'), [
    ...['run', '--config', '.config/vitest.config.ts', '--reporter=dot'],
  ])
  holds(/Tests .*passed.*/u.exec(tests)?.[0] ?? 'What is left passes its tests.')
  await succeed(repository, process.execPath, ['.config/check.mjs'])
  holds('What is left passes npm run check.')
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
