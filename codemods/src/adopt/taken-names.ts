import ts from '#typescript'
import { hasExportKeyword, isAssignment, outermost } from '../rewrite/syntax.js'

/** One name that code takes out of a module. */
export interface TakenName {
  readonly name: string
  readonly node: ts.Node
  /** Whether only the compiler sees it. */
  readonly isType: boolean
}

/** The names that are taken out of a module, and whether a test puts something else in their place. */
export interface Taken {
  /** Undefined where they cannot be seen. */
  readonly names: readonly TakenName[] | undefined
  readonly isReplaced: boolean
}

const unseen: Taken = { names: undefined, isReplaced: false }

/** What an import clause takes: named imports, or what is read of a namespace. */
export function takenByImport(clause: ts.ImportClause): Taken {
  const isTypeOnly = clause.phaseModifier === ts.SyntaxKind.TypeKeyword
  const inherent = clause.name === undefined ? [] : [{ name: 'default', node: clause.name, isType: isTypeOnly }]
  const { namedBindings } = clause
  if (namedBindings === undefined) return { names: inherent, isReplaced: false }
  if (ts.isNamespaceImport(namedBindings))
    return joined([{ names: inherent, isReplaced: false }, usesOf(namedBindings.name)])
  const elements = namedBindings.elements.map((element): Taken => {
    const uses = identifiersLike(element.name)
    const isType =
      isTypeOnly || element.isTypeOnly || (isTypeScript(element.getSourceFile()) && uses.every(isTypePlace))
    const name = (element.propertyName ?? element.name).text
    return { names: [{ name, node: element, isType }], isReplaced: uses.some(isGivenToTestFramework) }
  })
  return joined([{ names: inherent, isReplaced: false }, ...elements])
}

/** What a re-export passes on. */
export function takenByExport({ exportClause, isTypeOnly }: ts.ExportDeclaration): Taken {
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) return unseen
  const names = exportClause.elements.map((element) => ({
    name: (element.propertyName ?? element.name).text,
    node: element,
    // Without a checker nobody knows of an `export { T } from`, but only TypeScript lets one of a type pass.
    isType: isTypeOnly || element.isTypeOnly || isTypeScript(element.getSourceFile()),
  }))
  return { names, isReplaced: false }
}

/** What is taken out of a loaded module: `require(…).X`, `const { X } = await import(…)`, `import(…).then((m) => m.X)`. */
export function takenFrom(load: ts.Expression, isPromise: boolean): Taken {
  const whole = outermost(load)
  const { parent } = whole
  if (isPromise) {
    if (ts.isAwaitExpression(parent)) return takenFrom(parent, false)
    return ts.isPropertyAccessExpression(parent) && parent.name.text === 'then' ? takenByThen(parent.parent) : unseen
  }
  if (ts.isVariableDeclaration(parent) && parent.initializer === whole) {
    const { parent: list } = parent
    const exported = ts.isVariableStatement(list.parent) && hasExportKeyword(list.parent)
    return exported ? unseen : takenByName(parent.name)
  }
  return takenByUse(whole)
}

function takenByThen(call: ts.Node): Taken {
  const [callback] = ts.isCallExpression(call) ? call.arguments : []
  if (callback === undefined || (!ts.isArrowFunction(callback) && !ts.isFunctionExpression(callback))) return unseen
  const [parameter] = callback.parameters
  return parameter === undefined ? unseen : takenByName(parameter.name)
}

function takenByName(name: ts.BindingName): Taken {
  if (ts.isIdentifier(name)) return usesOf(name)
  if (!ts.isObjectBindingPattern(name)) return unseen
  const names: TakenName[] = []
  for (const element of name.elements) {
    const key = element.propertyName ?? element.name
    if (element.dotDotDotToken !== undefined || (!ts.isIdentifier(key) && !ts.isStringLiteral(key))) return unseen
    names.push({ name: key.text, node: element, isType: false })
  }
  return { names, isReplaced: false }
}

/** What is read of a module under a name. Another thing of that name counts as it: better left alone than wrong. */
export function usesOf(name: ts.Identifier): Taken {
  return joined(identifiersLike(name).map(takenByUse))
}

function takenByUse(node: ts.Node): Taken {
  const { parent } = node
  const one = (name: string, isType: boolean): Taken => ({
    names: [{ name, node: parent, isType }],
    isReplaced: isGivenToTestFramework(parent),
  })
  if (ts.isQualifiedName(parent) && parent.left === node) return one(parent.right.text, isTypePlace(parent))
  if (ts.isPropertyAccessExpression(parent) && parent.expression === node && !isChanged(parent)) {
    return one(parent.name.text, isTypePlace(parent))
  }
  if (ts.isElementAccessExpression(parent) && parent.expression === node && !isChanged(parent)) {
    return ts.isStringLiteralLike(parent.argumentExpression) ? one(parent.argumentExpression.text, false) : unseen
  }
  if (ts.isVariableDeclaration(parent) && parent.initializer === node && ts.isObjectBindingPattern(parent.name)) {
    return takenByName(parent.name)
  }
  const replaces = isChanged(parent) || isGivenToTestFramework(node)
  return { names: undefined, isReplaced: replaces }
}

function isChanged(node: ts.Node): boolean {
  const { parent } = node
  return (isAssignment(parent) && parent.left === node) || ts.isDeleteExpression(parent)
}

/** Whether a test framework is handed it, to put something else in its place or to watch it. */
function isGivenToTestFramework(node: ts.Node): boolean {
  let at = node
  while (ts.isPropertyAccessExpression(at.parent)) at = at.parent
  const call = at.parent
  return ts.isCallExpression(call) && /^(?:vi|vitest|jest|sinon|td|mock|t\.mock)\./u.test(call.expression.getText())
}

/** Every other identifier of the file that may be a use of a name. */
function identifiersLike(name: ts.Identifier): ts.Identifier[] {
  const found: ts.Identifier[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node !== name && node.text === name.text && !isOnlyAName(node)) found.push(node)
    for (const doc of ts.getJSDocCommentsAndTags(node)) if (doc.parent === node) visit(doc)
    ts.forEachChild(node, visit)
  }
  visit(name.getSourceFile())
  return found
}

/** A property of something else, a key, the outside name of an import or an export. */
function isOnlyAName(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node
  if (ts.isQualifiedName(parent)) return parent.right === node
  if (ts.isImportSpecifier(parent) || ts.isBindingElement(parent)) return parent.propertyName === node
  if (ts.isExportSpecifier(parent)) return parent.propertyName !== undefined && parent.name === node
  if (ts.isJSDocLink(parent) || ts.isJSDocNameReference(parent) || ts.isJSDocParameterTag(parent)) return true
  const isMember = ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent)
  return isMember && parent.name === node
}

function isTypePlace(node: ts.Node): boolean {
  if (ts.isExportSpecifier(node.parent)) return isTypeScript(node.getSourceFile())
  for (let at = node; at.parent !== undefined && !ts.isStatement(at); at = at.parent) {
    if (ts.isTypeQueryNode(at)) return false
    if (ts.isTypeNode(at) && !ts.isExpressionWithTypeArguments(at)) return true
    if (ts.isJSDoc(at)) return true
    if (ts.isExpressionWithTypeArguments(at)) return isTypeHeritage(at.parent)
  }
  return false
}

function isTypeHeritage(node: ts.Node): boolean {
  return (
    ts.isInterfaceDeclaration(node.parent) ||
    (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword)
  )
}

function isTypeScript({ fileName }: ts.SourceFile): boolean {
  return !/\.[cm]?jsx?$/u.test(fileName)
}

function joined(all: readonly Taken[]): Taken {
  const names: TakenName[] = []
  let isSeen = true
  for (const { names: some } of all) {
    if (some === undefined) isSeen = false
    else names.push(...some)
  }
  return { names: isSeen ? names : undefined, isReplaced: all.some(({ isReplaced }) => isReplaced) }
}
