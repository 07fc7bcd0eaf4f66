import ts from '#typescript'
import { hasExportKeyword, innermost, isFunctionLike } from './syntax.js'

/**
 * The names of a component's script that other components reach through a ref to it: `defineExpose` of Vue, what `setup`
 * gives and `methods` are, and what a script of Svelte exports. No checker sees those uses.
 */
export function exposedNames(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>()
  const isSvelte = /\.svelte\.[jt]s$/.test(source.fileName)
  const visit = (node: ts.Node): void => {
    for (const name of isSvelte ? exportedBy(node) : exposedBy(node)) names.add(name)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return names
}

/** What a script of Svelte exports; `export let` declares a property instead. */
function exportedBy(node: ts.Node): string[] {
  if (!hasExportKeyword(node)) return []
  if (ts.isFunctionDeclaration(node)) return node.name === undefined ? [] : [node.name.text]
  if (!ts.isVariableStatement(node) || (node.declarationList.flags & ts.NodeFlags.Const) === 0) return []
  return node.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []))
}

function exposedBy(node: ts.Node): string[] {
  if (ts.isCallExpression(node)) {
    const isExpose = /^(?:defineExpose|(?:\w+\.)?expose)$/.test(node.expression.getText())
    return isExpose ? node.arguments.flatMap((argument) => namesIn(argument)) : []
  }
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'methods') return namesIn(node.initializer)
  const returned = ts.isReturnStatement(node) ? node.expression : bodyOf(node)
  return returned !== undefined && isSetup(node) ? namesIn(returned) : []
}

function bodyOf(node: ts.Node): ts.Expression | undefined {
  return ts.isArrowFunction(node) && !ts.isBlock(node.body) ? node.body : undefined
}

/** Whether the function around a node, or the node itself, is the `setup` of a component. */
function isSetup(node: ts.Node): boolean {
  const holder = ts.findAncestor(node, isFunctionLike)
  if (holder === undefined) return false
  const member = ts.isPropertyAssignment(holder.parent) ? holder.parent : holder
  return ts.getNameOfDeclaration(member)?.getText() === 'setup'
}

/** The keys of an object literal, and the names that stand behind them. */
function namesIn(expression: ts.Expression): string[] {
  const literal = innermost(expression)
  if (!ts.isObjectLiteralExpression(literal)) return []
  return literal.properties.flatMap((property) => {
    const key = property.name !== undefined && ts.isIdentifier(property.name) ? [property.name.text] : []
    const value = ts.isPropertyAssignment(property) ? innermost(property.initializer) : undefined
    return value !== undefined && ts.isIdentifier(value) ? [...key, value.text] : key
  })
}
