import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { parameterSource } from './callbacks.js'
import { joinContainer, parameterOf } from './containers.js'
import { facadeCall, isCreation, surveyCreation } from './creations.js'
import { followInstance } from './flow.js'
import { isInstance, isUnknown } from './instance-types.js'
import { type Creates, sourceOf } from './sources.js'
import { elementSource } from './holder-sources.js'
import { surveyDisposeAll, surveyMember } from './members.js'
import { oldMember, surveyPartly, surveyPattern } from './partly-dispatchers.js'
import { innermost, isFunctionLike } from './syntax.js'
import { enclosingKey } from './type-places.js'
import { surveyUnknownPlace } from './unknown-places.js'
import { keepViewsAlive } from './views.js'
import type { Work } from './work.js'

/** Surveys the places of a file where a dispatcher is held, passed on or used. */
export function surveyInstances(work: Work, source: ts.SourceFile): void {
  const creates = (node: ts.Node) => isCreation(work, node)
  const visit = (node: ts.Node): void => {
    surveyFactoryCall(work, node)
    if (isValue(node)) surveyValue(work, node, creates)
    else if (isPassable(node)) joinContainer(work, node, creates)
    else if (ts.isTypeReferenceNode(node)) surveyTypeReference(work, node)
    else if (ts.isClassLike(node)) joinInherited(work, node)
    if (isPassable(node)) surveyUnknownPlace(work, node, creates)
    if (isHolder(node)) surveyHolder(work, node, creates)
    if (ts.isObjectBindingPattern(node)) surveyPattern(work, node, creates)
    surveyUnknown(work, node)
    ts.forEachChild(node, visit)
  }
  visit(source)
}

/** What has no known type may stand in the place of a dispatcher, with the old methods. */
function surveyUnknown(work: Work, node: ts.Node): void {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    for (const argument of node.arguments ?? []) blockUnknown(work, argument, parameterOf(work, node, argument))
  } else if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) {
    if (node.type !== undefined && node.initializer !== undefined) blockUnknown(work, node.initializer, node)
  }
}

function blockUnknown(work: Work, value: ts.Expression, target: ts.Declaration | undefined): void {
  if ((work.checker.getTypeAtLocation(value).flags & ts.TypeFlags.Any) === 0) return
  const type = target === undefined ? work.checker.getContextualType(value) : work.checker.getTypeAtLocation(target)
  const facade = type === undefined ? undefined : work.symbols.instanceOf(type)
  if (facade === undefined) return
  const message =
    'what stands in for a dispatcher here has no known type, and may have the old methods; give it its type'
  work.block(value, target ?? value, facade, message)
  // A library's function may give it in the place of any: `spy.mockReturnValue(…)`.
  if (target === undefined) work.everywhere.push({ key: value, facade, wide: 'creations' })
}

function surveyFactoryCall(work: Work, node: ts.Node): void {
  const call = facadeCall(work, node)
  if (call === undefined) return
  if (call.called.member === 'cleanupUserDispatchers') surveyDisposeAll(work, call.node, call.called)
  else if (isCreation(work, node)) surveyCreation(work, call)
}

/** Whether a node is an expression whose value is looked at; what is transparent and awaits are climbed through from inside. */
function isValue(node: ts.Node): node is ts.Expression {
  if (
    ts.isCallExpression(node) ||
    ts.isNewExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isPropertyAccessExpression(node)
  )
    return true
  if (ts.isObjectLiteralExpression(node) || ts.isAwaitExpression(node)) return true
  return ts.isIdentifier(node) && isRead(node)
}

/** Whether a node is a value that may hold dispatchers, wherever it goes. */
function isPassable(node: ts.Node): node is ts.Expression {
  return (
    isValue(node) ||
    ts.isArrayLiteralExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isFunctionExpression(node) ||
    node.kind === ts.SyntaxKind.ThisKeyword
  )
}

/** Whether a name is read, rather than declared or asked of something. */
function isRead(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name === node
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node
  if (
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isBindingElement(parent) ||
    ts.isPropertyDeclaration(parent)
  )
    return parent.initializer === node
  if (
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent) ||
    ts.isImportClause(parent) ||
    ts.isNamespaceImport(parent)
  )
    return false
  if (ts.isTypeNode(parent) || ts.isTypeElement(parent) || ts.isQualifiedName(parent) || ts.isTypePredicateNode(parent))
    return false
  if (
    ts.isDeclarationStatement(parent) ||
    ts.isClassElement(parent) ||
    ts.isLabeledStatement(parent) ||
    ts.isMetaProperty(parent)
  )
    return false
  return !isFunctionLike(parent) || (ts.isArrowFunction(parent) && parent.body === node)
}

function surveyValue(work: Work, node: ts.Expression, creates: Creates): void {
  if (creates(node)) {
    const facade = createdFacade(work, node)
    if (facade !== undefined) followInstance(work, node, facade, creates)
    return
  }
  if (ts.isAwaitExpression(node) && creates(innermost(node.expression))) return
  if (ts.isPropertyAccessExpression(node)) surveyAccess(work, node, creates)
  else if (ts.isElementAccessExpression(node)) surveyElement(work, node)
  const facade = instanceFacade(work, node)
  if (facade !== undefined) {
    if (ts.isObjectLiteralExpression(node)) {
      standIn(work, node, facade)
      return
    }
    if (ts.isNewExpression(node))
      work.block(node, node, facade, 'the class of this dispatcher is reached as a value; name it where it is made')
    if (!isTransparentTarget(node)) followInstance(work, node, facade, creates)
    return
  }
  if (ts.isObjectLiteralExpression(node)) {
    const contextual = work.checker.getContextualType(node)
    const expected = contextual === undefined ? undefined : work.symbols.instanceOf(contextual)
    if (expected !== undefined) standIn(work, node, expected)
  }
  joinContainer(work, node, creates)
}

function standIn(work: Work, node: ts.Expression, facade: FacadeName): void {
  const key = enclosingKey(node)
  if (key !== undefined) work.join(key, node)
  work.block(
    node,
    node,
    facade,
    'a stand-in with the old methods takes the place of a dispatcher; make a real one, or give it the new methods',
  )
}

/** What is assigned to is joined where the assignment is followed. */
function isTransparentTarget(node: ts.Expression): boolean {
  const { parent } = node
  return (
    ts.isBinaryExpression(parent) && parent.left === node && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
  )
}

function instanceFacade(work: Work, node: ts.Expression): FacadeName | undefined {
  return work.symbols.instanceOf(work.checker.getTypeAtLocation(node))
}

function createdFacade(work: Work, node: ts.Expression): FacadeName | undefined {
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return undefined
  const signature = work.checker.getResolvedSignature(node)?.declaration
  return signature === undefined ? undefined : work.symbols.facadeOf(signature)
}

/** A member of a dispatcher in use. */
function surveyAccess(work: Work, node: ts.PropertyAccessExpression, creates: Creates): void {
  const old = oldMember(work, work.symbols.resolve(node.name))
  if (old === undefined) return
  const receiver = work.symbols.instanceOf(work.checker.getTypeAtLocation(node.expression))
  if (receiver === undefined) {
    surveyPartly(work, node, old, creates)
    return
  }
  const key = sourceOf(work, node.expression, creates)
  work.uses.push({ key: key ?? node, facade: receiver })
  if (key === undefined)
    work.block(node, node, receiver, 'it is not clear where this dispatcher comes from; decide what makes it')
  surveyMember(work, { node, key: key ?? node, facade: receiver, member: old.member })
}

function surveyElement(work: Work, node: ts.ElementAccessExpression): void {
  const facade = work.symbols.instanceOf(work.checker.getTypeAtLocation(node.expression))
  if (facade === undefined) return
  const creates = (each: ts.Node) => isCreation(work, each)
  const key = sourceOf(work, node.expression, creates) ?? node
  const { argumentExpression: argument } = node
  const dispose =
    argument.getText() === 'Symbol.asyncDispose' && ts.isCallExpression(node.parent) && node.parent.expression === node
  if (dispose) keepViewsAlive(work, { node, key, facade }, VIEW_ENDS)
  else work.block(node, key, facade, 'a member of a dispatcher is reached by a computed name; write it out')
  work.add({
    node,
    key,
    facade,
    name: dispose ? '[Symbol.asyncDispose]()' : 'a computed member',
    rule: 'facade-use',
    ...(dispose && { apply: () => {} }),
  })
}

const VIEW_ENDS = 'the end of a view does not dispose what it shows; hold it by const'

/** A name of a type of this code base that stands for a dispatcher, or a type parameter that does. */
function surveyTypeReference(work: Work, node: ts.TypeReferenceNode): void {
  const name = ts.isQualifiedName(node.typeName) ? node.typeName.right : node.typeName
  const declaration = work.symbols.resolve(name)?.declarations?.[0]
  if (
    declaration === undefined ||
    (!ts.isTypeAliasDeclaration(declaration) && !ts.isTypeParameterDeclaration(declaration))
  )
    return
  const type = work.checker.getTypeAtLocation(node)
  if (work.symbols.instanceOf(type) === undefined && !work.symbols.mentions(type)) return
  const key = enclosingKey(node)
  if (key !== undefined && work.isOwn(declaration)) work.join(key, declaration)
}

type Holder = ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement

function isHolder(node: ts.Node): node is Holder {
  return ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node)
}

/** A variable that gets a dispatcher other than by its initializer: of a loop, of a pattern, of a callback. */
function surveyHolder(work: Work, node: Holder, creates: Creates): void {
  if (!ts.isIdentifier(node.name)) return
  const type = work.checker.getTypeAtLocation(node.name)
  const facade = work.symbols.instanceOf(type)
  if (facade === undefined && !work.symbols.mentions(type)) return
  const join = (key: object | undefined) => {
    if (key !== undefined) work.join(key, node)
    else if (facade !== undefined)
      work.block(node, node, facade, 'it is not clear where this dispatcher comes from; decide what makes it')
  }
  if (ts.isBindingElement(node)) {
    join(elementSource(work, node, creates))
    return
  }
  if (ts.isVariableDeclaration(node)) {
    const isUsing =
      (ts.getCombinedNodeFlags(node) & ts.NodeFlags.Using) !== 0 &&
      (ts.getCombinedNodeFlags(node) & ts.NodeFlags.Const) !== 0
    if (isUsing && facade !== undefined) keepViewsAlive(work, { node, key: node, facade }, VIEW_ENDS)
    const loop = node.parent.parent
    if (ts.isForOfStatement(loop)) join(sourceOf(work, loop.expression, creates))
    return
  }
  if (node.type !== undefined || node.initializer !== undefined || hasDocType(node)) {
    if (facade !== undefined) blockHandler(work, node, facade)
    return
  }
  join(parameterSource(work, node, creates))
}

/** A handler whose caller does not know what it gives may be given an old dispatcher. */
function blockHandler(work: Work, node: ts.ParameterDeclaration, facade: FacadeName): void {
  const holder = node.parent
  if (!ts.isArrowFunction(holder) && !ts.isFunctionExpression(holder)) return
  const signature = work.checker.getContextualType(holder)?.getCallSignatures()[0]
  const index = holder.parameters.indexOf(node)
  const expected = signature?.parameters[Math.min(index, signature.parameters.length - 1)]
  if (expected === undefined) return
  const type = work.checker.getTypeOfSymbol(expected)
  const given = work.checker.getIndexTypeOfType(type, ts.IndexKind.Number) ?? type
  if (!isUnknown(given)) return
  const message = 'what calls this does not know what it gives, and may give an old dispatcher; change both by hand'
  work.block(node, node, facade, message)
}

function hasDocType(node: ts.ParameterDeclaration): boolean {
  return ts.getJSDocType(node) !== undefined
}

/** Members of a class move with those of what it implements or extends. */
function joinInherited(work: Work, node: ts.ClassLikeDeclaration): void {
  const inherited = (node.heritageClauses ?? []).flatMap(({ types }) =>
    types.map((type) => work.checker.getTypeAtLocation(type)),
  )
  if (inherited.length === 0) return
  for (const member of node.members) {
    if (member.name === undefined || !ts.isIdentifier(member.name)) continue
    for (const type of inherited) {
      const other = type.getProperty(member.name.text)?.declarations?.[0]
      if (other === undefined || !work.isOwn(other) || other === member) continue
      if (work.symbols.mentions(work.checker.getTypeAtLocation(member.name))) joinSignatures(work, member, other)
    }
  }
}

function joinSignatures(work: Work, member: ts.ClassElement, other: ts.Declaration): void {
  work.join(member, other)
  if (!ts.isFunctionLike(member) || !ts.isFunctionLike(other)) return
  for (const [index, parameter] of member.parameters.entries()) {
    const expected = other.parameters[index]
    if (expected !== undefined && isInstance(work, parameter.name)) work.join(parameter, expected)
  }
}
