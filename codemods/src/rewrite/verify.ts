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
  const known = new Map<string, number>()
  for (const one of diagnosticsOf(before, file)) known.set(nameOf(one), (known.get(nameOf(one)) ?? 0) + 1)
  for (const one of diagnosticsOf(after, file)) {
    const left = known.get(nameOf(one)) ?? 0
    if (left > 0) {
      known.set(nameOf(one), left - 1)
      continue
    }
    const { line, character } = one.file?.getLineAndCharacterOfPosition(one.start ?? 0) ?? { line: 0, character: 0 }
    const message = ts.flattenDiagnosticMessageText(one.messageText, '\n').split('\n')[0] ?? ''
    return [{ file, line: line + 1, column: character + 1, message: `TS${one.code}: ${message}` }]
  }
  return []
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

/** Two complaints are the same when they say the same of the same thing, wherever it stands now. */
function nameOf({ code, messageText }: ts.Diagnostic): string {
  return `${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
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
