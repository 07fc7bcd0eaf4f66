import { leftInConfiguration } from './configuration-left.js'
import { diffOf } from './diff.js'
import { facadeNames } from './facades.js'
import { listTree, type Tree } from './files.js'
import { uncommitted } from './git.js'
import { interruptedRun, Journal, undoLastRun } from './journal.js'
import { count } from './layout.js'
import { Ledger } from './ledger.js'
import { makePlan } from './make-plan.js'
import { governingManifests, moveDependencies, type MovedManifest } from './package-json.js'
import type { FacadeName, Finding } from './plan.js'
import { silent, type Progress } from './progress.js'
import { reported, reportedPath, type Run } from './result.js'
import { ownModules, search, type Searched } from './search.js'
import { leftOut, stage, type StagedFile, type StagedGroup } from './stage.js'
import { removeFacadePaths } from './tsconfig-paths.js'
import { UsageError } from './usage-error.js'
import { usageOf } from './usage.js'
import { changedOnDisk, writeGroup } from './write.js'

/** How a migration is run. */
export interface MigrateOptions {
  /** Files and directories, absolute or relative to `cwd`. Default: `cwd` itself. */
  readonly paths?: readonly string[] | undefined
  /** Default: the process's. */
  readonly cwd?: string | undefined
  /** The facades to leave. Default: all four. */
  readonly only?: readonly FacadeName[] | undefined
  /** `dry-run` writes nothing and makes diffs, `check` writes nothing. Default `write`. */
  readonly mode?: 'write' | 'dry-run' | 'check' | undefined
  /** Whether dependencies and tsconfig `paths` move with the code. Default true. */
  readonly packageJson?: boolean | undefined
  /** Whether changed files are type-checked before and after. Default true. */
  readonly verify?: boolean | undefined
  /** Whether files with uncommitted changes may be written. Default false. */
  readonly force?: boolean | undefined
  readonly progress?: Progress | undefined
}

/** What the steps of one migration share. */
interface Work {
  readonly tree: Tree
  readonly only: readonly FacadeName[]
  readonly ledger: Ledger
  readonly progress: Progress
  readonly findings: Finding[]
  readonly notes: string[]
  /** The manifests and tsconfigs that may be changed. */
  readonly manifests: readonly string[]
  readonly tsconfigs: readonly string[]
}

/**
 * Takes callers off the facades: edits code, then `package.json` and tsconfig `paths`, each file atomically, and reports what
 * is left. A run that was interrupted before is undone first.
 *
 * @throws {UsageError} when a path does not exist, no source file is found, a file to be written has uncommitted changes
 *   (unless `force`), or another run is writing here; nothing is written then
 */
export async function migrate(options: MigrateOptions = {}): Promise<Run> {
  const { mode = 'write', verify = true, force = false } = options
  const work = begin(options)
  if (mode === 'write') finishInterrupted(work)
  else mentionInterrupted(work)
  const searched = search(work)
  work.findings.push(...searched.findings)
  const plan = await makePlan({ ...work, hits: searched.hits, verify })
  work.findings.push(...plan.findings)

  const broken = new Set(
    work.findings
      .filter(({ kind, rule }) => kind === 'failed' || (kind === 'skipped' && rule !== 'type-check'))
      .map(({ file }) => file),
  )
  const mayWrite = (path: string) => work.ledger.has(path) && !broken.has(path)
  const { groups, findings } = stage({ plan, hits: searched.hits, stamps: searched.stamps, mayWrite })
  work.findings.push(...findings)
  const moved = movedManifests(work, searched, groups)
  const dirty = mode === 'check' || force ? [] : uncommitted(work.tree.root, pathsOf([...groups, moved]))
  if (dirty.length > 0) {
    const refusal = dirtyMessage(work.tree.root, dirty)
    if (mode === 'write') throw new UsageError(refusal)
    work.notes.push(`Without --dry-run this would be refused: ${refusal}`)
  }
  const done = mode === 'write' ? write(work, searched, groups, moved) : { groups, moved }
  const written = new Map(done.moved.map(({ path, after }) => [path, after.toString('utf8')]))
  work.findings.push(...leftInConfiguration({ ...work, facades: work.only, changed: written }))
  const typed = searched.hits.length > 0 ? plan.typed : undefined
  return runOf(work, { ...done, typed, diffs: mode === 'dry-run' })
}

function begin({
  paths = [],
  cwd = process.cwd(),
  only = facadeNames,
  packageJson = true,
  progress = silent,
}: MigrateOptions): Work {
  const tree = listTree(paths, cwd)
  const ledger = new Ledger()
  const manifests = packageJson ? governingManifests(tree) : []
  const tsconfigs = packageJson ? tree.tsconfigs : []
  for (const path of [...manifests, ...tsconfigs, ...tree.findings.map(({ file }) => file)]) ledger.give(path)
  return { tree, only, ledger, progress, findings: [...tree.findings], notes: [], manifests, tsconfigs }
}

/** An interrupted run left some files old and some new, each whole: the old bytes come back, and the work begins anew. */
function finishInterrupted({ tree, notes }: Work): void {
  const startedAt = interruptedRun(tree.root)
  if (startedAt === undefined) return
  const { restored, refused } = undoLastRun(tree.root)
  notes.push(
    `The run of ${startedAt} was interrupted: ${count(restored.length, 'file')} that it had written were put back first.`,
  )
  for (const [file, why] of refused) notes.push(`${reportedPath(tree.root, file)}: ${why}.`)
}

function mentionInterrupted({ tree, notes }: Work): void {
  const startedAt = interruptedRun(tree.root)
  if (startedAt === undefined) return
  notes.push(
    `The run of ${startedAt} was interrupted half way: \`switchyard migrate\` begins it anew, \`--undo\` puts it back.`,
  )
}

/** What moves in manifests and tsconfigs once the groups are written. */
function movedManifests(work: Work, searched: Searched, groups: readonly StagedGroup[]): MovedManifest[] {
  const { tree, manifests, tsconfigs, only } = work
  if (manifests.length + tsconfigs.length === 0) return []
  const changed = new Map(groups.flat().map(({ path, after }) => [path, after.toString('utf8')]))
  const searchedPaths = new Set(searched.stamps.keys())
  const usage = usageOf({ tree, modules: ownModules, found: searched.found, searched: searchedPaths, changed })
  return [
    ...moveDependencies({ tree, manifests, facades: only, usage, changed: new Set(changed.keys()) }),
    ...removeFacadePaths(tree.root, tsconfigs, only, usage),
  ]
}

interface Written {
  readonly groups: readonly StagedGroup[]
  readonly moved: readonly MovedManifest[]
}

/** Writes code first, then what it depends on; the journal can take all of it back at any moment. */
function write(
  work: Work,
  searched: Searched,
  groups: readonly StagedGroup[],
  moved: readonly MovedManifest[],
): Written {
  if (groups.length + moved.length === 0) return { groups, moved }
  const journal = Journal.begin(work.tree.root)
  try {
    journal.keep(groups.flat())
    const written = writeGroups(work, groups)
    const manifests = written.length === groups.length ? moved : movedManifests(work, searched, written)
    journal.keep(manifests)
    const alone = manifests.map((manifest) => [manifest])
    const writtenManifests = new Set(writeGroups(work, alone).flat())
    journal.finish()
    return { groups: written, moved: manifests.filter((manifest) => writtenManifests.has(manifest)) }
  } catch (error) {
    journal.abandon()
    throw error
  }
}

/** @returns the groups that are written; the others become findings */
function writeGroups<Group extends StagedGroup>({ progress, findings }: Work, groups: readonly Group[]): Group[] {
  progress.begin('Writing', groups.flat().length)
  let done = 0
  const written = groups.filter((group) => {
    const stale = changedOnDisk(group)
    const problems = stale.size > 0 ? stale : writeGroup(group)
    progress.advance((done += group.length))
    if (problems.size === 0) return true
    findings.push(
      ...leftOut(
        group.map(({ path }) => path),
        problems,
      ),
    )
    return false
  })
  progress.end()
  return written
}

function runOf(work: Work, done: Written & { readonly typed: boolean | undefined; readonly diffs: boolean }): Run {
  const { tree, ledger, findings, notes } = work
  const files: StagedFile[] = [...done.groups.flat(), ...done.moved].toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const wanted = new Set(files.map(({ path }) => path))
  for (const { path } of files) ledger.settle(path, 'changed')
  for (const { file, kind } of findings) if (kind === 'skipped' || kind === 'failed') ledger.settle(file, kind)
  for (const path of [...tree.sources, ...work.manifests, ...work.tsconfigs]) {
    if (!wanted.has(path)) ledger.settle(path, 'unchanged')
  }
  for (const path of ledger.unaccounted()) notes.push(`${reportedPath(tree.root, path)} is unaccounted for.`)
  return {
    result: {
      version: 1,
      command: 'migrate',
      files: ledger.counts(),
      findings: reported(tree.root, findings),
      changes: files.map(({ path, edits }) => ({ file: reportedPath(tree.root, path), edits: edits.length })),
    },
    root: tree.root,
    ...(done.typed !== undefined && { typed: done.typed }),
    diffs: done.diffs ? files.map((file) => diffOf(reportedPath(tree.root, file.path), file)) : [],
    moved: done.moved.flatMap(({ moved }) => moved),
    notes,
  }
}

function pathsOf(groups: readonly StagedGroup[]): string[] {
  return groups.flat().map(({ path }) => path)
}

function dirtyMessage(root: string, dirty: readonly string[]): string {
  const some = dirty.slice(0, 5).map((path) => reportedPath(root, path))
  const more = dirty.length > some.length ? `, and ${dirty.length - some.length} more` : ''
  return (
    `${count(dirty.length, 'file')} to be written differ from the last commit (${some.join(', ')}${more}): ` +
    'commit or stash them, so that the migration can be told from your own work, or give --force'
  )
}
