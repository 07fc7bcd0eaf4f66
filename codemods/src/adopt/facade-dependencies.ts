import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageOf } from '../facades.js'
import { isInside } from '../files.js'
import { addMember, keysAt } from '../json-edit.js'
import { migrations } from '../migrations.js'
import type { MovedManifest } from '../package-json.js'
import type { FacadeName } from '../plan.js'
import { reportedPath } from '../result.js'

const fields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const

/** What the dependencies are decided from. */
export interface DependencyInput {
  readonly root: string
  /** The manifests that may be changed, absolute. */
  readonly manifests: readonly string[]
  /** The changed files, with the facades that each names now and the names of the packages whose place they take. */
  readonly changed: ReadonlyMap<string, ReadonlyMap<FacadeName, readonly string[]>>
}

/** Adds each facade to the manifest that governs the files that name it now: in the field of the package whose place it takes. */
export function addFacades({ root, manifests, changed }: DependencyInput): MovedManifest[] {
  const wanted = new Map<string, Map<FacadeName, Set<string>>>()
  for (const [file, facades] of changed) {
    const manifest = governing(file, root)
    if (manifest === undefined || !manifests.includes(manifest)) continue
    const own = wanted.get(manifest) ?? new Map<FacadeName, Set<string>>()
    wanted.set(manifest, own)
    for (const [facade, packages] of facades) own.set(facade, new Set([...(own.get(facade) ?? []), ...packages]))
  }
  return [...wanted].flatMap(([path, facades]) => addTo(path, facades, root) ?? [])
}

/** The nearest manifest that says what its package needs, or what it is called. */
function governing(file: string, root: string): string | undefined {
  for (let at = dirname(file); isInside(root, at); at = dirname(at)) {
    const manifest = join(at, 'package.json')
    if (existsSync(manifest) && saysMore(readFileSync(manifest, 'utf8'))) return manifest
    if (at === dirname(at)) break
  }
  return undefined
}

/** A manifest with a `type` alone only says how its files are loaded. */
function saysMore(text: string): boolean {
  const keys = keysAt(text, [])
  return ['name', ...fields].some((key) => keys.includes(key))
}

function addTo(
  path: string,
  facades: ReadonlyMap<FacadeName, ReadonlySet<string>>,
  root: string,
): MovedManifest | undefined {
  const before = readFileSync(path)
  const text = before.toString('utf8')
  if (!Buffer.from(text).equals(before) || !isJson(text)) return undefined
  let after = text
  const added: string[] = []
  for (const [facade, packages] of facades) {
    const name = packageOf(facade)
    if (fields.some((field) => keysAt(after, [field]).includes(name))) continue
    const field = fields.find((each) => keysAt(after, [each]).some((key) => packages.has(key))) ?? 'dependencies'
    // The facades are versioned by themselves, and stop moving: the first version that there was is the safe floor.
    const range = `^${migrations[facade].since}`
    after = addMember(after, [field], name, range)
    added.push(`+ ${name} ${range}`)
  }
  if (added.length === 0) return undefined
  const file = reportedPath(root, path)
  const edits = added.map(() => ({ start: 0, end: 0, text: '' }))
  return { path, before, after: Buffer.from(after), edits, moved: added.map((line) => `${file}: ${line}`) }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text.replace(/^\uFEFF/u, ''))
    return true
  } catch {
    return false
  }
}
