import ts from '#typescript'
import { isTransparent } from '../rewrite/syntax.js'
import { violationAt, type Rule, type Violation } from './rule.js'

/** `registry.get(name).execute(…)`, in one step or in several: a tool run past the dispatcher. */
export function registryBypass(): Rule {
  return {
    name: 'registry-bypass',
    why: 'A tool that is run by hand has no permission check, no limits, no validation, no timeout and no events.',
    fix: 'Call executeTool(toolName, parameters) of the dispatcher.',
    needles: ['execute'],
    applies: (text) => /registry|\btools\b/iu.test(text) && /\.execute\b|\bexecute\b[^{}()]*\}[^=;]*=/u.test(text),
    visit(source) {
      const holders = holdersIn(source)
      const found: Violation[] = []
      const visit = (node: ts.Node): void => {
        if (ts.isCallExpression(node) && givenBy(node.expression, holders) === 'execute') {
          found.push(violationAt(node, `${called(node.expression)}() runs a tool past the dispatcher`))
        }
        ts.forEachChild(node, visit)
      }
      visit(source)
      return found
    },
  }
}

/** What an expression gives: a tool got from a registry, or the function of one. */
type Given = 'tool' | 'execute'

/** What the names that a block or a function declares hold; `undefined` is neither. */
type Holders = Map<ts.Node, Map<string, Given | undefined>>

function givenBy(expression: ts.Expression, holders: Holders): Given | undefined {
  if (isTransparent(expression) || ts.isAwaitExpression(expression)) return givenBy(expression.expression, holders)
  if (ts.isIdentifier(expression)) return heldBy(expression, holders)
  if (ts.isPropertyAccessExpression(expression) && expression.name.text === 'execute') {
    return givenBy(expression.expression, holders) === 'tool' ? 'execute' : undefined
  }
  return isFromRegistry(expression) ? 'tool' : undefined
}

function isFromRegistry(expression: ts.Expression): boolean {
  if (ts.isCallExpression(expression) && ts.isPropertyAccessExpression(expression.expression)) {
    const { name, expression: holder } = expression.expression
    return name.text === 'get' && isRegistry(holder.getText())
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

/** A class that runs its own tools is an implementation, which another rule is about. */
function isRegistry(name: string): boolean {
  return /registry$/iu.test(name) || /^(?!this\b)(?:.*\.)?tools$/isu.test(name)
}

function holdersIn(source: ts.SourceFile): Holders {
  const holders: Holders = new Map()
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node)) {
      const given = node.initializer === undefined ? undefined : givenBy(node.initializer, holders)
      hold(holders, node, node.name, given)
    }
    if (ts.isParameter(node)) hold(holders, node.parent, node.name, undefined)
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) hold(holders, node.parent, node.name, undefined)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return holders
}

function hold(holders: Holders, node: ts.Node, name: ts.BindingName, given: Given | undefined): void {
  if (ts.isIdentifier(name)) {
    const scope = ts.findAncestor(node, isScope)
    if (scope !== undefined) holders.set(scope, (holders.get(scope) ?? new Map()).set(name.text, given))
    return
  }
  for (const element of name.elements) {
    if (ts.isOmittedExpression(element)) continue
    const key = element.propertyName ?? element.name
    const isExecute = (ts.isIdentifier(key) || ts.isStringLiteral(key)) && key.text === 'execute'
    const isTaken = given === 'tool' && isExecute && ts.isObjectBindingPattern(name)
    hold(holders, node, element.name, isTaken ? 'execute' : undefined)
  }
}

function isScope(node: ts.Node): boolean {
  const isBlock = ts.isBlock(node) || ts.isSourceFile(node) || ts.isCaseBlock(node) || ts.isModuleBlock(node)
  return isBlock || ts.isFunctionLike(node)
}

function heldBy(use: ts.Identifier, holders: Holders): Given | undefined {
  for (let at: ts.Node = use; at !== undefined; at = at.parent) {
    const held = holders.get(at)
    if (held?.has(use.text) === true) return held.get(use.text)
  }
  return undefined
}

/** The text of a function that is called; `a.execute` for `a?.execute`, too. */
function called(expression: ts.Expression): string {
  if (!ts.isPropertyAccessExpression(expression)) return expression.getText()
  return `${expression.expression.getText()}.${expression.name.text}`
}
