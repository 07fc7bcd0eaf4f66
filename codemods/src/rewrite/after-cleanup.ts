import ts from '#typescript'
import { innermost, isAssignment } from './syntax.js'

/**
 * Whether a member is read where its dispatcher has been cleaned up for certain: in a statement after one that does nothing
 * else, in the same block or in one within it. A function made after it runs after it, too.
 */
export function isAfterCleanup(node: ts.PropertyAccessExpression): boolean {
  const receiver = node.expression.getText()
  for (let at: ts.Node = node; at.parent !== undefined; at = at.parent) {
    if (ts.isFunctionDeclaration(at) || ts.isClassLike(at)) return false
    const statements = statementsAround(at)
    if (statements === undefined) continue
    const earlier = statements.slice(0, statements.indexOf(at as ts.Statement))
    const last = earlier.findLast((statement) => cleansUp(statement, receiver) || assigns(statement, receiver))
    if (last !== undefined) return cleansUp(last, receiver)
  }
  return false
}

function statementsAround({ parent }: ts.Node): readonly ts.Statement[] | undefined {
  return ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isModuleBlock(parent) || ts.isCaseOrDefaultClause(parent)
    ? parent.statements
    : undefined
}

/** `await d.cleanup()`, or a `try` that ends with it. */
function cleansUp(statement: ts.Statement, receiver: string): boolean {
  if (ts.isTryStatement(statement))
    return statement.finallyBlock?.statements.some((last) => cleansUp(last, receiver)) ?? false
  if (!ts.isExpressionStatement(statement)) return false
  const awaited = innermost(statement.expression)
  const call = innermost(ts.isAwaitExpression(awaited) ? awaited.expression : awaited)
  if (!ts.isCallExpression(call)) return false
  const callee = call.expression
  if (ts.isPropertyAccessExpression(callee))
    return callee.name.text === 'cleanup' && callee.expression.getText() === receiver
  return (
    ts.isElementAccessExpression(callee) &&
    callee.argumentExpression.getText() === 'Symbol.asyncDispose' &&
    callee.expression.getText() === receiver
  )
}

/** Whether a statement may put another dispatcher in its place. */
function assigns(node: ts.Node, receiver: string): boolean {
  if (isAssignment(node) && node.left.getText() === receiver) return true
  if (ts.isVariableDeclaration(node) && node.name.getText() === receiver) return true
  return ts.forEachChild(node, (child) => assigns(child, receiver) || undefined) ?? false
}
