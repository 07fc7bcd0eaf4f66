import { explanationOf } from '../audit/explanation.js'
import { codeOf, facadeNames, packageOf } from '../facades.js'
import { groupBy } from '../group-by.js'
import { migrations } from '../migrations.js'
import type { FacadeName } from '../plan.js'
import type { ReportedFinding } from '../result.js'

/** What is left of one thing. */
export interface Share {
  readonly name: string
  readonly places: number
  readonly files: number
  /** How many of the places a command can take care of. */
  readonly fixable: number
}

/** What is left of a facade. */
export interface FacadeShare extends Share {
  readonly code: string
  /** The version that no longer has it, and the day of that release as `YYYY-MM-DD`. */
  readonly sunset: { readonly version: string; readonly date: string }
}

/** What is left of a kind, and why it matters. */
export interface KindShare extends Share {
  readonly why: string
}

/** Rows of a table at most: the rest becomes one row, and is counted. */
const ROWS = 25

const kinds: Readonly<Record<string, string>> = {
  'facade-import': 'Imports of a facade',
  'facade-use': 'Uses of a facade',
  'multiple-implementation': 'Dispatchers of their own',
  'import-path': 'One dispatcher by several paths',
  'direct-instantiation': 'Dispatchers made without a factory',
  'registry-bypass': 'Tools run past the dispatcher',
  'event-channel': 'Events sent beside the dispatcher',
  'two-copies': 'Several versions of the dispatcher',
}

/** What is left of each facade of which something is left. */
export function byFacade(findings: readonly ReportedFinding[]): FacadeShare[] {
  return facadeNames.flatMap((facade: FacadeName) => {
    const own = findings.filter((finding) => finding.facade === facade)
    if (own.length === 0) return []
    return [{ ...shareOf(packageOf(facade), own), code: codeOf(facade), sunset: migrations[facade].sunset }]
  })
}

/** What is left of each kind, in words; what concerns whole files is one kind. */
export function byKind(findings: readonly ReportedFinding[]): KindShare[] {
  const found = groupBy(findings, ({ rule }) => kinds[rule] ?? 'Files that were left aside')
  return [...found]
    .map(([name, own]) => ({ ...shareOf(name, own), why: explanationOf(own[0]?.rule ?? '').why }))
    .toSorted((a, b) => b.places - a.places)
}

/** What is left in each folder: two steps below the folder that holds all of it. */
export function byFolder(findings: readonly ReportedFinding[]): Share[] {
  const folders = findings.map(({ file }) => file.split('/').slice(0, -1))
  const [first = []] = folders
  const depth = folders.reduce((common, folder) => Math.min(common, sharedDepth(first, folder)), first.length)
  const folderOf = ({ file }: ReportedFinding): string =>
    file
      .split('/')
      .slice(0, -1)
      .slice(0, depth + 2)
      .join('/') || '.'
  return few(groupBy(findings, folderOf))
}

/** What is left of each owner; none when nothing has an owner. */
export function byOwner(findings: readonly ReportedFinding[]): Share[] {
  if (findings.every(({ owner }) => owner === undefined)) return []
  return few(groupBy(findings, ({ owner }) => owner ?? 'Nobody'))
}

/** What is left of a number of findings. */
export function shareOf(name: string, findings: readonly ReportedFinding[]): Share {
  return {
    name,
    places: findings.length,
    files: new Set(findings.map(({ file }) => file)).size,
    fixable: findings.filter(({ fixable }) => fixable).length,
  }
}

function sharedDepth(a: readonly string[], b: readonly string[]): number {
  const different = a.findIndex((part, at) => part !== b[at])
  return different === -1 ? a.length : different
}

/** The most first, and no more rows than a person reads. */
function few(found: ReadonlyMap<string, readonly ReportedFinding[]>): Share[] {
  const sorted = [...found].toSorted(([, a], [, b]) => b.length - a.length)
  if (sorted.length <= ROWS) return sorted.map(([name, own]) => shareOf(name, own))
  const rest = sorted.slice(ROWS - 1)
  return [
    ...sorted.slice(0, ROWS - 1).map(([name, own]) => shareOf(name, own)),
    shareOf(
      `${rest.length} others`,
      rest.flatMap(([, own]) => own),
    ),
  ]
}
