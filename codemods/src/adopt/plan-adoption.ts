import ts from 'typescript-checker'
import { codeOf, packageOf } from '../facades.js'
import { wholeFile } from '../files.js'
import { ownDirectory } from '../make-plan.js'
import type { Edit, FacadeName, Finding, MigrationPlan, SourceText } from '../plan.js'
import { loadProjects, type Project } from '../project.js'
import { Components } from '../rewrite/components.js'
import { applyEdits } from '../rewrite/text-edits.js'
import { findWorse, type Worse } from '../rewrite/verify.js'
import { ownMentionsIn, type OwnMention } from './own-mentions.js'
import type { EntryPoint, OwnModules } from './own-modules.js'
import { scriptText } from './script-text.js'

/** What an adoption is planned from. */
export interface AdoptionInput {
  readonly root: string
  readonly modules: OwnModules
  /** The files that may name an entry point. */
  readonly texts: readonly SourceText[]
  /** Every file that may be changed. */
  readonly files: readonly string[]
  /** The facades to adopt. */
  readonly only: readonly FacadeName[]
  /** The facades that some file names already. */
  readonly adopted: ReadonlySet<FacadeName>
  /** Whether to type-check what changes, and what depends on it, before and after. */
  readonly verify: boolean
}

/** What an adoption would do. */
export interface AdoptionPlan extends MigrationPlan {
  /** How often each entry point is named, and how often it still would be. */
  readonly named: ReadonlyMap<EntryPoint, { readonly before: number; readonly left: number }>
}

/** Plans which mentions of entry points become mentions of their facades. Writes nothing. */
export function planAdoption(input: AdoptionInput): AdoptionPlan {
  const { texts, modules, only } = input
  const mentions = texts
    .filter(({ path }) => !modules.isEntry(path))
    .flatMap(({ path, text }) => ownMentionsIn(sourceOf(path, text), modules))
    .filter(({ entry }) => only.includes(entry.facade))
  const problems = problemsOf(mentions, input)
  const moving = mentions.filter((mention) => !problems.has(mention))
  const groups = groupsOf(moving)
  const { dropped, findings, typed } = input.verify
    ? verified(input, moving, groups)
    : { dropped: new Set<string>(), findings: [], typed: true }
  const edits = editsOf(moving.filter(({ literal }) => !dropped.has(fileOf(literal))))
  return {
    edits,
    groups: groups.filter((group) => group.every((file) => edits.has(file))),
    findings: [...[...problems].map(([mention, problem]) => todo(mention, problem)), ...findings],
    sites: [],
    typed,
    named: new Map(
      modules.entries.map((entry) => {
        const own = mentions.filter((mention) => mention.entry === entry)
        const left = own.filter((mention) => problems.has(mention) || dropped.has(fileOf(mention.literal)))
        return [entry, { before: own.length, left: left.length }]
      }),
    ),
  }
}

function sourceOf(path: string, text: string): ts.SourceFile {
  const code = scriptText(path, text)
  const kind = code === text ? undefined : ts.ScriptKind.TS
  return ts.createSourceFile(path, code, ts.ScriptTarget.ESNext, true, kind)
}

/** What cannot move, and why. A module that a test puts something in the place of moves whole or not at all. */
function problemsOf(mentions: readonly OwnMention[], { adopted }: AdoptionInput): Map<OwnMention, string> {
  const problems = new Map<OwnMention, string>()
  for (const mention of mentions) if (mention.problem !== undefined) problems.set(mention, mention.problem)
  const replaced = new Set(mentions.filter(({ replaces }) => replaces).map(({ entry }) => entry))
  for (const entry of replaced) {
    const why = problemOfReplaced(entry, mentions, adopted)
    if (why === undefined) continue
    for (const mention of mentions) if (mention.entry === entry && !problems.has(mention)) problems.set(mention, why)
  }
  return problems
}

function problemOfReplaced(
  entry: EntryPoint,
  mentions: readonly OwnMention[],
  adopted: ReadonlySet<FacadeName>,
): string | undefined {
  const own = mentions.filter((mention) => mention.entry === entry)
  const stays = own.find(({ problem }) => problem !== undefined)
  if (stays !== undefined) {
    return `a test puts something in the place of ${entry.key}, so that it moves everywhere or nowhere; first: ${stays.problem}`
  }
  const other = mentions.find((mention) => mention.entry !== entry && mention.entry.facade === entry.facade)
  if (other === undefined && !adopted.has(entry.facade)) return undefined
  return (
    `a test puts something in the place of ${entry.key} alone, and ${packageOf(entry.facade)} stands for ` +
    `${other === undefined ? 'code that uses it already' : other.entry.key} too; change the imports and the mocks by hand`
  )
}

function todo({ literal, entry }: OwnMention, problem: string): Finding {
  const source = literal.getSourceFile()
  const { line, character } = source.getLineAndCharacterOfPosition(literal.getStart(source))
  return {
    file: source.fileName,
    line: line + 1,
    column: character + 1,
    rule: 'own-module',
    code: codeOf(entry.facade),
    facade: entry.facade,
    kind: 'todo',
    message: `${entry.key} stays: ${problem}`,
    fixable: false,
  }
}

function fileOf(node: ts.Node): string {
  return node.getSourceFile().fileName
}

/** Files with a replaced module move together; every other one alone. */
function groupsOf(moving: readonly OwnMention[]): string[][] {
  const replaced = new Set(moving.filter(({ replaces }) => replaces).map(({ entry }) => entry))
  const files = new Components<string>()
  const first = new Map<EntryPoint, string>()
  for (const { entry, literal } of moving.filter((mention) => replaced.has(mention.entry))) {
    const other = first.get(entry)
    if (other === undefined) first.set(entry, fileOf(literal))
    else files.join(other, fileOf(literal))
  }
  const groups = new Map<string, string[]>()
  for (const file of new Set(moving.map(({ literal }) => fileOf(literal)))) {
    groups.set(files.find(file), [...(groups.get(files.find(file)) ?? []), file])
  }
  return [...groups.values()]
}

function editsOf(moving: readonly OwnMention[]): Map<string, Edit[]> {
  const edits = new Map<string, Edit[]>()
  for (const { literal, entry } of moving) {
    const edit = { start: literal.getStart() + 1, end: literal.end - 1, text: packageOf(entry.facade) }
    edits.set(fileOf(literal), [...(edits.get(fileOf(literal)) ?? []), edit])
  }
  return edits
}

interface Verified {
  /** The files that stay as they are. */
  readonly dropped: ReadonlySet<string>
  readonly findings: readonly Finding[]
  readonly typed: boolean
}

/** Takes back, group by group, what would make the compiler complain, until nothing does. */
function verified({ root, files, texts }: AdoptionInput, moving: readonly OwnMention[], groups: string[][]): Verified {
  const hits = new Map(texts.map(({ path, text }) => [path, text]))
  const all = editsOf(moving)
  const touched = new Map([...hits].filter(([path]) => all.has(path)))
  const projects = loadProjects({ root, files, hits: touched, ownDirectory })
  const dropped = new Set<string>()
  const findings: Finding[] = []
  for (const project of projects) {
    for (let isSettled = false; !isSettled;) {
      const after = textsOf(project, all, hits, dropped)
      const causes = findWorse(project, after).flatMap((worse) => causesOf(project, worse, after))
      isSettled = causes.length === 0
      for (const [file, worse] of causes) {
        if (dropped.has(file)) continue
        findings.push(typeFinding(file, worse, root))
        for (const other of groups.find((group) => group.includes(file)) ?? []) {
          if (other !== file && !dropped.has(other)) findings.push(alongFinding(other, file, root))
          dropped.add(other)
        }
      }
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

/** The changed files that a complaint comes from: the one that it is in, else those that this one sees. */
function causesOf(project: Project, worse: Worse, changed: ReadonlyMap<string, string>): [string, Worse][] {
  if (changed.has(worse.file)) return [[worse.file, worse]]
  const seen = new Set([worse.file])
  const checker = project.program.getTypeChecker()
  for (const file of seen) {
    const source = project.program.getSourceFile(file) as
      | (ts.SourceFile & { readonly imports?: readonly ts.StringLiteralLike[] })
      | undefined
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
  const place = where === file ? '' : ` ${where.slice(root.length + 1)}:${line}`
  const text = `left as it was: on the facade it would not type-check${place} (${message})`
  const finding = wholeFile(file, 'skipped', 'type-check', text)
  return where === file ? { ...finding, line, column } : finding
}

function alongFinding(file: string, cause: string, root: string): Finding {
  const text = `moves only together with ${cause.slice(root.length + 1)}, which could not be changed`
  return wholeFile(file, 'skipped', 'group-not-written', text)
}
