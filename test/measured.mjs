// @ts-check
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A process that has ended, and what it took.
 *
 * @typedef {object} Measured
 * @property {number | null} status
 * @property {string} stdout
 * @property {string} stderr
 * @property {number} elapsed Seconds on the wall.
 * @property {number} processor Seconds of the processor, user and system.
 * @property {number} mebibytes The largest resident set.
 */

/**
 * Runs a script of Node under GNU time.
 *
 * @param {string} cwd
 * @param {readonly string[]} args Of node.
 * @returns {Measured}
 * @throws {Error} where there is no GNU time, or the process was ended by a signal.
 */
export function measured(cwd, args) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-measured-'))
  try {
    const file = join(folder, 'cost')
    const run = spawnSync('/usr/bin/time', ['-o', file, '-f', '%e %U %S %M', process.execPath, ...args], {
      cwd,
      encoding: 'utf8',
      maxBuffer: 1024 * 1024 * 1024,
    })
    if (run.error !== undefined) throw new Error(`GNU time is needed at /usr/bin/time: ${run.error.message}`)
    const written = readFileSync(file, 'utf8').trim()
    if (written.includes('terminated by signal')) throw new Error(`${args.join(' ')}: ${written}\n${run.stderr}`)
    const [elapsed = Number.NaN, user = Number.NaN, system = Number.NaN, kibibytes = Number.NaN] = (
      written.split('\n').at(-1) ?? ''
    )
      .split(' ')
      .map(Number)
    if (!Number.isFinite(elapsed + user + system + kibibytes))
      throw new Error(`/usr/bin/time wrote ${JSON.stringify(written)}, not four numbers`)
    const { status, stdout, stderr } = run
    return { status, stdout, stderr, elapsed, processor: user + system, mebibytes: Math.round(kibibytes / 1024) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {readonly number[]} values */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}
