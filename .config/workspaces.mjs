// @ts-check
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
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
  const found = JSON.parse(execFileSync('npm', ['query', '.workspace'], { cwd: root, encoding: 'utf8' }))
  if (!Array.isArray(found) || found.length === 0) throw new Error('npm knows no workspaces here: run npm ci first')
  return found.map(({ path }) => workspaceIn(path))
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
