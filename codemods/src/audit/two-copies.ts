import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Violation } from './rule.js'

/** What `audit` says about a lockfile that brings more than one version of the dispatcher. */
export const twoCopies = {
  name: 'two-copies',
  why: 'Two copies in one process share no limits, and a context of one is no context to the other.',
  fix: 'Let one version satisfy every range, then dedupe: npm dedupe, pnpm dedupe, yarn dedupe.',
} as const

const PACKAGE = '@switchyard/dispatcher'

/** Lockfiles that name more than one version of the dispatcher; what cannot be read says nothing. */
export function copiesIn(lockfiles: readonly string[]): Violation[] {
  return lockfiles.flatMap((file) => {
    const text = read(file)
    const versions = versionsIn(basename(file), text)
    if (versions.size < 2) return []
    const offset = text.indexOf(PACKAGE)
    const line = text.slice(0, offset).split('\n').length
    const list = [...versions].toSorted((a, b) => a.localeCompare(b)).join(' and ')
    return [
      {
        file,
        line,
        column: 1,
        message: `${PACKAGE} is locked at ${list}`,
        snippet: text.split('\n')[line - 1]?.trim() ?? '',
      },
    ]
  })
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const inNpm = /node_modules\/@switchyard\/dispatcher":\s*\{[^{}]*?"version":\s*"([^"]+)"/gu
/** A heading of ranges, then `version "1.0.0"`, or since yarn 2 `version: 1.0.0`. */
const inYarn = /^"?@switchyard\/dispatcher@[^\n]*:\r?\n\s+version:? "?([^"\r\n]+)"?/gmu
/** pnpm: `'@switchyard/dispatcher@1.0.0':`; bun: `"@switchyard/dispatcher@1.0.0"`. */
const inOthers = /@switchyard\/dispatcher@(\d[^'":,()\s]*)/gu

function versionsIn(lockfile: string, text: string): Set<string> {
  const pattern = lockfile.endsWith('.json') ? inNpm : lockfile === 'yarn.lock' ? inYarn : inOthers
  return new Set([...text.matchAll(pattern)].flatMap(([, version]) => version ?? []))
}
