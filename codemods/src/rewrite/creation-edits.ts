import ts from '#typescript'
import type { Parsed } from './factories.js'
import { TRANSPORT_KEYS } from './factories.js'
import { DISPATCHER, type FileWork, INTEROP, KIT } from './file-work.js'
import { removeItems } from './list-items.js'
import { innermost, isNothing, outermost } from './syntax.js'
import type { Piece } from './text-edits.js'
import { distinctToolNames } from './tool-names.js'
import type { Work } from './work.js'

const range = (node: ts.Node): Piece => ({ start: node.getStart(), end: node.end })

/** What the canonical class is called at a call: its own name, or that of a re-export which now leads to it. */
export function dispatcherName(work: Work, file: FileWork, node: ts.CallExpression | ts.NewExpression): string {
  const mention = work.mentions.find(({ key, callee }) => key === node && callee)
  return mention?.keeps === true ? file.textOf(mention.whole) : file.use(node, DISPATCHER, 'UnifiedToolDispatcher')
}

/** Makes the edits of a creation; whether the kit is needed for the tools. */
export function applyCreation(
  work: Work,
  file: FileWork,
  node: ts.CallExpression | ts.NewExpression,
  parsed: Parsed,
): boolean {
  const dispatcher = dispatcherName(work, file, node)
  const outer = outermost(node)
  const start = ts.isAwaitExpression(outer.parent) && outer === node ? outer.parent.getStart() : node.getStart()
  if (start === node.getStart() && ts.isAwaitExpression(outer.parent)) dropAwait(file, outer.parent)
  const { bridged, pieces } = argumentsOf(work, file, parsed)
  const make = (admin: boolean): Piece[] => [
    `${dispatcher}.${admin ? 'createForAdmin' : 'createForUser'}(`,
    ...pieces,
    ')',
  ]
  const { admin } = parsed
  const isAdmin = parsed.factory.admin === true || admin?.kind === ts.SyntaxKind.TrueKeyword
  if (admin !== undefined && ts.isIdentifier(admin)) {
    const [open, close] =
      ts.isVariableDeclaration(outer.parent) || ts.isVariableDeclaration(outer.parent.parent) ? ['', ''] : ['(', ')']
    file.edits.replace(start, node.end, [open, admin.text, ' ? ', ...make(true), ' : ', ...make(false), close])
  } else {
    file.edits.replace(start, node.end, make(isAdmin))
  }
  return bridged
}

function dropAwait(file: FileWork, node: ts.AwaitExpression): void {
  file.edits.replace(node.getStart(), node.expression.getStart(), [])
}

function argumentsOf(work: Work, file: FileWork, parsed: Parsed): { pieces: Piece[]; bridged: boolean } {
  const { context, tools, transport, literal } = parsed
  const distinct = tools === undefined || distinctToolNames(work, tools) !== undefined
  const isEmpty =
    tools !== undefined &&
    ts.isArrayLiteralExpression(innermost(tools)) &&
    innermost(tools).getChildAt(1).getChildCount() === 0
  const bridged = tools !== undefined && !distinct
  const toolsPieces =
    tools === undefined
      ? []
      : distinct
        ? [range(tools)]
        : [`${file.use(tools, KIT, 'distinctTools')}(`, range(tools), ')']
  const eventPieces =
    transport === undefined ? [] : [`${file.use(transport, INTEROP, 'eventSinkFrom')}(`, range(transport), ')']
  if (literal !== undefined) {
    const left = editLiteral(file, parsed, literal, toolsPieces, eventPieces)
    const contextPieces = [range(context)]
    if (parsed.contextInLiteral && ts.isPropertyAssignment(context.parent)) contextPieces[0] = range(context)
    return { pieces: left ? [...contextPieces, ', ', range(literal)] : contextPieces, bridged }
  }
  const options: Piece[][] = []
  for (const name of parsed.order) {
    if (name === 'tools' && tools !== undefined && !isEmpty)
      options.push(shortened(file, 'tools', tools, distinct, toolsPieces))
    if (name === 'transport' && transport !== undefined) options.push(['events: ', ...eventPieces])
  }
  if (options.length === 0) return { pieces: [range(context)], bridged }
  const listed = options.flatMap((option, index) => (index === 0 ? option : [', ', ...option]))
  return { pieces: [range(context), ', { ', ...listed, ' }'], bridged }
}

/** `tools` rather than `tools: tools`. */
function shortened(
  file: FileWork,
  key: string,
  value: ts.Expression,
  asItIs: boolean,
  pieces: readonly Piece[],
): Piece[] {
  return asItIs && file.textOf(value) === key ? [key] : [`${key}: `, ...pieces]
}

/** Edits an options literal in its place; whether anything is left of it. */
function editLiteral(
  file: FileWork,
  parsed: Parsed,
  literal: ts.ObjectLiteralExpression,
  tools: readonly Piece[],
  events: readonly Piece[],
): boolean {
  const removed = new Set<ts.Node>()
  for (const property of literal.properties) {
    const key = property.name?.getText() ?? ''
    const value = ts.isPropertyAssignment(property) ? property.initializer : undefined
    if (key === 'userContext' && parsed.contextInLiteral) removed.add(property)
    else if (key === 'enableAdminTools' || (value !== undefined && isNothing(value))) removed.add(property)
    else if (TRANSPORT_KEYS.has(key)) file.edits.replace(property.getStart(), property.end, ['events: ', ...events])
    else if (key === 'tools' && tools.length > 1)
      file.edits.replace(property.getStart(), property.end, ['tools: ', ...tools])
  }
  const left = literal.properties.filter((property) => !removed.has(property))
  if (left.length === 0) return false
  removeItems(file, literal.properties, removed)
  return true
}
