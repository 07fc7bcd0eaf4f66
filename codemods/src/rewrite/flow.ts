import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { intoCall } from './arguments.js'
import { isAnyType, isInstance, isInstanceType, isUnknown } from './instance-types.js'
import { checkReach, classOfField, isExported } from './reach.js'
import { functionOf, isAssignment, isFunctionLike, isTransparent } from './syntax.js'
import { type Creates, declarationKey, declarationKeyOf, isOwnCall, sourceOf } from './sources.js'
import type { Key, Work } from './work.js'

/**
 * Where dispatchers go. Every declaration, call and function is a key; joining two says that one cannot move without the
 * other. What flows to a place that is not understood here is blocked: it stays.
 */

/** Joins an expression whose value is a dispatcher with where it comes from and where it goes. */
export function followInstance(work: Work, expression: ts.Expression, facade: FacadeName, isCreation: Creates): void {
  const source = sourceOf(work, expression, isCreation)
  if (source === undefined) {
    work.block(expression, expression, facade, 'it is not clear where this dispatcher comes from; decide what makes it')
    return
  }
  checkReach(work, source, expression, facade)
  follow(work, expression, source, facade)
}

/** Climbs from an expression to where its value goes. */
function follow(work: Work, expression: ts.Expression, source: Key, facade: FacadeName): void {
  const { parent } = expression
  const block = (message: string) => work.escape(expression, source, facade, message)
  if (isTransparent(parent)) {
    if (isAnyType(work, parent)) {
      block('its type is asserted away here; give it its type back')
      return
    }
    follow(work, parent, source, facade)
    return
  }
  if (ts.isAwaitExpression(parent)) {
    follow(work, parent, source, facade)
    return
  }
  if (ts.isPropertyAccessExpression(parent) && parent.expression === expression) return undefined
  if (ts.isElementAccessExpression(parent) && parent.expression === expression) return
  if (ts.isConditionalExpression(parent)) {
    if (parent.condition !== expression) follow(work, parent, source, facade)
    return
  }
  if (ts.isBinaryExpression(parent)) {
    followOperator(work, parent, expression, source, facade)
    return
  }
  if (isQuestion(parent)) return undefined
  if (ts.isExpressionStatement(parent)) return undefined
  if (ts.isVariableDeclaration(parent) && parent.initializer === expression) {
    into(work, parent, parent.name, source, expression, facade)
    return
  }
  if (ts.isParameter(parent) || ts.isPropertyDeclaration(parent)) {
    into(work, parent, parent.name, source, expression, facade)
    return
  }
  if (ts.isPropertyAssignment(parent) && parent.initializer === expression) {
    intoProperty(work, parent, source, expression, facade)
    return
  }
  if (ts.isShorthandPropertyAssignment(parent)) {
    intoProperty(work, parent, source, expression, facade)
    return
  }
  if (ts.isReturnStatement(parent)) {
    intoReturn(work, functionOf(parent), source, expression, facade)
    return
  }
  if (ts.isArrowFunction(parent) && parent.body === expression) {
    intoReturn(work, parent, source, expression, facade)
    return
  }
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    intoCall(work, parent, expression, source, facade)
    return
  }
  if (ts.isArrayLiteralExpression(parent)) {
    work.join(source, parent)
    follow(work, parent, source, facade)
    return
  }
  if (ts.isForOfStatement(parent) && parent.expression === expression) return undefined
  if (ts.isVoidExpression(parent)) return undefined
  block(`this use of a dispatcher (${describe(parent)}) has no counterpart; change it by hand`)
}

function followOperator(
  work: Work,
  operation: ts.BinaryExpression,
  expression: ts.Expression,
  source: Key,
  facade: FacadeName,
): void {
  const { operatorToken, left, right } = operation
  if (isAssignment(operation)) {
    if (left === expression) return
    const name = ts.isPropertyAccessExpression(left) ? left.name : left
    const target = declarationKey(work, name)
    if (target !== undefined) work.join(source, target)
    // A place of a generic type is a dispatcher's only by what holds it.
    const holder = ts.isPropertyAccessExpression(left) ? declarationKeyOf(work, left.expression) : undefined
    if (holder !== undefined && target !== undefined && !isInstance(work, target)) work.join(source, holder)
    if (target === undefined || (isAnyType(work, left) && !isFieldOfClass(work, target, name))) {
      work.escape(
        expression,
        source,
        facade,
        'it is stored where its type is not known; give that place the type of the dispatcher',
      )
      return
    }
    checkReach(work, target, expression, facade)
    // An assignment gives on what it assigns.
    follow(work, operation, source, facade)
    return
  }
  switch (operatorToken.kind) {
    case ts.SyntaxKind.QuestionQuestionToken:
    case ts.SyntaxKind.BarBarToken: {
      follow(work, operation, source, facade)
      return
    }
    case ts.SyntaxKind.AmpersandAmpersandToken:
    case ts.SyntaxKind.CommaToken: {
      if (right === expression) follow(work, operation, source, facade)
      return
    }
    case ts.SyntaxKind.EqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
    case ts.SyntaxKind.InstanceOfKeyword:
      return undefined
    default:
      work.escape(
        expression,
        source,
        facade,
        `a dispatcher next to ${operatorToken.getText()} has no counterpart; change it by hand`,
      )
      return undefined
  }
}

/** In JavaScript an assignment to `this` declares a field, whose type is what is assigned; the place itself shows none. */
function isFieldOfClass(work: Work, target: ts.Declaration, name: ts.Node): boolean {
  const symbol = work.checker.getSymbolAtLocation(name)
  return (
    classOfField(target) !== undefined &&
    symbol !== undefined &&
    isInstanceType(work, work.checker.getTypeOfSymbol(symbol))
  )
}

function isQuestion(parent: ts.Node): boolean {
  return (
    ts.isPrefixUnaryExpression(parent) ||
    ts.isIfStatement(parent) ||
    ts.isWhileStatement(parent) ||
    ts.isDoStatement(parent) ||
    ts.isTypeOfExpression(parent)
  )
}

function into(
  work: Work,
  declaration: ts.Declaration,
  name: ts.BindingName | ts.PropertyName,
  source: Key,
  at: ts.Expression,
  facade: FacadeName,
): void {
  if (ts.isObjectBindingPattern(name) || ts.isArrayBindingPattern(name)) {
    if (ts.isArrayBindingPattern(name) && !isInstance(work, at)) {
      for (const element of name.elements) if (ts.isBindingElement(element)) work.join(source, element)
      return
    }
    work.escape(at, source, facade, 'a dispatcher is taken apart here; use it as a whole')
    return
  }
  if (isAnyType(work, name)) {
    work.escape(
      at,
      source,
      facade,
      'it is stored where its type is not known; give that place the type of the dispatcher',
    )
    return
  }
  work.join(source, declaration)
  checkReach(work, declaration, at, facade)
}

function intoProperty(
  work: Work,
  property: ts.PropertyAssignment | ts.ShorthandPropertyAssignment,
  source: Key,
  at: ts.Expression,
  facade: FacadeName,
): void {
  work.join(source, property)
  const holder = property.parent
  const contextual = work.checker.getContextualType(holder)
  const name = property.name.getText()
  const expected = contextual?.getProperty(name)
  const declaration = expected?.valueDeclaration ?? expected?.declarations?.[0]
  if (declaration !== undefined && work.isOwn(declaration) && !isAnyType(work, declaration)) {
    work.join(source, declaration)
    checkReach(work, declaration, at, facade)
  } else if (declaration !== undefined || (contextual !== undefined && (contextual.flags & ts.TypeFlags.Any) !== 0)) {
    work.escape(at, source, facade, `it is handed over as ${name} to code that may expect its old shape`)
  }
  if (!work.project.typed && isExported(property)) checkReach(work, property, at, facade)
}

function intoReturn(work: Work, holder: ts.Node, source: Key, at: ts.Expression, facade: FacadeName): void {
  if (!isFunctionLike(holder)) return
  if (holder.type !== undefined && isUnknown(work.checker.getTypeFromTypeNode(holder.type)))
    work.escape(at, source, facade, 'it is given to whoever calls this without its type; give it back its type')
  work.join(source, holder)
  checkReach(work, holder, at, facade)
  if (!ts.isArrowFunction(holder) && !ts.isFunctionExpression(holder)) return
  joinContextual(work, holder, holder)
  const call = holder.parent
  // What a callback gives to a library's function comes out of that function's result.
  if (ts.isCallExpression(call) && !isOwnCall(work, call)) follow(work, call, source, facade)
}

/** A function in the place of a function type, by itself or by its name, moves together with that type. */
export function joinContextual(work: Work, holder: ts.SignatureDeclaration, place: ts.Expression): void {
  const type = work.checker.getContextualType(place)
  for (const signature of type?.getCallSignatures() ?? []) {
    const declaration = signature.getDeclaration() as ts.SignatureDeclaration | undefined
    if (declaration === undefined || !work.isOwn(declaration)) continue
    work.join(holder, declaration)
    for (const [index, parameter] of holder.parameters.entries()) {
      const expected = declaration.parameters[index]
      if (expected !== undefined && isInstance(work, parameter.name)) work.join(parameter, expected)
    }
  }
}

function describe(node: ts.Node): string {
  if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) return 'spreading it'
  if (ts.isTemplateSpan(node)) return 'as text'
  if (ts.isExportAssignment(node)) return 'as a default export'
  if (ts.isThrowStatement(node)) return 'throwing it'
  return ts.SyntaxKind[node.kind].replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
}
