import ts from '#typescript'
import type { Binding, FacadeExport } from './bindings.js'
import { facadeCall, isCreation } from './creations.js'
import { isInstance } from './instance-types.js'
import { sourceOf } from './sources.js'
import { typeKey } from './type-keys.js'
import type { Key, Work } from './work.js'

/** A place that names an export of a facade, before it is known what it moves with. */
export interface Found extends FacadeExport {
  readonly reference: ts.Identifier
  readonly whole: ts.Node
  readonly binding: Binding | undefined
}

/** What a mention of a dispatcher's class, of its factory or of a function must move together with. */
export function dispatcherKey(work: Work, found: Found, isDispatcher: boolean): Key {
  const { whole, facade } = found
  const call = calledBy(work, whole)
  if (call !== undefined) return call
  const { parent } = whole
  if (ts.isExportSpecifier(parent)) return parent
  if (
    ts.isBinaryExpression(parent) &&
    parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword &&
    parent.right === whole
  ) {
    return questionKey(work, found, parent.left)
  }
  if (isAskedByTest(whole)) return questionKey(work, found, expected(whole.parent))
  if (!isTypePlace(whole)) {
    work.block(whole, whole, facade, valueMessage(whole, found.exported))
    // What a test replaces is replaced for the code that it tests, wherever that is.
    if (isReplacedByTest(whole)) work.everywhere.push({ key: whole, facade, wide: 'creations' })
    return whole
  }
  const heritage = heritageOf(whole)
  if (heritage !== undefined) {
    work.block(
      whole,
      whole,
      facade,
      heritage.token === ts.SyntaxKind.ExtendsKeyword && ts.isClassLike(heritage.parent)
        ? 'a class of this code base extends it, and the canonical dispatcher cannot be extended; hold one instead, or wrap what it does in middleware'
        : 'its type is extended here; write out what is needed of it',
    )
    return whole
  }
  if (ts.isTypeQueryNode(parent) || !isDispatcher) {
    work.block(
      whole,
      whole,
      facade,
      'the type of the class itself is used here, whose members change; write out what is needed of it',
    )
    return whole
  }
  return typeKey(work, found)
}

export function calledBy(work: Work, whole: ts.Node): ts.CallExpression | ts.NewExpression | undefined {
  const { parent } = whole
  const callee = ts.isPropertyAccessExpression(parent) && parent.expression === whole ? parent : whole
  const call = callee.parent
  if ((!ts.isCallExpression(call) && !ts.isNewExpression(call)) || call.expression !== callee) return undefined
  const found = facadeCall(work, call)
  return found !== undefined && (isCreation(work, call) || found.called.member === 'cleanupUserDispatchers')
    ? call
    : undefined
}

/** A question of the kind `x instanceof OldClass` moves with what it asks about; where that is unknown, with all that is made. */
function questionKey(work: Work, { whole, facade }: Found, asked: ts.Expression | undefined): Key {
  const source = asked === undefined ? undefined : sourceOf(work, asked, (node) => isCreation(work, node))
  if (source !== undefined && asked !== undefined && isInstance(work, asked)) return source
  // What it is asked of is a dispatcher from then on, and what is not known may be one that got away.
  if (source !== undefined) work.tie(source, whole)
  work.uses.push({ key: whole, facade })
  return whole
}

function isAskedByTest(whole: ts.Node): boolean {
  const call = whole.parent
  return (
    ts.isCallExpression(call) &&
    call.arguments[0] === whole &&
    ts.isPropertyAccessExpression(call.expression) &&
    call.expression.name.text === 'toBeInstanceOf'
  )
}

/** What `expect(…).toBeInstanceOf()` asks about. */
function expected(call: ts.Node): ts.Expression | undefined {
  let at = call
  while (ts.isCallExpression(at) || ts.isPropertyAccessExpression(at)) {
    if (ts.isCallExpression(at) && at.expression.getText() === 'expect') return at.arguments[0]
    at = at.expression
  }
  return undefined
}

function isReplacedByTest(whole: ts.Node): boolean {
  let at = whole.parent
  while (ts.isPropertyAccessExpression(at)) at = at.parent
  return ts.isCallExpression(at) && /^(?:vi|vitest|jest|sinon|td|mock)\./.test(at.expression.getText())
}

function isTypePlace(whole: ts.Node): boolean {
  const { parent } = whole
  return (
    ts.isTypeReferenceNode(parent) ||
    ts.isQualifiedName(parent) ||
    ts.isTypeQueryNode(parent) ||
    ts.isExpressionWithTypeArguments(parent)
  )
}

function heritageOf(whole: ts.Node): ts.HeritageClause | undefined {
  const { parent } = whole
  return ts.isExpressionWithTypeArguments(parent) && ts.isHeritageClause(parent.parent) ? parent.parent : undefined
}

function valueMessage(whole: ts.Node, exported: string): string {
  return ts.isPropertyAccessExpression(whole.parent) ||
    ts.isCallExpression(whole.parent) ||
    ts.isNewExpression(whole.parent)
    ? `this use of ${exported} has no counterpart; change it by hand`
    : `the class ${exported} is passed on as a value; make the dispatcher where it is needed`
}

/** Old error classes mean what the creations around them throw; everything else moves by itself. */
export function freeKey(work: Work, { exported, facade, whole }: Found): Key | undefined {
  const { parent } = whole
  if (ts.isExportSpecifier(parent)) return parent
  if (exported !== 'AuthenticationError') return whole
  work.everywhere.push({ key: whole, facade })
  const isMade = ts.isNewExpression(parent) && parent.expression === whole
  if (isMade || heritageOf(whole)?.token === ts.SyntaxKind.ExtendsKeyword) {
    const message =
      'InvalidContextError, which takes its place, is made from a field, its value and a message; write them'
    work.block(whole, whole, facade, message)
  }
  return whole
}
