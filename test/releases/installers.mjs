// @ts-check
import { toolNamed } from './verdaccio.mjs'

/**
 * How an application is installed and tested with one of npm, pnpm and yarn.
 *
 * @typedef {object} Installer
 * @property {string} name
 * @property {string} command
 * @property {(packages: readonly string[]) => readonly string[]} add The arguments that install packages and remember them.
 * @property {readonly string[]} install What its manifest asks for, whatever the lockfile says.
 * @property {readonly string[]} update To the newest versions that the ranges of its manifest take.
 * @property {readonly string[]} test
 * @property {string} lockfile
 */

/** @type {readonly Installer[]} */
export const installers = [
  {
    name: 'npm',
    command: 'npm',
    add: (packages) => ['install', '--prefer-online', ...packages],
    install: ['install', '--prefer-online'],
    update: ['update', '--prefer-online'],
    test: ['test'],
    lockfile: 'package-lock.json',
  },
  {
    name: 'pnpm',
    command: toolNamed('pnpm'),
    add: (packages) => ['add', '--reporter=append-only', ...packages],
    install: ['install', '--reporter=append-only', '--no-frozen-lockfile'],
    update: ['update', '--reporter=append-only'],
    test: ['test'],
    lockfile: 'pnpm-lock.yaml',
  },
  {
    name: 'yarn',
    command: toolNamed('yarn'),
    add: (packages) => ['add', '--non-interactive', ...packages],
    install: ['install', '--non-interactive'],
    update: ['upgrade', '--non-interactive'],
    test: ['--silent', 'test'],
    lockfile: 'yarn.lock',
  },
]

/**
 * The installer of a name.
 *
 * @param {string} name
 * @returns {Installer}
 */
export function installerNamed(name) {
  const found = installers.find((each) => each.name === name)
  if (found !== undefined) return found
  throw new Error(`the installers are ${installers.map((each) => each.name).join(', ')}; not ${name}`)
}
