import type ts from '#typescript'
import { typescript } from './typescript.js'

/**
 * Changes to one place of a JSON text (comments and trailing commas allowed) that leave every other byte alone. A path is the
 * keys that lead to a value. Each function gives the text back as it was when the place does not exist, or the text is broken.
 */

/** The keys of the object at `path`, in their order; none when there is no object. */
export function keysAt(text: string, path: readonly string[]): string[] {
  // Most manifests have none of what is asked for; that is seen without a parser. A key may be written with escapes.
  if (path.some((name) => !text.includes(`"${name}"`)) && !text.includes('\\u')) return []
  return objectAt(parse(text), path)?.properties.map(nameOf) ?? []
}

/** Removes the member at `path`, with its comma and its line. */
export function removeMember(text: string, path: readonly string[]): string {
  const source = parse(text)
  const object = objectAt(source, path.slice(0, -1))
  const at = object?.properties.findIndex((each) => nameOf(each) === path.at(-1)) ?? -1
  if (object === undefined || at === -1) return text
  const inner = { start: object.getStart(source) + 1, end: object.getEnd() - 1 }
  return removeFromList(text, source, object.properties, at, inner)
}

/** Removes `value` from the array of texts at `path`. */
export function removeElement(text: string, path: readonly string[], value: string): string {
  const source = parse(text)
  const array = valueAt(source, path)
  if (array === undefined || !typescript().isArrayLiteralExpression(array)) return text
  const at = array.elements.findIndex((each) => typescript().isStringLiteral(each) && each.text === value)
  const inner = { start: array.getStart(source) + 1, end: array.getEnd() - 1 }
  return at === -1 ? text : removeFromList(text, source, array.elements, at, inner)
}

/** Adds `value` to the array of texts at `path`, in front of `beside`; not where it is there already, or `beside` is not. */
export function addElement(text: string, path: readonly string[], value: string, beside: string): string {
  const source = parse(text)
  const array = valueAt(source, path)
  if (array === undefined || !typescript().isArrayLiteralExpression(array)) return text
  const texts = array.elements.map((each) => (typescript().isStringLiteral(each) ? each.text : undefined))
  const at = texts.indexOf(beside)
  const next = array.elements[at]
  if (next === undefined || texts.includes(value)) return text
  const start = next.getStart(source)
  const own = gapBefore(text, start)
  const sample = at === 0 && !own.includes('\n') ? array.elements[1] : next
  const gap = sample === undefined ? ' ' : gapBefore(text, sample.getStart(source))
  return splice(text, start, start, `${JSON.stringify(value)},${gap}`)
}

/**
 * Adds a text member to the object at `path`, which is made when it is missing: in its alphabetical place when the keys are
 * in that order, else before the key `beside`.
 */
export function addMember(text: string, path: readonly string[], key: string, value: string, beside?: string): string {
  const source = parse(text)
  const object = objectAt(source, path)
  const member = JSON.stringify(key) + colonOf(text, source, object) + JSON.stringify(value)
  if (object === undefined) return addObject(text, source, path, member)
  const { properties } = object
  const names = properties.map(nameOf)
  const last = properties.at(-1)
  if (last === undefined) {
    const { line, inner } = indentation(text, source, object)
    return splice(text, object.getStart(source) + 1, object.getEnd() - 1, `${inner}${member}${line}`)
  }
  const sorted = names.every((name, at) => at === 0 || (names[at - 1] ?? '') < name)
  const at = names.findIndex((name) => (sorted ? name > key : name === beside))
  const next = properties[at]
  if (next === undefined) {
    const gap = gapBefore(text, last.getStart(source))
    return splice(text, last.getEnd(), last.getEnd(), `,${gap}${member}`)
  }
  const start = next.getStart(source)
  return splice(text, start, start, `${member},${gapBefore(text, start) || ' '}`)
}

function addObject(text: string, source: ts.JsonSourceFile, path: readonly string[], member: string): string {
  const parent = objectAt(source, path.slice(0, -1))
  const last = parent?.properties.at(-1)
  const key = path.at(-1)
  if (parent === undefined || key === undefined) return text
  if (last === undefined)
    return splice(text, parent.getStart(source) + 1, parent.getEnd() - 1, ` ${JSON.stringify(key)}: { ${member} } `)
  const gap = gapBefore(text, last.getStart(source))
  const deeper = gap.includes('\n') ? gap + gap.slice(gap.lastIndexOf('\n') + 1) : gap
  const colon = colonOf(text, source, parent)
  return splice(text, last.getEnd(), last.getEnd(), `,${gap}${JSON.stringify(key)}${colon}{${deeper}${member}${gap}}`)
}

function removeFromList(
  text: string,
  source: ts.JsonSourceFile,
  list: readonly ts.Node[],
  at: number,
  inner: { readonly start: number; readonly end: number },
): string {
  const own = list[at]
  if (own === undefined) return text
  const [start, end] = [own.getStart(source), own.getEnd()]
  const around = text.slice(inner.start, start) + text.slice(end, inner.end)
  if (list.length === 1 && /^\s*,?\s*$/u.test(around)) return splice(text, inner.start, inner.end, '')
  const comma = commaAfter(text, end)
  const range = wholeLines(text, start, comma ?? end) ?? withinLine(text, start, comma, end)
  const without = splice(text, range.start, range.end, '')
  // The last one has no comma of its own, and then the one before it needs none either.
  const previous = comma === undefined ? list[at - 1]?.getEnd() : undefined
  const spare = previous === undefined ? undefined : commaAfter(text, previous)
  return spare === undefined ? without : splice(without, spare - 1, spare, '')
}

/** Where the comma behind an offset ends, comments passed over. */
function commaAfter(text: string, offset: number): number | undefined {
  const found = /^(?:\s|\/\/[^\n]*|\/\*[^]*?\*\/)*,/u.exec(text.slice(offset))
  return found === null ? undefined : offset + found[0].length
}

/** The lines from `start` to `end`, when nothing else but a comment behind it stands in them. */
function wholeLines(text: string, start: number, end: number): { start: number; end: number } | undefined {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const rest = /^[\t ]*(?:\/\/[^\n]*|\/\*[^\n]*?\*\/[\t ]*)?\r?\n/u.exec(text.slice(end))?.[0]
  if (rest === undefined || text.slice(lineStart, start).trim() !== '' || lineStart === 0) return undefined
  return { start: lineStart, end: end + rest.length }
}

function withinLine(
  text: string,
  start: number,
  comma: number | undefined,
  end: number,
): { start: number; end: number } {
  if (comma !== undefined) return { start, end: comma + (/^\s*/u.exec(text.slice(comma))?.[0].length ?? 0) }
  const before = text.slice(0, start).trimEnd()
  return { start: before.endsWith(',') ? before.length : start, end }
}

function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end)
}

function parse(text: string): ts.JsonSourceFile {
  return typescript().parseJsonText('text.json', text)
}

function valueAt(source: ts.JsonSourceFile, path: readonly string[]): ts.Expression | undefined {
  // The parser makes something of anything; what is broken is not ours to change.
  if (typescript().parseConfigFileTextToJson(source.fileName, source.text).error !== undefined) return undefined
  let found: ts.Expression | undefined = source.statements[0]?.expression
  for (const name of path) {
    if (found === undefined || !typescript().isObjectLiteralExpression(found)) return undefined
    const property = found.properties.find((each) => nameOf(each) === name)
    found = property !== undefined && typescript().isPropertyAssignment(property) ? property.initializer : undefined
  }
  return found
}

function objectAt(source: ts.JsonSourceFile, path: readonly string[]): ts.ObjectLiteralExpression | undefined {
  const found = valueAt(source, path)
  return found !== undefined && typescript().isObjectLiteralExpression(found) ? found : undefined
}

function nameOf(property: ts.ObjectLiteralElementLike): string {
  const { name } = property
  return name !== undefined && (typescript().isStringLiteral(name) || typescript().isIdentifier(name)) ? name.text : ''
}

/** What stands between keys and values here. */
function colonOf(text: string, source: ts.JsonSourceFile, object: ts.ObjectLiteralExpression | undefined): string {
  const sample = object?.properties[0] ?? objectAt(source, [])?.properties[0]
  if (sample === undefined || !typescript().isPropertyAssignment(sample)) return ': '
  return text.slice(sample.name.getEnd(), sample.initializer.getStart(source))
}

/** The white space in front of a member: a line break with its indentation, or spaces. */
function gapBefore(text: string, start: number): string {
  return /\s*$/u.exec(text.slice(0, start))?.[0] ?? ''
}

/** The white space of an empty object that gets its first member. */
function indentation(
  text: string,
  source: ts.JsonSourceFile,
  object: ts.ObjectLiteralExpression,
): { readonly line: string; readonly inner: string } {
  const start = object.getStart(source)
  const lineStart = text.lastIndexOf('\n', start)
  if (lineStart === -1) return { line: ' ', inner: ' ' }
  const own = /^[\t ]*/u.exec(text.slice(lineStart + 1))?.[0] ?? ''
  const ending = text[lineStart - 1] === '\r' ? '\r\n' : '\n'
  return { line: ending + own, inner: ending + own + own }
}
