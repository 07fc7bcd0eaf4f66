import ts from '#typescript'
import { usesNamed } from './references.js'
import { innermost, isAssignment, isFunctionLike } from './syntax.js'
import type { Work } from './work.js'

/**
 * The names of the tools in an expression, as far as the source shows them: an array of tools whose names are written
 * out, here or where they are declared. `undefined` when some are not known, or when two are the same.
 */
export function distinctToolNames(work: Work, expression: ts.Expression, depth = 0): ReadonlySet<string> | undefined {
  const outer = innermost(expression)
  const inner = ts.isAwaitExpression(outer) ? innermost(outer.expression) : outer
  if (depth > 3) return undefined
  if (!ts.isArrayLiteralExpression(inner)) {
    const from = ts.isIdentifier(inner)
      ? constantInitializer(work, inner)
      : ts.isCallExpression(inner)
        ? returnedBy(work, inner)
        : undefined
    return from === undefined ? undefined : distinctToolNames(work, from, depth + 1)
  }
  const names = new Set<string>()
  for (const element of inner.elements) {
    const found = ts.isSpreadElement(element)
      ? distinctToolNames(work, element.expression, depth + 1)
      : namesOf(toolName(work, element, 0))
    if (found === undefined || [...found].some((name) => names.has(name))) return undefined
    for (const name of found) names.add(name)
  }
  return names
}

function namesOf(name: string | undefined): ReadonlySet<string> | undefined {
  return name === undefined ? undefined : new Set([name])
}

/** What a function of this code base gives, where it gives one thing alone. */
function returnedBy(work: Work, call: ts.CallExpression): ts.Expression | undefined {
  const declaration = work.checker.getResolvedSignature(call)?.declaration
  if (declaration === undefined || !isFunctionLike(declaration) || !work.isOwn(declaration)) return undefined
  const { body, asteriskToken } = declaration
  if (body === undefined || asteriskToken !== undefined) return undefined
  if (!ts.isBlock(body)) return body
  const returns: ts.ReturnStatement[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isReturnStatement(node)) returns.push(node)
    if (!isFunctionLike(node)) ts.forEachChild(node, visit)
  }
  visit(body)
  return returns.length === 1 ? returns[0]?.expression : undefined
}

/** The name of the tool that an expression is. */
export function toolName(work: Work, expression: ts.Expression, depth = 0): string | undefined {
  const inner = innermost(expression)
  if (ts.isObjectLiteralExpression(inner)) {
    // What is spread behind the name may replace it.
    const last = inner.properties.findLast((one) => ts.isSpreadAssignment(one) || one.name.getText() === 'name')
    return last !== undefined && ts.isPropertyAssignment(last) && ts.isStringLiteralLike(last.initializer)
      ? last.initializer.text
      : undefined
  }
  if (ts.isCallExpression(inner)) {
    const [first] = inner.arguments
    // Another function may give the tool another name.
    const isDefinition = work.symbols.resolve(inner.expression)?.name === 'defineTool'
    return first === undefined || !isDefinition ? undefined : toolName(work, first, depth + 1)
  }
  if (!ts.isIdentifier(inner) || depth > 3) return undefined
  const initializer = constantInitializer(work, inner)
  return initializer === undefined ? undefined : toolName(work, initializer, depth + 1)
}

function constantInitializer(work: Work, name: ts.Identifier): ts.Expression | undefined {
  const { parent } = name
  const isShorthand = ts.isShorthandPropertyAssignment(parent) && parent.name === name
  const symbol = isShorthand ? work.checker.getShorthandAssignmentValueSymbol(parent) : work.symbols.resolve(name)
  const declaration = symbol?.valueDeclaration
  if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined
  if ((ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) === 0 || !ts.isIdentifier(declaration.name))
    return undefined
  return isAddedTo(work, declaration.name) ? undefined : declaration.initializer
}

/** Whether anything changes a list where it is used, in its own file or in another; unseen files are taken to. */
function isAddedTo(work: Work, name: ts.Identifier, depth = 0): boolean {
  const declaration = work.symbols.resolve(name)?.valueDeclaration
  const statement = name.parent.parent.parent
  const isExported =
    statement !== undefined && ts.isVariableStatement(statement) && ts.getModifiers(statement) !== undefined
  if (isExported && !work.project.typed) return true
  return usesNamed(work, name.text).some((use) => {
    const access = use.parent
    const isSame = () => work.symbols.resolve(use)?.valueDeclaration === declaration
    const parameter = use === name ? undefined : parameterFor(work, use)
    if (parameter !== undefined && isSame()) return depth > 2 || isAddedTo(work, parameter, depth + 1)
    const target = ts.isElementAccessExpression(access) || ts.isPropertyAccessExpression(access) ? access : undefined
    if (target === undefined || target.expression !== use) return false
    const changes =
      ts.isPropertyAccessExpression(target) && ts.isCallExpression(target.parent)
        ? /^(?:push|unshift|splice|fill|copyWithin)$/.test(target.name.text)
        : isAssignment(target.parent) && target.parent.left === target
    return changes && isSame()
  })
}

/** The parameter of a function of this code base that a name is given to. */
function parameterFor(work: Work, use: ts.Identifier): ts.Identifier | undefined {
  const call = use.parent
  if (!ts.isCallExpression(call) || call.expression === use) return undefined
  const parameter = work.checker.getResolvedSignature(call)?.getParameters()[call.arguments.indexOf(use)]
  const declaration = parameter?.valueDeclaration
  if (declaration === undefined || !ts.isParameter(declaration) || !work.isOwn(declaration)) return undefined
  return ts.isIdentifier(declaration.name) ? declaration.name : undefined
}
