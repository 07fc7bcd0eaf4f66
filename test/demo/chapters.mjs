// @ts-check
// The chapters of the demo, in their order. Each says what it does, does it, and checks what it says.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { installFrom } from '../../.config/pack.mjs'
import { commitAll, copyApplication, decisions, git } from './application.mjs'
import { faultsOf, goldenPath, openDesk, takeSeat } from './desk.mjs'
import { run } from './processes.mjs'
import { columns, heading, holds, prompt, quote, say } from './terminal.mjs'
import { compareWithCommit } from './untouched.mjs'

/** @typedef {import('../../.config/pack.mjs').PackedWorkspace} PackedWorkspace */
/** @typedef {{ tests: string, scenario: string }} Behaviour What the application's tests count, and what its scenario prints. */

const facades = ['legacy', 'request-scoped', 'core', 'enhanced'].map((name) => `@switchyard/${name}`)
/** @type {Record<string, string>} */
const questions = { ada: 'Is BP-10047 on its way?', bob: 'What did Jonas Feld order?' }

/**
 * @param {string} app
 * @param {readonly PackedWorkspace[]} packed
 * @returns {Promise<Behaviour>}
 */
export async function runOnFacades(app, packed) {
  heading(1, 'The application on the four facades')
  const installed = await copyApplication(app, packed)
  const files = (await git(app, 'ls-files', '*.ts', '*.cjs')).trim().split('\n')
  say(`A parcel desk of ${files.length} source files, in ${app}, with ${installed.join(', ')}, as npm packs them.`)
  const { behaviour, warnings } = await behaviourOf(app)
  holds('Its own tests pass.')
  if (warnings.length === 0) throw new Error('the application is on the facades and heard no deprecation warning')
  say(`And it hears from ${warnings.length} places that they should move. One of each facade's warnings:`)
  for (const warning of firstOfEach(warnings)) say(`- ${warning}`)
  return behaviour
}

/**
 * @param {string} app
 * @param {string} switchyard
 */
export async function auditFirst(app, switchyard) {
  heading(2, 'What is not on the one dispatcher')
  const { status } = await showRun(app, switchyard, 'audit')
  if (status !== 1) throw new Error(`switchyard audit should find something and exit with 1, not ${status}`)
}

/**
 * @param {string} app
 * @param {string} switchyard
 */
export async function migrate(app, switchyard) {
  heading(3, 'Off the facades')
  const { status } = await showRun(app, switchyard, 'migrate')
  if (status !== 0 && status !== 1) throw new Error(`switchyard migrate should exit with 0 or 1, not ${status}`)
  prompt('git diff --stat')
  quote(await git(app, '--no-pager', 'diff', `--stat=${columns - 5},${Math.floor(columns / 2)}`))
  say('One of the files:')
  prompt('git diff src/agents/run-question.ts')
  quote(await git(app, '--no-pager', 'diff', '--unified=1', 'src/agents/run-question.ts'))

  const { changed, sameFiles, sameLines, changedLines, reprinted } = await compareWithCommit(app)
  if (reprinted.length > 0) throw new Error(`lines changed without need:\n${reprinted.join('\n')}`)
  if (changed.length === 0) throw new Error('switchyard migrate changed nothing')
  holds(
    `${changedLines} lines of ${changed.length} files had to change. The other ${sameLines} lines of those files, and the other ${sameFiles} files, are the same byte for byte.`,
  )
}

/**
 * @param {string} app
 * @param {string} switchyard
 */
export async function decide(app, switchyard) {
  heading(4, 'What a person must decide')
  await commitAll(app, 'switchyard migrate')
  const marked = (await git(app, 'grep', '--line-number', '@switchyard-todo')).trim().split('\n')
  if (marked.length > 3)
    throw new Error(`${marked.length} sites are left to a person, more than three:\n${marked.join('\n')}`)
  await showRun(app, switchyard, 'audit')
  say(`The decisions of the team that owns the ${marked.length} marked sites:`)
  quote(readFileSync(decisions, 'utf8'))
  prompt('git apply decisions.patch')
  await git(app, 'apply', decisions)
  await commitAll(app, 'Decide what the codemod left to us')
  const { status } = await showRun(app, switchyard, 'migrate')
  if (status !== 0) throw new Error(`switchyard migrate should have nothing left and exit with 0, not ${status}`)
  await commitAll(app, 'switchyard migrate, once more')
}

/**
 * @param {string} app
 * @param {readonly PackedWorkspace[]} packed
 * @param {Behaviour} before
 */
export async function leave(app, packed, before) {
  heading(5, 'The application without the facades')
  const installed = installFrom(app, packed)
  const left = facades.filter((name) => existsSync(join(app, 'node_modules', name)))
  if (left.length > 0) throw new Error(`the migrated manifest still asks for ${left.join(', ')}`)
  say(`Installed anew from the migrated manifest: ${installed.join(', ')}. No facade.`)
  const { behaviour, warnings } = await behaviourOf(app)
  if (warnings.length > 0) throw new Error(`deprecation warnings without facades:\n${warnings.join('\n')}`)
  if (behaviour.tests !== before.tests) throw new Error(`the tests counted ${before.tests}, and now ${behaviour.tests}`)
  holds('Its own tests pass, as many as before, and no warning is left.')
  if (behaviour.scenario !== before.scenario) throw new Error(differenceOf(before.scenario, behaviour.scenario))
  holds(`Its scenario prints the same ${Buffer.byteLength(before.scenario)} bytes as before.`)
}

/** @param {string} app The built application. */
export async function servePage(app) {
  heading(6, 'Its page, for two users at once')
  const desk = await openDesk(app)
  say(`The migrated application serves ${desk.url}. Two users sit down, each with a WebSocket, and ask at once:`)
  const seats = await Promise.all(Object.keys(questions).map((user) => takeSeat(desk.url, user)))
  const seen = await Promise.all(
    seats.map((seat) =>
      seat.ask(questions[seat.user] ?? '', ({ type, data }) => quote(eventLine(seat.user, type, detailOf(data)))),
    ),
  )
  for (const [index, { user, leave: standUp }] of seats.entries()) {
    standUp()
    const faults = faultsOf(user, seen[index] ?? [])
    if (faults.length > 0) throw new Error(`${user} did not see the golden path: ${faults.join('; ')}`)
  }
  holds(`Each saw the ${goldenPath.length} kinds of events in order, and none of the other's.`)
  return desk
}

/**
 * Runs the application's tests and its scenario.
 *
 * @param {string} app
 * @returns {Promise<{ behaviour: Behaviour, warnings: string[] }>}
 */
async function behaviourOf(app) {
  const tests = await quotedRun(app, 'test')
  const totals = /Tests\s+(.*passed.*)/u.exec(stripVTControlCharacters(tests.stdout))?.[1]
  if (totals === undefined) throw new Error(`npm test printed no totals:\n${tests.stdout}`)
  quote(`Tests ${totals}`)
  const scenario = await quotedRun(app, 'run', '--silent', 'scenario')
  quote(`${scenario.stdout.trimEnd().split('\n').length} lines of JSON`)
  return {
    behaviour: { tests: totals, scenario: scenario.stdout },
    warnings: warningsIn(tests.stderr.replaceAll(`${app}/`, '')),
  }
}

/**
 * @param {string} app
 * @param {...string} args
 */
async function quotedRun(app, ...args) {
  prompt(`npm ${args.filter((arg) => arg !== '--silent').join(' ')}`)
  const outcome = await run(app, 'npm', args)
  if (outcome.status !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${outcome.stdout}${outcome.stderr}`)
  return outcome
}

/**
 * @param {string} app
 * @param {string} switchyard
 * @param {...string} args
 */
function showRun(app, switchyard, ...args) {
  prompt(`npx -p @switchyard/codemods switchyard ${args.join(' ')}`)
  return run(app, switchyard, args, { show: true })
}

/**
 * @param {string} stderr
 * @returns {string[]} each deprecation warning's text, once
 */
function warningsIn(stderr) {
  const lines = stripVTControlCharacters(stderr)
    .split('\n')
    .filter((line) => line.includes('DeprecationWarning'))
  return [...new Set(lines.map((line) => line.replace(/^.*\(node:\d+\) /u, '').replace('DeprecationWarning: ', '')))]
}

/** @param {readonly string[]} warnings */
function firstOfEach(warnings) {
  return [...new Map(warnings.toReversed().map((text) => [/SWY\d+/u.exec(text)?.[0], text])).values()].toSorted()
}

/**
 * @param {string} before
 * @param {string} after
 */
function differenceOf(before, after) {
  const old = before.split('\n')
  const line = after.split('\n').findIndex((text, index) => text !== old[index])
  return `the scenario's line ${line + 1} changed from\n${old[line]}\nto\n${after.split('\n')[line]}`
}

/**
 * One event on one line of the terminal.
 *
 * @param {string} user
 * @param {string} type
 * @param {string} detail
 */
export function eventLine(user, type, detail) {
  const text = `${user}  ${type.padEnd(15)}  ${detail}`
  const room = columns - 5
  return text.length > room ? `${text.slice(0, room - 1)}…` : text
}

/** @param {Record<string, unknown>} data */
export function detailOf({ toolName, reasoning, message, question, result }) {
  const answer = typeof result === 'object' && result !== null && 'answer' in result ? result.answer : undefined
  return [toolName, reasoning, message, question, answer].find((text) => typeof text === 'string') ?? ''
}
