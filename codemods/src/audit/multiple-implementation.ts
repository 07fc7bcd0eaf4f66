import ts from 'typescript-checker'
import { violationAt, type Rule, type Violation } from './rule.js'

const RUNNING = new Set(['executeTool', 'dispatch', 'dispatchTool', 'execute_tool', 'dispatch_tool'])

/** A dispatcher of its own: a class or a factory that runs tools without the canonical one. */
export function multipleImplementation(): Rule {
  return {
    name: 'multiple-implementation',
    why: 'Every further dispatcher has its own idea of users, limits and events, and none of them is checked.',
    fix: 'Delegate to UnifiedToolDispatcher of @switchyard/dispatcher, or delete it.',
    needles: ['ToolDispatcher', 'registerTool'],
    visit(source) {
      const found: Violation[] = []
      const visit = (node: ts.Node): void => {
        const name = ts.isClassLike(node) || ts.isFunctionDeclaration(node) ? node.name : undefined
        if (ts.isClassLike(node) && isDispatcher(node)) {
          found.push(violationAt(name ?? node, `${name?.text ?? 'this class'} is a dispatcher of its own`))
        } else if (ts.isFunctionDeclaration(node) && name !== undefined && isFactory(node, name.text)) {
          found.push(violationAt(name, `${name.text}() makes a dispatcher of its own`))
        }
        ts.forEachChild(node, visit)
      }
      visit(source)
      return found
    },
  }
}

function isDispatcher(node: ts.ClassLikeDeclaration): boolean {
  const methods = new Set(node.members.flatMap(({ name }) => (name === undefined ? [] : [name.getText()])))
  const running = [...methods].filter((method) => RUNNING.has(method))
  const registers = methods.has('registerTool') || methods.has('register_tool')
  if (running.length >= 2 && registers) return true
  return node.name !== undefined && node.name.text.includes('ToolDispatcher') && running.length + Number(registers) > 0
}

/** A function named for a dispatcher that gives an object with a method that runs tools, or one of its own methods. */
function isFactory(node: ts.FunctionDeclaration, name: string): boolean {
  if (!/ToolDispatcher/.test(name) || node.body === undefined) return false
  let found = false
  const visit = (child: ts.Node): void => {
    if (ts.isObjectLiteralExpression(child)) {
      found ||= child.properties.some((property) => RUNNING.has(property.name?.getText() ?? ''))
    }
    if (!found) ts.forEachChild(child, visit)
  }
  visit(node.body)
  return found
}
