import ts from '#typescript'

const LIBRARY = /^(?:proxyquire|esmock|quibble|rewiremock|mockery|td)\b|\bmock\.module$/i

/**
 * Whether a text that names a module puts something else in the module's place, by other means than the mocks of vitest and
 * jest: the loader's own cache, `mock.module()` of Node's test runner, proxyquire, esmock and the like. What is put there has
 * the old members, and can be put anywhere in a program, so that nothing that loads the module may leave it.
 */
export function standsIn(literal: ts.StringLiteralLike): boolean {
  const { parent } = literal
  if (ts.isCallExpression(parent) && parent.arguments[0] === literal) {
    const callee = parent.expression.getText()
    if (callee === 'require' || parent.expression.kind === ts.SyntaxKind.ImportKeyword) return false
    return /\bresolve$/.test(callee) ? changesLoader(literal.getSourceFile()) || isOfLibrary(parent) : isLibrary(parent)
  }
  if (ts.isPropertyAssignment(parent) && parent.name === literal) return isOfLibrary(parent)
  return isCompared(literal) && changesLoader(literal.getSourceFile())
}

function isLibrary(call: ts.CallExpression): boolean {
  return LIBRARY.test(call.expression.getText())
}

/** Whether a node lies in what is given to such a library. */
function isOfLibrary(node: ts.Node): boolean {
  for (let at = node.parent; !ts.isStatement(at); at = at.parent) {
    if (ts.isCallExpression(at) && isLibrary(at)) return true
  }
  return false
}

/** `request === 'module'`, `case 'module':` or `cache['module']`, as hooks of the loader ask. */
function isCompared(literal: ts.StringLiteralLike): boolean {
  const { parent } = literal
  return ts.isBinaryExpression(parent) || ts.isCaseClause(parent) || ts.isElementAccessExpression(parent)
}

function changesLoader({ text }: ts.SourceFile): boolean {
  return /\brequire\.cache\b|\bModule\._(?:load|cache|resolveFilename)\b|\bregisterHooks\b/.test(text)
}
