import ts from '#typescript'
import { migrations } from '../migrations.js'
import { type Binding, bindingsOf, facadeExport } from './bindings.js'
import { isDispatcherClass } from './facade-symbols.js'
import type { FileWork } from './file-work.js'
import { calledBy, dispatcherKey, type Found, freeKey } from './mention-keys.js'
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
