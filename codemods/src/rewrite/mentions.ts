import ts from '#typescript'
import { migrations } from '../migrations.js'
import type { FacadeName } from '../plan.js'
import { isAugmentation, joinImplementation } from './ambient.js'
import { type Binding, bindingsOf, facadeExport, type FacadeExport } from './bindings.js'
import { facadeCall, isCreation } from './creations.js'
import { isDispatcherClass } from './facade-symbols.js'
import type { FileWork } from './file-work.js'
import { isInstance } from './instance-types.js'
import { declarationKey, sourceOf } from './sources.js'
import { usesNamed } from './references.js'
import { enclosingKey } from './type-places.js'
import type { Key, Mention, Work } from './work.js'

/** Surveys the places of a file that name exports of facades. */
export function surveyMentions(work: Work, source: ts.SourceFile): void {
  const bindings = bindingsOf(work, source)
  work.bindings.set(source, bindings)
  const names = namesOfNote(work, source, bindings)
  eachIdentifier(source, (node) => {
    if (names?.has(node.text) === false) return
    const symbol = localSymbol(work, node)
    const declaration = symbol?.declarations?.[0]
    if (symbol === undefined || declaration === undefined) return
    const binding = bindings.get(declaration)
    if (binding !== undefined) {
      if (binding.local !== node && !isImported(node)) surveyReference(work, node, binding)
      return
    }
    const isExport = ts.isExportSpecifier(node.parent) || ts.isNamespaceExport(node.parent)
    if ((symbol.flags & ts.SymbolFlags.Alias) === 0 || isImported(node) || isExport) return
    const exported = facadeExport(work, symbol)
    if (exported !== undefined)
      surveyMention(work, { ...exported, reference: node, whole: node.parent, binding: undefined })
  })
}

/**
 * The names that can stand for something of a facade where each file is alone: nothing comes through other files there, so
 * that it is what the file loads, or an export of a facade. Undefined where any name can.
 */
function namesOfNote(
  work: Work,
  source: ts.SourceFile,
  bindings: ReadonlyMap<ts.Declaration, Binding>,
): ReadonlySet<string> | undefined {
  if (work.project.typed || !/\.[cm]?tsx?$/.test(source.fileName)) return undefined
  return new Set([...exportNames, ...[...bindings.values()].map(({ local }) => local.text)])
}

const exportNames = Object.values(migrations).flatMap(({ exports }) => Object.keys(exports))

/** Every identifier of a file, those of JSDoc types included. */
function eachIdentifier(source: ts.SourceFile, visit: (node: ts.Identifier) => void): void {
  const withDocs = /\.[cm]?jsx?$/.test(source.fileName)
  const walk = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) visit(node)
    if (withDocs) for (const doc of ts.getJSDocCommentsAndTags(node)) if (doc.parent === node) walk(doc)
    ts.forEachChild(node, walk)
  }
  walk(source)
}

/** What a name stands for in its file, imports not followed. */
function localSymbol(work: Work, node: ts.Identifier): ts.Symbol | undefined {
  const { parent } = node
  if (ts.isShorthandPropertyAssignment(parent) && parent.name === node)
    return work.checker.getShorthandAssignmentValueSymbol(parent)
  if (ts.isExportSpecifier(parent))
    return parent.parent.parent.moduleSpecifier === undefined
      ? work.checker.getExportSpecifierLocalTargetSymbol(parent)
      : undefined
  if (ts.isBindingElement(parent) && parent.propertyName === node) return undefined
  return work.checker.getSymbolAtLocation(node)
}

/** Whether a name only says what is imported, or declares it. */
function isImported(node: ts.Identifier): boolean {
  const { parent } = node
  return (
    ts.isImportSpecifier(parent) ||
    ts.isImportClause(parent) ||
    ts.isNamespaceImport(parent) ||
    (ts.isExportSpecifier(parent) && parent.propertyName !== undefined && parent.name === node)
  )
}

function surveyReference(work: Work, node: ts.Identifier, binding: Binding): void {
  binding.references.push(node)
  if (binding.exported !== '*') {
    surveyMention(work, { ...binding, reference: node, whole: node, binding })
    return
  }
  const { parent } = node
  const name =
    ts.isPropertyAccessExpression(parent) && parent.expression === node
      ? parent.name
      : ts.isQualifiedName(parent) && parent.left === node
        ? parent.right
        : undefined
  if (name !== undefined && ts.isIdentifier(name)) {
    surveyMention(work, { ...binding, exported: name.text, reference: node, whole: parent, binding })
  } else {
    work.block(
      node,
      node,
      binding.facade,
      `the whole of @switchyard/${binding.facade} is passed on here; name what is used of it`,
    )
    stays(work, { ...binding, reference: node, whole: node, binding }, node)
  }
}

const DECLARED_BY_HAND =
  'its type is declared by hand here, and the code behind it cannot be checked; change both, and what calls them'

interface Found extends FacadeExport {
  readonly reference: ts.Identifier
  readonly whole: ts.Node
  readonly binding: Binding | undefined
}

function stays(work: Work, found: Found, key: Key): void {
  work.mentions.push({ ...found, key, callee: false, keeps: false })
}

/** Surveys one place that names an export: what it must move together with, and what becomes of its text. */
function surveyMention(work: Work, found: Found): void {
  const { facade, exported, whole, links } = found
  const entry = migrations[facade].exports[exported]
  if (exported === 'default') {
    stays(work, found, found.reference)
    return
  }
  if (entry === undefined) {
    work.block(
      found.reference,
      found.reference,
      facade,
      `@switchyard/${facade} has no export named ${exported}; see what was meant`,
    )
    stays(work, found, found.reference)
    return
  }
  const isClass = entry.to?.name === 'UnifiedToolDispatcher' && entry.kind === 'class'
  const key =
    isClass || entry.kind === 'function'
      ? dispatcherKey(work, found, isClass && isDispatcherClass(exported))
      : (freeKey(work, found) ?? found.whole)
  const keeps = links.length > 0 && entry.kind !== 'function' && entry.to !== undefined
  const mention: Mention = { ...found, key, callee: isCallee(work, whole), keeps }
  work.mentions.push(mention)
  for (const link of links) work.tie(link, key)
  if (mention.callee) return
  const { to } = entry
  const base = { node: whole, key, facade, name: exported, rule: 'facade-use', isName: true } as const
  if (to === undefined || (entry.kind === 'function' && to.name === 'UnifiedToolDispatcher')) {
    work.block(
      whole,
      key,
      facade,
      entry.kind === 'function'
        ? `${exported} is passed on as a function; call it where a dispatcher is needed`
        : `${exported} has no counterpart; use ${entry.replacement}`,
    )
    work.add(base)
    return
  }
  work.add({
    ...base,
    apply: (file) => {
      if (!keeps && !file.gone.has(whole)) rename(file, found, to.module, to.name)
    },
  })
}

function rename(file: FileWork, { whole, binding, exported }: Found, module: string, name: string): void {
  const typeOnly = binding?.typeOnly === true
  const alias = binding !== undefined && binding.exported === name && exported === name ? binding.local.text : name
  const local = file.use(whole, module, name, { typeOnly, local: alias })
  const { parent } = whole
  if (ts.isShorthandPropertyAssignment(parent)) {
    if (local !== parent.name.text) file.edits.insert(whole.end, `: ${local}`)
  } else if (ts.isExportSpecifier(parent)) {
    const shown = parent.name.getText()
    const start = (parent.propertyName ?? parent.name).getStart()
    file.edits.replace(start, parent.end, [local === shown ? local : `${local} as ${shown}`])
  } else if (file.textOf(whole) !== local) file.edits.replace(whole.getStart(), whole.end, [local])
}

/** Whether a name is what a creation or a static member's call begins with. */
function isCallee(work: Work, whole: ts.Node): boolean {
  return calledBy(work, whole) !== undefined
}

function calledBy(work: Work, whole: ts.Node): ts.CallExpression | ts.NewExpression | undefined {
  const { parent } = whole
  const callee = ts.isPropertyAccessExpression(parent) && parent.expression === whole ? parent : whole
  const call = callee.parent
  if ((!ts.isCallExpression(call) && !ts.isNewExpression(call)) || call.expression !== callee) return undefined
  const found = facadeCall(work, call)
  return found !== undefined && (isCreation(work, call) || found.called.member === 'cleanupUserDispatchers')
    ? call
    : undefined
}

/** What a mention of a dispatcher's class, of its factory or of a function must move together with. */
function dispatcherKey(work: Work, found: Found, isDispatcher: boolean): Key {
  const { whole, facade } = found
  const call = calledBy(work, whole)
  if (call !== undefined) return call
  const { parent } = whole
  if (ts.isExportSpecifier(parent)) return parent
  if (
    ts.isBinaryExpression(parent) &&
    parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword &&
    parent.right === whole
  ) {
    return questionKey(work, found, parent.left)
  }
  if (isAskedByTest(whole)) return questionKey(work, found, expected(whole.parent))
  if (!isTypePlace(whole)) {
    work.block(whole, whole, facade, valueMessage(whole, found.exported))
    // What a test replaces is replaced for the code that it tests, wherever that is.
    if (isReplacedByTest(whole)) work.everywhere.push({ key: whole, facade, wide: 'creations' })
    return whole
  }
  const heritage = heritageOf(whole)
  if (heritage !== undefined) {
    work.block(
      whole,
      whole,
      facade,
      heritage.token === ts.SyntaxKind.ExtendsKeyword && ts.isClassLike(heritage.parent)
        ? 'a class of this code base extends it, and the canonical dispatcher cannot be extended; hold one instead, or wrap what it does in middleware'
        : 'its type is extended here; write out what is needed of it',
    )
    return whole
  }
  if (ts.isTypeQueryNode(parent) || !isDispatcher) {
    work.block(
      whole,
      whole,
      facade,
      'the type of the class itself is used here, whose members change; write out what is needed of it',
    )
    return whole
  }
  return typeKey(work, found)
}

function typeKey(work: Work, { whole, facade }: Found): Key {
  const { parent } = whole
  const reference = ts.isTypeReferenceNode(parent) ? parent : whole
  const assertion = reference.parent
  if (
    (ts.isAsExpression(assertion) || ts.isTypeAssertionExpression(assertion) || ts.isSatisfiesExpression(assertion)) &&
    assertion.type === reference
  ) {
    const source = isInstance(work, assertion.expression)
      ? sourceOf(work, assertion.expression, (node) => isCreation(work, node))
      : undefined
    if (source !== undefined) return source
    work.block(
      whole,
      whole,
      facade,
      'a stand-in is asserted to be a dispatcher, with the old methods; make a real one, or give it the new methods',
    )
    const holder = enclosingKey(whole)
    if (holder !== undefined) work.join(holder, whole)
    const used = sourceOf(work, assertion, (node) => isCreation(work, node))
    if (used !== undefined) work.join(used, whole)
    return whole
  }
  const key = enclosingKey(whole) ?? whole
  work.declared.add(key)
  if (ts.isTypePredicateNode(reference.parent) && ts.isFunctionLike(key)) blockGuard(work, key, facade)
  if (goesToUnknownType(work, reference)) {
    work.block(
      whole,
      key,
      facade,
      'what is made of its type here is not known, and may be used in its old shape; install the types of that module, or change it by hand',
    )
  }
  if (whole.getSourceFile().isDeclarationFile && !isAugmentation(key)) {
    work.block(whole, key, facade, DECLARED_BY_HAND)
    joinImplementation(work, whole, key)
  }
  if (isTakenApart(reference)) {
    work.block(
      whole,
      key,
      facade,
      'a part of its type is used here, whose members change; write out what is needed of it',
    )
  }
  return key
}

/** What asks for a dispatcher by hand may ask for old members, and what it was asked of is then used as one. */
function blockGuard(work: Work, guard: ts.SignatureDeclaration, facade: FacadeName): void {
  const body = 'body' in guard ? guard.body : undefined
  const only = body !== undefined && ts.isBlock(body) ? body.statements[0] : body
  const asked = only !== undefined && ts.isReturnStatement(only) ? only.expression : only
  const isPlain =
    asked !== undefined && ts.isBinaryExpression(asked) && asked.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword
  if (isPlain) {
    for (const parameter of guard.parameters) work.tie(guard, parameter)
    return
  }
  work.block(guard, guard, facade, 'what tells a dispatcher apart here is written by hand; change it with what asks it')
  const name =
    ts.getNameOfDeclaration(guard) ?? (ts.isVariableDeclaration(guard.parent) ? guard.parent.name : undefined)
  for (const use of name === undefined ? [] : usesNamed(work, name.getText())) {
    if (!ts.isCallExpression(use.parent) || use.parent.expression !== use) continue
    for (const argument of use.parent.arguments) {
      const held = declarationKey(work, ts.isPropertyAccessExpression(argument) ? argument.name : argument)
      if (held !== undefined) work.join(held, guard)
    }
  }
}

/** Whether a type is an argument of a type or a call of which nothing is known, so that uses of what it gives are not seen. */
function goesToUnknownType(work: Work, type: ts.Node): boolean {
  for (let at = type; ts.isTypeNode(at) || ts.isTypeElement(at); at = at.parent) {
    const { parent } = at
    const isArgument = 'typeArguments' in parent && parent.typeArguments !== undefined
    if (!isArgument || !(parent.typeArguments as readonly ts.Node[]).includes(at)) continue
    const generic = ts.isTypeNode(parent) ? parent : 'expression' in parent ? (parent.expression as ts.Node) : undefined
    if (generic === undefined) continue
    if ((work.checker.getTypeAtLocation(generic).flags & ts.TypeFlags.Any) !== 0) return true
  }
  return false
}

/** Whether members of a type are named beside it: `Old['dispatch']`, `keyof Old`, `Pick<Old, 'dispatch'>`. */
function isTakenApart(reference: ts.Node): boolean {
  const { parent } = reference
  if (ts.isIndexedAccessTypeNode(parent)) return parent.objectType === reference
  if (ts.isTypeOperatorNode(parent)) return parent.operator === ts.SyntaxKind.KeyOfKeyword
  return ts.isTypeReferenceNode(parent) && /^(?:Pick|Omit|Record|Extract|Exclude)$/.test(parent.typeName.getText())
}

/** A question of the kind `x instanceof OldClass` moves with what it asks about; where that is unknown, with all that is made. */
function questionKey(work: Work, { whole, facade }: Found, asked: ts.Expression | undefined): Key {
  const source = asked === undefined ? undefined : sourceOf(work, asked, (node) => isCreation(work, node))
  if (source !== undefined && asked !== undefined && isInstance(work, asked)) return source
  // What it is asked of is a dispatcher from then on, and what is not known may be one that got away.
  if (source !== undefined) work.tie(source, whole)
  work.uses.push({ key: whole, facade })
  return whole
}

function isAskedByTest(whole: ts.Node): boolean {
  const call = whole.parent
  return (
    ts.isCallExpression(call) &&
    call.arguments[0] === whole &&
    ts.isPropertyAccessExpression(call.expression) &&
    call.expression.name.text === 'toBeInstanceOf'
  )
}

/** What `expect(…).toBeInstanceOf()` asks about. */
function expected(call: ts.Node): ts.Expression | undefined {
  let at = call
  while (ts.isCallExpression(at) || ts.isPropertyAccessExpression(at)) {
    if (ts.isCallExpression(at) && at.expression.getText() === 'expect') return at.arguments[0]
    at = at.expression
  }
  return undefined
}

function isReplacedByTest(whole: ts.Node): boolean {
  let at = whole.parent
  while (ts.isPropertyAccessExpression(at)) at = at.parent
  return ts.isCallExpression(at) && /^(?:vi|vitest|jest|sinon|td|mock)\./.test(at.expression.getText())
}

function isTypePlace(whole: ts.Node): boolean {
  const { parent } = whole
  return (
    ts.isTypeReferenceNode(parent) ||
    ts.isQualifiedName(parent) ||
    ts.isTypeQueryNode(parent) ||
    ts.isExpressionWithTypeArguments(parent)
  )
}

function heritageOf(whole: ts.Node): ts.HeritageClause | undefined {
  const { parent } = whole
  return ts.isExpressionWithTypeArguments(parent) && ts.isHeritageClause(parent.parent) ? parent.parent : undefined
}

function valueMessage(whole: ts.Node, exported: string): string {
  return ts.isPropertyAccessExpression(whole.parent) ||
    ts.isCallExpression(whole.parent) ||
    ts.isNewExpression(whole.parent)
    ? `this use of ${exported} has no counterpart; change it by hand`
    : `the class ${exported} is passed on as a value; make the dispatcher where it is needed`
}

/** Old error classes mean what the creations around them throw; everything else moves by itself. */
function freeKey(work: Work, { exported, facade, whole }: Found): Key | undefined {
  const { parent } = whole
  if (ts.isExportSpecifier(parent)) return parent
  if (exported !== 'AuthenticationError') return whole
  work.everywhere.push({ key: whole, facade })
  const isMade = ts.isNewExpression(parent) && parent.expression === whole
  if (isMade || heritageOf(whole)?.token === ts.SyntaxKind.ExtendsKeyword) {
    const message =
      'InvalidContextError, which takes its place, is made from a field, its value and a message; write them'
    work.block(whole, whole, facade, message)
  }
  return whole
}
