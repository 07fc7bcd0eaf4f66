import ts from 'typescript-checker'
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
          const isHeld = ts.isIdentifier(expression) && held.has(expression.text)
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
  if (ts.isNonNullExpression(expression) || ts.isParenthesizedExpression(expression)) {
    return isFromRegistry(expression.expression)
  }
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

/** Variables that hold a tool got from a registry. */
function heldTools(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      if (isFromRegistry(node.initializer)) names.add(node.name.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return names
}
