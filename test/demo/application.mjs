// @ts-check
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installFrom } from '../../.config/pack.mjs'
import { run } from './processes.mjs'

/** The parcel desk of `test/apps/legacy-app`, which lives on all four facades. */
const original = fileURLToPath(new URL('../apps/legacy-app', import.meta.url))

/** The changes that a person makes where the codemod leaves the decision to one. */
export const decisions = fileURLToPath(new URL('decisions.patch', import.meta.url))

/** @typedef {import('../../.config/pack.mjs').PackedWorkspace} PackedWorkspace */

/**
 * Copies the application into a git repository of its own.
 *
 * @param {string} folder Must lie outside this repository: in here, an uninstalled facade would be found further up.
 */
export async function copySources(folder) {
  cpSync(original, folder, {
    recursive: true,
    filter: (path) => !['node_modules', 'dist', 'dist-scripts'].includes(basename(path)),
  })
  await git(folder, 'init', '--quiet', '--initial-branch=main')
  await commitAll(folder, 'The parcel desk on the four facades')
}

/**
 * Copies the application as {@link copySources} does, and installs what its manifest asks for.
 *
 * @param {string} folder Must lie outside this repository.
 * @param {readonly PackedWorkspace[]} packed
 * @returns {Promise<string[]>} the packages of ours that it got
 */
export async function copyApplication(folder, packed) {
  await copySources(folder)
  return installFrom(folder, packed)
}

/**
 * Installs the `switchyard` command as `npx -p @switchyard/codemods` would: apart from the application.
 *
 * @param {string} folder
 * @param {readonly PackedWorkspace[]} packed
 * @returns {string} the command's path
 */
export function installCommand(folder, packed) {
  mkdirSync(folder, { recursive: true })
  const manifest = { private: true, dependencies: { '@switchyard/codemods': '*' } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  installFrom(folder, packed)
  return join(folder, 'node_modules/.bin/switchyard')
}

/**
 * @param {string} folder
 * @param {string} message
 */
export async function commitAll(folder, message) {
  await git(folder, 'add', '--all')
  await git(folder, 'commit', '--quiet', '--message', message)
}

/**
 * Runs git as somebody, whatever this machine's own settings are.
 *
 * @param {string} folder
 * @param {string[]} args
 * @returns {Promise<string>} what it printed
 */
export async function git(folder, ...args) {
  const somebody = [
    '-c',
    'user.name=Demo',
    '-c',
    'user.email=demo@localhost',
    '-c',
    'commit.gpgsign=false',
    '-c',
    'core.autocrlf=false',
  ]
  const { status, stdout, stderr } = await run(folder, 'git', [...somebody, ...args])
  if (status !== 0) throw new Error(`git ${args.join(' ')} failed: ${stderr}`)
  return stdout
}

/**
 * Compiles the application as its own build script does.
 *
 * @param {string} folder
 */
export async function buildApplication(folder) {
  await succeed(folder, 'npm', ['run', '--silent', 'build'])
}

/**
 * The whole road without its story: migrates, makes the decisions, migrates what they were about, installs anew.
 *
 * @param {string} folder
 * @param {string} switchyard The command's path.
 * @param {readonly PackedWorkspace[]} packed
 * @returns {Promise<string[]>} the packages of ours that are installed then
 */
export async function leaveFacades(folder, switchyard, packed) {
  // It exits with 1: what a person must decide is left.
  await run(folder, switchyard, ['migrate', '--quiet'])
  await commitAll(folder, 'switchyard migrate')
  await git(folder, 'apply', decisions)
  await commitAll(folder, 'Decide what the codemod left to us')
  await succeed(folder, switchyard, ['migrate', '--quiet'])
  return installFrom(folder, packed)
}

/**
 * @param {string} folder
 * @param {string} command
 * @param {readonly string[]} args
 */
async function succeed(folder, command, args) {
  const { status, stdout, stderr } = await run(folder, command, args)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${status}:\n${stdout}${stderr}`)
}
