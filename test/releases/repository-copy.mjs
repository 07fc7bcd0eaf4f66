// @ts-check
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root, workspaces } from '../../.config/workspaces.mjs'
import { commitAll, git } from '../demo/application.mjs'

/**
 * Copies this repository as it is now, with changes that are not committed yet, into a git repository of its own without
 * tags. What is built comes along; third parties' packages are linked, ours are the copy's own.
 *
 * @param {string} folder Must lie outside this repository.
 */
export async function copyRepository(folder) {
  const listed = await git(root, 'ls-files', '--cached', '--others', '--exclude-standard', '-z')
  const files = listed.split('\0').filter((file) => file !== '' && existsSync(join(root, file)))
  for (const file of files) copyInto(folder, file)
  for (const workspace of workspaces()) {
    const dist = join(workspace.folder.slice(root.length), 'dist')
    if (existsSync(join(root, dist))) copyInto(folder, dist)
  }
  linkModules(folder)
  await git(folder, 'init', '--quiet', '--initial-branch=main')
  // The ignore file says node_modules/, which a link is not.
  appendFileSync(join(folder, '.git/info/exclude'), 'node_modules\n')
  await git(folder, 'config', 'user.name', 'Rehearsal')
  await git(folder, 'config', 'user.email', 'rehearsal@localhost')
  await commitAll(folder, 'The repository as it is')
}

/**
 * @param {string} folder
 * @param {string} path Relative to the root.
 */
function copyInto(folder, path) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  // The compiler goes by the times when it decides what to build again.
  cpSync(join(root, path), join(folder, path), { recursive: true, preserveTimestamps: true })
}

/** @param {string} folder */
function linkModules(folder) {
  const modules = join(root, 'node_modules')
  mkdirSync(join(folder, 'node_modules/@switchyard'), { recursive: true })
  for (const name of readdirSync(modules).filter((each) => each !== '@switchyard' && each !== '.package-lock.json')) {
    symlinkSync(join(modules, name), join(folder, 'node_modules', name))
  }
  for (const { name, folder: own } of workspaces()) {
    const place = join(folder, own.slice(root.length))
    symlinkSync(place, join(folder, 'node_modules', name))
    if (existsSync(join(own, 'node_modules'))) symlinkSync(join(own, 'node_modules'), join(place, 'node_modules'))
  }
}
