import ts from '#typescript'
import { migrations } from '../migrations.js'
import type { FileWork } from './file-work.js'
import { indentAt } from './style.js'
import { statementOf } from './syntax.js'
import type { Block } from './work.js'

const MARKER = /^\/\/ @switchyard-todo SWY\d{4}: /

/** Puts a marker above each statement that a person must decide about; what an earlier run put there is updated or taken out. */
export function editMarkers(file: FileWork, blocks: readonly Block[]): void {
  const wanted = new Map<ts.Node, Set<string>>()
  for (const { node, facade, message } of blocks) {
    const place = placeFor(file.source, node)
    const lines = wanted.get(place) ?? new Set()
    wanted.set(place, lines.add(`// @switchyard-todo ${migrations[facade].code}: ${message}`))
  }
  const kept = new Set<string>()
  for (const { pos, end } of existingMarkers(file.source)) {
    const text = file.text.slice(pos, end)
    const place = [...wanted].find(([node, lines]) => lines.has(text) && isAbove(file.text, end, node))
    if (place === undefined) removeLine(file, pos, end)
    else kept.add(`${place[0].pos} ${text}`)
  }
  for (const [place, lines] of wanted) {
    const start = place.getStart(file.source, true)
    const indent = indentAt(file.text, start)
    const fresh = [...lines].filter((line) => !kept.has(`${place.pos} ${line}`))
    if (fresh.length > 0) file.edits.insert(start, fresh.map((line) => line + file.style.newline + indent).join(''))
  }
}

/** The statement that a marker stands above: the first thing in its line, outside every template and every piece of JSX. */
function placeFor(source: ts.SourceFile, node: ts.Node): ts.Node {
  let from = node
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (ts.isTemplateExpression(at) || ts.isJsxElement(at) || ts.isJsxFragment(at) || ts.isJsxSelfClosingElement(at))
      from = at
  }
  let place = statementOf(from)
  while (
    place.parent !== undefined &&
    !ts.isSourceFile(place.parent) &&
    !beginsLine(source.text, place.getStart(source, true))
  )
    place = statementOf(place.parent)
  return place
}

function beginsLine(text: string, start: number): boolean {
  return (
    text
      .slice(text.lastIndexOf('\n', start - 1) + 1, start)
      .replace(/^\uFEFF/, '')
      .trim() === ''
  )
}

function existingMarkers(source: ts.SourceFile): ts.CommentRange[] {
  if (!source.text.includes('@switchyard-todo')) return []
  const found = new Map<number, ts.CommentRange>()
  const visit = (node: ts.Node): void => {
    for (const range of ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []) {
      if (MARKER.test(source.text.slice(range.pos, range.end))) found.set(range.pos, range)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [...found.values()]
}

/** Whether nothing but comments and white space lies between a marker and a statement. */
function isAbove(text: string, end: number, node: ts.Node): boolean {
  return (
    end >= node.getFullStart() &&
    end <= node.getStart() &&
    text
      .slice(end, node.getStart())
      .split('\n')
      .every((line) => /^\s*(?:$|\/\/|\/\*|\*)/.test(line))
  )
}

function removeLine(file: FileWork, pos: number, end: number): void {
  const { text } = file.source
  const start = text.lastIndexOf('\n', pos - 1) + 1
  const next = text.indexOf('\n', end)
  file.edits.replace(start, next === -1 ? end : next + 1, [])
}
