import ts from '#typescript'

/** What a type stands for where it is written: the variable, the member or the parameter that has it, or the function that gives it. */
export function enclosingKey(node: ts.Node): ts.Declaration | undefined {
  for (let at = node; at.parent !== undefined; at = at.parent) {
    const { parent } = at
    if (isSignature(parent) && parent.type === at) return parent
    if (isTyped(parent)) return parent
    if (ts.isJSDocParameterTag(parent)) return documentedParameter(parent) ?? parent
    if (ts.isJSDocReturnTag(parent)) return documentedFunction(parent)
    if (ts.isJSDocTypeTag(parent)) return documentedDeclaration(parent)
    if (ts.isJSDocTypedefTag(parent) || ts.isJSDocPropertyTag(parent)) return parent
    if (ts.isStatement(parent) && !ts.isVariableStatement(parent)) return undefined
  }
  return undefined
}

function isSignature(node: ts.Node): node is ts.SignatureDeclaration {
  return ts.isFunctionLike(node)
}

function isTyped(node: ts.Node): node is ts.Declaration {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isPropertySignature(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isTypeParameterDeclaration(node)
  )
}

function documented(tag: ts.Node): ts.Node | undefined {
  let at: ts.Node | undefined = tag
  while (at !== undefined && !ts.isJSDoc(at)) at = at.parent
  return at?.parent
}

function documentedFunction(tag: ts.Node): ts.SignatureDeclaration | undefined {
  const host = documented(tag)
  if (host === undefined) return undefined
  if (ts.isFunctionLike(host)) return host
  const initializer = ts.isVariableStatement(host) ? host.declarationList.declarations[0]?.initializer : undefined
  return initializer !== undefined && ts.isFunctionLike(initializer) ? initializer : undefined
}

function documentedParameter(tag: ts.JSDocParameterTag): ts.ParameterDeclaration | undefined {
  const name = tag.name.getText()
  return documentedFunction(tag)?.parameters.find(
    (parameter): parameter is ts.ParameterDeclaration => ts.isParameter(parameter) && parameter.name.getText() === name,
  )
}

function documentedDeclaration(tag: ts.Node): ts.Declaration | undefined {
  const host = documented(tag)
  if (host === undefined) return undefined
  if (ts.isVariableStatement(host)) return host.declarationList.declarations[0]
  return isTyped(host) ? host : undefined
}
