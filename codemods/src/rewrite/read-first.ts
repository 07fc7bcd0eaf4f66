import ts from '#typescript'
import { isFunctionLike, statementOf } from './syntax.js'

/**
 * Whether the success of a result is looked at before anything else happens: in the next statement, before any call, and
 * nothing else runs whatever it is. Only then does a denial that is no longer thrown stop what it stopped before.
 */
export function isReadFirst(value: ts.Expression, first: ts.Node): boolean {
  const statement = statementOf(value)
  if (ts.isPropertyAccessExpression(value.parent) && value.parent === first)
    return isDecision(first) && parts(statement)
  const { parent } = statement
  if (!ts.isBlock(parent) && !ts.isSourceFile(parent) && !ts.isCaseOrDefaultClause(parent)) return false
  const next = parent.statements[parent.statements.findIndex((one) => one === statement) + 1]
  if (next === undefined || first.pos < next.pos || first.end > next.end) return false
  return isDecision(first) && !happensBefore(next, first) && parts(next)
}

/** Whether the ways of success and failure part for good at a statement: one of them leaves, or nothing comes behind both. */
function parts(statement: ts.Node): boolean {
  if (ts.isReturnStatement(statement) || ts.isThrowStatement(statement)) return true
  const ways = ts.isIfStatement(statement)
    ? [statement.thenStatement, statement.elseStatement]
    : ts.isSwitchStatement(statement)
      ? statement.caseBlock.clauses.map(({ statements }) => statements.at(-1))
      : []
  return ways.some((way) => way !== undefined && leavesFunction(way)) || isLast(statement)
}

function leavesFunction(way: ts.Statement): boolean {
  const last = ts.isBlock(way) ? way.statements.at(-1) : way
  return last !== undefined && (ts.isReturnStatement(last) || ts.isThrowStatement(last))
}

/** Whether a function ends with a statement. */
function isLast(statement: ts.Node): boolean {
  for (let at = statement; ; at = at.parent) {
    const { parent } = at
    if (isFunctionLike(parent)) return true
    const isEnd = ts.isBlock(parent) ? parent.statements.at(-1) === at : ts.isIfStatement(parent)
    if (!isEnd) return false
  }
}

/** Whether a read decides what runs: the condition of an `if`, a ternary, a switch, `&&` or `||`. */
function isDecision(read: ts.Node): boolean {
  for (let at = read; at.parent !== undefined; at = at.parent) {
    const { parent } = at
    if (ts.isIfStatement(parent)) return parent.expression === at
    if (ts.isConditionalExpression(parent)) return parent.condition === at
    if (ts.isSwitchStatement(parent)) return parent.expression === at
    if (ts.isWhileStatement(parent)) return false
    const passes =
      ts.isPrefixUnaryExpression(parent) || ts.isBinaryExpression(parent) || ts.isParenthesizedExpression(parent)
    if (!passes) return false
    if (ts.isBinaryExpression(parent) && parent.right === at && !isComparing(parent)) return false
  }
  return false
}

function isComparing(node: ts.BinaryExpression): boolean {
  return node.operatorToken.kind >= ts.SyntaxKind.FirstBinaryOperator && /^[!=]==?$/.test(node.operatorToken.getText())
}

function happensBefore(statement: ts.Node, read: ts.Node): boolean {
  let found = false
  const visit = (node: ts.Node): void => {
    if (found || node.pos >= read.pos) return
    const acts =
      ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isAwaitExpression(node) || ts.isYieldExpression(node)
    if (acts && node.end <= read.getStart()) found = true
    else ts.forEachChild(node, visit)
  }
  visit(statement)
  return found
}
