// @ts-check
import { MEMORY } from './plan.mjs'
import { describeMachine, goal, goalCells, measuredOn, table, whole } from '../report.mjs'

/** @typedef {import('./plan.mjs').DeliveryFigures} DeliveryFigures */

/** @typedef {DeliveryFigures & { machine: ReturnType<typeof describeMachine>, rounds: number, goals: import('../report.mjs').Goal[] }} DeliveryReport */

/** What of raw ws's messages a second the goal asks for. */
const SHARE = 0.7

/**
 * @param {DeliveryFigures} figures
 * @param {number} rounds
 * @returns {DeliveryReport}
 */
export function toDeliveryReport(figures, rounds) {
  return { machine: describeMachine(), rounds, goals: goalsOf(figures), ...figures }
}

/** @param {DeliveryReport} report */
export function toDeliveryMarkdown({ machine, rounds, goals, sections, slowReaders }) {
  return [
    measuredOn(
      machine,
      `medians of ${rounds} interleaved rounds, the clients in a process of their own, at a load of ${machine.load}`,
    ),
    table(['work', 'goal', 'measured', 'reached'], goals.map(goalCells)),
    ...sections.map(sectionTable),
    slowReaderTable(slowReaders),
  ].join('\n\n')
}

/** @param {DeliveryFigures} figures */
function goalsOf({ sections, slowReaders }) {
  const goals = sections.flatMap(({ title, rows }) => {
    const ours = rows.find(({ name }) => name === MEMORY)
    if (ours === undefined) return []
    return [goal(title, 'at least 70 % of raw ws', share(ours.ratio), 1 / ours.ratio >= SHARE)]
  })
  const slow = slowReaders.find(({ name }) => name === 'gateway')
  if (slow === undefined) return goals
  const held = `${whole(Math.max(slow.bytes, 0) / 1024)} KiB for each after ${whole(slow.events)} events`
  return [...goals, goal('clients that read nothing', 'bounded memory', held, slow.bytes < 1024 * 1024)]
}

/** @param {DeliveryFigures['sections'][number]} section */
function sectionTable({ title, rows }) {
  const cells = rows.map(({ name, ns, ratio, ratioQuartiles: [low, high], against }) => [
    name,
    whole(1e9 / ns),
    against === name ? '' : `${share(ratio)} [${share(high)}, ${share(low)}]`,
    against === name ? '' : against,
  ])
  return `### ${title}\n\n${table(['case', 'events a second', 'share', 'of'], cells)}`
}

/** @param {DeliveryFigures['slowReaders']} slowReaders */
function slowReaderTable(slowReaders) {
  const cells = slowReaders.map(({ name, events, bytes }) => [name, whole(events), whole(Math.max(bytes, 0) / 1024)])
  return `### Clients that read nothing\n\n${table(['server', 'events sent to each', 'KiB held for each'], cells)}`
}

/** @param {number} ratio Of times. */
function share(ratio) {
  return `${Math.round(100 / ratio)} %`
}
