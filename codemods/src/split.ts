import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeowners } from './codeowners.js'
import { diffOf } from './diff.js'
import { isInside, type Tree } from './files.js'
import { makeHome } from './home.js'
import { count } from './layout.js'
import { ownDirectory } from './make-plan.js'
import type { MovedManifest } from './package-json.js'
import { loadProjects } from './project.js'
import { reportedPath, type PatchFile } from './result.js'
import { findWorse } from './rewrite/verify.js'
import type { StagedFile, StagedGroup } from './stage.js'
import { putFile } from './write.js'

/** What is split, and by what a patch is judged. */
export interface SplitInput {
  readonly tree: Tree
  /** What the whole run would write: groups move together or not at all. */
  readonly groups: readonly StagedGroup[]
  /** Whether each patch is type-checked by itself. */
  readonly verify: boolean
  /** What moves in manifests when these groups are written and the others are not. */
  readonly movedWith: (groups: readonly StagedGroup[]) => readonly MovedManifest[]
  /** What may move in manifests whichever of the groups are written: all that any of them needs, nothing taken away. */
  readonly movedWithAny: () => readonly MovedManifest[]
}

/** Patches as they were written, and what the reader should know of them. */
export interface Split {
  readonly patches: readonly PatchFile[]
  readonly notes: readonly string[]
}

interface Part {
  readonly owners: ReadonlySet<string>
  readonly groups: readonly StagedGroup[]
  readonly manifests: readonly StagedFile[]
}

const nobody = '(nobody)'

/**
 * Writes one patch for each owner into `.switchyard/patches`, in the place of those of the last time; a group that crosses
 * owners, and what would not type-check without another owner's part, is one patch for all of them. Nothing else is written.
 */
export function splitByOwners(input: SplitInput): Split {
  const { tree, groups } = input
  const ownerOf = codeowners(tree.root, tree.config)
  const ownersOf = (files: readonly StagedFile[]): Set<string> =>
    new Set(files.map(({ path }) => ownerOf(reportedPath(tree.root, path)) ?? nobody))
  const byOwners = merged(groups.map((group) => ({ owners: ownersOf(group), groups: [group], manifests: [] })))
  const parts = withManifests(input.verify ? greenParts(tree, byOwners) : byOwners, input, ownersOf)
  const folder = join(makeHome(tree.root), 'patches')
  forget(folder)
  const names = new Set<string>()
  const patches = parts.map((part) => {
    const path = join(folder, `${freeName(part.owners, names)}.patch`)
    const files = filesOf(part).toSorted((a, b) => (a.path < b.path ? -1 : 1))
    const owners = [...part.owners].filter((owner) => owner !== nobody).toSorted()
    const diffs = files.map((file) => diffOf(reportedPath(tree.root, file.path), file))
    putFile(path, `Owners: ${owners.join(', ') || nobody}\n\n${diffs.join('')}`)
    return {
      file: reportedPath(tree.root, path),
      owners,
      changes: files.map((file) => reportedPath(tree.root, file.path)),
    }
  })
  return { patches, notes: notesOn(input, parts) }
}

/** Parts of the same owners are one. */
function merged(parts: readonly Part[]): Part[] {
  const byOwners = new Map<string, Part>()
  for (const part of parts) {
    const key = [...part.owners].toSorted().join('\0')
    const other = byOwners.get(key)
    byOwners.set(key, other === undefined ? part : joined(other, part))
  }
  return [...byOwners.values()]
}

function joined(one: Part, other: Part): Part {
  return {
    owners: new Set([...one.owners, ...other.owners]),
    groups: [...one.groups, ...other.groups],
    manifests: [...one.manifests, ...other.manifests],
  }
}

/** Joins each part that would not type-check by itself with the one that it needs; all of them together do. */
function greenParts({ root, sources: files }: Tree, given: readonly Part[]): Part[] {
  if (given.length < 2) return [...given]
  const staged = given.flatMap(({ groups }) => groups.flat())
  const hits = new Map(staged.map(({ path, before }) => [path, before.toString('utf8')]))
  const projects = loadProjects({ root, files, hits, ownDirectory })
  const firstWorse = (part: Part): string | undefined => {
    const texts = new Map(part.groups.flat().map(({ path, after }) => [path, after.toString('utf8')]))
    for (const project of projects) {
      const own = new Map([...texts].filter(([path]) => project.files.has(path)))
      const [worse] = findWorse(project, own)
      if (worse !== undefined) return worse.file
    }
    return undefined
  }
  const green: Part[] = []
  const open = [...given]
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const others = [...open, ...green]
    const worse = others.length === 0 ? undefined : firstWorse(part)
    if (worse === undefined) {
      green.push(part)
      continue
    }
    const needed = others.filter(({ groups }) => groups.flat().some(({ path }) => path === worse))
    // Where the file that suffers says nothing of whose part is missing, all of them together are what was checked.
    const taken = needed.length > 0 ? needed : others
    for (const list of [open, green]) list.splice(0, list.length, ...list.filter((one) => !taken.includes(one)))
    open.push([part, ...taken].reduce(joined))
  }
  return green
}

/**
 * Gives each part the manifests that it needs to be whole. One that several parts need gets the same change in each, so that
 * they merge in any order: all that any of them adds, and nothing removed, since the others still need it.
 */
function withManifests(
  parts: readonly Part[],
  { movedWith, movedWithAny }: SplitInput,
  ownersOf: (files: readonly StagedFile[]) => Set<string>,
): Part[] {
  const own = parts.map(({ groups }) => movedWith(groups).filter(({ path }) => isAbove(path, groups.flat())))
  const times = new Map<string, number>()
  for (const { path } of own.flat()) times.set(path, (times.get(path) ?? 0) + 1)
  const isShared = (path: string): boolean => (times.get(path) ?? 0) > 1
  const shared = [...times.keys()].some(isShared)
    ? new Map(movedWithAny().map((moved) => [moved.path, moved]))
    : undefined
  const whole = parts.map((part, at) => ({
    ...part,
    manifests: (own[at] ?? []).map((moved) => (isShared(moved.path) ? shared?.get(moved.path) : undefined) ?? moved),
  }))
  const alone = movedWith([]).filter(({ path }) => !times.has(path))
  return merged([...whole, ...alone.map((moved) => ({ owners: ownersOf([moved]), groups: [], manifests: [moved] }))])
}

function isAbove(manifest: string, files: readonly StagedFile[]): boolean {
  return files.some(({ path }) => isInside(dirname(manifest), path))
}

function notesOn({ tree, groups, movedWith }: SplitInput, parts: readonly Part[]): string[] {
  const inPatches = new Map(parts.flatMap(({ manifests }) => manifests.map((each) => [each.path, each.after])))
  const later = movedWith(groups).filter(({ path, after }) => inPatches.get(path)?.equals(after) !== true)
  const names = later.map(({ path }) => reportedPath(tree.root, path))
  if (parts.length === 0) return []
  return [
    `Nothing else was written: \`git apply\` takes each of the ${count(parts.length, 'patch file')} by itself.`,
    ...(names.length === 0
      ? []
      : [
          `What nobody needs any more when all patches are in stays in ${names.join(', ')} until then: ` +
            'run the command once more after the last one.',
        ]),
  ]
}

function filesOf({ groups, manifests }: Part): StagedFile[] {
  return [...groups.flat(), ...manifests]
}

/** A patch of the last time would be of code that is no longer there. */
function forget(folder: string): void {
  try {
    for (const name of readdirSync(folder)) if (name.endsWith('.patch')) rmSync(join(folder, name))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

/** A file's name that says whose it is, also where letters count the same in both sizes. */
function freeName(owners: ReadonlySet<string>, taken: Set<string>): string {
  const words = [...owners].toSorted().map((owner) => owner.replaceAll(/^@|[()]/gu, '').replaceAll(/[^\w.-]+/gu, '-'))
  const stem = words.length > 4 ? `${words.slice(0, 3).join('+')}+${words.length - 3}-more` : words.join('+')
  const short = stem.slice(0, 120).replace(/^\.+/u, '') || 'owners'
  let name = short
  for (let at = 2; taken.has(name.toLowerCase()); at += 1) name = `${short}-${at}`
  taken.add(name.toLowerCase())
  return name
}
