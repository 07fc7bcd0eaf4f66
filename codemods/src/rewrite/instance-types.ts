import ts from '#typescript'
import type { Work } from './work.js'

/** Whether dispatchers are somewhere in the type of a place. */
export function holds(work: Work, node: ts.Node): boolean {
  return isInstance(work, node) || work.symbols.mentions(work.checker.getTypeAtLocation(node))
}

/** Whether the value at a place is a dispatcher of a facade. */
export function isInstance(work: Work, node: ts.Node): boolean {
  return isInstanceType(work, work.checker.getTypeAtLocation(node))
}

/** Whether a type is that of a facade's dispatchers. */
export function isInstanceType(work: Work, type: ts.Type): boolean {
  return work.symbols.instanceOf(type) !== undefined
}

/** Whether the type at a place says nothing of dispatchers, so that one that goes there is lost sight of. */
export function isAnyType(work: Work, node: ts.Node): boolean {
  const type = work.checker.getTypeAtLocation(node)
  return !work.symbols.mentions(type) && !isInstanceType(work, type)
}

/** Whether nothing is known of a type. */
export function isUnknown({ flags }: ts.Type): boolean {
  return (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0
}

/** Whether a type is the canonical dispatcher's. */
export function isCanonical(type: ts.Type): boolean {
  const declaration = type.symbol?.declarations?.[0]
  return (
    type.symbol?.name === 'UnifiedToolDispatcher' &&
    declaration !== undefined &&
    /\/(?:@switchyard|packages)\/dispatcher\//u.test(declaration.getSourceFile().fileName)
  )
}
