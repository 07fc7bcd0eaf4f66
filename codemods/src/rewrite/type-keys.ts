import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { isAugmentation, joinImplementation } from './ambient.js'
import { isCreation } from './creations.js'
import { isInstance } from './instance-types.js'
import type { Found } from './mention-keys.js'
import { usesNamed } from './references.js'
import { declarationKey, sourceOf } from './sources.js'
import { enclosingKey } from './type-places.js'
import type { Key, Work } from './work.js'

const DECLARED_BY_HAND =
  'its type is declared by hand here, and the code behind it cannot be checked; change both, and what calls them'

/** What a type that is a dispatcher's must move together with. */
export function typeKey(work: Work, { whole, facade }: Found): Key {
  const { parent } = whole
  const reference = ts.isTypeReferenceNode(parent) ? parent : whole
  const assertion = reference.parent
  if (
    (ts.isAsExpression(assertion) || ts.isTypeAssertionExpression(assertion) || ts.isSatisfiesExpression(assertion)) &&
    assertion.type === reference
  ) {
    const source = isInstance(work, assertion.expression)
      ? sourceOf(work, assertion.expression, (node) => isCreation(work, node))
      : undefined
    if (source !== undefined) return source
    work.block(
      whole,
      whole,
      facade,
      'a stand-in is asserted to be a dispatcher, with the old methods; make a real one, or give it the new methods',
    )
    const holder = enclosingKey(whole)
    if (holder !== undefined) work.join(holder, whole)
    const used = sourceOf(work, assertion, (node) => isCreation(work, node))
    if (used !== undefined) work.join(used, whole)
    return whole
  }
  const key = enclosingKey(whole) ?? whole
  work.declared.add(key)
  if (ts.isTypePredicateNode(reference.parent) && ts.isFunctionLike(key)) blockGuard(work, key, facade)
  if (goesToUnknownType(work, reference)) {
    work.block(
      whole,
      key,
      facade,
      'what is made of its type here is not known, and may be used in its old shape; install the types of that module, or change it by hand',
    )
  }
  if (whole.getSourceFile().isDeclarationFile && !isAugmentation(key)) {
    work.block(whole, key, facade, DECLARED_BY_HAND)
    joinImplementation(work, whole, key)
  }
  if (isTakenApart(reference)) {
    work.block(
      whole,
      key,
      facade,
      'a part of its type is used here, whose members change; write out what is needed of it',
    )
  }
  return key
}

/** What asks for a dispatcher by hand may ask for old members, and what it was asked of is then used as one. */
function blockGuard(work: Work, guard: ts.SignatureDeclaration, facade: FacadeName): void {
  const body = 'body' in guard ? guard.body : undefined
  const only = body !== undefined && ts.isBlock(body) ? body.statements[0] : body
  const asked = only !== undefined && ts.isReturnStatement(only) ? only.expression : only
  const isPlain =
    asked !== undefined && ts.isBinaryExpression(asked) && asked.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword
  if (isPlain) {
    for (const parameter of guard.parameters) work.tie(guard, parameter)
    return
  }
  work.block(guard, guard, facade, 'what tells a dispatcher apart here is written by hand; change it with what asks it')
  const name =
    ts.getNameOfDeclaration(guard) ?? (ts.isVariableDeclaration(guard.parent) ? guard.parent.name : undefined)
  for (const use of name === undefined ? [] : usesNamed(work, name.getText())) {
    if (!ts.isCallExpression(use.parent) || use.parent.expression !== use) continue
    for (const argument of use.parent.arguments) {
      const held = declarationKey(work, ts.isPropertyAccessExpression(argument) ? argument.name : argument)
      if (held !== undefined) work.join(held, guard)
    }
  }
}

/** Whether a type is an argument of a type or a call of which nothing is known, so that uses of what it gives are not seen. */
function goesToUnknownType(work: Work, type: ts.Node): boolean {
  for (let at = type; ts.isTypeNode(at) || ts.isTypeElement(at); at = at.parent) {
    const { parent } = at
    const isArgument = 'typeArguments' in parent && parent.typeArguments !== undefined
    if (!isArgument || !(parent.typeArguments as readonly ts.Node[]).includes(at)) continue
    const generic = ts.isTypeNode(parent) ? parent : 'expression' in parent ? (parent.expression as ts.Node) : undefined
    if (generic === undefined) continue
    if ((work.checker.getTypeAtLocation(generic).flags & ts.TypeFlags.Any) !== 0) return true
  }
  return false
}

/** Whether members of a type are named beside it: `Old['dispatch']`, `keyof Old`, `Pick<Old, 'dispatch'>`. */
function isTakenApart(reference: ts.Node): boolean {
  const { parent } = reference
  if (ts.isIndexedAccessTypeNode(parent)) return parent.objectType === reference
  if (ts.isTypeOperatorNode(parent)) return parent.operator === ts.SyntaxKind.KeyOfKeyword
  return ts.isTypeReferenceNode(parent) && /^(?:Pick|Omit|Record|Extract|Exclude)$/.test(parent.typeName.getText())
}
