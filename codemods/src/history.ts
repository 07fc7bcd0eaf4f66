import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reason } from './files.js'
import { homeOf, makeHome } from './home.js'
import type { RunResult } from './result.js'
import { UsageError } from './usage-error.js'
import { putFile } from './write.js'

/** What was left on one day. */
export interface HistoryEntry {
  /** In UTC, as `YYYY-MM-DD`. */
  readonly date: string
  /** What was looked at: paths relative to the root, with `, ` between them; `.` is the whole repository. */
  readonly scope: string
  /** Findings that are about a facade. */
  readonly onFacades: number
  /** All others. */
  readonly beside: number
  /** Files with a finding. */
  readonly files: number
}

/** Everything that was left. */
export function totalOf({ onFacades, beside }: HistoryEntry): number {
  return onFacades + beside
}

/** What is left today, as an entry. */
export function entryOf({ findings }: RunResult, scope: string, now: Date): HistoryEntry {
  const onFacades = findings.filter(({ facade }) => facade !== undefined).length
  return {
    date: now.toISOString().slice(0, 10),
    scope,
    onFacades,
    beside: findings.length - onFacades,
    files: new Set(findings.map(({ file }) => file)).size,
  }
}

/**
 * The history of a repository with one more entry, which takes the place of one of the same day and scope.
 *
 * @returns every entry, by date
 * @throws {UsageError} when the file is there and is no history
 */
export function historyWith(root: string, entry: HistoryEntry): HistoryEntry[] {
  const others = readHistory(root).filter(({ date, scope }) => date !== entry.date || scope !== entry.scope)
  return [...others, entry].toSorted((a, b) => (a.date === b.date ? 0 : a.date < b.date ? -1 : 1))
}

/** Writes the history of a repository. */
export function writeHistory(root: string, entries: readonly HistoryEntry[]): void {
  makeHome(root)
  const lines = entries.map((entry) => `    ${JSON.stringify(entry)}`)
  putFile(pathOf(root), `{\n  "version": 1,\n  "entries": [\n${lines.join(',\n')}\n  ]\n}\n`)
}

function pathOf(root: string): string {
  return join(homeOf(root), 'history.json')
}

function readHistory(root: string): HistoryEntry[] {
  const path = pathOf(root)
  if (!existsSync(path)) return []
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const { version, entries } = isObject(value) ? value : {}
    if (version !== 1 || !Array.isArray(entries)) throw new Error('expected { "version": 1, "entries": [ … ] }')
    return entries.map((entry: unknown, at) => {
      if (isEntry(entry)) return entry
      throw new Error(`entries[${at}] is ${JSON.stringify(entry)}, expected a date, a scope and three numbers from 0`)
    })
  } catch (error) {
    throw new UsageError(`${path} is no history that can be used: ${reason(error)}; repair it, or delete it`)
  }
}

function isEntry(value: unknown): value is HistoryEntry {
  if (!isObject(value)) return false
  const { date, scope, onFacades, beside, files } = value
  const isDate = typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/u.test(date) && !Number.isNaN(Date.parse(date))
  return isDate && typeof scope === 'string' && [onFacades, beside, files].every(isNumber)
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
