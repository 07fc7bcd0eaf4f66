import ts from '#typescript'
import { usesNamed } from './references.js'
import { functionOf, isFunctionLike, isHandled, outermost } from './syntax.js'
import type { Work } from './work.js'

/**
 * Whether somebody does more with what a call throws than pass it on: a handler around it, around a call of the function
 * that it is in, and so on outwards, or the error middleware of a server whose handler that function is.
 */
export function isWatched(work: Work, call: ts.Node): boolean {
  return isWatchedFrom(work, call, new Set())
}

function isWatchedFrom(work: Work, node: ts.Node, visited: Set<ts.Node>): boolean {
  if (isHandled(node)) return true
  const holder = functionOf(node)
  if (ts.isSourceFile(holder) || visited.has(holder)) return false
  visited.add(holder)
  if (isFunctionLike(holder) && (isServed(work, holder) || isWatchedCallback(work, holder, visited))) return true
  const name = nameOf(holder)
  if (name === undefined) return false
  // Of an instance a member has a symbol of its own; the declaration is the same.
  const declaration = work.symbols.resolve(name)?.valueDeclaration
  if (declaration === undefined) return false
  return usesNamed(work, name.text).some((use) => {
    if (use === name || work.symbols.resolve(use)?.valueDeclaration !== declaration) return false
    const value = ts.isPropertyAccessExpression(use.parent) && use.parent.name === use ? use.parent : use
    if (isServed(work, value)) return true
    const called = value.parent
    return (
      ts.isCallExpression(called) &&
      called.expression === value &&
      (isCaught(called) || isWatchedFrom(work, called, visited))
    )
  })
}

/** Whether whoever gets a function as an argument handles what it throws, or whoever handles what that call throws. */
function isWatchedCallback(work: Work, callback: ts.Node, visited: Set<ts.Node>): boolean {
  const call = callback.parent
  if (!ts.isCallExpression(call)) return false
  const index = call.arguments.findIndex((argument) => argument === callback)
  if (index === -1) return false
  // It is rolled back by what is thrown in it.
  if (/transaction$/i.test(call.expression.getText())) return true
  if (isCaught(call) || (isWaitedFor(call) && isWatchedFrom(work, call, visited))) return true
  const declaration = work.checker.getResolvedSignature(call)?.declaration
  const parameter = declaration !== undefined && work.isOwn(declaration) ? declaration.parameters[index] : undefined
  if (parameter === undefined || !ts.isIdentifier(parameter.name)) return false
  return usesNamed(work, parameter.name.text).some((use) => {
    const called = use.parent
    const isCalled = ts.isCallExpression(called) && called.expression === use
    return (
      isCalled &&
      work.checker.getSymbolAtLocation(use)?.valueDeclaration === parameter &&
      (isCaught(called) || isWatchedFrom(work, called, visited))
    )
  })
}

/** What a function is called by, where it has a name. */
function nameOf(holder: ts.Node): ts.Identifier | undefined {
  if (!isFunctionLike(holder)) return undefined
  if (holder.name !== undefined && ts.isIdentifier(holder.name)) return holder.name
  const { parent } = holder
  const named = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)
  return named && parent.initializer === holder && ts.isIdentifier(parent.name) ? parent.name : undefined
}

/** Whether what a promise is rejected with gets to where its call is: it is awaited, given back, or joined with others. */
function isWaitedFor(call: ts.CallExpression): boolean {
  const { parent } = outermost(call)
  if (ts.isCallExpression(parent)) return /\bPromise\.\w+$/.test(parent.expression.getText()) && isWaitedFor(parent)
  return (
    ts.isAwaitExpression(parent) || ts.isReturnStatement(parent) || (ts.isArrowFunction(parent) && parent.body === call)
  )
}

/** Whether the promise of a call has a handler of its own, at whatever place of its chain. */
function isCaught(call: ts.CallExpression): boolean {
  const { parent } = outermost(call)
  const joined = ts.isArrayLiteralExpression(parent) ? parent.parent : parent
  if (ts.isCallExpression(joined) && joined.expression !== call) {
    if (!/\bPromise\.\w+$/.test(joined.expression.getText())) return false
    return joined.expression.getText().endsWith('.allSettled') || isCaught(joined)
  }
  if (!ts.isPropertyAccessExpression(parent) || !ts.isCallExpression(parent.parent)) return false
  const next = parent.parent
  if (parent.name.text === 'catch' || (parent.name.text === 'then' && next.arguments.length > 1)) return true
  return /^(?:then|finally)$/.test(parent.name.text) && isCaught(next)
}

/** Whether a function is given to a server whose errors go to a middleware: `app.get(path, handler)`, `app.use((err, …) => …)`. */
function isServed(work: Work, handler: ts.Node): boolean {
  const { parent } = handler
  if (!ts.isCallExpression(parent) || !parent.arguments.some((argument) => argument === handler)) return false
  const { expression } = parent
  if (!ts.isPropertyAccessExpression(expression)) return false
  const methods = errorMiddleware(work)
  if (methods.size === 0) return false
  const receiver = work.checker.getTypeAtLocation(expression.expression)
  if ((receiver.flags & ts.TypeFlags.Any) !== 0) return true
  return [...methods].some((method) => receiver.getProperty(method) !== undefined)
}

const middleware = new WeakMap<Work, ReadonlySet<string>>()

/** The methods by which this code base registers handlers of errors. */
function errorMiddleware(work: Work): ReadonlySet<string> {
  const known = middleware.get(work)
  if (known !== undefined) return known
  const methods = new Set<string>()
  for (const use of ['use', 'setErrorHandler', 'onError'].flatMap((name) => usesNamed(work, name))) {
    const access = use.parent
    if (!ts.isPropertyAccessExpression(access) || access.name !== use) continue
    const call = access.parent
    if (!ts.isCallExpression(call) || call.expression !== access) continue
    if (use.text !== 'use' || call.arguments.some((argument) => takesAnError(work, argument))) methods.add(use.text)
  }
  middleware.set(work, methods)
  return methods
}

/** Whether a function has the four parameters by which a handler of errors is known. */
function takesAnError(work: Work, handler: ts.Expression): boolean {
  if (isFunctionLike(handler)) return handler.parameters.length === 4
  return work.checker
    .getTypeAtLocation(handler)
    .getCallSignatures()
    .some(({ parameters }) => parameters.length === 4)
}
