import ts from '#typescript'
import { isFacadeConstant, type Work } from './work.js'

/** Which outcome is certain at a place. */
export type Path = 'success' | 'error' | undefined

/** What is known of a result by the tests around its reads: of a variable, or of what was taken out of one. */
export interface Subject {
  /** Whether an expression is the success flag: `r.success`, or a local `success`. */
  isSuccess(expression: ts.Expression): boolean
  /** Whether an expression is the status text: `r.status`, or a local `status`. */
  isStatus(expression: ts.Expression): boolean
}

/** Which outcome the tests around a node leave possible. */
export function pathAt(work: Work, node: ts.Node, subject: Subject): Path {
  for (let at: ts.Node = node; at.parent !== undefined; at = at.parent) {
    const found = pathFromParent(work, at, subject) ?? pathFromEarlier(work, at, subject)
    if (found !== undefined) return found
  }
  return undefined
}

function pathFromParent(work: Work, node: ts.Node, subject: Subject): Path {
  const { parent } = node
  if (ts.isIfStatement(parent)) {
    if (parent.thenStatement === node) return tested(work, parent.expression, true, subject)
    return parent.elseStatement === node ? tested(work, parent.expression, false, subject) : undefined
  }
  if (ts.isConditionalExpression(parent)) {
    if (parent.whenTrue === node) return tested(work, parent.condition, true, subject)
    return parent.whenFalse === node ? tested(work, parent.condition, false, subject) : undefined
  }
  if (ts.isBinaryExpression(parent) && parent.right === node) {
    if (parent.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken)
      return tested(work, parent.left, true, subject)
    if (parent.operatorToken.kind === ts.SyntaxKind.BarBarToken) return tested(work, parent.left, false, subject)
  }
  if (ts.isCaseClause(parent) && parent.expression !== node && subject.isStatus(parent.parent.parent.expression)) {
    return isEnteredFromAbove(parent) ? undefined : statusValue(work, parent.expression)
  }
  return undefined
}

/** Whether the clause before falls through into this one. */
function isEnteredFromAbove(clause: ts.CaseClause): boolean {
  const { clauses } = clause.parent
  const above = clauses[clauses.indexOf(clause) - 1]
  const last = above?.statements.at(-1)
  return above !== undefined && (last === undefined || !leaves(last))
}

/** What an earlier `if` that leaves has ruled out for the statements behind it. */
function pathFromEarlier(work: Work, node: ts.Node, subject: Subject): Path {
  const { parent } = node
  if (!ts.isStatement(node) || !(ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isCaseOrDefaultClause(parent)))
    return undefined
  for (const statement of parent.statements) {
    if (statement === node) return undefined
    if (!ts.isIfStatement(statement) || statement.elseStatement !== undefined || !leaves(statement.thenStatement))
      continue
    const found = tested(work, statement.expression, false, subject)
    if (found !== undefined) return found
  }
  return undefined
}

function leaves(statement: ts.Statement): boolean {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement
  if (last === undefined) return false
  return (
    ts.isReturnStatement(last) || ts.isThrowStatement(last) || ts.isContinueStatement(last) || ts.isBreakStatement(last)
  )
}

/** What is certain when a condition has a value. */
function tested(work: Work, condition: ts.Expression, value: boolean, subject: Subject): Path {
  if (ts.isParenthesizedExpression(condition)) return tested(work, condition.expression, value, subject)
  if (ts.isPrefixUnaryExpression(condition) && condition.operator === ts.SyntaxKind.ExclamationToken) {
    return tested(work, condition.operand, !value, subject)
  }
  if (subject.isSuccess(condition)) return value ? 'success' : 'error'
  if (!ts.isBinaryExpression(condition)) return undefined
  const { left, right, operatorToken } = condition
  const both = value ? ts.SyntaxKind.AmpersandAmpersandToken : ts.SyntaxKind.BarBarToken
  if (operatorToken.kind === both) return tested(work, left, value, subject) ?? tested(work, right, value, subject)
  const compared = statusComparison(work, condition, subject)
  if (compared === undefined) {
    const flag = flagComparison(condition)
    return flag && tested(work, flag.operand, flag.wanted === value, subject)
  }
  return compared.equal === value ? compared.status : compared.status === 'success' ? 'error' : 'success'
}

/** `status === 'success'` and its kin. */
export function statusComparison(
  work: Work,
  node: ts.BinaryExpression,
  subject: Subject,
): { status: 'success' | 'error'; equal: boolean } | undefined {
  const { kind } = node.operatorToken
  const equal = kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.EqualsEqualsToken
  if (!equal && kind !== ts.SyntaxKind.ExclamationEqualsEqualsToken && kind !== ts.SyntaxKind.ExclamationEqualsToken)
    return undefined
  const other = subject.isStatus(node.left) ? node.right : subject.isStatus(node.right) ? node.left : undefined
  const status = other === undefined ? undefined : statusValue(work, other)
  return status === undefined ? undefined : { status, equal }
}

/** `success === true` and its kin: what is compared, and the value that makes the comparison hold. */
function flagComparison({
  left,
  right,
  operatorToken: { kind },
}: ts.BinaryExpression): { operand: ts.Expression; wanted: boolean } | undefined {
  const equal = kind === ts.SyntaxKind.EqualsEqualsEqualsToken || kind === ts.SyntaxKind.EqualsEqualsToken
  if (!equal && kind !== ts.SyntaxKind.ExclamationEqualsEqualsToken && kind !== ts.SyntaxKind.ExclamationEqualsToken)
    return undefined
  const literal = [left, right].find(
    (side) => side.kind === ts.SyntaxKind.TrueKeyword || side.kind === ts.SyntaxKind.FalseKeyword,
  )
  if (literal === undefined) return undefined
  return { operand: literal === left ? right : left, wanted: (literal.kind === ts.SyntaxKind.TrueKeyword) === equal }
}

/** The status that an expression writes: `'success'`, `ToolStatus.ERROR`. */
export function statusValue(work: Work, expression: ts.Expression): 'success' | 'error' | undefined {
  if (ts.isStringLiteralLike(expression)) {
    return expression.text === 'success' || expression.text === 'error' ? expression.text : undefined
  }
  if (!ts.isPropertyAccessExpression(expression) || !isFacadeConstant(work, expression.expression, 'ToolStatus'))
    return undefined
  if (expression.name.text === 'SUCCESS') return 'success'
  return expression.name.text === 'ERROR' ? 'error' : undefined
}
