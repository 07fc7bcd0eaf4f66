import ts from '#typescript'
import { codeOf, packageOf } from '../facades.js'
import type { Edit, FacadeName, Finding, MigrationPlan, SourceText } from '../plan.js'
import { Components } from '../rewrite/components.js'
import { reportedPath } from '../result.js'
import { firstUse, membersBeyond } from './own-members.js'
import { ownMentionsIn, type OwnMention } from './own-mentions.js'
import type { EntryPoint, OwnModules } from './own-modules.js'
import { scriptText } from './script-text.js'
import { verifyAdoption } from './verify-adoption.js'

/** What an adoption is planned from. */
export interface AdoptionInput {
  readonly root: string
  readonly modules: OwnModules
  /** The files that may name an entry point. */
  readonly texts: readonly SourceText[]
  /** Other files that may name an entry point, which the run may not change. */
  readonly outside: readonly SourceText[]
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
  /** What no compiler looked for: members of entry points that their facades have not. */
  readonly beyond: ReadonlyMap<EntryPoint, ReadonlySet<string>>
}

/** Plans which mentions of entry points become mentions of their facades. Writes nothing. */
export function planAdoption(input: AdoptionInput): AdoptionPlan {
  const { texts, modules, only } = input
  const beyond = new Map(modules.entries.map((entry) => [entry, membersBeyond(entry)]))
  const mentions = texts
    .filter(({ path }) => !modules.isEntry(path))
    .flatMap(({ path, text }) => {
      const source = sourceOf(path, text)
      const found = ownMentionsIn(source, modules)
      return input.verify && modules.isTyped(path) ? found : found.map((mention) => lookedAt(mention, beyond))
    })
    .filter(({ entry }) => only.includes(entry.facade))
  const problems = problemsOf(mentions, input)
  const moving = mentions.filter((mention) => !problems.has(mention))
  const groups = groupsOf(moving)
  const { dropped, findings, typed } = input.verify
    ? verifyAdoption({ ...input, edits: editsOf(moving), groups })
    : { dropped: new Set<string>(), findings: [], typed: true }
  const edits = editsOf(moving.filter(({ literal }) => !dropped.has(fileOf(literal))))
  return {
    edits,
    groups: groups.filter((group) => group.every((file) => edits.has(file))),
    findings: [...[...problems].map(([mention, problem]) => todo(mention, problem)), ...findings],
    sites: [],
    typed,
    beyond: new Map([...beyond].filter(([entry]) => isUnchecked(entry, moving, input))),
    named: new Map(
      modules.entries.map((entry) => {
        const own = mentions.filter((mention) => mention.entry === entry)
        const left = own.filter((mention) => problems.has(mention) || dropped.has(fileOf(mention.literal)))
        return [entry, { before: own.length, left: left.length }]
      }),
    ),
  }
}

/** Whether some file that names an entry point is one that nobody type-checks. */
function isUnchecked(entry: EntryPoint, moving: readonly OwnMention[], { verify, modules }: AdoptionInput): boolean {
  return moving.some((mention) => mention.entry === entry && !(verify && modules.isTyped(fileOf(mention.literal))))
}

/** Where nothing is type-checked: whether the file leans on something that the facade has not. */
function lookedAt(mention: OwnMention, beyond: ReadonlyMap<EntryPoint, ReadonlySet<string>>): OwnMention {
  const { entry, literal, problem } = mention
  const member = problem === undefined ? firstUse(literal.getSourceFile(), beyond.get(entry) ?? new Set()) : undefined
  if (member === undefined) return mention
  const found = `this file uses .${member}, which your own class has and ${packageOf(entry.facade)} has not`
  return { ...mention, problem: found }
}

function sourceOf(path: string, text: string): ts.SourceFile {
  const code = scriptText(path, text)
  const kind = code === text ? undefined : ts.ScriptKind.TS
  return ts.createSourceFile(path, code, ts.ScriptTarget.ESNext, true, kind)
}

/** What cannot move, and why. A module that a test puts something in the place of moves whole or not at all. */
function problemsOf(
  mentions: readonly OwnMention[],
  { adopted, outside, modules, root }: AdoptionInput,
): Map<OwnMention, string> {
  const problems = new Map<OwnMention, string>()
  for (const mention of mentions) if (mention.problem !== undefined) problems.set(mention, mention.problem)
  const others = outside
    .filter(({ path }) => !modules.isEntry(path))
    .flatMap(({ path, text }) => ownMentionsIn(sourceOf(path, text), modules))
  const replaced = new Set([...mentions, ...others].filter(({ replaces }) => replaces).map(({ entry }) => entry))
  for (const entry of replaced) {
    const other = others.find((mention) => mention.entry === entry)
    const why =
      other === undefined
        ? problemOfReplaced(entry, mentions, adopted)
        : `${wholly(entry)}; ${reportedPath(root, fileOf(other.literal))} names it too, and is not among the files of this run`
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
    return `${wholly(entry)}; first: ${stays.problem}`
  }
  const other = mentions.find((mention) => mention.entry !== entry && mention.entry.facade === entry.facade)
  if (other === undefined && !adopted.has(entry.facade)) return undefined
  return (
    `a test puts something in the place of ${entry.key} alone, and ${packageOf(entry.facade)} stands for ` +
    `${other === undefined ? 'code that uses it already' : other.entry.key} too; change the imports and the mocks by hand`
  )
}

function wholly({ key }: EntryPoint): string {
  return `a test puts something in the place of ${key}, so that it moves everywhere or nowhere`
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

/** The edits of each file that moves. */
function editsOf(moving: readonly OwnMention[]): Map<string, Edit[]> {
  const edits = new Map<string, Edit[]>()
  for (const { literal, entry } of moving) {
    const edit = { start: literal.getStart() + 1, end: literal.end - 1, text: packageOf(entry.facade) }
    edits.set(fileOf(literal), [...(edits.get(fileOf(literal)) ?? []), edit])
  }
  return edits
}
