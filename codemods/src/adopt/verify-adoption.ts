import ts from '#typescript'
import { wholeFile } from '../files.js'
import { ownDirectory } from '../make-plan.js'
import type { Edit, Finding, SourceText } from '../plan.js'
import { loadProjects, type Project } from '../project.js'
import { reportedPath } from '../result.js'
import { applyEdits } from '../rewrite/text-edits.js'
import { findWorse, type Worse } from '../rewrite/verify.js'

/** What is type-checked before and after. */
export interface VerifyInput {
  readonly root: string
  readonly texts: readonly SourceText[]
  /** Every file that may be changed. */
  readonly files: readonly string[]
  readonly edits: ReadonlyMap<string, readonly Edit[]>
  /** The changed files, those together that move together. */
  readonly groups: readonly (readonly string[])[]
}

/** What the compiler says of an adoption. */
export interface Verified {
  /** The files that stay as they are. */
  readonly dropped: ReadonlySet<string>
  readonly findings: readonly Finding[]
  /** Whether a tsconfig governs every changed file. */
  readonly typed: boolean
}

/** Takes back, group by group, what would make the compiler complain, until nothing does. */
export function verifyAdoption({ root, texts, files, edits, groups }: VerifyInput): Verified {
  const hits = new Map(texts.filter(({ path }) => edits.has(path)).map(({ path, text }) => [path, text]))
  const projects = loadProjects({ root, files, hits, ownDirectory })
  const dropped = new Set<string>()
  const findings: Finding[] = []
  const drop = (file: string, worse: Worse): void => {
    if (dropped.has(file)) return
    findings.push(typeFinding(file, worse, root))
    for (const other of groups.find((group) => group.includes(file)) ?? []) {
      if (other !== file && !dropped.has(other)) findings.push(alongFinding(other, file, root))
      dropped.add(other)
    }
  }
  // What is taken back in one project may have been what another one leans on.
  for (let before = -1; before !== dropped.size;) {
    before = dropped.size
    for (const project of projects) {
      const after = textsOf(project, edits, hits, dropped)
      const causes = findWorse(project, after).flatMap((worse) => causesOf(project, worse, after))
      for (const [file, worse] of causes) drop(file, worse)
    }
  }
  return { dropped, findings, typed: projects.every(({ typed }) => typed) }
}

function textsOf(
  { files }: Project,
  edits: ReadonlyMap<string, readonly Edit[]>,
  texts: ReadonlyMap<string, string>,
  dropped: ReadonlySet<string>,
): Map<string, string> {
  const found = new Map<string, string>()
  for (const [path, list] of edits) {
    const text = texts.get(path)
    if (text !== undefined && files.has(path) && !dropped.has(path)) found.set(path, applyEdits(text, list))
  }
  return found
}

/** What the compiler keeps of a file's imports, and its declarations do not tell. */
type Imports = ts.SourceFile & { readonly imports?: readonly ts.StringLiteralLike[] }

/** The changed files that a complaint comes from: the one that it is in, else those that this one sees. */
function causesOf(project: Project, worse: Worse, changed: ReadonlyMap<string, string>): [string, Worse][] {
  if (changed.has(worse.file)) return [[worse.file, worse]]
  const seen = new Set([worse.file])
  const checker = project.program.getTypeChecker()
  for (const file of seen) {
    const source: Imports | undefined = project.program.getSourceFile(file)
    for (const specifier of source?.imports ?? []) {
      const [declaration] = checker.getSymbolAtLocation(specifier)?.declarations ?? []
      if (declaration !== undefined && ts.isSourceFile(declaration) && !declaration.isDeclarationFile) {
        seen.add(declaration.fileName)
      }
    }
  }
  const causes = [...seen].filter((file) => changed.has(file))
  // Types can reach a file on ways that are no imports; then nothing that changed may stay so.
  return (causes.length > 0 ? causes : [...changed.keys()]).map((file) => [file, worse])
}

function typeFinding(file: string, { file: where, line, column, message }: Worse, root: string): Finding {
  const place = where === file ? '' : ` ${reportedPath(root, where)}:${line}`
  const text = `left as it was: on the facade it would not type-check${place} (${message})`
  const finding = wholeFile(file, 'skipped', 'type-check', text)
  return where === file ? { ...finding, line, column } : finding
}

function alongFinding(file: string, cause: string, root: string): Finding {
  const text = `moves only together with ${reportedPath(root, cause)}, which could not be changed`
  return wholeFile(file, 'skipped', 'group-not-written', text)
}
