// @ts-check
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeCorpus } from './corpus.mjs'

/**
 * @typedef {object} Effort
 * @property {number} rounds
 * @property {readonly number[]} sizes Files of each corpus; the first is the one that the goals are about.
 * @property {number} slowFiles Files of the corpus for what is too slow for the others.
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
 */

/** @type {Effort} */
export const FULL_EFFORT = { rounds: 1, sizes: [5000], slowFiles: 500 }
/** @type {Effort} */
export const QUICK_EFFORT = { rounds: 1, sizes: [500], slowFiles: 50 }

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
 * @returns {Promise<CodemodSection[]>}
 */
export async function measureCodemods({ rounds, sizes, slowFiles }, log) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-'))
  try {
    const sections = []
    for (const files of sizes) {
      log(`Writing a code base of ${files} files …`)
      const { root, bytes, callers } = writeCorpus(join(folder, `${files}`), { files, seed })
      const title = `${files} files, ${Math.round(bytes / 1e6)} MB, ${callers} of them load the facade`
      sections.push({ title, files, rows: await interleaved([...floors(root), ...ours(root)], rounds, log) })
      if (files === sizes[0]) {
        const clean = writeCorpus(join(folder, 'clean'), { files, seed, callers: 0 })
        sections.push({
          title: `${files} files, nothing left`,
          files,
          rows: await interleaved([...floors(clean.root).slice(0, 1), ...ours(clean.root)], rounds, log),
        })
        const few = writeCorpus(join(folder, 'few'), { files: slowFiles, seed })
        const commands = [...floors(few.root), ...slow(few.root), ...ours(few.root)]
        const scale = `${slowFiles} files, ${few.callers} of them load the facade`
        sections.push({ title: scale, files: slowFiles, rows: await interleaved(commands, rounds, log) })
      }
      if (files !== sizes[0]) rmSync(root, { recursive: true })
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
  return [{ name: 'jscodeshift', kind: 'peer', root, args: [command, ...options, root] }]
}

/**
 * @param {readonly Command[]} commands
 * @param {number} rounds
 * @param {(line: string) => void} log
 * @returns {Promise<CodemodRow[]>}
 */
async function interleaved(commands, rounds, log) {
  /** @type {{ seconds: number, mebibytes: number }[][]} */
  const samples = commands.map(() => [])
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, command] of commands.entries()) {
      const sample = await cost(command)
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
 * Runs a command under a parent of its own, whose account of its children is the command's.
 *
 * @param {Command} command
 * @returns {Promise<{ seconds: number, mebibytes: number }>}
 */
async function cost({ name, root, args, statuses = [0] }) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-cost-'))
  const file = join(folder, 'cost')
  try {
    const child = spawn('/usr/bin/time', ['-o', file, '-f', '%U %S %M %x', process.execPath, ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => (said += text))
    const status = await new Promise((resolve, reject) => {
      child.once('error', (error) => reject(new Error(`GNU time is needed at /usr/bin/time: ${error.message}`)))
      child.once('close', resolve)
    })
    if (!statuses.includes(status))
      throw new Error(`${name} ended with status ${status}, not ${statuses.join(' or ')}: ${said}`)
    const last = readFileSync(file, 'utf8').trim().split('\n').at(-1) ?? ''
    const [user = Number.NaN, system = Number.NaN, kibibytes = Number.NaN] = last.split(' ').map(Number)
    if (!Number.isFinite(user + system + kibibytes)) throw new Error(`/usr/bin/time wrote ${JSON.stringify(last)}.`)
    return { seconds: user + system, mebibytes: kibibytes / 1024 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {number[]} values */
function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN
}
