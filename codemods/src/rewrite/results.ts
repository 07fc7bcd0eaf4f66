import ts from '#typescript'
import type { FileWork } from './file-work.js'
import { referencesOf } from './references.js'
import type { Subject } from './outcome-paths.js'
import { isSeen, type OldShape, type Read, readOf } from './result-reads.js'
import { isTransparent, needsParentheses, outermost } from './syntax.js'
import { isReadFirst } from './read-first.js'
import { type Followed, followPattern } from './result-patterns.js'
import { isWatched } from './watchers.js'
import type { Work } from './work.js'

/** What becomes of the result of one call. */
export interface ResultPlan {
  /** The expression that stands for the awaited result; the call itself where it is not awaited. */
  readonly awaited: ts.AwaitExpression | undefined
  /** Whether the old shape is kept by the kit. */
  readonly bridged: boolean
  /** Whether a denial must go on being thrown. */
  readonly throwing: boolean
  readonly reads: readonly Read[]
}

/** Follows the result of a call through its file. What cannot be followed keeps its old shape. */
export function planResult(work: Work, call: ts.CallExpression, shape: OldShape): ResultPlan {
  const outer = outermost(call)
  const awaited = ts.isAwaitExpression(outer.parent) && outer === call ? outer.parent : undefined
  const throws = shape === 'executeTool'
  const bridge: ResultPlan = { awaited, bridged: true, throwing: throws, reads: [] }
  const value = awaited === undefined ? undefined : outermostValue(awaited)
  if (value === undefined) return followPromise(work, call, shape) ?? bridge
  if (isUnused(value)) return { awaited, bridged: false, throwing: throws, reads: [] }
  const found = followValue(work, value, shape)
  if (found === undefined) return bridge
  const isHandled = found.first !== undefined && isReadFirst(value, found.first) && !isWatched(work, call)
  const throwing = throws && !isHandled
  return { awaited, bridged: false, throwing, reads: found.reads }
}

function outermostValue(node: ts.Expression): ts.Expression {
  let outer: ts.Expression = node
  while (ts.isParenthesizedExpression(outer.parent)) outer = outer.parent
  return outer
}

function isUnused(value: ts.Expression): boolean {
  return ts.isExpressionStatement(value.parent) || ts.isVoidExpression(value.parent)
}

/** Follows an awaited result: a variable, taken apart, or one property read at once. */
function followValue(work: Work, value: ts.Expression, shape: OldShape): Followed | undefined {
  const { parent } = value
  if (ts.isPropertyAccessExpression(parent) && parent.expression === value && parent.questionDotToken === undefined) {
    return followDirect(value, parent, shape)
  }
  if (!ts.isVariableDeclaration(parent) || parent.initializer !== value || parent.type !== undefined) return undefined
  if (ts.isIdentifier(parent.name)) return followVariable(work, parent.name, shape)
  return ts.isObjectBindingPattern(parent.name) ? followPattern(work, parent.name, shape) : undefined
}

function followDirect(
  value: ts.Expression,
  access: ts.PropertyAccessExpression,
  shape: OldShape,
): Followed | undefined {
  const property = access.name.text
  // The call is edited inside the text that is kept, so only what stands behind it may change.
  if (shape === 'executeTool' && property === 'result')
    return { reads: isSeen(access) ? [(file) => suffix(file, access, ' ?? null')] : [] }
  if (property === 'success' && shape !== 'dispatch') return { reads: [], first: access }
  if (property === 'payload') {
    let outer: ts.Node = access
    while (isTransparent(outer.parent)) outer = outer.parent
    const next = outer.parent
    const isValue = ts.isPropertyAccessExpression(next) && next.expression === outer && next.name.text === 'result'
    return isValue && next.questionDotToken !== undefined
      ? { reads: [(file) => file.edits.replace(value.end, next.end, ['.result'])] }
      : undefined
  }
  return undefined
}

function suffix(file: FileWork, access: ts.PropertyAccessExpression, text: string): void {
  const wrapped = needsParentheses(access.parent, access)
  if (wrapped) file.edits.insert(access.getStart(), '(')
  file.edits.insert(access.end, wrapped ? `${text})` : text)
}

/** Follows a variable that holds the result: every use of it must be a read that has a counterpart. */
function followVariable(work: Work, name: ts.Identifier, shape: OldShape): Followed | undefined {
  const subject = variableSubject(work, name)
  const base = name.text
  const reads: Read[] = []
  let first: ts.Node | undefined
  for (const reference of referencesOf(work, name)) {
    const access = reference.parent
    if (!ts.isPropertyAccessExpression(access) || access.expression !== reference) return undefined
    const property = access.name.text
    const read = readOf(work, shape, {
      node: access,
      property,
      success: `${base}.success`,
      error: `${base}.error`,
      result: `${base}.result`,
      base,
      subject,
    })
    if (read === undefined) return undefined
    reads.push(read)
    if (first === undefined) first = property === 'success' || property === 'status' ? access : reference
  }
  return { reads, first: first !== undefined && ts.isPropertyAccessExpression(first) ? first : undefined }
}

function variableSubject(work: Work, name: ts.Identifier): Subject {
  const symbol = work.checker.getSymbolAtLocation(name)
  const isProperty = (property: string) => (node: ts.Expression) =>
    ts.isPropertyAccessExpression(node) &&
    node.name.text === property &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === name.text &&
    work.checker.getSymbolAtLocation(node.expression) === symbol
  const [isFlag, isPayload] = [isProperty('success'), isProperty('payload')]
  return { isSuccess: (node) => isFlag(node) || isPayload(node), isStatus: isProperty('status') }
}

/** Follows a promise that is not awaited where it is made. */
function followPromise(work: Work, call: ts.CallExpression, shape: OldShape): ResultPlan | undefined {
  const throwing = shape === 'executeTool'
  const outer = outermost(call)
  if (isUnused(outer)) return { awaited: undefined, bridged: false, throwing, reads: [] }
  const followed = followElement(work, outer, shape) ?? followMapped(work, outer, shape)
  return followed === undefined ? undefined : { awaited: undefined, bridged: false, throwing, reads: followed.reads }
}

/** `const [a, b] = await Promise.all([call, call])` */
function followElement(work: Work, element: ts.Expression, shape: OldShape): Followed | undefined {
  const list = element.parent
  if (!ts.isArrayLiteralExpression(list)) return undefined
  const declaration = awaitedAll(list)
  if (declaration === undefined || !ts.isArrayBindingPattern(declaration.name)) return undefined
  if (list.elements.some((one) => ts.isSpreadElement(one))) return undefined
  const binding = declaration.name.elements[list.elements.indexOf(element)]
  if (binding === undefined || ts.isOmittedExpression(binding)) return { reads: [] }
  if (binding.initializer !== undefined || binding.dotDotDotToken !== undefined) return undefined
  if (ts.isIdentifier(binding.name)) return followVariable(work, binding.name, shape)
  return ts.isObjectBindingPattern(binding.name) ? followPattern(work, binding.name, shape) : undefined
}

/** `const results = await Promise.all(list.map((one) => call))` */
function followMapped(work: Work, body: ts.Expression, shape: OldShape): Followed | undefined {
  const arrow = body.parent
  if (!ts.isArrowFunction(arrow) || arrow.body !== body) return undefined
  const map = arrow.parent
  if (!ts.isCallExpression(map) || !ts.isPropertyAccessExpression(map.expression) || map.expression.name.text !== 'map')
    return undefined
  const declaration = awaitedAll(map)
  if (declaration === undefined || !ts.isIdentifier(declaration.name)) return undefined
  const reads: Read[] = []
  for (const reference of referencesOf(work, declaration.name)) {
    const found = followList(work, reference, shape)
    if (found === undefined) return undefined
    reads.push(...found)
  }
  return { reads }
}

const EACH = new Set(['map', 'forEach', 'every', 'some', 'flatMap'])

/** One use of a list of results: a loop over it, its length, or a method that looks at each. */
function followList(work: Work, reference: ts.Identifier, shape: OldShape): readonly Read[] | undefined {
  const { parent } = reference
  if (
    ts.isForOfStatement(parent) &&
    parent.expression === reference &&
    ts.isVariableDeclarationList(parent.initializer)
  ) {
    const name = parent.initializer.declarations[0]?.name
    if (name === undefined) return undefined
    if (ts.isIdentifier(name)) return followVariable(work, name, shape)?.reads
    return ts.isObjectBindingPattern(name) ? followPattern(work, name, shape)?.reads : undefined
  }
  if (!ts.isPropertyAccessExpression(parent) || parent.expression !== reference) return undefined
  if (parent.name.text === 'length') return []
  const call = parent.parent
  if (!EACH.has(parent.name.text) || !ts.isCallExpression(call) || call.expression !== parent) return undefined
  const [callback] = call.arguments
  if (callback === undefined || (!ts.isArrowFunction(callback) && !ts.isFunctionExpression(callback))) return undefined
  const [parameter] = callback.parameters
  if (parameter === undefined || parameter.type !== undefined || !ts.isIdentifier(parameter.name)) return undefined
  return followVariable(work, parameter.name, shape)?.reads
}

/** The declaration that `await Promise.all(list)` fills. */
function awaitedAll(list: ts.Expression): ts.VariableDeclaration | undefined {
  const call = list.parent
  if (!ts.isCallExpression(call) || call.arguments[0] !== list || call.expression.getText() !== 'Promise.all')
    return undefined
  const awaited = outermost(call).parent
  const declaration = ts.isAwaitExpression(awaited) ? outermost(awaited).parent : undefined
  return declaration !== undefined && ts.isVariableDeclaration(declaration) && declaration.type === undefined
    ? declaration
    : undefined
}
