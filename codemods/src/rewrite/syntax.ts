import ts from '#typescript'

/** Parentheses, assertions and non-null marks: what stands around an expression without changing its value. */
export function isTransparent(
  node: ts.Node,
): node is ts.ParenthesizedExpression | ts.AsExpression | ts.NonNullExpression | ts.SatisfiesExpression {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isSatisfiesExpression(node)
  )
}

/** The expression with everything transparent around it. */
export function outermost(node: ts.Expression): ts.Expression {
  let outer: ts.Expression = node
  while (isTransparent(outer.parent) && outer.parent.expression === outer) outer = outer.parent
  return outer
}

/** The expression inside everything transparent. */
export function innermost(node: ts.Expression): ts.Expression {
  let inner = node
  while (isTransparent(inner)) inner = inner.expression
  return inner
}

/** Whether evaluating an expression does nothing and cannot fail: names, literals, property chains, and what is made of them. */
export function isSimple(node: ts.Expression): boolean {
  const inner = innermost(node)
  if (ts.isIdentifier(inner) || ts.isLiteralExpression(inner) || inner.kind === ts.SyntaxKind.ThisKeyword) return true
  if (isKeywordValue(inner) || ts.isArrowFunction(inner) || ts.isFunctionExpression(inner)) return true
  if (ts.isPropertyAccessExpression(inner)) return isSimple(inner.expression)
  if (ts.isPrefixUnaryExpression(inner)) {
    const changes = inner.operator === ts.SyntaxKind.PlusPlusToken || inner.operator === ts.SyntaxKind.MinusMinusToken
    return !changes && isSimple(inner.operand)
  }
  if (ts.isArrayLiteralExpression(inner))
    return inner.elements.every((element) => !ts.isSpreadElement(element) && isSimple(element))
  if (ts.isObjectLiteralExpression(inner)) return inner.properties.every(isSimpleProperty)
  if (ts.isTemplateExpression(inner)) return inner.templateSpans.every(({ expression }) => isSimple(expression))
  return false
}

export function isSimpleProperty(property: ts.ObjectLiteralElementLike): boolean {
  if (ts.isShorthandPropertyAssignment(property)) return true
  if (ts.isSpreadAssignment(property)) return isSimple(property.expression)
  return (
    ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name) && isSimple(property.initializer)
  )
}

function isKeywordValue(node: ts.Node): boolean {
  return (
    node.kind === ts.SyntaxKind.NullKeyword ||
    node.kind === ts.SyntaxKind.TrueKeyword ||
    node.kind === ts.SyntaxKind.FalseKeyword
  )
}

export function isNothing(node: ts.Expression | undefined): boolean {
  if (node === undefined) return true
  const inner = innermost(node)
  return inner.kind === ts.SyntaxKind.NullKeyword || (ts.isIdentifier(inner) && inner.text === 'undefined')
}

/** The statement that a node stands in: where a marker goes. A member of a class counts as one. */
export function statementOf(node: ts.Node): ts.Node {
  let at: ts.Node = node
  while (at.parent !== undefined && !isStatementPlace(at)) at = at.parent
  return at
}

function isStatementPlace(node: ts.Node): boolean {
  if (ts.isClassElement(node) || ts.isTypeElement(node)) return !ts.isTypeLiteralNode(node.parent)
  const { parent } = node
  return (
    ts.isStatement(node) &&
    (ts.isBlock(parent) || ts.isSourceFile(parent) || ts.isModuleBlock(parent) || ts.isCaseOrDefaultClause(parent))
  )
}

/** The function that a node runs in; the file itself for what runs when it is loaded. */
export function functionOf(node: ts.Node): ts.FunctionLikeDeclaration | ts.SourceFile {
  let at: ts.Node = node.parent
  while (!ts.isSourceFile(at) && !isFunctionLike(at)) at = at.parent
  return at
}

export function isFunctionLike(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return (
    ts.isFunctionDeclaration(node) ||
    ts.isFunctionExpression(node) ||
    ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isConstructorDeclaration(node) ||
    ts.isAccessor(node)
  )
}

export function isAsync(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false)
  )
}

/** The `try` blocks with a `catch` around a node, within its function, the innermost first. */
function triesAround(node: ts.Node): ts.TryStatement[] {
  const found: ts.TryStatement[] = []
  const end = functionOf(node)
  for (let at: ts.Node = node; at !== end && at.parent !== undefined; at = at.parent) {
    if (ts.isTryStatement(at.parent) && at.parent.tryBlock === at && at.parent.catchClause !== undefined)
      found.push(at.parent)
  }
  return found
}

/** Whether a handler around a node, within its function, does more than let pass what it caught. */
export function isHandled(node: ts.Node): boolean {
  return triesAround(node).some(({ catchClause }) => catchClause !== undefined && !onlyRethrows(catchClause))
}

/** Whether a handler only lets pass on what it caught, after at most a line of logging. */
function onlyRethrows(clause: ts.CatchClause): boolean {
  const name = clause.variableDeclaration?.name
  if (name === undefined || !ts.isIdentifier(name)) return false
  const last = clause.block.statements.at(-1)
  if (last === undefined || !ts.isThrowStatement(last) || !ts.isIdentifier(last.expression)) return false
  if (last.expression.text !== name.text) return false
  return clause.block.statements.slice(0, -1).every((statement) => {
    if (!ts.isExpressionStatement(statement) || !ts.isCallExpression(statement.expression)) return false
    return /^(?:console|log|logger|this\.log|this\.logger)\./.test(statement.expression.expression.getText())
  })
}

/** Where a string, number or `null` may be put next to `??` or `.` without parentheses. */
export function needsParentheses(parent: ts.Node, child: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) return parent.expression === child
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return parent.expression === child
  if (ts.isAsExpression(parent) || ts.isSatisfiesExpression(parent)) return true
  return (
    (ts.isBinaryExpression(parent) && !isAssignment(parent)) ||
    ts.isPrefixUnaryExpression(parent) ||
    (ts.isConditionalExpression(parent) && parent.condition === child) ||
    ts.isAwaitExpression(parent) ||
    ts.isNonNullExpression(parent) ||
    ts.isTypeOfExpression(parent) ||
    ts.isSpreadElement(parent)
  )
}

export function isAssignment(node: ts.Node): node is ts.BinaryExpression {
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    node.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  )
}

/** Whether an identifier of this text stands anywhere in a node. */
export function mentionsName(node: ts.Node, name: string): boolean {
  if (ts.isIdentifier(node)) return node.text === name
  return ts.forEachChild(node, (child) => mentionsName(child, name) || undefined) ?? false
}

/** Whether a statement, or a declaration, is exported where it stands. */
export function hasExportKeyword(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
}

/** Whether a statement is a text alone, as `'use strict'` is. */
export function isDirective(statement: ts.Statement): boolean {
  return ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression)
}
