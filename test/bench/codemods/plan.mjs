// @ts-check
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, measured } from '../../measured.mjs'
import { writeCorpus } from './corpus.mjs'

/**
 * @typedef {object} Effort
 * @property {number} rounds
 * @property {readonly number[]} sizes Files of each corpus; the first is the one that the goals are about.
 *
 * @typedef {object} CodemodRow
 * @property {string} name
 * @property {'floor' | 'ours' | 'peer'} kind
 * @property {number} seconds Of the processor, user and system, all processes of a run: the median of the rounds.
 * @property {number} mebibytes The largest resident set of any of its processes: the median of the rounds.
 *
 * @typedef {object} CodemodSection
 * @property {string} title
 * @property {number} files
 * @property {CodemodRow[]} rows
 *
 * @typedef {object} Command
 * @property {string} name
 * @property {CodemodRow['kind']} kind
 * @property {string} root
 * @property {readonly string[]} args Of node.
 * @property {readonly number[]} [statuses] Which exit statuses are right; default 0.
 * @property {boolean} [once] Whether it is so slow that the first round alone has it.
 */

/** @type {Effort} */
export const FULL_EFFORT = { rounds: 3, sizes: [5000, 50_000] }
/** @type {Effort} */
export const QUICK_EFFORT = { rounds: 1, sizes: [200] }

/**
 * One round over one code base.
 *
 * @param {number} files
 * @returns {Effort}
 */
export function effortOf(files) {
  return { rounds: 1, sizes: [files] }
}

const seed = 20_251_125
const bin = fileURLToPath(new URL('../../../codemods/dist/bin.js', import.meta.url))
const peersFile = fileURLToPath(new URL('peers.mjs', import.meta.url))
const transform = fileURLToPath(new URL('transform.cjs', import.meta.url))
const require = createRequire(import.meta.url)

/**
 * Measures whole processes, one after the other, each once a round.
 *
 * @param {Effort} effort
 * @param {(line: string) => void} log
 * @returns {CodemodSection[]}
 */
export function measureCodemods({ rounds, sizes: [first = 0, ...larger] }, log) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
  /**
   * @param {string} about
   * @param {Parameters<typeof writeCorpus>[1]} shape
   * @param {(root: string) => Command[]} commands
   */
  const section = (about, shape, commands) => {
    log(`Writing a code base of ${shape.files} files …`)
    const root = join(folder, 'corpus')
    const { files, bytes, callers } = writeCorpus(root, shape)
    const title = `${files} files, ${Math.round(bytes / 1e6)} MB, ${about || `${callers} of them load the facade`}`
    const rows = interleaved(commands(root), rounds, log)
    rmSync(root, { recursive: true })
    return { title, files, rows }
  }
  try {
    const whole = section('', { files: first, seed }, (root) => [...floors(root), ...slow(root), ...ours(root)])
    const clean = section('nothing left', { files: first, seed, callers: 0 }, (root) => [
      ...floors(root).slice(0, 1),
      ...ours(root),
    ])
    const sections = [whole, clean]
    for (const files of larger) {
      const commands = (/** @type {string} */ root) => [
        ...floors(root).map((command) => ({ ...command, once: command.kind === 'peer' })),
        ...ours(root),
      ]
      const callers = Math.round((first * 267) / 5000)
      sections.push(section('', { files, seed }, commands))
      sections.push(section('', { files, seed, callers }, (root) => [...floors(root).slice(0, 1), ...ours(root)]))
    }
    return sections
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string} root
 * @returns {Command[]}
 */
function floors(root) {
  const peer = (/** @type {string} */ name, /** @type {CodemodRow['kind']} */ kind) => ({
    name,
    kind,
    root,
    args: [peersFile, name, root],
  })
  return [peer('read and search', 'floor'), peer('prefilter + oxc + magic-string', 'floor'), peer('ast-grep', 'peer')]
}

/**
 * @param {string} root
 * @returns {Command[]}
 */
function ours(root) {
  const own = (/** @type {string[]} */ ...args) => ({
    name: `switchyard ${args.join(' ')}`,
    kind: /** @type {const} */ ('ours'),
    root,
    args: [bin, ...args, '--quiet'],
    statuses: [0, 1],
  })
  return [own('migrate', '--dry-run', '--no-verify'), own('audit')]
}

/**
 * @param {string} root
 * @returns {Command[]}
 */
function slow(root) {
  const command = join(require.resolve('jscodeshift/package.json'), '../bin/jscodeshift.js')
  const options = ['--dry', '--silent', '--parser=tsx', '--extensions=ts,tsx', '-t', transform]
  return [{ name: 'jscodeshift', kind: 'peer', root, args: [command, ...options, root], once: true }]
}

/**
 * @param {readonly Command[]} commands
 * @param {number} rounds
 * @param {(line: string) => void} log
 * @returns {CodemodRow[]}
 */
function interleaved(commands, rounds, log) {
  /** @type {{ seconds: number, mebibytes: number }[][]} */
  const samples = commands.map(() => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, command] of commands.entries()) {
      if (command.once === true && round > 0) continue
      const sample = cost(command)
      samples[at]?.push(sample)
      log(`round ${round + 1}  ${sample.seconds.toFixed(2)} s  ${Math.round(sample.mebibytes)} MiB  ${command.name}`)
    }
  }
  return commands.map(({ name, kind }, at) => ({
    name,
    kind,
    seconds: median((samples[at] ?? []).map(({ seconds }) => seconds)),
    mebibytes: median((samples[at] ?? []).map(({ mebibytes }) => mebibytes)),
  }))
}

/**
 * @param {Command} command
 * @returns {{ seconds: number, mebibytes: number }}
 */
function cost({ name, root, args, statuses = [0] }) {
  const { status, stderr, processor, mebibytes } = measured(root, args)
  if (status === null || !statuses.includes(status))
    throw new Error(`${name} ended with status ${status}, not ${statuses.join(' or ')}: ${stderr}`)
  return { seconds: processor, mebibytes }
}
