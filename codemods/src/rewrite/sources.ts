import ts from '#typescript'
import { holds } from './instance-types.js'
import { isTransparent } from './syntax.js'
import type { Key, Work } from './work.js'

/** Where dispatchers come from: every declaration, call and function is a key, which stands for all that moves with it. */

/** Whether a node makes a dispatcher, or a view of one. */
export type Creates = (node: ts.Node) => boolean

/** The key that an expression's value comes from. */
export function sourceOf(work: Work, expression: ts.Expression, isCreation: Creates): Key | undefined {
  if (isTransparent(expression) || ts.isAwaitExpression(expression))
    return sourceOf(work, expression.expression, isCreation)
  if (isCreation(expression)) return expression
  if (ts.isIdentifier(expression) || ts.isPropertyAccessExpression(expression)) {
    const key = declarationKey(work, ts.isIdentifier(expression) ? expression : expression.name)
    if (key !== undefined) return key
    return ts.isPropertyAccessExpression(expression) ? sourceOf(work, expression.expression, isCreation) : undefined
  }
  if (ts.isElementAccessExpression(expression))
    return (
      (ts.isStringLiteralLike(expression.argumentExpression)
        ? declarationKey(work, expression.argumentExpression)
        : undefined) ?? sourceOf(work, expression.expression, isCreation)
    )
  if (ts.isCallExpression(expression)) {
    const declaration = work.checker.getResolvedSignature(expression)?.declaration
    if (declaration !== undefined && work.isOwn(declaration)) {
      joinGeneric(work, expression, declaration, isCreation)
      return declaration
    }
    // A method of a container or a promise: what it holds went in there.
    const holder = ts.isPropertyAccessExpression(expression.expression) ? expression.expression.expression : undefined
    const held = () => (holder === undefined ? undefined : sourceOf(work, holder, isCreation))
    const isMade = work.symbols.mentions(work.checker.getTypeAtLocation(expression))
    if (!isMade) return held()
    const isHeld = holder !== undefined && holds(work, holder)
    return (isHeld ? held() : undefined) ?? expression
  }
  if (ts.isConditionalExpression(expression)) {
    const [first, second] = [expression.whenTrue, expression.whenFalse].map((branch) =>
      sourceOf(work, branch, isCreation),
    )
    if (first !== undefined && second !== undefined) work.join(first, second)
    return first ?? second
  }
  if (ts.isBinaryExpression(expression)) {
    const [left, right] = [expression.left, expression.right].map((side) => sourceOf(work, side, isCreation))
    if (left !== undefined && right !== undefined) work.join(left, right)
    return right ?? left
  }
  if (ts.isArrayLiteralExpression(expression) || ts.isObjectLiteralExpression(expression)) return expression
  if (ts.isNewExpression(expression)) return expression
  return undefined
}

/** What a generic function gives may be what it was given: `use(context)`. */
function joinGeneric(
  work: Work,
  call: ts.CallExpression,
  declaration: ts.SignatureDeclaration | ts.JSDocSignature,
  isCreation: Creates,
): void {
  if (declaration.typeParameters === undefined) return
  for (const argument of call.arguments) {
    const source = sourceOf(work, argument, isCreation)
    if (source !== undefined) work.join(source, declaration)
  }
}

/** The declaration behind a name, which stands for everything that the name refers to. */
export function declarationKey(work: Work, name: ts.Node): ts.Declaration | undefined {
  const { parent } = name
  const symbol =
    parent !== undefined && ts.isShorthandPropertyAssignment(parent) && parent.name === name
      ? work.checker.getShorthandAssignmentValueSymbol(parent)
      : work.symbols.resolve(name)
  const resolved =
    symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? work.checker.getAliasedSymbol(symbol) : symbol
  const declaration = resolved?.valueDeclaration ?? resolved?.declarations?.[0]
  return declaration !== undefined && work.isOwn(declaration) ? declaration : undefined
}

/** The declaration behind an expression that is a name, or ends with one. */
export function declarationKeyOf(work: Work, expression: ts.Expression): ts.Declaration | undefined {
  if (ts.isIdentifier(expression)) return declarationKey(work, expression)
  return ts.isPropertyAccessExpression(expression) ? declarationKey(work, expression.name) : undefined
}

/** Whether a call is of a function of this code base. */
export function isOwnCall(work: Work, call: ts.CallExpression | ts.NewExpression): boolean {
  const declaration = work.checker.getResolvedSignature(call)?.declaration
  return declaration !== undefined && work.isOwn(declaration)
}
