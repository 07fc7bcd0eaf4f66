// @ts-check
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { workspaces } from '../../../.config/workspaces.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))

/**
 * Installs the packages at the versions of the lockfile here, and beside them those of this repository, as built.
 *
 * @param {string} folder Must lie outside this repository. What an earlier call installed there is used again.
 */
export function install(folder) {
  if (existsSync(join(folder, 'node_modules/.package-lock.json'))) return
  mkdirSync(folder, { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(here, file), join(folder, file))
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore' })
  mkdirSync(join(folder, 'node_modules/@switchyard'), { recursive: true })
  for (const { name, folder: source } of workspaces()) symlinkSync(source, join(folder, 'node_modules', name))
}

/**
 * Copies an installed package into a git repository of its own, which sees everything that is installed.
 *
 * @param {string} installed
 * @param {string} name
 * @param {string} target An older copy is replaced.
 */
export function copyPackage(installed, name, target) {
  rmSync(target, { recursive: true, force: true })
  cpSync(join(installed, 'node_modules', name), target, { recursive: true })
  git(target, 'init', '--quiet')
  appendFileSync(join(target, '.git/info/exclude'), '/node_modules\n')
  symlinkSync(join(installed, 'node_modules'), join(target, 'node_modules'))
}

/** @param {string} folder */
export function commitAll(folder) {
  git(folder, 'add', '--all')
  git(folder, '-c', 'user.name=proof', '-c', 'user.email=proof@example.com', 'commit', '--quiet', '-m', 'As it was')
}

/**
 * @param {string} folder
 * @param {string[]} args
 */
function git(folder, ...args) {
  // Line ends are part of what is proved.
  return execFileSync('git', ['-c', 'core.autocrlf=false', ...args], { cwd: folder, encoding: 'utf8' })
}

/**
 * Every file of a copy by its path, with forward slashes, but for what git and the command keep for themselves.
 *
 * @param {string} folder
 * @returns {Map<string, string>} the SHA-256 of each file's bytes
 */
export function hashes(folder) {
  const found = new Map()
  const open = [folder]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name)
      if (at === folder && ['.git', '.switchyard', 'node_modules'].includes(entry.name)) continue
      if (entry.isDirectory()) open.push(path)
      else found.set(relative(folder, path), hashOf(readFileSync(path)))
    }
  }
  return found
}

/** @param {string | Buffer} bytes */
export function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * The files that are in one and not the same in the other.
 *
 * @param {ReadonlyMap<string, string>} one
 * @param {ReadonlyMap<string, string>} other
 */
export function differing(one, other) {
  const paths = new Set([...one.keys(), ...other.keys()])
  return [...paths].filter((path) => one.get(path) !== other.get(path)).toSorted()
}
