import { workspaceFiles } from './catalogs.js'
import { leftInConfiguration } from './configuration-left.js'
import { diffOf } from './diff.js'
import { facadeNames } from './facades.js'
import { listTree, readable, type Tree } from './files.js'
import { uncommitted } from './git.js'
import { interruptedRun, Journal, undoLastRun } from './journal.js'
import { count } from './layout.js'
import { Ledger } from './ledger.js'
import { makePlan } from './make-plan.js'
import { governingManifests, moveDependencies, type MovedManifest } from './package-json.js'
import type { FacadeName, Finding } from './plan.js'
import { silent, type Progress } from './progress.js'
import { reported, reportedPath, type PatchFile, type Run, type RunResult } from './result.js'
import { ownModules, search, type Searched } from './search.js'
import type { SplitInput } from './split.js'
import { leftOut, stage, type StagedFile, type StagedGroup } from './stage.js'
import { removeFacadePaths } from './tsconfig-paths.js'
import { UsageError } from './usage-error.js'
import { eitherUsage, usageOf } from './usage.js'
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
  /** `owners` writes one patch for each owner into `.switchyard/patches`, and nothing else; `mode` counts as `dry-run`. */
  readonly split?: 'owners' | undefined
  /** Whether dependencies and tsconfig `paths` move with the code. Default true. */
  readonly packageJson?: boolean | undefined
  /** Whether changed files are type-checked before and after. Default true. */
  readonly verify?: boolean | undefined
  /** Whether files with uncommitted changes may be written. Default false. */
  readonly force?: boolean | undefined
  /** How many threads read and search, 1 or more. Default 1. */
  readonly concurrency?: number | undefined
  readonly progress?: Progress | undefined
}

/** What the steps of one run share. */
export interface Work {
  readonly tree: Tree
  readonly only: readonly FacadeName[]
  readonly ledger: Ledger
  readonly progress: Progress
  readonly concurrency: number | undefined
  readonly findings: Finding[]
  readonly notes: string[]
  /** The manifests and tsconfigs that may be changed. */
  readonly manifests: readonly string[]
  readonly tsconfigs: readonly string[]
  /** The `pnpm-workspace.yaml` files that may be changed. */
  readonly workspaces: readonly string[]
}

/**
 * Takes callers off the facades: edits code, then `package.json` and tsconfig `paths`, each file atomically, and reports what
 * is left. A run that was interrupted before is undone first.
 *
 * @throws {UsageError} when a path does not exist, no source file is found, a file to be written has uncommitted changes
 *   (unless `force`), or another run is writing here; nothing is written then
 */
export async function migrate(options: MigrateOptions = {}): Promise<Run> {
  const { split, verify = true, force = false } = options
  const mode = split === undefined ? (options.mode ?? 'write') : 'dry-run'
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
  if (mode !== 'check' && !force) refuseDirty(work, split === undefined ? mode : 'write', [...groups, moved])
  const movedWith = (written: readonly StagedGroup[]) => movedManifests(work, searched, written)
  const done = mode === 'write' ? write(work, groups, moved, movedWith) : { groups, moved }
  const rewritten = new Map(done.moved.map(({ path, after }) => [path, after.toString('utf8')]))
  work.findings.push(...leftInConfiguration({ ...work, facades: work.only, changed: rewritten }))
  const typed = searched.hits.length > 0 ? plan.typed : undefined
  const movedWithAny = () => movedManifests(work, searched, groups, { orNot: true })
  const patches = split && (await splitInto(work, { groups, verify, movedWith, movedWithAny }))
  return runOf(work, 'migrate', { ...done, typed, patches, diffs: mode === 'dry-run' && patches === undefined })
}

/** Writes the patches, and notes what there is to know of them. */
export async function splitInto(work: Work, input: Omit<SplitInput, 'tree'>): Promise<readonly PatchFile[]> {
  const { splitByOwners } = await import('./split.js')
  const { patches, notes } = splitByOwners({ ...input, tree: work.tree })
  work.notes.push(...notes)
  return patches
}

/** Lists what a run is about, and begins the account of it. */
export function begin({
  paths = [],
  cwd = process.cwd(),
  only = facadeNames,
  packageJson = true,
  progress = silent,
  concurrency,
}: MigrateOptions): Work {
  const tree = listTree(paths, cwd)
  const ledger = new Ledger()
  const findings = [...tree.findings]
  const manifests = packageJson ? readable(governingManifests(tree), findings) : []
  const tsconfigs = packageJson ? readable(tree.tsconfigs, findings) : []
  const workspaces = readable(workspaceFiles(manifests), findings)
  for (const path of [...manifests, ...tsconfigs, ...workspaces, ...findings.map(({ file }) => file)]) ledger.give(path)
  return { tree, only, ledger, progress, concurrency, findings, notes: [], manifests, tsconfigs, workspaces }
}

/** An interrupted run left some files old and some new, each whole: the old bytes come back, and the work begins anew. */
export function finishInterrupted({ tree, notes }: Work): void {
  const startedAt = interruptedRun(tree.root)
  if (startedAt === undefined) return
  const { restored, refused } = undoLastRun(tree.root)
  notes.push(
    `The run of ${startedAt} was interrupted: ${count(restored.length, 'file')} that it had written were put back first.`,
  )
  for (const [file, why] of refused) notes.push(`${reportedPath(tree.root, file)}: ${why}.`)
}

/** A run that writes nothing only says that another one was interrupted. */
export function mentionInterrupted({ tree, notes }: Work): void {
  const startedAt = interruptedRun(tree.root)
  if (startedAt === undefined) return
  notes.push(
    `The run of ${startedAt} was interrupted half way: \`switchyard migrate\` begins it anew, \`--undo\` puts it back.`,
  )
}

/**
 * What moves in manifests and tsconfigs once the groups are written.
 *
 * @param options.orNot Whether some of the groups may not be: what their files name now is then needed too. Default false.
 */
function movedManifests(
  work: Work,
  searched: Searched,
  groups: readonly StagedGroup[],
  { orNot = false }: { readonly orNot?: boolean } = {},
): MovedManifest[] {
  const { tree, manifests, tsconfigs, workspaces, only } = work
  if (manifests.length + tsconfigs.length === 0) return []
  const changed = new Map(groups.flat().map(({ path, after }) => [path, after.toString('utf8')]))
  const searchedPaths = new Set(searched.stamps.keys())
  const now = { tree, modules: ownModules, found: searched.found, searched: searchedPaths }
  const after = usageOf({ ...now, changed })
  const usage = orNot ? eitherUsage(usageOf({ ...now, changed: new Map() }), after) : after
  return [
    ...moveDependencies({ tree, manifests, workspaces, facades: only, usage, changed: new Set(changed.keys()) }),
    ...removeFacadePaths(tree.root, tsconfigs, only, usage),
  ]
}

interface Written {
  readonly groups: readonly StagedGroup[]
  readonly moved: readonly MovedManifest[]
}

/**
 * Writes code first, then what it depends on; the journal can take all of it back at any moment.
 *
 * @param remake What moves in manifests when not every group could be written.
 */
export function write(
  work: Work,
  groups: readonly StagedGroup[],
  moved: readonly MovedManifest[],
  remake: (written: readonly StagedGroup[]) => MovedManifest[],
): Written {
  if (groups.length + moved.length === 0) return { groups, moved }
  const journal = Journal.begin(work.tree.root)
  try {
    const fresh = groups.filter((group) => isWritable(work, group, changedOnDisk(group)))
    journal.keep(fresh.flat())
    const written = writeGroups(work, fresh)
    const manifests = written.length === groups.length ? moved : remake(written)
    journal.keep(manifests)
    const alone = manifests.map((manifest) => [manifest])
    const writtenManifests = new Set(writeGroups(work, alone).flat())
    journal.finish(new Set(pathsOf([...written, [...writtenManifests]])))
    return { groups: written, moved: manifests.filter((manifest) => writtenManifests.has(manifest)) }
  } catch (error) {
    journal.abandon()
    throw error
  }
}

/** @returns the groups that are written; the others become findings */
function writeGroups<Group extends StagedGroup>(work: Work, groups: readonly Group[]): Group[] {
  const { progress } = work
  progress.begin('Writing', groups.flat().length)
  let done = 0
  const written = groups.filter((group) => {
    const problems = writeGroup(group)
    progress.advance((done += group.length))
    return isWritable(work, group, problems)
  })
  progress.end()
  return written
}

/** Whether nothing is wrong with a group; what is becomes findings. */
function isWritable({ findings }: Work, group: StagedGroup, problems: ReadonlyMap<string, string>): boolean {
  if (problems.size > 0) findings.push(...leftOut(pathsOf([group]), problems))
  return problems.size === 0
}

/** The account of a run that is over. */
export function runOf(
  work: Work,
  command: RunResult['command'],
  done: Written & {
    readonly typed: boolean | undefined
    readonly diffs: boolean
    readonly patches?: readonly PatchFile[] | undefined
  },
): Run {
  const { tree, ledger, findings, notes } = work
  const files: StagedFile[] = [...done.groups.flat(), ...done.moved].toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const wanted = new Set(files.map(({ path }) => path))
  for (const { path } of files) ledger.settle(path, 'changed')
  for (const { file, kind } of findings) if (kind === 'skipped' || kind === 'failed') ledger.settle(file, kind)
  for (const path of [...tree.sources, ...work.manifests, ...work.tsconfigs, ...work.workspaces]) {
    if (!wanted.has(path)) ledger.settle(path, 'unchanged')
  }
  for (const path of ledger.unaccounted()) notes.push(`${reportedPath(tree.root, path)} is unaccounted for.`)
  return {
    result: {
      version: 1,
      command,
      files: ledger.counts(),
      findings: reported(tree.root, findings, tree.config),
      changes: files.map(({ path, edits }) => ({ file: reportedPath(tree.root, path), edits: edits.length })),
      ...(done.patches !== undefined && { patches: done.patches }),
    },
    root: tree.root,
    ...(done.typed !== undefined && { typed: done.typed }),
    // Made when they are read: most runs do not print them.
    get diffs() {
      return done.diffs ? files.map((file) => diffOf(reportedPath(tree.root, file.path), file)) : []
    },
    moved: done.moved.flatMap(({ moved }) => moved),
    notes,
  }
}

function pathsOf(groups: readonly StagedGroup[]): string[] {
  return groups.flat().map(({ path }) => path)
}

/**
 * Refuses to write files with uncommitted changes; a run that writes nothing only says that it would be refused.
 *
 * @throws {UsageError} in `write` mode
 */
export function refuseDirty(
  { tree, notes }: Work,
  mode: 'write' | 'dry-run',
  files: readonly (readonly StagedFile[])[],
): void {
  const dirty = uncommitted(tree.root, pathsOf(files))
  if (dirty.length === 0) return
  const refusal = dirtyMessage(tree.root, dirty)
  if (mode === 'write') throw new UsageError(refusal)
  notes.push(`Without --dry-run this would be refused: ${refusal}`)
}

function dirtyMessage(root: string, dirty: readonly string[]): string {
  const some = dirty.slice(0, 5).map((path) => reportedPath(root, path))
  const more = dirty.length > some.length ? `, and ${dirty.length - some.length} more` : ''
  return (
    `${count(dirty.length, 'file')} to be written differ from the last commit (${some.join(', ')}${more}): ` +
    'commit or stash them, so that the migration can be told from your own work, or give --force'
  )
}
