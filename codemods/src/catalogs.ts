import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { filesUnder, isInside, type Tree } from './files.js'
import { addMember, keysAt, removeMember } from './json-edit.js'
import { addYamlMember, removeYamlMember, yamlKeysAt } from './yaml-edit.js'

/** A project file in the making. */
export interface Draft {
  readonly path: string
  readonly before: Buffer
  text: string
  /** One line for each thing that moved. */
  readonly lines: string[]
}

/** The `pnpm-workspace.yaml` files beside manifests. */
export function workspaceFiles(manifests: readonly string[]): string[] {
  return manifests.map((path) => join(dirname(path), 'pnpm-workspace.yaml')).filter(existsSync)
}

/** A catalog: versions that a workspace writes down once, for its packages to ask for as `catalog:` or `catalog:name`. */
interface Catalog {
  readonly draft: Draft
  readonly path: readonly string[]
}

/**
 * Lets a manifest ask for a package through the catalog that holds the facade whose place it takes.
 *
 * @param asked What the manifest asks of the facade, such as `catalog:react`.
 * @returns what to ask for instead of `range`: the same, once the catalog holds the package; `range` where it cannot
 */
export function throughCatalog(
  drafts: readonly Draft[],
  manifest: string,
  wanted: { readonly name: string; readonly range: string; readonly facade: string; readonly asked: string },
): string {
  const { name, range, facade, asked } = wanted
  if (!asked.startsWith('catalog:')) return range
  const catalog = catalogsFor(drafts, manifest, asked.slice('catalog:'.length)).find((each) =>
    keysOf(each).includes(facade),
  )
  if (catalog === undefined) return range
  if (keysOf(catalog).includes(name)) return asked
  const { draft, path } = catalog
  const after = isYaml(draft)
    ? addYamlMember(draft.text, path, name, range, facade)
    : addMember(draft.text, path, name, range, facade)
  if (after === draft.text) return range
  draft.text = after
  draft.lines.push(`+ ${name} ${range} in ${path.join('.')}`)
  return asked
}

/** Takes the facades out of the catalogs that no manifest of their workspace asks for any more. */
export function emptyCatalogs(drafts: readonly Draft[], facades: readonly string[], asked: Asked): void {
  for (const draft of drafts) {
    for (const path of catalogPaths(draft)) {
      for (const facade of keysOf({ draft, path }).filter((key) => facades.includes(key))) {
        if (asked(dirname(draft.path), facade)) continue
        const after = isYaml(draft)
          ? removeYamlMember(draft.text, path, facade)
          : removeMember(draft.text, [...path, facade])
        if (after === draft.text) continue
        draft.text = after
        draft.lines.push(`- ${facade} in ${path.join('.')}`)
      }
    }
  }
}

/** Whether a manifest in or below a directory asks for a package. */
export type Asked = (directory: string, name: string) => boolean

/** Answers for every manifest of a tree; below a directory that was not given, there may be more than can be seen. */
export function askedIn(tree: Tree, drafts: readonly Draft[]): Asked {
  const texts = new Map(drafts.map((draft) => [draft.path, draft]))
  let all: readonly string[] | undefined
  return (directory, name) => {
    if (!tree.paths.some((path) => isInside(path, directory))) return true
    all ??= filesUnder(tree, tree.root).filter((path) => basename(path) === 'package.json')
    return all.some(
      (path) => isInside(directory, path) && asks(texts.get(path)?.text ?? readFileSync(path, 'utf8'), name),
    )
  }
}

function asks(text: string, name: string): boolean {
  return ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'].some((field) =>
    keysAt(text, [field]).includes(name),
  )
}

/** The catalogs of a name for a package: of the nearest workspace above it that has any. */
function catalogsFor(drafts: readonly Draft[], manifest: string, name: string): Catalog[] {
  const wanted = name === '' || name === 'default' ? ['catalog', 'default'] : [name]
  const above = drafts
    .filter(({ path }) => isInside(dirname(path), dirname(manifest)))
    .toSorted((a, b) => b.path.length - a.path.length)
  return above.flatMap((draft) =>
    catalogPaths(draft)
      .filter((path) => wanted.includes(path.at(-1) ?? ''))
      .map((path) => ({ draft, path })),
  )
}

function catalogPaths(draft: Draft): string[][] {
  // Without one there is nothing to parse for; a key may be written with escapes.
  if (!/catalog|\\/u.test(draft.text)) return []
  const keys = (path: readonly string[]) => keysOf({ draft, path })
  const places = isYaml(draft) ? [[]] : [[], ['workspaces']]
  return places.flatMap((place) =>
    keys(place).flatMap((key) =>
      key === 'catalog'
        ? [[...place, key]]
        : key === 'catalogs'
          ? keys([...place, key]).map((name) => [...place, key, name])
          : [],
    ),
  )
}

function keysOf({ draft, path }: Catalog): string[] {
  return isYaml(draft) ? yamlKeysAt(draft.text, path) : keysAt(draft.text, path)
}

function isYaml({ path }: Draft): boolean {
  return path.endsWith('.yaml')
}
