import ts from '#typescript'
import type { FileWork } from './file-work.js'
import { pathAt, statusComparison, statusValue, type Path, type Subject } from './outcome-paths.js'
import { isTransparent, needsParentheses } from './syntax.js'
import { isFacadeConstant, type Work } from './work.js'

/** The three old shapes of a result, by the method that gave them. */
export type OldShape = 'dispatch' | 'dispatchTool' | 'executeTool'

/** The edits of one read; absent where the read stays as it is. */
export type Read = (file: FileWork) => void

/** A read of a property of an old result: how the property is called, and what the new text calls the result. */
export interface PropertyRead {
  /** The whole access, such as `r.status`, or the local that stands for it. */
  readonly node: ts.Expression
  readonly property: string
  /** What stands for the success flag in the new text. */
  readonly success: string
  /** What stands for the error in the new text. */
  readonly error: string
  /** What stands for the value in the new text. */
  readonly result: string
  /** What stands for the result itself, where there is one. */
  readonly base: string | undefined
  readonly subject: Subject
}

const KEPT: Readonly<Record<OldShape, ReadonlySet<string>>> = {
  dispatch: new Set(),
  dispatchTool: new Set(['success']),
  executeTool: new Set(['success', 'toolName', 'userId']),
}

/** How one read becomes a read of the new result with the same value; `undefined` when it cannot. */
export function readOf(work: Work, shape: OldShape, read: PropertyRead): Read | undefined {
  const { node, property } = read
  if (isWritten(node)) return undefined
  if (KEPT[shape].has(property)) return () => {}
  switch (property) {
    case 'status':
      return shape === 'dispatchTool' ? undefined : statusRead(work, read)
    case 'payload':
      return shape === 'dispatch' ? payloadRead(work, read) : undefined
    case 'message':
      return shape === 'dispatch' ? textRead(work, read, "''") : undefined
    case 'error':
      return shape === 'dispatch' ? undefined : textRead(work, read, 'null')
    case 'errorMessage':
      return shape === 'executeTool' ? textRead(work, read, 'null') : undefined
    case 'result':
      return shape === 'dispatch' ? undefined : resultRead(work, read)
    case 'metadata':
      return shape === 'dispatchTool' ? metadataRead(read) : undefined
    case 'executionTimeMs':
      return shape === 'executeTool'
        ? (file) => file.edits.replace(node.getStart(), node.end, [`Math.trunc(${file.textOf(node)})`])
        : undefined
    default:
      return undefined
  }
}

function isWritten(node: ts.Expression): boolean {
  const { parent } = node
  if (ts.isDeleteExpression(parent)) return true
  if (ts.isPostfixUnaryExpression(parent)) return true
  return (
    ts.isBinaryExpression(parent) &&
    parent.left === node &&
    parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  )
}

function statusRead(work: Work, { node, success, subject }: PropertyRead): Read | undefined {
  const { parent } = node
  // The new text has two values, and a comparison with a third would not compile.
  if (ts.isSwitchStatement(parent) && parent.caseBlock.clauses.some((clause) => isThird(work, clause))) return undefined
  if (ts.isBinaryExpression(parent)) {
    const compared = statusComparison(work, parent, subject)
    if (compared === undefined) {
      const other = parent.left === node ? parent.right : parent.left
      const isConstant = ts.isPropertyAccessExpression(other) && isFacadeConstant(work, other.expression, 'ToolStatus')
      return ts.isStringLiteralLike(other) || isConstant ? undefined : wholeStatus(node, success)
    }
    const isTrue = (compared.status === 'success') === compared.equal
    return (file) => {
      file.drop(parent.left === node ? parent.right : parent.left)
      file.edits.replace(parent.getStart(), parent.end, [isTrue ? success : `!${success}`])
    }
  }
  return wholeStatus(node, success)
}

function isThird(work: Work, clause: ts.CaseOrDefaultClause): boolean {
  return ts.isCaseClause(clause) && statusValue(work, clause.expression) === undefined
}

function wholeStatus(node: ts.Expression, success: string): Read {
  return (file) => {
    const text = `${success} ? ${file.quote('success')} : ${file.quote('error')}`
    const alone = ts.isSwitchStatement(node.parent) || ts.isReturnStatement(node.parent)
    const shorthand = ts.isShorthandPropertyAssignment(node.parent) ? `${file.textOf(node)}: ` : ''
    file.edits.replace(node.getStart(), node.end, [alone ? text : `${shorthand}(${text})`])
  }
}

/**
 * `r.payload?.result` is the value; `r.payload` alone only serves as a question. `r.payload.result` throws where there was an
 * error, unless the tests around it rule that out.
 */
function payloadRead(work: Work, { node, result, success, subject }: PropertyRead): Read | undefined {
  let outer: ts.Node = node
  while (isTransparent(outer.parent)) outer = outer.parent
  const access = outer.parent
  if (ts.isPropertyAccessExpression(access) && access.expression === outer && access.name.text === 'result') {
    const mayThrow = access.questionDotToken === undefined && pathAt(work, node, subject) !== 'success'
    if (isWritten(access) || mayThrow) return undefined
    return (file) => file.edits.replace(access.getStart(), access.end, [result])
  }
  return isCondition(node) ? (file) => file.edits.replace(node.getStart(), node.end, [success]) : undefined
}

function metadataRead({ node, base }: PropertyRead): Read | undefined {
  const access = node.parent
  if (base === undefined || !ts.isPropertyAccessExpression(access) || access.expression !== node || isWritten(access))
    return undefined
  const { text } = access.name
  return text === 'toolName' || text === 'runId'
    ? (file) => file.edits.replace(access.getStart(), access.end, [`${base}.${text}`])
    : undefined
}

/** The text of the error: what it was without one is put back where that can be seen. */
function textRead(work: Work, read: PropertyRead, absent: string): Read | undefined {
  const { node, error, subject } = read
  const path: Path = pathAt(work, node, subject)
  if (path === 'success') {
    // What it was is known here, and the compiler would complain of a test on it.
    const isPlain = isSeen(node) && !ts.isBinaryExpression(node.parent)
    return isPlain ? (file) => replaceWith(file, node, absent, false) : undefined
  }
  const asserted = path === undefined && absent === 'null' ? assertedText(node) : undefined
  if (asserted !== undefined)
    return (file) => file.edits.replace(node.getStart(), asserted.end, [`${error}${asserted.mark}.message`])
  const plain = path === 'error' || (absent === 'null' && !isSeen(node))
  return (file) => replaceWith(file, node, plain ? `${error}?.message` : `${error}?.message ?? ${absent}`, !plain)
}

/** A text of which something is read as if it were there: without one that throws, and goes on to. */
function assertedText(node: ts.Expression): { readonly end: number; readonly mark: string } | undefined {
  const { parent } = node
  const outer = ts.isNonNullExpression(parent) ? parent : node
  const reader = outer.parent
  const isRead =
    (ts.isPropertyAccessExpression(reader) || ts.isElementAccessExpression(reader)) && reader.expression === outer
  if (!isRead || reader.questionDotToken !== undefined) return undefined
  if (outer !== node) return { end: outer.end, mark: '!' }
  return /\.[cm]?jsx?$/.test(node.getSourceFile().fileName) ? { end: node.end, mark: '' } : undefined
}

function resultRead(work: Work, read: PropertyRead): Read {
  const { node, result } = read
  if (!isSeen(node) || isAssertedPresent(work, node)) return () => {}
  return (file) => replaceWith(file, node, `${result} ?? null`, true)
}

function replaceWith(file: FileWork, node: ts.Expression, text: string, isOperation: boolean): void {
  const shorthand = ts.isShorthandPropertyAssignment(node.parent) ? `${file.textOf(node)}: ` : ''
  const wrapped = isOperation && needsParentheses(node.parent, node) ? `(${text})` : text
  file.edits.replace(node.getStart(), node.end, [shorthand + wrapped])
}

function isCondition(node: ts.Node): boolean {
  const { parent } = node
  if (ts.isPrefixUnaryExpression(parent)) return parent.operator === ts.SyntaxKind.ExclamationToken
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) return parent.expression === node
  return ts.isConditionalExpression(parent) && parent.condition === node
}

/** Whether the code says of a value that it is there: `r.result as Order`, `r.result!`. */
function isAssertedPresent(work: Work, node: ts.Node): boolean {
  const { parent } = node
  if (ts.isNonNullExpression(parent)) return true
  if (ts.isAsExpression(parent)) {
    const nullish = ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Any | ts.TypeFlags.Unknown
    const type = work.checker.getTypeFromTypeNode(parent.type)
    return (type.isUnion() ? type.types : [type]).every(({ flags }) => (flags & nullish) === 0)
  }
  return isTransparent(parent) && isAssertedPresent(work, parent)
}

/** Whether a place tells `null` from `undefined`. */
export function isSeen(node: ts.Node): boolean {
  const { parent } = node
  if (isTransparent(parent)) return isSeen(parent)
  if (isCondition(node) || ts.isExpressionStatement(parent)) return false
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) return false
  if (ts.isCallExpression(parent) && parent.expression === node) return false
  if (!ts.isBinaryExpression(parent)) return true
  switch (parent.operatorToken.kind) {
    case ts.SyntaxKind.QuestionQuestionToken:
    case ts.SyntaxKind.BarBarToken:
      return parent.left !== node
    case ts.SyntaxKind.EqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
      return false
    case ts.SyntaxKind.AmpersandAmpersandToken:
      return isSeen(parent)
    default:
      return true
  }
}
