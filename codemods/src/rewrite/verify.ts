import ts from '#typescript'
import type { Project } from '../project.js'
import { isSeenEverywhere } from './ambient.js'

/** What got worse in a file: the first new complaint of the compiler. */
export interface Worse {
  readonly file: string
  /** From 1, in the text that was to be written. */
  readonly line: number
  readonly column: number
  readonly message: string
}

/** Type-checks changed files and what depends on them, before and after, in memory. */
export function findWorse(project: Project, texts: ReadonlyMap<string, string>): Worse[] {
  if (!project.typed || texts.size === 0) return []
  const after = project.withTexts(texts)
  return dependants(after, new Set(texts.keys())).flatMap((file) => worseIn(project.program, after, file))
}

function worseIn(before: ts.Program, after: ts.Program, file: string): Worse[] {
  const found = diagnosticsOf(after, file)
  // Most files have none, and to check a second program costs as much again.
  if (found.length === 0) return []
  const elsewhere = unmatched(found, diagnosticsOf(before, file), placeOf)
  const [first] = unmatched(elsewhere.left, elsewhere.others, wordsOf).left
  if (first === undefined) return []
  const { line, character } = first.file?.getLineAndCharacterOfPosition(first.start ?? 0) ?? { line: 0, character: 0 }
  return [{ file, line: line + 1, column: character + 1, message: `TS${first.code}: ${headOf(first)}` }]
}

/** What is left of both when each of the one has taken one of the others that has the same key. */
function unmatched(
  those: readonly ts.Diagnostic[],
  others: readonly ts.Diagnostic[],
  keyOf: (one: ts.Diagnostic) => string,
): { left: ts.Diagnostic[]; others: ts.Diagnostic[] } {
  const free = new Map<string, ts.Diagnostic[]>()
  for (const other of others) free.set(keyOf(other), [...(free.get(keyOf(other)) ?? []), other])
  const left = those.filter((one) => free.get(keyOf(one))?.shift() === undefined)
  return { left, others: [...free.values()].flat() }
}

function diagnosticsOf(program: ts.Program, file: string): readonly ts.Diagnostic[] {
  const source = program.getSourceFile(file)
  if (source === undefined) return []
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].filter(isTelling)
}

/** Not that a package of ours is not there yet: it is installed after the migration. */
function isTelling({ code, messageText }: ts.Diagnostic): boolean {
  return !(
    (code === 2307 || code === 2882 || code === 7016) &&
    /@switchyard\//.test(ts.flattenDiagnosticMessageText(messageText, ' '))
  )
}

/** The line that a complaint is about, wherever that stands now, and where in it. */
function placeOf({ file, start = 0, code }: ts.Diagnostic): string {
  if (file === undefined) return `${code}`
  const { line, character } = file.getLineAndCharacterOfPosition(start)
  const next = file.getLineStarts()[line + 1] ?? file.text.length
  return `${code} ${character} ${file.text.slice(start - character, next).trimEnd()}`
}

/**
 * What a complaint says, in no order: that of a union's members, and which of several reasons is given, depend on what the
 * compiler has looked at before.
 */
function wordsOf(one: ts.Diagnostic): string {
  return `${one.code} ${headOf(one)
    .split(/[^\p{L}\p{N}_$]+/u)
    .toSorted()
    .join(' ')}`
}

function headOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0] ?? ''
}

/** Files that see a changed file, themselves included. */
function dependants(program: ts.Program, changed: ReadonlySet<string>): string[] {
  const checker = program.getTypeChecker()
  const importers = new Map<string, string[]>()
  for (const source of program.getSourceFiles()) {
    if (program.isSourceFileFromExternalLibrary(source) || program.isSourceFileDefaultLibrary(source)) continue
    const specifiers = (source as ts.SourceFile & { readonly imports?: readonly ts.StringLiteralLike[] }).imports ?? []
    for (const specifier of specifiers) {
      const imported = checker
        .getSymbolAtLocation(specifier)
        ?.declarations?.find((one) => ts.isSourceFile(one))?.fileName
      if (imported !== undefined) importers.set(imported, [...(importers.get(imported) ?? []), source.fileName])
    }
  }
  const found = new Set(changed)
  for (const file of found) {
    for (const importer of importers.get(file) ?? []) found.add(importer)
    const source = program.getSourceFile(file)
    if (source !== undefined && isSeenEverywhere(source)) return [...new Set([...found, ...codeOf(program)])]
  }
  return [...found]
}

function codeOf(program: ts.Program): string[] {
  const sources = program.getSourceFiles().filter((source) => !program.isSourceFileFromExternalLibrary(source))
  return sources.filter((source) => !source.isDeclarationFile).map(({ fileName }) => fileName)
}
