import ts from '#typescript'
import { type Style, styleOf } from './style.js'
import { functionOf } from './syntax.js'
import { TextEdits } from './text-edits.js'

/** What is imported instead of facades. */
export const DISPATCHER = '@switchyard/dispatcher'
export const INTEROP = '@switchyard/dispatcher/interop'
export const KIT = '@switchyard/facade-kit'

/** A name that the new code of a file needs from a module. */
export interface NeededName {
  readonly module: string
  readonly name: string
  /** What it is called in the file. */
  readonly local: string
  /** The load inside a function that brings it; absent where it is imported at the top of the file. */
  readonly load: ts.VariableStatement | undefined
  /** Whether only types refer to it so far. */
  typeOnly: boolean
}

/** How a name is needed. */
export interface UseOptions {
  /** Whether only a type refers to it. Default false. */
  readonly typeOnly?: boolean
  /** What it is called best. Default: its own name. */
  readonly local?: string
}

/** One file on its way: its edits, the names that its new code needs, and the references that are gone. */
export class FileWork {
  readonly source: ts.SourceFile
  /** Its whole text, of which the source may have a part, each at its place. */
  readonly text: string
  readonly edits: TextEdits
  readonly style: Style
  readonly needed: NeededName[] = []
  /** Nodes of the original that the new text has no more. */
  readonly gone = new Set<ts.Node>()
  readonly #taken: ReadonlySet<string>
  readonly #loads: readonly ts.VariableStatement[]
  readonly #locals: { readonly holder: ts.Node; readonly local: string }[] = []

  /** @param staying Names that the file goes on importing from a facade. */
  constructor(source: ts.SourceFile, text: string, staying: Iterable<string> = []) {
    this.source = source
    this.text = text
    this.edits = new TextEdits(text)
    this.style = styleOf(source, text)
    this.#taken = new Set([...declaredNames(source), ...staying])
    this.#loads = lazyLoads(source)
  }

  /** What a name of a module is called at a place in this file's new text; noted for the import that brings it. */
  use(at: ts.Node, module: string, name: string, { typeOnly = false, local = name }: UseOptions = {}): string {
    const load = typeOnly ? undefined : this.#loadAround(at)
    const known = this.needed.find((need) => need.module === module && need.name === name && need.load === load)
    if (known !== undefined) {
      if (!typeOnly) known.typeOnly = false
      return known.local
    }
    const imported = importedAs(this.source, module, name)
    if (imported !== undefined) return imported
    const same = this.needed.find((need) => need.module === module && need.name === name)
    const free = same?.local ?? this.#freeName(local)
    this.needed.push({ module, name, local: free, load, typeOnly })
    return free
  }

  /** The load of a facade inside a function that a place comes after: the innermost one. */
  #loadAround(at: ts.Node): ts.VariableStatement | undefined {
    return this.#loads
      .filter((load) => load.parent.pos <= at.pos && at.end <= load.parent.end && load.end <= at.pos)
      .toSorted((a, b) => b.parent.pos - a.parent.pos || b.pos - a.pos)[0]
  }

  #freeName(name: string): string {
    let local = name
    for (let attempt = 0; this.#taken.has(local); attempt += 1) {
      local = attempt === 0 ? `Canonical${name.charAt(0).toUpperCase()}${name.slice(1)}` : `${name}${attempt + 1}`
    }
    return local
  }

  /** A name for a new local at a place: nothing in the file has it, nor another new local that is seen there. */
  freeLocal(at: ts.Node, name: string): string {
    const holder = functionOf(at)
    const isTaken = (local: string) =>
      this.#taken.has(local) ||
      identifiersOf(this.source).has(local) ||
      // The source may be without statements that a name of the module would meet.
      (ts.isSourceFile(holder) && new RegExp(`\\b${local}\\b`).test(this.text)) ||
      this.#locals.some((other) => other.local === local && overlap(other.holder, holder))
    let local = name
    for (let attempt = 2; isTaken(local); attempt += 1) local = `${name}${attempt}`
    this.#locals.push({ holder, local })
    return local
  }

  /** Everything below a node will not be in the new text. */
  drop(node: ts.Node): void {
    this.gone.add(node)
    ts.forEachChild(node, (child) => this.drop(child))
  }

  quote(text: string): string {
    return `${this.style.quote}${text}${this.style.quote}`
  }

  textOf(node: ts.Node): string {
    return this.text.slice(node.getStart(this.source), node.end)
  }
}

/** Whether one node is in the other. */
function overlap(a: ts.Node, b: ts.Node): boolean {
  return (a.pos <= b.pos && b.end <= a.end) || (b.pos <= a.pos && a.end <= b.end)
}

/** Whether an import is of types only. */
export function isTypeOnlyClause(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword
}

/** The local name under which a file imports something from a module already. */
function importedAs(source: ts.SourceFile, module: string, name: string): string | undefined {
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const bindings = statement.importClause?.namedBindings
    if (statement.moduleSpecifier.text !== module || bindings === undefined || !ts.isNamedImports(bindings)) continue
    if (isTypeOnlyClause(statement.importClause)) continue
    const found = bindings.elements.find((one) => (one.propertyName ?? one.name).text === name && !one.isTypeOnly)
    if (found !== undefined) return found.name.text
  }
  return undefined
}

/** The statements inside functions that load a facade. */
function lazyLoads(source: ts.SourceFile): ts.VariableStatement[] {
  const found: ts.VariableStatement[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isVariableStatement(node) && !ts.isSourceFile(node.parent)) {
      const [declaration] = node.declarationList.declarations
      if (declaration !== undefined && isFacadeLoad(declaration.initializer)) found.push(node)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Every name that a file declares, facade imports aside: what a new import must not collide with. */
function declaredNames(source: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && isFacadeSpecifier(node.moduleSpecifier)) return
    if (ts.isVariableDeclaration(node) && isFacadeLoad(node.initializer)) return
    const name =
      ts.isDeclarationStatement(node) || isNamed(node) ? ts.getNameOfDeclaration(node as ts.Declaration) : undefined
    if (name !== undefined && ts.isIdentifier(name) && !ts.isPropertySignature(node) && !isMember(node))
      names.add(name.text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return names
}

function isNamed(node: ts.Node): boolean {
  return (
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isImportSpecifier(node) ||
    ts.isImportClause(node) ||
    ts.isNamespaceImport(node) ||
    ts.isClassExpression(node) ||
    ts.isFunctionExpression(node)
  )
}

function isMember(node: ts.Node): boolean {
  return ts.isPropertyDeclaration(node) || ts.isMethodDeclaration(node) || ts.isPropertyAssignment(node)
}

/** Takes a statement out, with its line where it has one of its own. */
export function removeStatement(file: FileWork, statement: ts.Node): void {
  const range = { start: statement.getStart(), end: statement.end }
  const { start, end } = ownLines(file.text, range) ?? range
  file.drop(statement)
  file.edits.replace(start, end, [])
}

interface Range {
  readonly start: number
  readonly end: number
}

/** The whole lines of a range, line end included, where nothing else stands in them. */
export function ownLines(text: string, { start, end }: Range): Range | undefined {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const lineEnd = text.indexOf('\n', end)
  const isOwn = text.slice(lineStart, start).trim() === '' && lineEnd !== -1 && text.slice(end, lineEnd).trim() === ''
  return isOwn ? { start: lineStart, end: lineEnd + 1 } : undefined
}

const FACADE = /^@switchyard\/(?:legacy|request-scoped|core|enhanced)$/

/** Whether a node is the specifier of a facade. */
export function isFacadeSpecifier(node: ts.Node | undefined): node is ts.StringLiteralLike {
  return node !== undefined && ts.isStringLiteralLike(node) && FACADE.test(node.text)
}

/** `require('@switchyard/…')` or `await import('@switchyard/…')`, whichever way it is wrapped. */
export function isFacadeLoad(node: ts.Expression | undefined): boolean {
  return loadedFacade(node) !== undefined
}

/** The specifier that `require(…)` or `await import(…)` loads, when it is a facade's. */
export function loadedFacade(node: ts.Expression | undefined): ts.StringLiteralLike | undefined {
  if (node === undefined) return undefined
  if (ts.isAwaitExpression(node)) return isImportCall(node.expression) ? facadeArgument(node.expression) : undefined
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'require')
    return undefined
  return facadeArgument(node)
}

export function isImportCall(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
}

function facadeArgument(call: ts.CallExpression): ts.StringLiteralLike | undefined {
  const [argument] = call.arguments
  return isFacadeSpecifier(argument) ? argument : undefined
}

const identifiers = new WeakMap<ts.SourceFile, Set<string>>()

function identifiersOf(source: ts.SourceFile): Set<string> {
  let found = identifiers.get(source)
  if (found === undefined) {
    const texts = new Set<string>()
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node)) texts.add(node.text)
      ts.forEachChild(node, visit)
    }
    visit(source)
    identifiers.set(source, texts)
    found = texts
  }
  return found
}
