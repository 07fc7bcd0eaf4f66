import type { ConformanceCase } from './conformance-case.js'
import { eventRouting } from './event-routing.js'
import { factoryConflict } from './factory-conflict.js'
import { importPath } from './import-path.js'
import { multipleImplementation } from './multiple-implementation.js'
import { nextTurn } from './scene.js'
import type { Capability, ConformanceSubject } from './subject.js'
import { userIsolation } from './user-isolation.js'

/** Every case, class by class. */
export const cases: readonly ConformanceCase[] = Object.freeze([
  ...multipleImplementation,
  ...importPath,
  ...factoryConflict,
  ...eventRouting,
  ...userIsolation,
])

/** What a subject was found to do. It is plain data: `JSON.stringify` it for machines, {@link formatReport} it for people. */
export interface ConformanceReport {
  readonly subject: string
  /** Ids of cases. */
  readonly passed: string[]
  readonly failed: { readonly id: string; readonly violation: string; readonly message: string }[]
  readonly skipped: { readonly id: string; readonly missing: Capability }[]
}

/** A case that takes longer hangs; the cases' own waits are a twentieth of it. */
const CASE_MS = 5_000

/**
 * Runs the cases on a subject, one after the other. A case that a subject's capabilities do not allow is skipped; one that has
 * not ended after five seconds has failed, and so has one that leaves a rejection unhandled.
 *
 * @param options `only`: ids of cases, or classes of violation; default all.
 * @throws {TypeError} (rejects) `only` names something that is neither
 */
export async function runConformance(
  subject: ConformanceSubject,
  options: { readonly only?: readonly string[] | undefined } = {},
): Promise<ConformanceReport> {
  const report: ConformanceReport = { subject: subject.name, passed: [], failed: [], skipped: [] }
  for (const each of chosen(options.only)) {
    const missing = each.needs.find((capability) => !subject.capabilities.has(capability))
    if (missing !== undefined) {
      report.skipped.push({ id: each.id, missing })
      continue
    }
    const message = await messageOfFailure(each, subject)
    if (message === undefined) report.passed.push(each.id)
    else report.failed.push({ id: each.id, violation: each.violation, message })
  }
  return report
}

function chosen(only: readonly string[] | undefined): readonly ConformanceCase[] {
  if (only === undefined) return cases
  const unknown = only.find((name) => !cases.some(({ id, violation }) => id === name || violation === name))
  if (unknown !== undefined) {
    throw new TypeError(
      `There is no conformance case ${JSON.stringify(unknown)}; a case is named by its id, such as ${cases[0]?.id ?? ''}, ` +
        'or by its class of violation.',
    )
  }
  return cases.filter(({ id, violation }) => only.includes(id) || only.includes(violation))
}

async function messageOfFailure(each: ConformanceCase, subject: ConformanceSubject): Promise<string | undefined> {
  const unhandled: unknown[] = []
  const keep = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', keep)
  try {
    const message = await messageOfError(each, subject)
    await nextTurn()
    if (message !== undefined || unhandled.length === 0) return message
    return `a rejection was left unhandled, which ends a Node process: ${String(unhandled[0])}`
  } finally {
    process.off('unhandledRejection', keep)
  }
}

async function messageOfError(each: ConformanceCase, subject: ConformanceSubject): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const hung = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`the case had not ended after ${CASE_MS} ms`), CASE_MS)
  })
  try {
    return await Promise.race([each.run(subject).then(() => undefined), hung])
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    clearTimeout(timer)
  }
}

/** A report for people: a line for each class of violation, then what failed, and what could not be asked. */
export function formatReport(report: ConformanceReport): string {
  const classes = [...new Set(cases.map(({ violation }) => violation))]
  const rows = classes.map((violation) => {
    const count = (ids: readonly { id: string }[]) => ids.filter(({ id }) => id.startsWith(`${violation}/`)).length
    const passed = count(report.passed.map((id) => ({ id })))
    return [violation, String(passed), String(count(report.failed)), String(count(report.skipped))]
  })
  const lines = [
    report.subject,
    '',
    ...table([['violation', 'passed', 'failed', 'skipped'], ...rows]),
    ...report.failed.flatMap(({ id, message }) => ['', `FAILED ${id}: ${titleOf(id)}`, `  ${message}`]),
  ]
  if (report.skipped.length > 0) {
    const missing = [...new Set(report.skipped.map((skipped) => skipped.missing))]
    lines.push('', `Skipped, since the subject does not say that it can do this: ${missing.join(', ')}.`)
  }
  return lines.join('\n')
}

function titleOf(id: string): string {
  return cases.find((each) => each.id === id)?.title ?? ''
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}
