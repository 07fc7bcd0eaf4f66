import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { isUnknown } from './instance-types.js'
import { type Creates, sourceOf } from './sources.js'
import { usesNamed } from './references.js'
import { isAssignment } from './syntax.js'
import type { Key, Work } from './work.js'

/** What only the old dispatchers have, or have in another shape. */
export const OLD_MEMBERS = [
  ...['dispatch', 'dispatchTool', 'executeTool', 'registerTool', 'getAvailableTools', 'getContext', 'isActive'],
  ...['getMetrics', 'cleanup', 'userContext', 'unified'],
]

const loose = new WeakMap<Work, boolean>()

/** Whether an old member is asked anywhere of something whose type is not known: it may be any dispatcher that got there. */
function hasLooseUses(work: Work): boolean {
  const known = loose.get(work) ?? OLD_MEMBERS.some((name) => usesNamed(work, name).some((use) => isLoose(work, use)))
  loose.set(work, known)
  return known
}

function isLoose(work: Work, use: ts.Identifier): boolean {
  const { parent } = use
  if (ts.isPropertyAccessExpression(parent) && parent.name === use) return isUnknown(typeOf(work, parent.expression))
  return ts.isBindingElement(parent) && isUnknown(typeOf(work, parent.name))
}

/**
 * Blocks the dispatchers in a container, a promise, a function's result or an object that goes where its type is not known,
 * as into the parameter of a function in JavaScript: what is called on them there cannot be seen.
 */
export function surveyUnknownPlace(work: Work, node: ts.Expression, creates: Creates): void {
  // What is awaited is looked at where it has been awaited.
  if (ts.isAwaitExpression(node.parent) || !hasLooseUses(work) || isHarmless(node)) return
  const found = new Map<Key, FacadeName>()
  const type = typeOf(work, node)
  const whole = (facade: FacadeName) => {
    const key = sourceOf(work, node, creates)
    if (key !== undefined) found.set(key, facade)
  }
  collect(work, { type, target: targetOf(work, node), at: whole, found, depth: 0 })
  for (const [key, facade] of found)
    work.escape(
      node,
      key,
      facade,
      'it gets to code that does not know its type, and may expect its old shape; give that place a type',
    )
}

/** The type that is known of a value where it goes; absent where its own type stays known. */
function targetOf(work: Work, node: ts.Expression): ts.Type | undefined {
  const { parent } = node
  if (ts.isElementAccessExpression(parent) && parent.expression === node) {
    const type = typeOf(work, parent)
    return isUnknown(type) ? type : undefined
  }
  const lost = lostIn(work, parent)
  if (lost !== undefined) return lost
  const mixed = mixedWith(work, parent)
  if (mixed !== undefined && isUnknown(mixed)) return mixed
  return work.checker.getContextualType(ts.isSpreadElement(parent) ? parent : node)
}

/** The type, if it is not known, of what is read of a library's object: `value` of what an iterator gives. */
function lostIn(work: Work, parent: ts.Node): ts.Type | undefined {
  if (ts.isPropertyAccessExpression(parent)) return lostAs(work, parent, work.symbols.resolve(parent.name))
  if (!ts.isVariableDeclaration(parent) || !ts.isObjectBindingPattern(parent.name)) return undefined
  const taken = typeOf(work, parent.name)
  for (const { propertyName, name } of parent.name.elements) {
    const lost = lostAs(work, name, taken.getProperty((propertyName ?? name).getText()))
    if (lost !== undefined) return lost
  }
  return undefined
}

function lostAs(work: Work, node: ts.Node, property: ts.Symbol | undefined): ts.Type | undefined {
  const declaration = property?.declarations?.[0]
  if (declaration === undefined || work.isOwn(declaration)) return undefined
  const type = typeOf(work, node)
  return isUnknown(type) ? type : undefined
}

/** The type of what a value is one of: beside something of no known type its own is lost. */
function mixedWith(work: Work, parent: ts.Node): ts.Type | undefined {
  if (ts.isArrayLiteralExpression(parent)) return argumentsOf(work, typeOf(work, parent))[0]
  const isChoice = ts.isConditionalExpression(parent) || (ts.isBinaryExpression(parent) && !isAssignment(parent))
  return isChoice ? typeOf(work, parent) : undefined
}

/** What prints or compares a value calls none of its members. */
function isHarmless({ parent }: ts.Expression): boolean {
  return ts.isCallExpression(parent) && /^(?:console|JSON|expect|assert)\b/.test(parent.expression.getText())
}

interface Pair {
  readonly type: ts.Type
  readonly target: ts.Type | undefined
  /** Notes the dispatcher that a type is of. */
  readonly at: (facade: FacadeName) => void
  readonly found: Map<Key, FacadeName>
  readonly depth: number
}

/** Looks for dispatchers in a type, and whether the other type still says that they are. */
function collect(work: Work, { type, target, at, found, depth }: Pair): void {
  if (depth > 4 || target === undefined) return
  const facade = work.symbols.instanceOf(type)
  if (facade !== undefined) {
    if (depth > 0 && isUnknown(target)) at(facade)
    return
  }
  if (work.symbols.describe(type.symbol) !== undefined) return
  const into = (inner: ts.Type, other: ts.Type | undefined, note: Pair['at']) =>
    collect(work, { type: inner, target: isUnknown(target) ? target : other, at: note, found, depth: depth + 1 })
  const partsOfTarget = argumentsOf(work, target)
  for (const [index, part] of argumentsOf(work, type).entries()) into(part, partsOfTarget[index], at)
  const expected = target.getCallSignatures()[0]?.getReturnType()
  for (const signature of type.getCallSignatures()) {
    const declaration = signature.getDeclaration() as ts.SignatureDeclaration | undefined
    if (declaration === undefined || !work.isOwn(declaration)) continue
    into(signature.getReturnType(), expected, (each) => found.set(declaration, each))
  }
  for (const property of type.getProperties()) {
    const declaration = property.valueDeclaration ?? property.declarations?.[0]
    if (declaration === undefined || !work.isOwn(declaration) || isPrivate(declaration)) continue
    const known = target.getProperty(property.name)
    const other = known === undefined ? target.getStringIndexType() : work.checker.getTypeOfSymbol(known)
    into(work.checker.getTypeOfSymbol(property), other, (each) => found.set(declaration, each))
  }
}

function argumentsOf(work: Work, type: ts.Type): readonly ts.Type[] {
  if (type.isUnionOrIntersection()) return type.types
  const isReference =
    (type.flags & ts.TypeFlags.Object) !== 0 && ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0
  return isReference ? work.checker.getTypeArguments(type as ts.TypeReference) : []
}

function isPrivate(declaration: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(declaration)
  return (
    (name !== undefined && ts.isPrivateIdentifier(name)) || (ts.getCombinedModifierFlags(declaration) & HIDDEN) !== 0
  )
}

const HIDDEN = ts.ModifierFlags.Private | ts.ModifierFlags.Protected

function typeOf(work: Work, node: ts.Node): ts.Type {
  return work.checker.getTypeAtLocation(node)
}
