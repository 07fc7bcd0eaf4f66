// @ts-check
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
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
 * Puts packed packages into a project's `node_modules` as `npm install` would, and links what they need from this
 * repository's own `node_modules`, so that no registry is asked.
 *
 * @param {string} project The project's folder.
 * @param {readonly PackedWorkspace[]} packages
 * @param {readonly string[]} thirdParty Further packages that the project itself needs.
 */
export function installPacked(project, packages, thirdParty) {
  for (const { name, tarball, commands } of packages) {
    const target = join(project, 'node_modules', name)
    mkdirSync(target, { recursive: true })
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
    for (const [command, file] of Object.entries(commands)) linkInto(project, `.bin/${command}`, join(target, file))
  }
  const needed = packages.flatMap(({ dependencies }) => Object.keys(dependencies))
  const outside = new Set([...needed, ...thirdParty].filter((name) => !packages.some((each) => each.name === name)))
  for (const name of outside) linkInto(project, name, join(root, 'node_modules', name))
}

/**
 * @param {string} project
 * @param {string} name Below `node_modules`.
 * @param {string} target
 */
function linkInto(project, name, target) {
  const link = join(project, 'node_modules', name)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(relative(dirname(link), target), link)
}
