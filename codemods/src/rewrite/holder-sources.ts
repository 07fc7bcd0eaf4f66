import ts from 'typescript-checker'
import { joinContextual, sourceOf } from './flow.js'
import { isTransparent } from './syntax.js'
import type { Key, Work } from './work.js'

/** What a name in a pattern is taken from. */
export function elementSource(
  work: Work,
  node: ts.BindingElement,
  creates: (node: ts.Node) => boolean,
): Key | undefined {
  const pattern = node.parent
  if (ts.isObjectBindingPattern(pattern)) {
    const name = (node.propertyName ?? node.name).getText()
    const declaration = work.checker.getTypeAtLocation(pattern).getProperty(name)?.declarations?.[0]
    return declaration !== undefined && work.isOwn(declaration) ? declaration : undefined
  }
  return patternSource(work, pattern, creates)
}

/** What a pattern takes apart. */
export function patternSource(
  work: Work,
  pattern: ts.BindingPattern,
  creates: (node: ts.Node) => boolean,
): Key | undefined {
  const holder = pattern.parent
  if (ts.isVariableDeclaration(holder)) {
    const from =
      holder.initializer ?? (ts.isForOfStatement(holder.parent.parent) ? holder.parent.parent.expression : undefined)
    return from === undefined ? undefined : sourceOf(work, from, creates)
  }
  if (!ts.isParameter(holder)) return elementSource(work, holder, creates)
  return holder.type === undefined ? parameterSource(work, holder, creates) : holder
}

/** What a callback is given for a parameter. */
export function parameterSource(
  work: Work,
  parameter: ts.ParameterDeclaration,
  creates: (node: ts.Node) => boolean,
): Key | undefined {
  const holder = parameter.parent
  if (ts.isMethodDeclaration(holder) && ts.isObjectLiteralExpression(holder.parent)) {
    const expected = work.checker.getContextualType(holder.parent)?.getProperty(holder.name.getText())
      ?.declarations?.[0]
    const signature = expected !== undefined && ts.isFunctionLike(expected) ? expected : undefined
    const found = signature?.parameters[holder.parameters.indexOf(parameter)]
    return found !== undefined && work.isOwn(found) ? found : undefined
  }
  if (!ts.isArrowFunction(holder) && !ts.isFunctionExpression(holder)) return undefined
  joinContextual(work, holder)
  const declaration = work.checker.getContextualType(holder)?.getCallSignatures()[0]?.getDeclaration()
  const expected = declaration?.parameters[holder.parameters.indexOf(parameter)]
  if (expected !== undefined && work.isOwn(expected)) return expected
  let outer: ts.Expression = holder
  while (isTransparent(outer.parent)) outer = outer.parent
  const call = outer.parent
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return undefined
  return sourceOf(work, call.expression.expression, creates)
}
