import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { isAnyType, isCanonical, isInstance, isInstanceType } from './instance-types.js'
import { checkReach } from './reach.js'
import { declarationKeyOf } from './sources.js'
import { keepViewsAlive } from './views.js'
import type { Key, Work } from './work.js'

/** A dispatcher is handed to a function: its parameter has the type of one, or what the function makes holds it. */
export function intoCall(
  work: Work,
  call: ts.CallExpression | ts.NewExpression,
  argument: ts.Expression,
  source: Key,
  facade: FacadeName,
): void {
  if (call.expression === argument) return
  const signature = work.checker.getResolvedSignature(call)
  const index = call.arguments?.indexOf(argument) ?? -1
  const parameters = signature?.getParameters() ?? []
  const parameter = parameters[Math.min(index, parameters.length - 1)]
  const declaration = parameter?.valueDeclaration
  // It has been given its new type already.
  if (parameter !== undefined && isCanonical(work.checker.getTypeOfSymbolAtLocation(parameter, call))) return
  if (parameter !== undefined && declaration !== undefined && work.isOwn(declaration)) {
    const type = work.checker.getTypeOfSymbolAtLocation(parameter, call)
    const isHeld = isInstance(work, argument)
      ? isInstanceType(work, type) && isInstance(work, declaration)
      : !isAnyType(work, declaration)
    if (isHeld) {
      work.join(source, declaration)
      checkReach(work, declaration, argument, facade)
      return
    }
  } else if (ts.isPropertyAccessExpression(call.expression)) {
    // A method of a container that holds dispatchers: a map, an array, a set, a promise.
    const holder = declarationKeyOf(work, call.expression.expression)
    if (holder !== undefined && work.symbols.mentions(work.checker.getTypeAtLocation(call.expression.expression))) {
      work.join(source, holder)
      return
    }
  }
  // What a library makes of it holds it: a map, a promise of several.
  if (
    (declaration === undefined || !work.isOwn(declaration)) &&
    work.symbols.mentions(work.checker.getTypeAtLocation(call))
  ) {
    work.join(source, call)
    if (declaration !== undefined && isDisposable(work, declaration))
      keepViewsAlive(
        work,
        { node: argument, key: source, facade },
        'the end of a view does not dispose what it shows; take it out of what disposes it',
      )
    return
  }
  work.escape(
    argument,
    source,
    facade,
    `it is passed to ${nameOf(call)}, which may expect its old shape; give the parameter its type, or change it by hand`,
  )
}

/** Whether something is asked of a parameter because it will be disposed: `stack.use(dispatcher)`. */
function isDisposable(work: Work, parameter: ts.Declaration): boolean {
  const type = work.checker.getTypeAtLocation(parameter)
  const asked = work.checker.getBaseConstraintOfType(type) ?? type
  return (asked.isUnion() ? asked.types : [asked]).some((part) =>
    part.getProperties().some(({ escapedName }) => /^__@(?:asyncDispose|dispose)@/.test(String(escapedName))),
  )
}

function nameOf(call: ts.CallExpression | ts.NewExpression): string {
  const text = call.expression.getText()
  return text.length > 40 ? 'a function' : `${text}()`
}
