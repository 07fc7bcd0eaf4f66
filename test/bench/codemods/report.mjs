// @ts-check
import { describeMachine, goal, goalCells, measuredOn, table } from '../report.mjs'

/** @typedef {import('./plan.mjs').CodemodSection} CodemodSection */
/** @typedef {{ machine: ReturnType<typeof describeMachine>, rounds: number, goals: import('../report.mjs').Goal[], sections: CodemodSection[] }} CodemodReport */

const MIGRATE = 'switchyard migrate --dry-run --no-verify'
const LEAST = 'prefilter + oxc + magic-string'
const FLOOR = 'read and search'

/**
 * @param {CodemodSection[]} sections
 * @param {number} rounds
 * @returns {CodemodReport}
 */
export function toCodemodReport(sections, rounds) {
  return { machine: describeMachine(), rounds, goals: goalsOf(sections), sections }
}

/** @param {CodemodReport} report */
export function toCodemodMarkdown({ machine, rounds, goals, sections }) {
  const how = `medians of ${rounds} rounds, each command once a round in a process of its own; processor seconds are user and system`
  return [
    measuredOn(machine, how).replace(/ Ratios are taken round by round; in brackets the quartiles\./u, ''),
    table(['work', 'goal', 'measured', 'reached'], goals.map(goalCells)),
    ...sections.map(sectionTable),
  ].join('\n\n')
}

/** @param {CodemodSection[]} sections */
function goalsOf(sections) {
  const [whole, clean, large, sparse] = sections
  const share = (
    /** @type {CodemodSection | undefined} */ section,
    /** @type {string} */ of,
    /** @type {string} */ to,
  ) => secondsOf(section, of) / secondsOf(section, to)
  const againstLeast = share(whole, MIGRATE, LEAST)
  const againstFloor = share(clean, MIGRATE, FLOOR)
  const againstSlow = share(whole, 'jscodeshift', MIGRATE)
  const goals = [
    goal(`${MIGRATE}, ${whole?.files} files`, `at most 3x ${LEAST}`, times(againstLeast), againstLeast <= 3),
    goal('the same', '100x less than jscodeshift', times(againstSlow), againstSlow >= 100),
    goal('the same, nothing left', `at most 2x ${FLOOR}`, times(againstFloor), againstFloor <= 2),
  ]
  if (whole === undefined || large === undefined || sparse === undefined) return goals
  const growth = secondsOf(large, MIGRATE) / secondsOf(whole, MIGRATE) / (large.files / whole.files)
  const memory = mebibytesOf(sparse, MIGRATE) / mebibytesOf(whole, MIGRATE)
  const withCallers = mebibytesOf(large, MIGRATE) / mebibytesOf(whole, MIGRATE)
  return [
    ...goals,
    goal(`the same, ${large.files} files`, 'linear', `${times(growth)} a file`, growth <= 1.2),
    goal(`the same, ${large.files} files, as many load the facade`, 'flat memory', times(memory), memory <= 1.5),
    goal(`the same, ${large.files} files, so many more do`, 'flat memory', times(withCallers), withCallers <= 1.5),
  ]
}

/**
 * @param {CodemodSection | undefined} section
 * @param {string} name
 */
function secondsOf(section, name) {
  return section?.rows.find((row) => row.name === name)?.seconds ?? Number.NaN
}

/**
 * @param {CodemodSection | undefined} section
 * @param {string} name
 */
function mebibytesOf(section, name) {
  return section?.rows.find((row) => row.name === name)?.mebibytes ?? Number.NaN
}

/** @param {CodemodSection} section */
function sectionTable({ title, rows }) {
  const cells = rows.map(({ name, seconds, mebibytes }) => [name, seconds.toFixed(2), String(Math.round(mebibytes))])
  return `### ${title}\n\n${table(['command', 'processor s', 'peak MiB'], cells)}`
}

/** @param {number} ratio */
function times(ratio) {
  return `${ratio.toFixed(2)}x`
}
