// @ts-check
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository, absolute. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * A package of this repository.
 *
 * @typedef {object} Workspace
 * @property {string} name Its name in the registry, such as `@switchyard/legacy`.
 * @property {string} version
 * @property {string} folder Its folder, absolute.
 * @property {Readonly<Record<string, string>>} dependencies What it needs at run time, with ranges.
 * @property {Readonly<Record<string, { types: string, default: string } | string>>} exports
 */

/**
 * Every published package, in the order of the root manifest.
 *
 * @returns {Workspace[]}
 */
export function workspaces() {
  /** @type {{ workspaces: string[] }} */
  const { workspaces: patterns } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // npm query would tell the same in half a second, at each call.
  const places = patterns.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern]
    const parent = pattern.slice(0, -2)
    return readdirSync(join(root, parent)).map((name) => join(parent, name))
  })
  const folders = places.map((place) => join(root, place)).filter((folder) => existsSync(join(folder, 'package.json')))
  if (folders.length === 0)
    throw new Error(`no package is found at the workspaces of package.json, ${patterns.join(', ')}`)
  return folders.map(workspaceIn)
}

/**
 * @param {string} folder
 * @returns {Workspace}
 */
function workspaceIn(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const { name, version, exports, dependencies = {} } = manifest
  return { name, version, folder, exports, dependencies }
}
