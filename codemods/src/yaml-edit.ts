import { createRequire } from 'node:module'
import type * as Yaml from 'yaml'

const require = createRequire(import.meta.url)

/** Loaded when it is first asked for: few trees have a file for it. */
function yaml(): typeof Yaml {
  return require('yaml') as typeof Yaml
}

/**
 * Changes to one entry of a block mapping in a YAML text that leave every other byte alone. A path is the keys that lead to
 * the mapping. Where an entry is not one plain line of its own (a flow mapping, an anchor, a text over several lines, several
 * documents), the text comes back as it was.
 */

/** The keys of the mapping at `path`, in their order; none when there is no mapping. */
export function yamlKeysAt(text: string, path: readonly string[]): string[] {
  return mapAt(text, path)?.items.map(nameOf) ?? []
}

/** Removes an entry with its line. The last entry stays: its mapping would be empty, which is no mapping any more. */
export function removeYamlMember(text: string, path: readonly string[], key: string): string {
  const map = mapAt(text, path)
  const entry = map?.items.find((item) => nameOf(item) === key)
  const line = entry === undefined ? undefined : lineOf(text, entry)
  if (map === undefined || line === undefined || map.items.length === 1) return text
  return text.slice(0, line.start) + text.slice(line.end)
}

/** Adds an entry, written as the one of the key `beside` is: in its alphabetical place where the keys are in that order, else before it. */
export function addYamlMember(
  text: string,
  path: readonly string[],
  key: string,
  value: string,
  beside: string,
): string {
  const map = mapAt(text, path)
  const model = map?.items.find((item) => nameOf(item) === beside)
  const style = model === undefined ? undefined : lineOf(text, model)
  if (map === undefined || style === undefined) return text
  const names = map.items.map(nameOf)
  const isSorted = names.every((name, at) => at === 0 || (names[at - 1] ?? '') < name)
  const found = names.findIndex((name) => (isSorted ? name > key : name === beside))
  const at = found === -1 ? map.items.length : found
  const before = map.items[at - 1]
  const next = map.items[at] ?? model
  const line = before === undefined ? next && lineOf(text, next) : lineOf(text, before)
  if (line === undefined) return text
  const position = before === undefined ? line.start : line.end
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const written = `${style.indent}${style.quote}${key}${style.quote}: ${value}`
  const isOpen = position > 0 && text[position - 1] !== '\n'
  return text.slice(0, position) + (isOpen ? newline + written : written + newline) + text.slice(position)
}

function mapAt(text: string, path: readonly string[]): Yaml.YAMLMap | undefined {
  const { isMap, parseDocument } = yaml()
  const document = parseDocument(text)
  if (document.errors.length > 0 || text.startsWith('\uFEFF')) return undefined
  const found = document.getIn(path, true)
  return isMap(found) && found.flow !== true ? found : undefined
}

function nameOf({ key }: Yaml.Pair): string {
  return yaml().isScalar(key) ? String(key.value) : ''
}

interface Line {
  readonly start: number
  /** Behind its line end. */
  readonly end: number
  readonly indent: string
  /** What stands around the key. */
  readonly quote: string
}

/** The line of an entry that is a plain or quoted text, alone on its line. */
function lineOf(text: string, { key, value }: Yaml.Pair): Line | undefined {
  const { isScalar } = yaml()
  if (!isScalar(key) || !isScalar(value) || !isPlain(key) || !isPlain(value)) return undefined
  const [keyStart, valueEnd] = [key.range?.[0], value.range?.[1]]
  if (keyStart === undefined || valueEnd === undefined || text.slice(keyStart, valueEnd).includes('\n'))
    return undefined
  const start = text.lastIndexOf('\n', keyStart) + 1
  const indent = text.slice(start, keyStart)
  const next = text.indexOf('\n', valueEnd)
  if (indent.trim() !== '') return undefined
  const first = text[keyStart]
  return { start, end: next === -1 ? text.length : next + 1, indent, quote: first === '"' ? '"' : "'" }
}

function isPlain({ anchor, tag, type }: Yaml.Scalar): boolean {
  const { Scalar } = yaml()
  const isBlock = type === Scalar.BLOCK_FOLDED || type === Scalar.BLOCK_LITERAL
  return anchor === undefined && tag === undefined && !isBlock
}
