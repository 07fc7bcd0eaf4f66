import { readFileSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { audit, type AuditOptions } from '../audit.js'
import { entryOf, historyWith, writeHistory } from '../history.js'
import { homeOf, makeHome } from '../home.js'
import { reportedPath, type Run } from '../result.js'
import { UsageError } from '../usage-error.js'
import { putFile } from '../write.js'
import { pageOf } from './page.js'

/** What a report is about, and where it goes. */
export interface ReportOptions extends Pick<AuditOptions, 'paths' | 'cwd' | 'progress'> {
  /** Absolute, or relative to `cwd`; folders above it are made. Default: `.switchyard/report.html` at the root. */
  readonly output?: string | undefined
  /** Today, in UTC. Default: the system's clock. */
  readonly now?: (() => Date) | undefined
}

/** A report that was written. */
export interface Report {
  /** The audit that it shows. */
  readonly run: Run
  /** The absolute path of the page. */
  readonly page: string
}

/**
 * Writes an audit as one self-contained HTML page, and its numbers into `.switchyard/history.json` at the root, where they
 * take the place of those of the same day.
 *
 * @throws {UsageError} when a path does not exist, no source file is found, the output is a directory or a file that is no
 *   HTML page, or the history cannot be read; nothing is written then
 */
export async function report(options: ReportOptions = {}): Promise<Report> {
  const { paths = [], cwd = process.cwd(), output, now = () => new Date(), progress } = options
  const given = output === undefined ? undefined : pageAt(output, cwd)
  const run = await audit({ paths, cwd, progress })
  const today = now()
  const scope = scopeOf(run.root, paths.length === 0 ? [cwd] : paths.map((path) => resolve(cwd, path)))
  const entries = historyWith(run.root, entryOf(run.result, scope, today))
  const trend = entries.filter((entry) => entry.scope === scope)
  const page = given ?? join(homeOf(run.root), 'report.html')
  if (given === undefined) makeHome(run.root)
  putFile(page, pageOf({ run, scope, trend, now: today }))
  writeHistory(run.root, entries)
  return { run, page }
}

/** Where a page may be written: over a page, but over nothing else. */
function pageAt(output: string, cwd: string): string {
  const path = resolve(cwd, output)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory() === true) {
    throw new UsageError(
      `${output} is a directory: --output takes the file to write, such as ${join(path, 'report.html')}`,
    )
  }
  if (found !== undefined && found.size > 0 && !/^<!doctype html>/iu.test(readFileSync(path, 'utf8'))) {
    throw new UsageError(`${output} is there, and is no HTML page: --output writes over nothing else`)
  }
  return path
}

function scopeOf(root: string, paths: readonly string[]): string {
  return [...new Set(paths.map((path) => reportedPath(root, realpathSync(path))))].toSorted().join(', ')
}
