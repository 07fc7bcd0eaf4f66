import ts from '#typescript'
import { declarationKey } from './sources.js'
import { isAssignment, isFunctionLike, statementOf } from './syntax.js'
import type { Work } from './work.js'

/**
 * Whether a module may turn out not to be there, and the code goes on without it: in `try`, or before `.catch()`. What is
 * imported in its place would have to be there.
 */
export function isOptional(load: ts.CallExpression): boolean {
  for (let at: ts.Node = load; at.parent !== undefined && !isFunctionLike(at); at = at.parent) {
    const { parent } = at
    if (ts.isTryStatement(parent) && parent.tryBlock === at && parent.catchClause !== undefined) return true
    if (ts.isPropertyAccessExpression(parent) && parent.expression === at && parent.name.text === 'catch') return true
  }
  return false
}

/** What is reached through a variable that holds a module stays with the place that loads it. */
export function tieUses(work: Work, load: ts.CallExpression): void {
  const holders = new Set(holdersOf(work, load))
  if (holders.size === 0) return
  work.deferred.push(() => {
    for (const { node, key } of work.sites) {
      const root = rootOf(node)
      const holder = root === undefined ? undefined : declarationKey(work, root)
      if (holder !== undefined && holders.has(holder)) work.tie(key, load)
    }
  })
}

/** The variables that a load is stored in. */
function holdersOf(work: Work, load: ts.CallExpression): ts.Declaration[] {
  const statement = statementOf(load)
  for (let at: ts.Node = load; at !== statement && at.parent !== undefined; at = at.parent) {
    const { parent } = at
    const target = ts.isVariableDeclaration(parent)
      ? parent.name
      : ts.isBinaryExpression(parent) && isAssignment(parent) && parent.right === at
        ? parent.left
        : undefined
    if (target !== undefined) return namesIn(target).flatMap((name) => declarationKey(work, name) ?? [])
  }
  return []
}

function namesIn(node: ts.Node): ts.Identifier[] {
  if (ts.isIdentifier(node)) return [node]
  if (ts.isPropertyAccessExpression(node)) return ts.isIdentifier(node.name) ? [node.name] : []
  const found: ts.Identifier[] = []
  ts.forEachChild(node, (child) => void found.push(...namesIn(child)))
  return found
}

/** What stands in front of the members of a call: `module` of `module.ToolDispatcher.create()`. */
function rootOf(node: ts.Node): ts.Identifier | undefined {
  if (ts.isIdentifier(node)) return node
  const isCall = ts.isCallExpression(node) || ts.isNewExpression(node)
  if (isCall || ts.isNonNullExpression(node) || ts.isParenthesizedExpression(node)) return rootOf(node.expression)
  if (!ts.isPropertyAccessExpression(node)) return undefined
  return node.expression.kind === ts.SyntaxKind.ThisKeyword && ts.isIdentifier(node.name)
    ? node.name
    : rootOf(node.expression)
}
