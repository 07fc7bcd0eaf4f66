import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isInside, reason } from './files.js'
import { count } from './layout.js'
import { reportedPath, type BaselineResult, type ReportedFinding, type Run } from './result.js'
import { UsageError } from './usage-error.js'
import { putFile } from './write.js'

/** Findings that are allowed: a finding is known by these three, so that it stays known when its line moves. */
export interface AllowedFinding {
  readonly rule: string
  /** Relative to the repository's root, with forward slashes. */
  readonly file: string
  /** The line of code, trimmed; empty where a finding has none. */
  readonly snippet: string
  /** How many equal ones, from 1. */
  readonly count: number
}

/** A baseline file that was read; `entries` is undefined where there is none yet. */
export interface Baseline {
  /** Absolute. */
  readonly path: string
  readonly entries: readonly AllowedFinding[] | undefined
}

/** What an audit was about, which decides what of a baseline it can speak of. */
export interface BaselineOptions {
  /** What was audited, as it was given to it; all under the root when empty. */
  readonly paths: readonly string[]
  readonly cwd: string
  /** Writes today's findings into the file. */
  readonly update: boolean
}

/**
 * Reads a baseline.
 *
 * @param file Absolute, or relative to `cwd`.
 * @param update Whether the file may be absent.
 * @throws {UsageError} when it cannot be read, is no baseline, or is absent though nothing will write it
 */
export function readBaseline(file: string, { cwd, update }: Pick<BaselineOptions, 'cwd' | 'update'>): Baseline {
  const path = resolve(cwd, file)
  if (!existsSync(path)) {
    if (update) return { path, entries: undefined }
    throw new UsageError(`there is no baseline ${file}: write one with --baseline ${file} --update-baseline`)
  }
  try {
    return { path, entries: entriesOf(JSON.parse(readFileSync(path, 'utf8'))) }
  } catch (error) {
    throw new UsageError(`${file} is no baseline that can be used: ${reason(error)}`)
  }
}

/**
 * Holds an audit against a baseline: what it allows leaves the findings, and what it allows in vain is told. With `update`
 * the file is written instead, and everything found is allowed.
 */
export function applyBaseline(run: Run, baseline: Baseline, options: BaselineOptions): Run {
  const { entries = [], path } = baseline
  const inScope = scopeOf(run.root, options)
  const before = countsOf(entries.filter(inScope))
  const today = countsOf(run.result.findings.map((finding) => ({ ...identityOf(finding), count: 1 })))
  const result = { file: reportedPath(run.root, realPath(path)) }
  if (!options.update) {
    const { findings, allowed } = newAmong(run.result.findings, before)
    return withBaseline(run, findings, { ...result, allowed, vanished: minus(before, today) })
  }
  const kept = entries.filter((entry) => !inScope(entry))
  const text = textOf(countsOf([...kept, ...today.values()]))
  // Touched only where it changes.
  if (baseline.entries === undefined || readFileSync(path, 'utf8') !== text) putFile(path, text)
  const note =
    `${count(total(today), 'place')} allowed in ${result.file}: ` +
    `${total(minus(today, before))} added, ${total(minus(before, today))} taken out.`
  const noted = { ...run, notes: [...run.notes, note] }
  return withBaseline(noted, [], { ...result, allowed: run.result.findings.length, vanished: [] })
}

/** What a finding is known by. */
export function identityOf({ rule, file, snippet = '' }: ReportedFinding): Omit<AllowedFinding, 'count'> {
  return { rule, file, snippet }
}

/** Of a file that may not exist yet. */
function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : join(realPath(dirname(path)), basename(path))
}

type Counts = ReadonlyMap<string, AllowedFinding>

function withBaseline(run: Run, findings: readonly ReportedFinding[], baseline: BaselineResult): Run {
  return { ...run, result: { ...run.result, findings, baseline } }
}

/** Whether an audit of these paths would have found what an entry allows, were it still there. */
function scopeOf(root: string, { paths, cwd }: BaselineOptions): (entry: AllowedFinding) => boolean {
  const given = (paths.length === 0 ? ['.'] : paths).map((path) => realpathSync(resolve(cwd, path)))
  return ({ file }) => given.some((path) => isInside(path, join(root, file)))
}

function countsOf(entries: readonly AllowedFinding[]): Counts {
  const counts = new Map<string, AllowedFinding>()
  for (const entry of entries) {
    const key = keyOf(entry)
    counts.set(key, { ...entry, count: entry.count + (counts.get(key)?.count ?? 0) })
  }
  return counts
}

function keyOf({ rule, file, snippet }: Omit<AllowedFinding, 'count'>): string {
  return [file, rule, snippet].join('\0')
}

/** Of several equal findings the first ones are the allowed ones: nobody can tell them apart. */
function newAmong(
  findings: readonly ReportedFinding[],
  before: Counts,
): { readonly findings: ReportedFinding[]; readonly allowed: number } {
  const seen = new Map<string, number>()
  const fresh = findings.filter((finding) => {
    const key = keyOf(identityOf(finding))
    const number = (seen.get(key) ?? 0) + 1
    seen.set(key, number)
    return number > (before.get(key)?.count ?? 0)
  })
  return { findings: fresh, allowed: findings.length - fresh.length }
}

/** What the first has more of than the second. */
function minus(first: Counts, second: Counts): AllowedFinding[] {
  return [...first].flatMap(([key, entry]) => {
    const more = entry.count - (second.get(key)?.count ?? 0)
    return more > 0 ? [{ ...entry, count: more }] : []
  })
}

function total(entries: Counts | readonly AllowedFinding[]): number {
  return [...entries.values()].reduce((sum, entry) => sum + entry.count, 0)
}

/** Sorted, and one finding on each line, so that a diff of it reads well and two branches seldom collide. */
function textOf(counts: Counts): string {
  const sorted = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const lines = sorted.map(
    ([, { rule, file, snippet, count: number }]) => `    ${JSON.stringify({ file, rule, snippet, count: number })}`,
  )
  const findings = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`
  return `{\n  "version": 1,\n  "findings": ${findings}\n}\n`
}

function entriesOf(value: unknown): AllowedFinding[] {
  const { version, findings } = isObject(value) ? value : {}
  if (version !== 1) throw new Error(`its "version" is ${shown(version)}, expected 1`)
  if (!Array.isArray(findings)) throw new Error(`its "findings" is ${shown(findings)}, expected an array`)
  return findings.map((each: unknown, at) => {
    const { rule, file, snippet, count: number } = isObject(each) ? each : {}
    const wrong = (name: string, found: unknown, expected: string): Error =>
      new Error(`findings[${at}].${name} is ${shown(found)}, expected ${expected}`)
    if (typeof rule !== 'string') throw wrong('rule', rule, 'a string')
    if (typeof file !== 'string') throw wrong('file', file, 'a string')
    if (typeof snippet !== 'string') throw wrong('snippet', snippet, 'a string')
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1) {
      throw wrong('count', number, 'a whole number from 1')
    }
    return { rule, file, snippet, count: number }
  })
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value) ?? typeof value).slice(0, 60)
}
