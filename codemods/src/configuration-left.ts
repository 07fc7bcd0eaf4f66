import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type ts from '#typescript'
import { codeOf, packageOf } from './facades.js'
import type { FacadeName, Finding } from './plan.js'
import { typescript } from './typescript.js'

/** Which configuration is asked about. */
export interface ConfigurationInput {
  /** `package.json` files, absolute. */
  readonly manifests: readonly string[]
  /** `pnpm-workspace.yaml` files, absolute. */
  readonly workspaces: readonly string[]
  /** `tsconfig.json` files, absolute. */
  readonly tsconfigs: readonly string[]
  readonly facades: readonly FacadeName[]
  /** The new texts of those that change, by path. */
  readonly changed: ReadonlyMap<string, string>
}

/** What follows the code by itself: it stays as long as code needs it. */
const dependencyFields = new Set(['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'])

/**
 * What configuration still says about a facade once everything has moved that can: overrides, catalogs, module mappers and
 * `paths`, each with its line.
 */
export function leftInConfiguration({
  manifests,
  tsconfigs,
  workspaces,
  facades,
  changed,
}: ConfigurationInput): Finding[] {
  return [...manifests, ...tsconfigs, ...workspaces].flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    if (!text.includes('@switchyard')) return []
    const places = stillIn(placesIn(path, text), placesIn(path, changed.get(path) ?? text))
    return places.flatMap(({ at, text: said, where }) =>
      facades.filter((facade) => names(said, facade)).map((facade) => finding(path, text, at, where, facade)),
    )
  })
}

/** What a file of configuration says, in JSON or YAML, with where it says it. */
export function placesIn(path: string, text: string): Place[] {
  return path.endsWith('.yaml') ? linesOf(text) : placesOf(path, text)
}

/** Those that a change leaves; their lines are those of the file on disk, which a run that writes nothing does not change. */
function stillIn(places: readonly Place[], after: readonly Place[]): Place[] {
  const left = after.map(({ where, text }) => `${where}\0${text}`)
  return places.filter(({ where, text }) => {
    const at = left.indexOf(`${where}\0${text}`)
    if (at !== -1) left.splice(at, 1)
    return at !== -1
  })
}

/** One thing that configuration says. */
export interface Place {
  /** The offset of what is said. */
  readonly at: number
  readonly text: string
  /** Where it is said, such as `jest.moduleNameMapper`. */
  readonly where: string
}

/** The keys and texts of a file in JSON, without the dependencies of a manifest. */
function placesOf(path: string, text: string): Place[] {
  const isManifest = basename(path) === 'package.json'
  const source = typescript().parseJsonText(path, text)
  const root = source.statements[0]?.expression
  if (isManifest && isOurs(root)) return []
  const found: Place[] = []
  const visit = (node: ts.Node, keys: readonly string[]): void => {
    if (typescript().isPropertyAssignment(node)) {
      const key = typescript().isStringLiteral(node.name) ? node.name.text : node.name.getText(source)
      if (isManifest && keys.length === 0 && dependencyFields.has(key)) return
      const inKey = { at: node.name.getStart(source), text: key, where: keys.join('.') }
      found.push(inKey)
      // A line that names a facade twice is one thing to do.
      if (!/@switchyard/u.test(key) || !typescript().isStringLiteral(node.initializer))
        visit(node.initializer, [...keys, key])
    } else if (typescript().isStringLiteral(node)) {
      found.push({ at: node.getStart(source), text: node.text, where: keys.join('.') })
    } else typescript().forEachChild(node, (child) => visit(child, keys))
  }
  if (root !== undefined) visit(root, [])
  return found
}

/** A facade's own manifest is not its users'. */
function isOurs(root: ts.Expression | undefined): boolean {
  if (root === undefined || !typescript().isObjectLiteralExpression(root)) return false
  return root.properties.some(
    (each) =>
      typescript().isPropertyAssignment(each) &&
      typescript().isStringLiteral(each.name) &&
      each.name.text === 'name' &&
      typescript().isStringLiteral(each.initializer) &&
      each.initializer.text.startsWith('@switchyard/'),
  )
}

/** The lines of a file in YAML, comments left out, each under the key that begins its block. */
function linesOf(text: string): Place[] {
  const found: Place[] = []
  let at = 0
  let block = ''
  for (const line of text.split('\n')) {
    const said = line.replace(/(?:^|\s)#.*$/u, '')
    block = /^[\w-]+(?=\s*:)/u.exec(said)?.[0] ?? block
    found.push({ at: at + Math.max(0, line.search(/\S/u)), text: said, where: block })
    at += line.length + 1
  }
  return found
}

function names(text: string, facade: FacadeName): boolean {
  return new RegExp(String.raw`@switchyard[\\/]+${facade}(?![\w-])`, 'u').test(text)
}

function finding(file: string, text: string, at: number, where: string, facade: FacadeName): Finding {
  const message = `${where} still names ${packageOf(facade)}; change it, or take it out once nothing uses it`
  const place = { file, ...pointAt(text, at), rule: 'configuration', code: codeOf(facade), facade }
  return { ...place, kind: 'todo', message, fixable: false }
}

/** The line and column of an offset. */
export function pointAt(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split('\n')
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 }
}
