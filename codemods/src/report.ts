import { closing, markedAlone } from './closing-line.js'
import { codeOf, facadeNames, packageOf } from './facades.js'
import { groupBy } from './group-by.js'
import { count, layoutFor, table, wrap, type Layout } from './layout.js'
import type { FindingKind } from './plan.js'
import type { Change, ReportedFinding, Run } from './result.js'

/** For whom a text is written, and how much of it. */
export interface TextOptions {
  readonly mode: 'write' | 'dry-run' | 'check'
  /** Only what is left, with a closing line where the exit status is not 0. */
  readonly quiet: boolean
  /** The exit status of the run. */
  readonly status: number
  readonly columns: number
  readonly terminal: boolean
}

type Section = readonly string[]

/**
 * A run as text.
 *
 * @returns lines that end with a line break; without control characters unless `terminal`
 */
export function textOf(run: Run, options: TextOptions): string {
  const layout = layoutFor(options.columns, options.terminal)
  const { findings } = run.result
  const untouched = [...of(findings, 'skipped'), ...of(findings, 'failed')]
  const left = [
    section('What a person must decide', decisions(of(findings, 'todo'), layout), layout, layout.yellow),
    section('Left as they are', decisions(untouched, layout), layout, layout.red),
    vanished(run, layout),
  ]
  const sections: Section[] = options.quiet
    ? [
        ...(run.result.command === 'audit' ? [whereSection(findings, layout)] : []),
        ...left,
        ...(options.status === 0 ? [] : [closing(run.result, options.mode, layout)]),
      ]
    : [
        run.diffs.map((diff) => diff.replace(/\n$/u, '')),
        ...(run.result.command === 'audit' ? auditSections(run, layout) : changeSections(run, options, layout)),
        ...left,
        notes(run, layout),
        closing(run.result, options.mode, layout),
      ]
  const shown = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))
  return shown.length === 0 ? '' : `${shown.join('\n\n')}\n`
}

function section(title: string, lines: Section, layout: Layout, colour = (text: string): string => text): Section {
  return lines.length === 0 ? [] : [layout.bold(colour(title)), ...lines]
}

function of(findings: readonly ReportedFinding[], kind: FindingKind): ReportedFinding[] {
  return findings.filter((finding) => finding.kind === kind)
}

function auditSections({ result }: Run, layout: Layout): Section[] {
  const { findings } = result
  const { onFacades, others } = auditPlaces(findings)
  return [
    section(`On the facades: ${countPlaces(onFacades)}`, facadeCounts(onFacades, layout), layout),
    section(`Beside the one dispatcher: ${countPlaces(others)}`, ruleCounts(others), layout),
    section('By owner', ownerCounts(findings), layout),
    whereSection(findings, layout),
    section('Why it matters, and what to do', explanations(others, layout), layout),
  ]
}

function auditPlaces(findings: readonly ReportedFinding[]): Record<'onFacades' | 'others', ReportedFinding[]> {
  return {
    onFacades: findings.filter(({ facade, kind }) => facade !== undefined && (kind === 'violation' || kind === 'todo')),
    others: findings.filter(({ facade, kind }) => facade === undefined && (kind === 'violation' || kind === 'bridged')),
  }
}

/** The places of an audit that no person must decide, which have a section of their own. */
function whereSection(findings: readonly ReportedFinding[], layout: Layout): Section {
  const { onFacades, others } = auditPlaces(findings)
  const places = [...onFacades, ...others].filter(({ kind }) => kind !== 'todo')
  return section('Where', byFile(places, layout), layout)
}

function countPlaces(findings: readonly ReportedFinding[]): string {
  return `${count(findings.length, 'place')} in ${count(new Set(findings.map(({ file }) => file)).size, 'file')}`
}

function facadeCounts(findings: readonly ReportedFinding[], layout: Layout): Section {
  if (findings.length === 0) return []
  const rows = facadeNames.flatMap((facade) => {
    const own = findings.filter((finding) => finding.facade === facade)
    if (own.length === 0) return []
    const imports = own.filter(({ rule }) => rule === 'facade-import').length
    const fixable = own.filter((finding) => finding.fixable).length
    return [[packageOf(facade), codeOf(facade), imports, own.length - imports, fixable, own.length - fixable]]
  })
  const narrow = layout.columns < 76
  const head = narrow
    ? ['facade', 'imports', 'uses', 'auto', 'open']
    : ['facade', 'code', 'imports', 'uses', 'migrate does', 'a person decides']
  const shown = narrow
    ? rows.map(([name, , ...numbers]) => [String(name).replace('@switchyard/', ''), ...numbers])
    : rows
  return table([head, ...shown])
}

function ruleCounts(findings: readonly ReportedFinding[]): Section {
  const counts = new Map<string, number>()
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1)
  return table([...counts].map(([rule, number]) => [rule, number]))
}

/** Nothing where nobody owns anything. */
function ownerCounts(findings: readonly ReportedFinding[]): Section {
  if (findings.every(({ owner }) => owner === undefined)) return []
  const owners = groupBy(findings, ({ owner }) => owner ?? '(nobody)')
  const rows = [...owners].map(([owner, own]) => [owner, own.length] as const)
  return table(rows.toSorted(([, a], [, b]) => b - a))
}

/** One heading for each file, and under it one line for each thing, with the numbers of its lines. */
function byFile(findings: readonly ReportedFinding[], layout: Layout): Section {
  const files = groupBy(findings, ({ file }) => file)
  return [...files].flatMap(([file, own]) => {
    const things = groupBy(own, (finding) => `${finding.code ?? finding.rule} ${shortMessage(finding)}`)
    const lines = [...things].flatMap(([thing, places]) => {
      const numbers = [...new Set(places.map(({ line }) => line))].join(', ')
      const byHand = places.every(({ facade, fixable }) => facade !== undefined && !fixable) ? ' (by hand)' : ''
      return wrap(
        `${thing}${byHand}: ${places.length === 1 ? 'line' : 'lines'} ${numbers}`,
        layout.columns,
        '    ',
        '      ',
      )
    })
    return [`  ${layout.bold(file)}${ownerOf(own[0], layout)}`, ...lines]
  })
}

function ownerOf(finding: ReportedFinding | undefined, layout: Layout): string {
  return finding?.owner === undefined ? '' : layout.dim(` (${finding.owner})`)
}

/** The code says which facade it is. */
function shortMessage({ code, message }: ReportedFinding): string {
  return code === undefined ? message : message.replace(/ of @switchyard\/[\w-]+$/u, '')
}

function explanations(findings: readonly ReportedFinding[], layout: Layout): Section {
  const rules = groupBy(findings, ({ rule }) => rule)
  return [...rules].flatMap(([rule, [first]]) =>
    first === undefined ? [] : wrap(`${rule}: ${first.why ?? ''} ${first.fix ?? ''}`, layout.columns, '  ', '    '),
  )
}

function decisions(findings: readonly ReportedFinding[], layout: Layout): Section {
  return findings.flatMap((finding) => {
    const { file, line, column, code, rule, message, snippet } = finding
    return [
      `  ${layout.bold(`${file}:${line}:${column}`)}${ownerOf(finding, layout)}`,
      ...(snippet === undefined || snippet === '' ? [] : [`    ${layout.dim(cut(snippet, layout.columns - 4))}`]),
      ...wrap(`${code ?? rule}: ${message}`, layout.columns, '    '),
    ]
  })
}

/** What a baseline allows though it is gone. */
function vanished({ result: { baseline } }: Run, layout: Layout): Section {
  if (baseline === undefined) return []
  const lines = baseline.vanished.flatMap(({ file, rule, snippet, count: number }) => [
    `  ${layout.bold(file)}`,
    ...wrap(`${rule}${number > 1 ? `, ${number} times` : ''}: ${snippet}`, layout.columns, '    '),
  ])
  const title = `Gone, but still allowed in ${baseline.file}: take them out with --update-baseline`
  return section(title, lines, layout, layout.yellow)
}

function cut(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text
}

function changeSections({ result, moved }: Run, { mode }: TextOptions, layout: Layout): Section[] {
  const verb = result.command === 'undo' ? 'Put back' : mode === 'write' ? 'Changed' : 'To change'
  const marked = markedAlone(result)
  const rows = changeRows(result.changes.filter((change) => !marked.includes(change)))
  const bridged = byFile(of(result.findings, 'bridged'), layout)
  return [
    section(
      `${verb} (places, file)`,
      result.command === 'undo' ? rows.map(([, file]) => `  ${file}`) : table(rows),
      layout,
    ),
    section(
      `${mode === 'write' ? 'Marked, and not changed' : 'To mark, and not to change'} (markers, file)`,
      table(changeRows(marked)),
      layout,
    ),
    section(
      mode === 'write' ? 'Dependencies, to be installed now' : 'Dependencies',
      moved.map((line) => `  ${line}`),
      layout,
    ),
    section('Patches (files, patch, owners)', patchRows(result), layout),
    section('Bridged: off the facade, still in its old shape', bridged, layout),
  ]
}

function changeRows(changes: readonly Change[]): (readonly [number, string])[] {
  return changes.map(({ file, edits }) => [edits, file])
}

function patchRows({ patches = [] }: Run['result']): Section {
  return table(patches.map(({ file, owners, changes }) => [changes.length, file, owners.join(', ') || '(nobody)']))
}

function notes(run: Run, layout: Layout): Section {
  return remarksOf(run).flatMap((note) => wrap(note, layout.columns))
}

/** What the reader of a run should know beside its findings, in sentences. */
export function remarksOf({ notes: said, typed }: Run): string[] {
  const untyped =
    'No tsconfig was found: only files that name a facade were looked at, and instances that other files can reach stay.'
  return [...(typed === false ? [untyped] : []), ...said]
}
