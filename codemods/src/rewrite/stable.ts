import ts from '#typescript'
import { referencesOf } from './references.js'
import { innermost, isAssignment } from './syntax.js'
import type { Work } from './work.js'

/** Whether an expression gives the same, however often and however late it is evaluated in its scope. */
export function isStable(work: Work, node: ts.Expression): boolean {
  const inner = innermost(node)
  if (ts.isLiteralExpression(inner) || inner.kind === ts.SyntaxKind.ThisKeyword) return true
  if (/^(?:true|false|null|undefined)$/.test(inner.getText())) return true
  if (ts.isIdentifier(inner)) return !isReassigned(work, work.checker.getSymbolAtLocation(inner))
  if (ts.isPropertyAccessExpression(inner)) return isConstantMember(work, inner)
  if (ts.isArrayLiteralExpression(inner)) return inner.elements.every((element) => isStable(work, element))
  if (ts.isObjectLiteralExpression(inner)) return inner.properties.every((property) => isStableProperty(work, property))
  if (ts.isTemplateExpression(inner))
    return inner.templateSpans.every(({ expression }) => isPrimitive(work, expression) && isStable(work, expression))
  return false
}

function isStableProperty(work: Work, property: ts.ObjectLiteralElementLike): boolean {
  if (ts.isShorthandPropertyAssignment(property))
    return !isReassigned(work, work.checker.getShorthandAssignmentValueSymbol(property))
  return (
    ts.isPropertyAssignment(property) &&
    !ts.isComputedPropertyName(property.name) &&
    isStable(work, property.initializer)
  )
}

function isPrimitive(work: Work, node: ts.Expression): boolean {
  const primitive = ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike | ts.TypeFlags.BooleanLike
  return (work.checker.getTypeAtLocation(node).flags & primitive) !== 0
}

/** A member of an enum, or of something written `as const`. */
function isConstantMember(work: Work, node: ts.PropertyAccessExpression): boolean {
  const declaration = work.checker.getSymbolAtLocation(node.name)?.valueDeclaration
  if (declaration === undefined) return false
  if (ts.isEnumMember(declaration)) return true
  const holder = declaration.parent.parent
  return ts.isPropertyAssignment(declaration) && ts.isAsExpression(holder) && holder.type.getText() === 'const'
}

function isReassigned(work: Work, symbol: ts.Symbol | undefined): boolean {
  const declaration = symbol?.valueDeclaration ?? symbol?.declarations?.[0]
  if (declaration === undefined) return true
  if ((ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0) return false
  const isVariable =
    ts.isVariableDeclaration(declaration) || ts.isParameter(declaration) || ts.isBindingElement(declaration)
  if (!isVariable) return false
  return !ts.isIdentifier(declaration.name) || referencesOf(work, declaration.name).some((use) => isTarget(use))
}

/** Whether a name is assigned to here: by itself, or as a part of a pattern. */
function isTarget(use: ts.Identifier): boolean {
  let at: ts.Node = use
  for (let { parent } = at; isPattern(parent, at); parent = at.parent) at = parent
  const { parent } = at
  if (isAssignment(parent)) return parent.left === at
  if (ts.isForInStatement(parent) || ts.isForOfStatement(parent)) return parent.initializer === at
  return (
    ts.isPostfixUnaryExpression(parent) ||
    (ts.isPrefixUnaryExpression(parent) &&
      (parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken))
  )
}

function isPattern(parent: ts.Node, child: ts.Node): boolean {
  return (
    ts.isArrayLiteralExpression(parent) ||
    ts.isObjectLiteralExpression(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isSpreadAssignment(parent) ||
    ts.isParenthesizedExpression(parent) ||
    (ts.isPropertyAssignment(parent) && parent.initializer === child)
  )
}
