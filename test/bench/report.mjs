// @ts-check
import { cpus, loadavg, totalmem } from 'node:os'
import { FULL } from './cases/setup.mjs'

/** @typedef {import('./measure.mjs').Row} Row */
/** @typedef {import('./plan.mjs').Figures} Figures */

/**
 * What one figure was to be, and is.
 *
 * @typedef {object} Goal
 * @property {string} work
 * @property {string} goal
 * @property {string} measured
 * @property {boolean} reached
 */

/**
 * Figures with what they were measured on, and how they compare with what they were to be.
 *
 * @typedef {Figures & { machine: ReturnType<typeof describeMachine>, rounds: number, goals: Goal[] }} Report
 */

/**
 * @param {Figures} figures
 * @param {number} rounds
 * @returns {Report}
 */
export function toReport(figures, rounds) {
  return { machine: describeMachine(), rounds, goals: goalsOf(figures), ...figures }
}

/**
 * The whole report, or what of it a README shows.
 *
 * @param {Report} report
 * @param {{ short?: boolean }} [options]
 */
export function toMarkdown(report, { short = false } = {}) {
  const { machine, rounds, goals, sections, weights } = report
  const parts = [
    measuredOn(machine, `medians of ${rounds} interleaved rounds in one process`),
    table(['work', 'goal', 'measured', 'reached'], goals.map(goalCells)),
    ...(short ? sections.slice(0, 2) : sections).map(sectionTable),
  ]
  if (!short && weights.length > 0) parts.push(weightTable(weights))
  return parts.join('\n\n')
}

/**
 * The sentence above the figures.
 *
 * @param {ReturnType<typeof describeMachine>} machine
 * @param {string} how
 */
export function measuredOn(machine, how) {
  return (
    `Measured on ${machine.date} with Node ${machine.node} (V8 ${machine.v8}), ${machine.platform}, ${machine.cores} x ` +
    `${machine.processor}, ${machine.memoryGiB} GiB: ${how}. Ratios are taken ` +
    'round by round; in brackets the quartiles. Times are of this machine, ratios travel better.'
  )
}

/** What the figures were measured on. */
export function describeMachine() {
  const { version, arch, platform, versions } = process
  return {
    date: new Date().toISOString().slice(0, 10),
    node: version,
    v8: versions.v8,
    platform: `${platform} ${arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: Math.round(loadavg()[0] ?? 0),
  }
}

/**
 * The goals that the figures say something about.
 *
 * @param {Figures} figures
 * @returns {Goal[]}
 */
function goalsOf({ sections, weights }) {
  const calls = sections.find(({ rows }) => rows.some(({ name }) => name === FULL))?.rows ?? []
  const rows = sections.flatMap((section) => section.rows)
  const full = calls.find(({ name }) => name === FULL)
  const fastestPeer = calls.filter(({ kind }) => kind === 'peer').toSorted((a, b) => a.ratio - b.ratio)[0]
  const facade = dearest(rows.filter(({ name }) => name.endsWith(': dispatch')))
  const scope = dearest(rows.filter(({ name }) => name.startsWith('createForUser')))
  const weight = weights
    .filter(({ name }) => name.startsWith('dispatcher,'))
    .toSorted((a, b) => b.liveBytes - a.liveBytes)[0]
  const left = weights.filter(({ name }) => name.startsWith('dispatcher')).map(({ leftBytes }) => leftBytes)
  /** @type {Goal[]} */
  const goals = []
  if (full !== undefined) goals.push(goal(FULL, 'at most 6x await + zod', times(full.ratio), full.ratio <= 6))
  if (full !== undefined && fastestPeer !== undefined) {
    const share = full.ratio / fastestPeer.ratio
    goals.push(goal('the same', 'ahead of every peer', `${times(share)} of ${fastestPeer.name}`, share < 1))
  }
  if (facade !== undefined) {
    goals.push(
      goal("a facade's dispatch", 'at most 1.25x the canonical call', times(facade.ratio), facade.ratio <= 1.25),
    )
  }
  if (scope !== undefined) goals.push(goal(scope.name, 'at most 300 ns', `${whole(scope.ns)} ns`, scope.ns <= 300))
  if (weight !== undefined) {
    goals.push(goal(weight.name, 'at most 1 KB live', `${weight.liveBytes} bytes`, weight.liveBytes <= 1024))
    goals.push(goal('the same, disposed', 'nothing left', `${Math.max(...left)} bytes`, Math.max(...left) < 8))
  }
  return goals
}

/**
 * @param {string} work
 * @param {string} wanted
 * @param {string} measured
 * @param {boolean} reached
 * @returns {Goal}
 */
export function goal(work, wanted, measured, reached) {
  return { work, goal: wanted, measured, reached }
}

/** @param {readonly Row[]} rows */
function dearest(rows) {
  return rows.toSorted((a, b) => b.ratio - a.ratio)[0]
}

/** @param {Goal} goal */
export function goalCells({ work, goal: wanted, measured, reached }) {
  return [work, wanted, measured, reached ? 'yes' : 'no']
}

/** @param {Figures['sections'][number]} section */
function sectionTable({ title, rows }) {
  const cells = rows.map(({ name, ns, ratio, ratioQuartiles: [low, high], against }) => [
    name,
    whole(ns),
    `${times(ratio)} [${low.toFixed(2)}, ${high.toFixed(2)}]`,
    against,
  ])
  return `### ${title}\n\n${table(['case', 'ns', 'ratio', 'to'], cells)}`
}

/** @param {Figures['weights']} weights */
function weightTable(weights) {
  const cells = weights.map(({ name, liveBytes, leftBytes }) => [name, whole(liveBytes), whole(leftBytes)])
  return `### What a scope weighs\n\n${table(['scope', 'live bytes', 'bytes left once disposed'], cells)}`
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** @param {number} ratio */
function times(ratio) {
  return `${ratio.toFixed(2)}x`
}

/** @param {number} value */
export function whole(value) {
  return Math.round(value).toLocaleString('en')
}
