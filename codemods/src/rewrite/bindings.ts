import ts from '#typescript'
import { migrations } from '../migrations.js'
import type { FacadeName } from '../plan.js'
import { isFacadeSpecifier, isTypeOnlyClause, loadedFacade } from './file-work.js'
import type { Work } from './work.js'

/** An export of a facade, as a name leads to it. */
export interface FacadeExport {
  readonly facade: FacadeName
  /** The name under which the facade exports it; `*` for the whole module, `default` for an export that does not exist. */
  readonly exported: string
  /** The re-exports of this code base that it comes through, the nearest first. */
  readonly links: readonly ts.ExportSpecifier[]
}

/** The statement that brings names of a facade, or of a module that passes them on, into a file. */
export type Carrier = ts.ImportDeclaration | ts.ImportEqualsDeclaration | ts.VariableStatement

/** A local name that stands for an export of a facade, or for a facade as a whole. */
export interface Binding extends FacadeExport {
  readonly node: ts.Declaration
  readonly local: ts.Identifier
  readonly carrier: Carrier
  readonly typeOnly: boolean
  /** Whether it comes from a facade itself, not through a module of this code base. */
  readonly direct: boolean
  readonly references: ts.Identifier[]
}

/** The facade of a specifier, such as `@switchyard/legacy`. */
export function facadeOfSpecifier(specifier: string): FacadeName | undefined {
  const name = specifier.slice('@switchyard/'.length)
  const isFacade = specifier.startsWith('@switchyard/') && Object.hasOwn(migrations, name)
  return isFacade ? (name as FacadeName) : undefined
}

/** Follows a name through imports and re-exports to the export of a facade behind it. */
export function facadeExport(work: Work, start: ts.Symbol): FacadeExport | undefined {
  const links: ts.ExportSpecifier[] = []
  let symbol: ts.Symbol | undefined = start
  for (let step = 0; symbol !== undefined && step < 32; step += 1) {
    const declaration: ts.Declaration | undefined = symbol.declarations?.[0]
    if (declaration === undefined) return undefined
    if (ts.isExportSpecifier(declaration)) links.push(declaration)
    const loaded = importOf(declaration)
    if (loaded !== undefined) return { ...loaded, links }
    if ((symbol.flags & ts.SymbolFlags.Alias) === 0) return undefined
    symbol = work.checker.getImmediateAliasedSymbol(symbol)
  }
  return undefined
}

type Loaded = Pick<FacadeExport, 'facade' | 'exported'>

/** What a declaration takes from a facade itself. */
function importOf(declaration: ts.Declaration): Loaded | undefined {
  if (ts.isExportSpecifier(declaration)) {
    const { moduleSpecifier } = declaration.parent.parent
    const loaded = loadedFrom(moduleSpecifier, (declaration.propertyName ?? declaration.name).text)
    return loaded
  }
  if (ts.isImportSpecifier(declaration)) {
    return loadedFrom(
      declaration.parent.parent.parent.moduleSpecifier,
      (declaration.propertyName ?? declaration.name).text,
    )
  }
  if (ts.isNamespaceImport(declaration)) return loadedFrom(declaration.parent.parent.moduleSpecifier, '*')
  if (ts.isNamespaceExport(declaration)) return loadedFrom(declaration.parent.moduleSpecifier, '*')
  if (ts.isImportClause(declaration)) return loadedFrom(declaration.parent.moduleSpecifier, 'default')
  if (ts.isImportEqualsDeclaration(declaration)) {
    const { moduleReference } = declaration
    return ts.isExternalModuleReference(moduleReference) ? loadedFrom(moduleReference.expression, '*') : undefined
  }
  return loadOf(declaration)
}

/** What a variable takes from `require(…)` or `await import(…)`. */
function loadOf(declaration: ts.Declaration): Loaded | undefined {
  if (ts.isBindingElement(declaration)) {
    const holder = declaration.parent.parent
    if (
      !ts.isVariableDeclaration(holder) ||
      !ts.isObjectBindingPattern(holder.name) ||
      declaration.dotDotDotToken !== undefined
    )
      return undefined
    const name = declaration.propertyName ?? declaration.name
    return ts.isIdentifier(name) ? loadedFrom(loadedFacade(holder.initializer), name.text) : undefined
  }
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return undefined
  const whole = loadedFacade(declaration.initializer)
  if (whole !== undefined) return loadedFrom(whole, '*')
  const { initializer } = declaration
  if (!ts.isPropertyAccessExpression(initializer)) return undefined
  const holder = ts.isParenthesizedExpression(initializer.expression)
    ? initializer.expression.expression
    : initializer.expression
  return loadedFrom(loadedFacade(holder), initializer.name.text)
}

function loadedFrom(specifier: ts.Node | undefined, exported: string): Loaded | undefined {
  if (!isFacadeSpecifier(specifier)) return undefined
  const facade = facadeOfSpecifier(specifier.text)
  return facade === undefined ? undefined : { facade, exported }
}

/** The local names of a file that stand for exports of a facade, by their declarations. */
export function bindingsOf(work: Work, source: ts.SourceFile): Map<ts.Declaration, Binding> {
  const found = new Map<ts.Declaration, Binding>()
  const add = (node: ts.Declaration, name: ts.Node | undefined, carrier: Carrier, typeOnly: boolean): void => {
    if (name === undefined || !ts.isIdentifier(name)) return
    const symbol = work.checker.getSymbolAtLocation(name)
    const exported =
      symbol === undefined ? importOf(node) && { ...importOf(node), links: [] } : facadeExport(work, symbol)
    if (exported?.facade === undefined || exported.exported === undefined) return
    const { facade, links } = exported
    found.set(node, {
      facade,
      exported: exported.exported,
      links,
      node,
      local: name,
      carrier,
      typeOnly,
      direct: importOf(node) !== undefined,
      references: [],
    })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) addImport(node, add)
    else if (ts.isImportEqualsDeclaration(node)) add(node, node.name, node, node.isTypeOnly)
    else if (ts.isVariableStatement(node)) addVariables(node, add)
    if (!ts.isImportDeclaration(node)) ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

type Add = (node: ts.Declaration, name: ts.Node | undefined, carrier: Carrier, typeOnly: boolean) => void

function addImport(node: ts.ImportDeclaration, add: Add): void {
  const clause = node.importClause
  if (clause === undefined) return
  const { namedBindings } = clause
  const isTypeOnly = isTypeOnlyClause(clause)
  if (clause.name !== undefined) add(clause, clause.name, node, isTypeOnly)
  if (namedBindings === undefined) return
  if (ts.isNamespaceImport(namedBindings)) add(namedBindings, namedBindings.name, node, isTypeOnly)
  else for (const element of namedBindings.elements) add(element, element.name, node, isTypeOnly || element.isTypeOnly)
}

function addVariables(node: ts.VariableStatement, add: Add): void {
  const [declaration] = node.declarationList.declarations
  if (
    declaration === undefined ||
    node.declarationList.declarations.length > 1 ||
    loadedFacadeIn(declaration.initializer) === undefined
  )
    return
  if (ts.isObjectBindingPattern(declaration.name))
    for (const element of declaration.name.elements) add(element, element.name, node, false)
  else add(declaration, declaration.name, node, false)
}

/** The load that an initializer is, or reads one property of. */
export function loadedFacadeIn(initializer: ts.Expression | undefined): ts.StringLiteralLike | undefined {
  if (initializer === undefined) return undefined
  const whole = loadedFacade(initializer)
  if (whole !== undefined || !ts.isPropertyAccessExpression(initializer)) return whole
  const { expression } = initializer
  return loadedFacade(ts.isParenthesizedExpression(expression) ? expression.expression : expression)
}
