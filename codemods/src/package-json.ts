import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundleBeside, removeBundled } from './bundled-dependencies.js'
import { askedIn, type Draft, emptyCatalogs, throughCatalog } from './catalogs.js'
import { dispatcherPackage, kitPackage, packageOf } from './facades.js'
import { isInside, type Tree } from './files.js'
import { addMember, keysAt, removeMember } from './json-edit.js'
import { removeOverrides } from './overrides.js'
import { rangeOf } from './own-manifest.js'
import type { FacadeName } from './plan.js'
import { reportedPath } from './result.js'
import type { StagedFile } from './stage.js'
import type { Usage } from './usage.js'

/** Where a manifest says what a package needs. */
const dependencyFields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const
type DependencyField = (typeof dependencyFields)[number]

/** Where a manifest says more about a package that it needs, or that others do. */
const companionFields: readonly (readonly string[])[] = [['peerDependenciesMeta'], ['dependenciesMeta']]

/** A manifest with new dependencies. */
export interface MovedManifest extends StagedFile {
  /** One line for each thing that moved, such as `package.json: - @switchyard/legacy`. */
  readonly moved: readonly string[]
}

/** What the move is decided from. */
export interface MoveInput {
  readonly tree: Tree
  /** Manifests that may be changed, absolute. */
  readonly manifests: readonly string[]
  /** `pnpm-workspace.yaml` files that may be changed, absolute. */
  readonly workspaces: readonly string[]
  readonly facades: readonly FacadeName[]
  readonly usage: Usage
  /** The files that this run changed. */
  readonly changed: ReadonlySet<string>
}

/**
 * Moves dependencies to where the code is now: a facade that nothing under a manifest names any more is removed from it, and
 * what takes its place is added in the same field, through the same catalog. A facade that a marked site still imports stays.
 * Catalogs and overrides lose what nobody asks for any more.
 *
 * @returns the manifests, and files of workspaces, that change
 */
export function moveDependencies(input: MoveInput): MovedManifest[] {
  const { tree, facades, usage } = input
  const drafts = [...input.manifests, ...input.workspaces].flatMap(draftOf)
  for (const draft of drafts) if (!draft.path.endsWith('.yaml')) moveIn(draft, drafts, input)
  const asked = askedIn(tree, drafts)
  const names = facades.map(packageOf)
  emptyCatalogs(drafts, names, asked)
  for (const draft of drafts) {
    const directory = dirname(draft.path)
    for (const name of names.filter((each) => draft.text.includes(each))) {
      const isUsed = [...usage.under(directory).values()].some((used) => used.has(name))
      if (!isUsed && !asked(directory, name)) removeOverrides(draft, name)
    }
  }
  return drafts.flatMap((draft) => (draft.lines.length === 0 ? [] : [movedFrom(draft, tree.root)]))
}

/** A file that can be changed; one that is not in UTF-8, or a manifest that is none of theirs, cannot. */
function draftOf(path: string): Draft[] {
  const before = readFileSync(path)
  const text = before.toString('utf8')
  if (!Buffer.from(text).equals(before)) return []
  const manifest = path.endsWith('.yaml') ? {} : parse(text)
  const isTheirs = typeof manifest === 'object' && manifest !== null && !Array.isArray(manifest) && !isOurs(manifest)
  return isTheirs ? [{ path, before, text, lines: [] }] : []
}

function movedFrom({ path, before, text, lines }: Draft, root: string): MovedManifest {
  const file = reportedPath(root, path)
  const edits = lines.map(() => ({ start: 0, end: 0, text: '' }))
  return { path, before, after: Buffer.from(text), edits, moved: lines.map((line) => `${file}: ${line}`) }
}

/** The `package.json` files that govern the given paths: those among them, and those in the directories above. */
export function governingManifests(tree: Tree): string[] {
  const found = new Set(tree.manifests)
  for (const path of tree.paths) {
    let directory = dirname(path)
    while (isInside(tree.root, directory)) {
      const manifest = join(directory, 'package.json')
      if (lstatSync(manifest, { throwIfNoEntry: false })?.isFile() === true) found.add(manifest)
      directory = dirname(directory)
    }
  }
  return [...found].toSorted()
}

/** Whether a manifest, given as text, needs any of the packages. */
function declares(text: string, names: readonly string[]): boolean {
  if (!names.some((name) => text.includes(name))) return false
  const manifest = parse(text)
  return names.some((name) => fieldsWith(manifest, name).length > 0)
}

function moveIn(draft: Draft, drafts: readonly Draft[], input: MoveInput): void {
  const { path, text } = draft
  const manifest = parse(text)
  if (typeof manifest !== 'object' || manifest === null || isMarker(path, text, input.tree.root)) return
  const declared = input.facades.map(packageOf).filter((name) => fieldsWith(manifest, name).length > 0)
  // Looking at every file under it is for what something moved in, or can move.
  if (declared.length === 0 && ![...input.changed].some((file) => isInside(dirname(path), file))) return
  const owned = namesUnder(path, input)
  const additions =
    declared.length > 0 || owned.changed ? additionsTo(path, manifest, owned.names, declared, input) : []
  const removals = declared.filter((name) => !owned.names.has(name))
  for (const name of removals) draft.lines.push(`- ${name}`)
  for (const { field, name, range, beside } of additions) {
    const asked = property(property(manifest, field), beside ?? '')
    const wanted =
      beside === undefined || typeof asked !== 'string'
        ? range
        : throughCatalog(drafts, path, { name, range, facade: beside, asked })
    draft.text = addMember(draft.text, [field], name, wanted, beside)
    draft.lines.push(`+ ${name} ${wanted}`)
  }
  if (additions.length + removals.length > 0) {
    const bundled = neededToRun(draft.text, owned.names)
    draft.text = declared.reduce((after, facade) => bundleBeside(after, facade, bundled), draft.text)
  }
  draft.text = removals.reduce(removePackage, draft.text)
}

/** The packages that the files under a manifest name, files under a nested manifest that declares them left out. */
function namesUnder(path: string, { tree, usage, changed }: MoveInput): { names: Set<string>; changed: boolean } {
  const directory = dirname(path)
  const names = new Set<string>()
  let any = false
  for (const [file, named] of usage.under(directory)) {
    const between = manifestsBetween(file, directory, tree.root)
    for (const name of named) {
      if (between.some((text) => declares(text, [name]))) continue
      names.add(name)
      any ||= changed.has(file) && between.length === 0
    }
  }
  return { names, changed: any }
}

/** The texts of the manifests nearer to `file` than the one in `directory`. */
function manifestsBetween(file: string, directory: string, root: string): string[] {
  const texts: string[] = []
  for (let at = dirname(file); at !== directory && isInside(directory, at); at = dirname(at)) {
    const manifest = join(at, 'package.json')
    const text = manifestIn(at)
    if (text !== '' && !isMarker(manifest, text, root)) texts.push(text)
  }
  return texts
}

/** The text of a directory's manifest; one that is not there, or not for us to read, says nothing. */
function manifestIn(directory: string): string {
  try {
    return readFileSync(join(directory, 'package.json'), 'utf8')
  } catch {
    return ''
  }
}

/**
 * Whether a manifest only says of what kind the modules beside it are, as `{ "type": "module" }` does: it has no name, needs
 * nothing, and lies in a package that is installed.
 */
function isMarker(path: string, text: string, root: string): boolean {
  const manifest = parse(text)
  if (typeof manifest !== 'object' || manifest === null) return false
  if (['name', 'workspaces', ...dependencyFields].some((field) => Object.hasOwn(manifest, field))) return false
  for (let at = dirname(dirname(path)); isInside(root, at); at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return true
    if (at === dirname(at)) break
  }
  return false
}

interface Addition {
  readonly field: DependencyField
  readonly name: string
  readonly range: string
  /** The facade whose place it takes. */
  readonly beside: string | undefined
}

function additionsTo(
  path: string,
  manifest: object,
  names: ReadonlySet<string>,
  declared: readonly string[],
  { tree }: MoveInput,
): Addition[] {
  const wanted = [dispatcherPackage, kitPackage].filter(
    (name) => names.has(name) && fieldsWith(manifest, name).length === 0 && !declaredAbove(path, tree, name, declared),
  )
  const facadeFields = dependencyFields.filter((field) =>
    declared.some((name) => fieldsWith(manifest, name).includes(field)),
  )
  const fields: readonly DependencyField[] =
    facadeFields.length === 0 || facadeFields.includes('dependencies') ? ['dependencies'] : facadeFields
  return wanted.flatMap((name) =>
    fields.map((field) => {
      const beside = declared.find((facade) => fieldsWith(manifest, facade).includes(field))
      return { field, name, range: rangeOf(name), beside }
    }),
  )
}

/** Those of our packages that the code names and that a manifest, given as text, needs beyond development. */
function neededToRun(text: string, names: ReadonlySet<string>): string[] {
  const manifest = parse(text)
  return [dispatcherPackage, kitPackage].filter((name) => {
    const fields = fieldsWith(manifest, name)
    return names.has(name) && (fields.includes('dependencies') || fields.includes('optionalDependencies'))
  })
}

/** A package without a facade of its own leans on the manifest above it, when that one declares what the code needs. */
function declaredAbove(path: string, tree: Tree, name: string, declared: readonly string[]): boolean {
  if (declared.length > 0) return false
  for (let at = dirname(dirname(path)); isInside(tree.root, at); at = dirname(at)) {
    const facades = ['@switchyard/legacy', '@switchyard/request-scoped', '@switchyard/core', '@switchyard/enhanced']
    if (declares(manifestIn(at), [name, ...facades])) return true
    if (at === dirname(at)) break
  }
  return false
}

function removePackage(text: string, name: string): string {
  let after = removeBundled(text, name)
  for (const field of [...dependencyFields.map((each) => [each]), ...companionFields]) {
    for (const key of keysAt(after, field)) {
      if (key === name || key.startsWith(`${name}@`)) after = removeMember(after, [...field, key])
    }
  }
  return after
}

function fieldsWith(manifest: unknown, name: string): DependencyField[] {
  return dependencyFields.filter((field) => {
    const entries = property(manifest, field)
    return typeof entries === 'object' && entries !== null && Object.hasOwn(entries, name)
  })
}

function isOurs(manifest: object): boolean {
  const name = property(manifest, 'name')
  return typeof name === 'string' && name.startsWith('@switchyard/')
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? value[name as keyof typeof value] : undefined
}

/** A manifest that is no JSON needs nothing that we could move. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/u, ''))
  } catch {
    return undefined
  }
}
