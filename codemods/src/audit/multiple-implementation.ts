import ts from '#typescript'
import { violationAt, type Rule, type Violation } from './rule.js'

const RUNNING = new Set(['executeTool', 'dispatch', 'dispatchTool', 'execute_tool', 'dispatch_tool'])

/** A dispatcher of its own: a class or a factory that runs tools without the canonical one. */
export function multipleImplementation(): Rule {
  return {
    name: 'multiple-implementation',
    why: 'Every further dispatcher has its own idea of users, limits and events, and none of them is checked.',
    fix: 'Delegate to UnifiedToolDispatcher of @switchyard/dispatcher, or delete it.',
    needles: ['ToolDispatcher', 'registerTool', 'register_tool'],
    visit(source) {
      const found: Violation[] = []
      const visit = (node: ts.Node): void => {
        const name = nameOf(node)
        if (ts.isClassLike(node) && isDispatcher(node, name?.text)) {
          found.push(violationAt(name ?? node, `${name?.text ?? 'this class'} is a dispatcher of its own`))
        } else if (name !== undefined && isFactory(node, name.text)) {
          found.push(violationAt(name, `${name.text}() makes a dispatcher of its own`))
        }
        ts.forEachChild(node, visit)
      }
      visit(source)
      return found
    },
  }
}

/** What a class or a function is called, by itself or by the variable that holds it. */
function nameOf(node: ts.Node): ts.Identifier | undefined {
  if (!ts.isClassLike(node) && !isFunction(node)) return undefined
  if (node.name !== undefined) return node.name
  const { parent } = node
  return ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) ? parent.name : undefined
}

function isFunction(node: ts.Node): node is ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction {
  return ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node)
}

function isDispatcher(node: ts.ClassLikeDeclaration, name: string | undefined): boolean {
  const methods = new Set(node.members.flatMap((member) => (member.name === undefined ? [] : [keyOf(member.name)])))
  const running = [...methods].filter((method) => RUNNING.has(method))
  const registers = methods.has('registerTool') || methods.has('register_tool')
  if (running.length >= 2 && registers) return true
  return name?.includes('ToolDispatcher') === true && running.length + Number(registers) > 0
}

function keyOf(name: ts.PropertyName): string {
  const written = ts.isComputedPropertyName(name) ? name.expression : name
  return ts.isStringLiteralLike(written) ? written.text : written.getText()
}

/** A function named for a dispatcher that gives an object with a method that runs tools, or one of its own methods. */
function isFactory(node: ts.Node, name: string): boolean {
  if (!isFunction(node) || !name.includes('ToolDispatcher') || node.body === undefined) return false
  let found = false
  const visit = (child: ts.Node): void => {
    if (ts.isObjectLiteralExpression(child)) {
      found ||= child.properties.some((property) => property.name !== undefined && RUNNING.has(keyOf(property.name)))
    }
    if (!found) ts.forEachChild(child, visit)
  }
  visit(node.body)
  return found
}
