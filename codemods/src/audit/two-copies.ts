import { readFileSync } from 'node:fs'
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
    const versions = file.endsWith('.json') ? versionsInNpm(text) : versionsInText(text)
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

function versionsInNpm(text: string): Set<string> {
  const found = new Set<string>()
  for (const [, version] of text.matchAll(
    /node_modules\/@switchyard\/dispatcher":\s*\{[^{}]*?"version":\s*"([^"]+)"/gu,
  )) {
    if (version !== undefined) found.add(version)
  }
  return found
}

/** pnpm: `'@switchyard/dispatcher@1.0.0':`; yarn: a heading, then `version "1.0.0"`; bun: `"@switchyard/dispatcher@1.0.0"`. */
function versionsInText(text: string): Set<string> {
  const found = new Set<string>()
  for (const [, version] of text.matchAll(/@switchyard\/dispatcher@(\d[^'":,()\s]*)/gu))
    if (version !== undefined) found.add(version)
  for (const [, version] of text.matchAll(/^"?@switchyard\/dispatcher@[^\n]*:\n\s+version:? "?([^"\n]+)"?/gmu)) {
    if (version !== undefined) found.add(version)
  }
  return found
}
