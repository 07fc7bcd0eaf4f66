import ts from '#typescript'
import { migrations } from '../migrations.js'
import { type Binding, type Carrier, facadeOfSpecifier } from './bindings.js'
import {
  DISPATCHER,
  type FileWork,
  INTEROP,
  isFacadeSpecifier,
  isImportCall,
  isTypeOnlyClause,
  KIT,
  type NeededName,
  removeStatement,
} from './file-work.js'
import { removeItems } from './list-items.js'
import { indentAt } from './style.js'
import { hasExportKeyword, isDirective } from './syntax.js'
import type { Key, Work } from './work.js'

const ORDER = [DISPATCHER, INTEROP, KIT]

/** Whether everything with a key moves. */
export type Moves = (key: Key) => boolean

/** Whether no reference of a local name is left once what moves has moved. */
export function isLeft(work: Work, binding: Binding, moves: Moves, gone: ReadonlySet<ts.Node> = new Set()): boolean {
  const { references, direct } = binding
  if (
    work.pinned.has(binding) ||
    binding.exported === 'default' ||
    (binding.exported !== '*' && migrations[binding.facade].exports[binding.exported] === undefined)
  )
    return false
  if (!direct && references.length === 0) return false
  const mentions = work.mentions.filter((mention) => mention.binding === binding)
  return references.every(
    (reference) =>
      gone.has(reference) ||
      mentions.some((mention) => mention.reference === reference && !mention.keeps && moves(mention.key)),
  )
}

/** Makes the imports and re-exports of a file fit what has moved in it. */
export function editImports(work: Work, file: FileWork, moves: Moves): void {
  const bindings = [...(work.bindings.get(file.source)?.values() ?? [])]
  const carriers = new Map<Carrier, Binding[]>()
  for (const binding of bindings) carriers.set(binding.carrier, [...(carriers.get(binding.carrier) ?? []), binding])
  const emptied: Carrier[] = []
  for (const [carrier, held] of carriers) {
    const going = held.filter((binding) => isLeft(work, binding, moves, file.gone))
    if (going.length === 0) continue
    if (isEmptied(carrier, going)) emptied.push(carrier)
    else removeNames(file, carrier, going)
  }
  for (const statement of file.source.statements) {
    if (
      ts.isImportDeclaration(statement) &&
      statement.importClause === undefined &&
      isFacadeSpecifier(statement.moduleSpecifier)
    )
      emptied.push(statement)
    if (ts.isExportDeclaration(statement)) editExport(file, statement, moves)
  }
  placeLoads(file, emptied)
  placeImports(
    file,
    emptied,
    bindings.map(({ carrier }) => carrier),
  )
}

function isEmptied(carrier: Carrier, going: readonly Binding[]): boolean {
  if (ts.isImportEqualsDeclaration(carrier)) return true
  if (ts.isImportDeclaration(carrier)) {
    const clause = carrier.importClause
    const named = clause?.namedBindings
    const count =
      (clause?.name === undefined ? 0 : 1) +
      (named === undefined ? 0 : ts.isNamedImports(named) ? named.elements.length : 1)
    return going.length === count
  }
  const name = carrier.declarationList.declarations[0]?.name
  return name === undefined || !ts.isObjectBindingPattern(name) || name.elements.length === going.length
}

function removeNames(file: FileWork, carrier: Carrier, going: readonly Binding[]): void {
  const removed = new Set<ts.Node>(going.map(({ node }) => node))
  if (ts.isImportDeclaration(carrier)) {
    const named = carrier.importClause?.namedBindings
    if (named !== undefined && ts.isNamedImports(named)) removeItems(file, named.elements, removed)
  } else if (ts.isVariableStatement(carrier)) {
    const name = carrier.declarationList.declarations[0]?.name
    if (name !== undefined && ts.isObjectBindingPattern(name)) removeItems(file, name.elements, removed)
  }
}

/** The names that a load inside a function brings take its place, or follow it where something is left of it. */
function placeLoads(file: FileWork, emptied: readonly Carrier[]): void {
  const needed = file.needed.filter((need) => !isBroughtBefore(file, need))
  const loads = new Set(needed.flatMap(({ load }) => (load === undefined ? [] : [load])))
  for (const load of loads) {
    const initializer = load.declarationList.declarations[0]?.initializer
    const awaited = initializer !== undefined && containsImport(initializer)
    const lines = byModule(needed.filter((need) => need.load === load)).map(([module, names]) =>
      loadLine(file, module, names, awaited),
    )
    const gap = file.style.newline + indentAt(file.text, load.getStart())
    if (emptied.includes(load)) file.edits.replace(load.getStart(), load.end, [lines.join(gap)])
    else file.edits.insert(load.end, lines.map((line) => gap + line).join(''))
  }
  for (const carrier of emptied) {
    if (ts.isVariableStatement(carrier) && !ts.isSourceFile(carrier.parent) && !loads.has(carrier))
      removeStatement(file, carrier)
  }
}

/** Whether a name is there already where a load would bring it: a second one would hide the first, also before itself. */
function isBroughtBefore(file: FileWork, { module, name, local, load }: NeededName): boolean {
  if (load === undefined) return false
  return file.needed.some(
    (other) =>
      other.load !== load &&
      other.module === module &&
      other.name === name &&
      other.local === local &&
      !other.typeOnly &&
      (other.load === undefined || (other.load.end <= load.pos && load.end <= other.load.parent.end)),
  )
}

function containsImport(node: ts.Node): boolean {
  return isImportCall(node) || (ts.forEachChild(node, (child) => containsImport(child) || undefined) ?? false)
}

function loadLine(file: FileWork, module: string, names: readonly NeededName[], awaited: boolean): string {
  const listed = names.map(({ name, local }) => (name === local ? name : `${name}: ${local}`)).join(', ')
  const load = awaited ? `await import(${file.quote(module)})` : `require(${file.quote(module)})`
  return `const { ${listed} } = ${load}${file.style.semicolon}`
}

/** The imports at the top of the file: new names join what is imported from their module, or take the place of what went. */
function placeImports(file: FileWork, emptied: readonly Carrier[], carriers: readonly Carrier[]): void {
  const needed = byModule(file.needed.filter(({ load }) => load === undefined))
  const common = isCommonJs(file.source)
  const fresh: string[] = []
  for (const [module, names] of needed) {
    const rest = common ? names : joinExisting(file, module, names)
    if (rest.length > 0) fresh.push(common ? loadLine(file, module, rest, false) : importLine(file, module, rest))
  }
  const atTop = emptied.filter((carrier) => ts.isSourceFile(carrier.parent))
  const [host, ...others] = atTop
  const { newline } = file.style
  if (fresh.length > 0) {
    if (host === undefined) insertAtTop(file, fresh.join(newline), carriers)
    else file.edits.replace(host.getStart(), host.end, [fresh.join(newline)])
  }
  for (const carrier of fresh.length > 0 ? others : atTop) removeStatement(file, carrier)
}

function byModule(needed: readonly NeededName[]): [string, NeededName[]][] {
  const found = new Map<string, NeededName[]>()
  for (const need of needed) found.set(need.module, [...(found.get(need.module) ?? []), need])
  return [...found].toSorted(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
}

/** Adds names to the import of their module that the file has; those that found no place come back. */
function joinExisting(file: FileWork, module: string, names: readonly NeededName[]): readonly NeededName[] {
  for (const statement of file.source.statements) {
    if (
      !ts.isImportDeclaration(statement) ||
      !ts.isStringLiteral(statement.moduleSpecifier) ||
      statement.moduleSpecifier.text !== module
    )
      continue
    const named = statement.importClause?.namedBindings
    const isTypeOnly = isTypeOnlyClause(statement.importClause)
    if (named === undefined || !ts.isNamedImports(named) || (isTypeOnly && names.some(({ typeOnly }) => !typeOnly)))
      continue
    const last = named.elements.at(-1)
    if (last === undefined) continue
    const listed = names.map((need) => specifier(need, !isTypeOnly)).join(', ')
    file.edits.insert(last.end, `, ${listed}`)
    return []
  }
  return names
}

function specifier({ name, local, typeOnly }: NeededName, mark: boolean): string {
  return `${typeOnly && mark ? 'type ' : ''}${name === local ? name : `${name} as ${local}`}`
}

function importLine(file: FileWork, module: string, names: readonly NeededName[]): string {
  const allTypes = names.every(({ typeOnly }) => typeOnly)
  const listed = names.map((need) => specifier(need, !allTypes)).join(', ')
  return `import ${allTypes ? 'type ' : ''}{ ${listed} } from ${file.quote(module)}${file.style.semicolon}`
}

/** Whether a file loads by `require`: by its ending, or because that is all that it does. */
function isCommonJs(source: ts.SourceFile): boolean {
  if (source.fileName.endsWith('.cjs')) return true
  if (!/\.jsx?$/.test(source.fileName)) return false
  return !source.statements.some(
    (statement) =>
      ts.isImportDeclaration(statement) ||
      ts.isExportDeclaration(statement) ||
      ts.isExportAssignment(statement) ||
      hasExportKeyword(statement),
  )
}

/** After the facade imports that stay, else after the last import, else before the first statement and what is said about it. */
function insertAtTop(file: FileWork, lines: string, carriers: readonly Carrier[]): void {
  const { text } = file
  const { statements } = file.source
  const { newline } = file.style
  const atTop = carriers.filter((carrier) => ts.isSourceFile(carrier.parent))
  const after =
    atTop.at(-1) ??
    statements.findLast(
      (statement) =>
        ts.isImportDeclaration(statement) || ts.isImportEqualsDeclaration(statement) || isRequire(statement),
    )
  if (after !== undefined) {
    file.edits.insert(after.end, newline + lines)
    return
  }
  const first = statements.find((statement) => !isDirective(statement))
  const at = first === undefined ? text.length : startOf(text, first)
  file.edits.insert(at, `${lines}${newline}${newline}`)
}

function isRequire(statement: ts.Statement): boolean {
  return (
    ts.isVariableStatement(statement) &&
    (statement.declarationList.declarations[0]?.initializer?.getText() ?? '').startsWith('require(')
  )
}

/** Where a statement begins, with the comment that belongs to it: one without a blank line between. */
function startOf(text: string, statement: ts.Statement): number {
  const start = statement.getStart()
  const last = ts.getLeadingCommentRanges(text, statement.getFullStart())?.at(-1)
  if (last === undefined || /\n\s*\n/.test(text.slice(last.end, start)) || text.startsWith('#!', last.pos)) return start
  return last.pos
}

/** A re-export keeps its name; what it leads to changes. Functions have no counterpart to be passed on, and go. */
function editExport(file: FileWork, statement: ts.ExportDeclaration, moves: Moves): void {
  const { moduleSpecifier, exportClause } = statement
  if (!isFacadeSpecifier(moduleSpecifier) || exportClause === undefined || !ts.isNamedExports(exportClause)) return
  const facade = facadeOfSpecifier(moduleSpecifier.text)
  if (facade === undefined) return
  const moved = exportClause.elements.filter((element) => moves(element))
  if (moved.length === 0) return
  const targets = new Map<string, string[]>()
  for (const element of moved) {
    const entry = migrations[facade].exports[(element.propertyName ?? element.name).text]
    if (entry?.to === undefined || entry.kind === 'function') continue
    const shown = element.name.text
    const text = `${element.isTypeOnly ? 'type ' : ''}${entry.to.name === shown ? shown : `${entry.to.name} as ${shown}`}`
    targets.set(entry.to.module, [...(targets.get(entry.to.module) ?? []), text])
  }
  const keyword = statement.isTypeOnly ? 'export type' : 'export'
  const lines = [...targets]
    .toSorted(([a], [b]) => ORDER.indexOf(a) - ORDER.indexOf(b))
    .map(([module, names]) => `${keyword} { ${names.join(', ')} } from ${file.quote(module)}${file.style.semicolon}`)
  const { newline } = file.style
  if (moved.length < exportClause.elements.length) {
    removeItems(file, exportClause.elements, new Set<ts.Node>(moved))
    file.edits.insert(statement.end, lines.map((line) => newline + line).join(''))
  } else if (lines.length === 0) removeStatement(file, statement)
  else file.edits.replace(statement.getStart(), statement.end, [lines.join(newline)])
}
