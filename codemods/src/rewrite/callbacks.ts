import ts from '#typescript'
import { joinContextual } from './flow.js'
import { holds } from './instance-types.js'
import { type Creates, declarationKey, isOwnCall, sourceOf } from './sources.js'
import { innermost, isFunctionLike, outermost } from './syntax.js'
import type { Key, Work } from './work.js'

/** What a function that is handed over is given: by the type that is expected there, or by the function that calls it. */

/** The key that the value of a function's parameter comes from. */
export function parameterSource(work: Work, parameter: ts.ParameterDeclaration, creates: Creates): Key | undefined {
  const holder = parameter.parent
  if (ts.isMethodDeclaration(holder) && ts.isObjectLiteralExpression(holder.parent)) {
    const expected = work.checker.getContextualType(holder.parent)?.getProperty(holder.name.getText())
      ?.declarations?.[0]
    const signature = expected !== undefined && ts.isFunctionLike(expected) ? expected : undefined
    const found = signature?.parameters[holder.parameters.indexOf(parameter)]
    return found !== undefined && work.isOwn(found) ? found : undefined
  }
  if (!ts.isArrowFunction(holder) && !ts.isFunctionExpression(holder)) return undefined
  joinContextual(work, holder, holder)
  const declaration = work.checker.getContextualType(holder)?.getCallSignatures()[0]?.getDeclaration()
  const expected = declaration?.parameters[holder.parameters.indexOf(parameter)]
  if (expected !== undefined && work.isOwn(expected)) return expected
  const call = outermost(holder).parent
  return ts.isCallExpression(call) ? givenBy(work, call, outermost(holder), creates) : undefined
}

/** Joins a function that is handed over, by itself or by its name, with what it is given there and with what it gives. */
export function joinHanded(work: Work, node: ts.Expression, creates: Creates): void {
  const handed = functionHanded(work, node)
  if (handed === undefined) return
  joinContextual(work, handed, node)
  const outer = outermost(node)
  const call = outer.parent
  if (!ts.isCallExpression(call) || call.expression === outer || isOwnCall(work, call)) return
  const given = givenBy(work, call, outer, creates)
  for (const parameter of handed.parameters) {
    if (given !== undefined && holds(work, parameter.name)) work.join(given, parameter)
  }
  const result = holds(work, call) ? sourceOf(work, call, creates) : undefined
  if (result !== undefined && givesDispatchers(work, handed)) work.join(result, handed)
}

function givesDispatchers(work: Work, handed: ts.SignatureDeclaration): boolean {
  const signature = work.checker.getSignatureFromDeclaration(handed)
  return signature !== undefined && work.symbols.mentions(signature.getReturnType())
}

/** What a library's function gives to a function: what it is a method of, or what it was handed beside it. */
function givenBy(work: Work, call: ts.CallExpression, callback: ts.Expression, creates: Creates): Key | undefined {
  const holder = ts.isPropertyAccessExpression(call.expression) ? call.expression.expression : undefined
  const others = call.arguments.filter((argument) => argument !== callback && holds(work, argument))
  const isHolder = holder !== undefined && (others.length === 0 || holds(work, holder))
  const [first, ...rest] = (isHolder ? [holder] : others).flatMap((each) => sourceOf(work, each, creates) ?? [])
  for (const key of rest) if (first !== undefined) work.join(first, key)
  return first
}

/** The function that an expression is, or names. */
export function functionHanded(work: Work, node: ts.Expression): ts.SignatureDeclaration | undefined {
  if (isFunctionLike(node)) return node
  const name = ts.isPropertyAccessExpression(node) ? node.name : node
  const declaration = ts.isIdentifier(name) ? declarationKey(work, name) : undefined
  if (declaration === undefined) return undefined
  const value =
    (ts.isVariableDeclaration(declaration) ||
      ts.isPropertyDeclaration(declaration) ||
      ts.isPropertyAssignment(declaration)) &&
    declaration.initializer !== undefined
      ? innermost(declaration.initializer)
      : declaration
  return isFunctionLike(value) ? value : undefined
}
