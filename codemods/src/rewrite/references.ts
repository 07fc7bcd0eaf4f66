import ts from 'typescript-checker'
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
