import ts from '#typescript'
import { isTransparent } from '../rewrite/syntax.js'
import { violationAt, type Rule, type Violation } from './rule.js'

/** `registry.get(name).execute(…)`: a tool run past the dispatcher. */
export function registryBypass(): Rule {
  return {
    name: 'registry-bypass',
    why: 'A tool that is run by hand has no permission check, no limits, no validation, no timeout and no events.',
    fix: 'Call executeTool(toolName, parameters) of the dispatcher.',
    needles: ['.execute'],
    applies: (text) => /registry|\.tools\b/iu.test(text),
    visit(source) {
      const held = heldTools(source)
      const found: Violation[] = []
      const visit = (node: ts.Node): void => {
        if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
          const { name, expression } = node.expression
          const isHeld = ts.isIdentifier(expression) && holds(held, expression)
          if (name.text === 'execute' && (isHeld || isFromRegistry(expression))) {
            found.push(violationAt(node, `${expression.getText()}.execute() runs a tool past the dispatcher`))
          }
        }
        ts.forEachChild(node, visit)
      }
      visit(source)
      return found
    },
  }
}

function isFromRegistry(expression: ts.Expression): boolean {
  if (isTransparent(expression) || ts.isAwaitExpression(expression)) return isFromRegistry(expression.expression)
  if (ts.isCallExpression(expression) && ts.isPropertyAccessExpression(expression.expression)) {
    const { name, expression: holder } = expression.expression
    return name.text === 'get' && /registry$/iu.test(holder.getText())
  }
  const holder =
    ts.isElementAccessExpression(expression) || ts.isPropertyAccessExpression(expression)
      ? expression.expression
      : undefined
  return (
    holder !== undefined &&
    ts.isPropertyAccessExpression(holder) &&
    holder.name.text === 'tools' &&
    /dispatcher$/iu.test(holder.expression.getText())
  )
}

/** Variables that hold a tool got from a registry, each with the block that knows it. */
function heldTools(source: ts.SourceFile): ReadonlyMap<ts.Node, ReadonlySet<string>> {
  const held = new Map<ts.Node, Set<string>>()
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      const block = ts.findAncestor(node, isScope) ?? source
      if (isFromRegistry(node.initializer)) held.set(block, (held.get(block) ?? new Set()).add(node.name.text))
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return held
}

function isScope(node: ts.Node): boolean {
  return ts.isBlock(node) || ts.isSourceFile(node) || ts.isCaseBlock(node) || ts.isModuleBlock(node)
}

function holds(held: ReadonlyMap<ts.Node, ReadonlySet<string>>, use: ts.Identifier): boolean {
  for (let at: ts.Node = use; at !== undefined; at = at.parent) {
    if (held.get(at)?.has(use.text) === true) return true
    if (ts.isFunctionLike(at) && at.parameters.some(({ name }) => name.getText() === use.text)) return false
  }
  return false
}
