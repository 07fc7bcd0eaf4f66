// @ts-check
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { root, workspaces } from './workspaces.mjs'

/**
 * A package as a registry would deliver it.
 *
 * @typedef {import('./workspaces.mjs').Workspace & { tarball: string, files: string[] }} PackedWorkspace
 */

/**
 * Packs every published package with npm.
 *
 * @param {string} folder Where the tarballs go; made when it is not there.
 * @returns {PackedWorkspace[]}
 */
export function packWorkspaces(folder) {
  mkdirSync(folder, { recursive: true })
  const args = ['pack', '--workspaces', '--json', '--ignore-scripts', '--pack-destination', folder]
  const output = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  /** @type {{ name: string, filename: string, files: { path: string }[] }[]} */
  const packed = Object.values(JSON.parse(output))
  return workspaces().map((workspace) => {
    const own = packed.find(({ name }) => name === workspace.name)
    if (own === undefined) throw new Error(`npm pack left out ${workspace.name}; it packed ${packed.length} packages`)
    return { ...workspace, tarball: join(folder, own.filename), files: own.files.map(({ path }) => path) }
  })
}

/**
 * Gives a project the `node_modules` that `npm install` would, without asking a registry: what its manifest and ours need
 * of our packages is unpacked from the tarballs, everything else is linked from this repository's own `node_modules`.
 *
 * @param {string} project The project's folder. An old `node_modules` is replaced.
 * @param {readonly PackedWorkspace[]} packed
 * @returns {string[]} the names of our packages that are installed now
 */
export function installFrom(project, packed) {
  const { dependencies = {}, devDependencies = {} } = manifestIn(project)
  rmSync(join(project, 'node_modules'), { recursive: true, force: true })
  const wanted = new Set(Object.keys({ ...dependencies, ...devDependencies }))
  const installed = []
  // What is added while the set is walked is walked too.
  for (const name of wanted) {
    const own = packed.find((each) => each.name === name)
    if (own === undefined) linkInto(project, name, join(root, 'node_modules', name))
    else {
      unpackInto(project, own)
      installed.push(name)
      for (const needed of Object.keys(own.dependencies)) wanted.add(needed)
    }
    linkCommandsOf(project, name)
  }
  return installed
}

/**
 * @param {string} project
 * @param {PackedWorkspace} workspace
 */
function unpackInto(project, { name, tarball }) {
  const target = join(project, 'node_modules', name)
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
}

/**
 * @param {string} project
 * @param {string} name The package whose commands go to `node_modules/.bin`.
 */
function linkCommandsOf(project, name) {
  const folder = join(project, 'node_modules', name)
  const { bin = {} } = manifestIn(folder)
  /** @type {Record<string, string>} */
  const commands = typeof bin === 'string' ? { [basename(name)]: bin } : bin
  for (const [command, file] of Object.entries(commands)) {
    chmodSync(join(folder, file), 0o755)
    linkInto(project, `.bin/${command}`, join(folder, file))
  }
}

/**
 * @param {string} project
 * @param {string} name Below `node_modules`.
 * @param {string} target
 */
function linkInto(project, name, target) {
  const link = join(project, 'node_modules', name)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(target, link)
}

/** @param {string} folder */
function manifestIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
