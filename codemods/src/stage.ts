import { readFileSync, statSync } from 'node:fs'
import { reason, wholeFile } from './files.js'
import type { Edit, Finding, MigrationPlan, SourceText } from './plan.js'
import { decode, stampOf, type Stamp } from './read-sources.js'
import { applyEdits } from './rewrite/text-edits.js'

/** A file's bytes before and after; nothing is written yet. */
export interface StagedFile {
  readonly path: string
  readonly before: Buffer
  readonly after: Buffer
  readonly edits: readonly Edit[]
}

/** Files that are written together or not at all. */
export type StagedGroup = readonly StagedFile[]

/** What a plan is staged from. */
export interface StageInput {
  readonly plan: MigrationPlan
  /** The texts that the plan was made from. */
  readonly hits: readonly SourceText[]
  /** The stamps of the other files when they were searched. */
  readonly stamps: ReadonlyMap<string, Stamp>
  /** Whether a file may be written: it was given, and nothing is wrong with it. */
  readonly mayWrite: (path: string) => boolean
}

/**
 * Turns a plan's edits into bytes. A group with a file that cannot be changed is left out whole, with the reason for each of
 * its files.
 */
export function stage({ plan, hits, stamps, mayWrite }: StageInput): { groups: StagedGroup[]; findings: Finding[] } {
  const texts = new Map(hits.map(({ path, text }) => [path, text]))
  const groups: StagedGroup[] = []
  const findings: Finding[] = []
  for (const paths of groupsOf(plan)) {
    const staged: StagedFile[] = []
    const problems = new Map<string, string>()
    for (const path of paths) {
      const result = mayWrite(path)
        ? stageFile(path, plan.edits.get(path) ?? [], texts.get(path), stamps.get(path))
        : 'is not among the files that this run may change'
      if (typeof result === 'string') problems.set(path, result)
      else staged.push(result)
    }
    if (problems.size === 0) groups.push(staged)
    else findings.push(...leftOut(paths, problems))
  }
  return { groups, findings }
}

/**
 * The findings for a group that is not written.
 *
 * @param problems What is wrong with some of its files.
 */
export function leftOut(paths: readonly string[], problems: ReadonlyMap<string, string>): Finding[] {
  const [cause] = problems.keys()
  return paths.map((path) => {
    const problem = problems.get(path) ?? `moves only together with ${cause}, which could not be changed`
    const rule = problems.has(path) ? 'not-written' : 'group-not-written'
    return wholeFile(path, 'skipped', rule, problem)
  })
}

function groupsOf(plan: MigrationPlan): (readonly string[])[] {
  const grouped = new Set(plan.groups.flat())
  const alone = [...plan.edits.keys()].filter((path) => !grouped.has(path)).map((path) => [path])
  return [...plan.groups, ...alone].filter((group) => group.length > 0)
}

/** @returns the staged file, or what is wrong with it */
function stageFile(
  path: string,
  edits: readonly Edit[],
  planned: string | undefined,
  stamp: Stamp | undefined,
): StagedFile | string {
  try {
    const before = planned === undefined ? readUnchanged(path, stamp) : Buffer.from(planned)
    if (before === undefined) return 'changed on disk while the run was looking at it'
    const text = decode(before)
    if (text === undefined) return 'is not valid UTF-8'
    return { path, before, after: Buffer.from(applyEdits(text, edits)), edits }
  } catch (error) {
    return `could not be changed: ${reason(error)}`
  }
}

function readUnchanged(path: string, stamp: Stamp | undefined): Buffer | undefined {
  const now = stampOf(statSync(path))
  if (stamp === undefined || now.mtimeMs !== stamp.mtimeMs || now.size !== stamp.size) return undefined
  return readFileSync(path)
}
