import ts from '#typescript'
import type { Work } from './work.js'

/** Every use of a local variable in its file, its declaration aside, in the order of the source. */
export function referencesOf(work: Work, name: ts.Identifier): ts.Identifier[] {
  const symbol = work.checker.getSymbolAtLocation(name)
  const found: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node !== name && node.text === name.text && refersTo(work, node, symbol))
      found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(name.getSourceFile())
  return found
}

function refersTo(work: Work, node: ts.Identifier, symbol: ts.Symbol | undefined): boolean {
  if (ts.isShorthandPropertyAssignment(node.parent))
    return work.checker.getShorthandAssignmentValueSymbol(node.parent) === symbol
  if (ts.isExportSpecifier(node.parent)) return work.checker.getExportSpecifierLocalTargetSymbol(node.parent) === symbol
  return work.checker.getSymbolAtLocation(node) === symbol
}

const indexes = new WeakMap<Work, ReadonlyMap<string, readonly ts.Identifier[]>>()

/** Every identifier of a text in the code base: what it stands for is asked only of those. */
export function usesNamed(work: Work, name: string): readonly ts.Identifier[] {
  let index = indexes.get(work)
  if (index === undefined) {
    const found = new Map<string, ts.Identifier[]>()
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) {
        const list = found.get(node.text)
        if (list === undefined) found.set(node.text, [node])
        else list.push(node)
      }
      ts.forEachChild(node, visit)
    }
    for (const source of work.project.program.getSourceFiles()) if (work.isOwn(source)) visit(source)
    indexes.set(work, found)
    index = found
  }
  return index.get(name) ?? []
}
