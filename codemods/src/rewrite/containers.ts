import ts from '#typescript'
import { functionHanded, joinHanded } from './callbacks.js'
import { holds } from './instance-types.js'
import { type Creates, declarationKeyOf, isOwnCall, sourceOf } from './sources.js'
import { isFunctionLike, isTransparent } from './syntax.js'
import type { Key, Work } from './work.js'

type Call = ts.CallExpression | ts.NewExpression

/** A container, a promise or a function that has to do with dispatchers moves with where it goes. */
export function joinContainer(work: Work, node: ts.Expression, creates: Creates): void {
  const value = widest(node)
  const place = ts.isSpreadElement(value.parent) ? value.parent : value
  const call = callOf(place)
  if (!work.symbols.mentions(work.checker.getTypeAtLocation(node))) {
    if (call !== undefined && !isOwnCall(work, call)) joinProperties(work, node, call, creates)
    return
  }
  joinHanded(work, node, creates)
  const goes = call === undefined ? targetOf(work, place) : parameterOf(work, call, place)
  const source = goes !== undefined || call !== undefined ? sourceOf(work, node, creates) : undefined
  if (source === undefined) return
  if (goes !== undefined) work.join(source, goes)
  else if (call !== undefined && functionHanded(work, node) === undefined)
    for (const key of keysOf(work, call, creates)) work.join(source, key)
  if (goes !== undefined && (ts.isPropertyAssignment(goes) || ts.isShorthandPropertyAssignment(goes)))
    joinExpectedProperty(work, goes)
}

/** The expression around a value that gives it, too: in parentheses, or as one of several. */
function widest(node: ts.Expression): ts.Expression {
  const { parent } = node
  if (isTransparent(parent)) return widest(parent)
  if (ts.isConditionalExpression(parent)) return parent.condition === node ? node : widest(parent)
  if (!ts.isBinaryExpression(parent)) return node
  const operator = parent.operatorToken.kind
  const isChoice = operator === ts.SyntaxKind.QuestionQuestionToken || operator === ts.SyntaxKind.BarBarToken
  const isLast = operator === ts.SyntaxKind.AmpersandAmpersandToken || operator === ts.SyntaxKind.CommaToken
  return isChoice || (isLast && parent.right === node) ? widest(parent) : node
}

function callOf(place: ts.Expression): Call | undefined {
  const { parent } = place
  return (ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression !== place ? parent : undefined
}

function targetOf(work: Work, place: ts.Expression): ts.Node | undefined {
  const { parent } = place
  const isInitialized =
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isPropertyAssignment(parent)
  if (isInitialized && parent.initializer === place) return parent
  if (ts.isShorthandPropertyAssignment(parent) || ts.isArrayLiteralExpression(parent)) return parent
  if (ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === place))
    return ts.findAncestor(parent, isFunctionLike)
  const isAssigned =
    ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && parent.right === place
  return isAssigned ? declarationKeyOf(work, parent.left) : undefined
}

/** The parameter of a function of this code base that an argument goes into. */
export function parameterOf(work: Work, call: Call, argument: ts.Expression): ts.Declaration | undefined {
  const parameters = work.checker.getResolvedSignature(call)?.getParameters() ?? []
  const index = call.arguments?.indexOf(argument) ?? -1
  const declaration = parameters[Math.min(index, parameters.length - 1)]?.valueDeclaration
  return declaration !== undefined && work.isOwn(declaration) ? declaration : undefined
}

function joinExpectedProperty(work: Work, property: ts.PropertyAssignment | ts.ShorthandPropertyAssignment): void {
  const expected = work.checker.getContextualType(property.parent)?.getProperty(property.name.getText())
  const declaration = expected?.declarations?.[0]
  if (declaration !== undefined && work.isOwn(declaration)) work.join(property, declaration)
}

/** What a library's function may put its arguments into: what it gives, and what it is a method of. */
function keysOf(work: Work, call: Call, creates: Creates): Key[] {
  const holder = ts.isPropertyAccessExpression(call.expression) ? call.expression.expression : undefined
  const places = [call, ...(holder === undefined ? [] : [holder])].filter((place) => holds(work, place))
  return places.flatMap((place) => sourceOf(work, place, creates) ?? [])
}

/** What a library makes of an object may hold what its properties do: `Object.values(dispatchers)`. */
function joinProperties(work: Work, node: ts.Expression, call: Call, creates: Creates): void {
  const keys = holds(work, call) ? keysOf(work, call, creates) : []
  if (keys.length === 0) return
  for (const property of work.checker.getTypeAtLocation(node).getProperties()) {
    const declaration = property.valueDeclaration ?? property.declarations?.[0]
    if (declaration === undefined || !work.isOwn(declaration) || !holds(work, declaration)) continue
    for (const key of keys) work.join(declaration, key)
  }
}
