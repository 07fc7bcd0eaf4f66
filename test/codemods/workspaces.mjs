// @ts-check
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installFrom } from '../../.config/pack.mjs'

/**
 * Gives a workspace the `node_modules` that `pnpm install` would, without asking a registry: everything lies once below
 * `node_modules/.pnpm`, and each package sees what its own manifest names, and nothing else.
 *
 * @param {string} root The workspace, with its packages in `packages/*`. An old `node_modules` is replaced.
 * @param {readonly import('../../.config/pack.mjs').PackedWorkspace[]} packed
 * @returns {string[]} the names of our packages that are installed now
 */
export function installWorkspace(root, packed) {
  const members = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
  const own = new Map(members.map((folder) => [manifestIn(folder).name, folder]))
  const named = [root, ...members].flatMap((folder) => dependenciesOf(folder).filter((name) => !own.has(name)))
  rmSync(join(root, 'node_modules'), { recursive: true, force: true })
  const store = join(root, 'node_modules/.pnpm')
  mkdirSync(store, { recursive: true })
  const dependencies = Object.fromEntries(named.map((name) => [name, '*']))
  writeFileSync(join(store, 'package.json'), JSON.stringify({ private: true, dependencies }))
  const installed = installFrom(store, packed)
  for (const folder of [root, ...members]) {
    if (folder !== root) rmSync(join(folder, 'node_modules'), { recursive: true, force: true })
    for (const name of dependenciesOf(folder)) link(folder, name, own.get(name) ?? join(store, 'node_modules', name))
  }
  if (existsSync(join(store, 'node_modules/.bin'))) link(root, '.bin', join(store, 'node_modules/.bin'))
  return installed
}

/** @param {string} folder */
function dependenciesOf(folder) {
  const { dependencies = {}, devDependencies = {} } = manifestIn(folder)
  return Object.keys({ ...dependencies, ...devDependencies })
}

/**
 * @param {string} folder
 * @param {string} name Below the folder's `node_modules`.
 * @param {string} target
 */
function link(folder, name, target) {
  const path = join(folder, 'node_modules', name)
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

/** @param {string} folder */
function manifestIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
