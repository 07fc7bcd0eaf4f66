import ts from '#typescript'
import { migrations } from '../migrations.js'
import { hasExportKeyword, isAssignment, isDirective } from './syntax.js'
import { OLD_MEMBERS } from './unknown-places.js'

/** What new code calls the things that it needs, besides what takes the place of an export. */
const NEW_NAMES = [
  ...['UnifiedToolDispatcher', 'defineTool', 'eventSinkFrom', 'distinctTools', 'registerOnce', 'throwIfDenied'],
  ...['toToolResult', 'toToolDispatchResponse', 'toLegacyToolExecutionResult', 'toLegacyMetrics'],
]
/**
 * What begins it: a facade is loaded by its package's name, what comes without one is asked by an old name, a new name must
 * not meet another of that name, a handler of errors changes what becomes of a throw, and a mock what a module is.
 */
const FIRST: ReadonlySet<string> = new Set([
  'switchyard',
  ...Object.values(migrations).flatMap(({ exports }) =>
    Object.entries(exports).flatMap(([name, { to }]) => [name, ...(to === undefined ? [] : [to.name])]),
  ),
  ...NEW_NAMES.flatMap((name) => [name, `Canonical${name.charAt(0).toUpperCase()}${name.slice(1)}`]),
  ...OLD_MEMBERS,
  ...['use', 'setErrorHandler', 'onError', 'vi', 'vitest', 'jest'],
])
/** What statements of one file share without declaring it. */
const SHARED = ['exports', 'module', 'globalThis', 'global', 'window', 'self', 'this']
const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$]*/gu

/**
 * The text of a file that stands alone, with one that does nothing in the place of each that no dispatcher can get to: what is
 * left names something of a facade, or shares a name that the file declares with what does. Parsing all the others, and asking
 * the checker about them, is most of the time and the memory of a run.
 *
 * Every position stays what it was, and so does what the edits of a file go by: directives, the first statement, what is
 * imported, and whether it is a module. The whole text, where it cannot be seen what belongs together.
 */
export function textOfNote(path: string, text: string): string {
  if (/\.d\.[cm]?ts$|\.(?:vue|svelte)\.[jt]sx?$/.test(path) || /\\u|\bdeclare\s+(?:global|module)\b/.test(text))
    return text
  const isJavaScript = /\.[cm]?jsx?$/.test(path)
  if (isJavaScript && /@(?:typedef|callback|import|enum|template|overload)\b/.test(text)) return text
  const source = ts.createSourceFile(path, text, WITHOUT_JSDOC)
  if (hasErrors(source)) return text
  const kept = framework(source)
  const isModule = ts.isExternalModule(source) || (isJavaScript && [...kept].some((one) => loadsIn(one).includes(true)))
  if (!isModule) return text
  keepReached(source, kept, isJavaScript)
  const parts = source.statements.map((statement) => {
    const whole = statement.getFullText(source)
    return kept.has(statement) ? whole : emptied(whole, statement.getStart(source) - statement.pos)
  })
  return [...parts, text.slice(source.endOfFileToken.pos)].join('')
}

const WITHOUT_JSDOC = {
  languageVersion: ts.ScriptTarget.ESNext,
  jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
} satisfies ts.CreateSourceFileOptions

function hasErrors(source: ts.SourceFile): boolean {
  const { parseDiagnostics } = source as ts.SourceFile & { readonly parseDiagnostics?: readonly unknown[] }
  return parseDiagnostics === undefined || parseDiagnostics.length > 0
}

/** What says how the file is written and what it is, whatever else it is about. */
function framework(source: ts.SourceFile): Set<ts.Statement> {
  const { statements } = source
  const first = statements.findIndex((one) => !isDirective(one))
  const kept = new Set(statements.slice(0, first + 1))
  for (const statement of statements) if (isLink(statement) || loadsIn(statement).includes(true)) kept.add(statement)
  // Something has to say that it is a module.
  const exported = statements.find((one) => isLink(one) || hasExportKeyword(one))
  return exported === undefined ? kept : kept.add(exported)
}

function isLink(statement: ts.Statement): boolean {
  return (
    ts.isImportDeclaration(statement) ||
    ts.isImportEqualsDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isExportAssignment(statement)
  )
}

/** Of each variable that a statement declares, whether it is `require('…')`. */
function loadsIn(statement: ts.Statement): readonly boolean[] {
  if (!ts.isVariableStatement(statement)) return []
  return statement.declarationList.declarations.map(({ initializer }) => isLoad(initializer))
}

function isLoad(initializer: ts.Expression | undefined): boolean {
  if (initializer === undefined || !ts.isCallExpression(initializer)) return false
  const { expression } = initializer
  return ts.isIdentifier(expression) && expression.text === 'require' && initializer.arguments.some(ts.isStringLiteral)
}

/** Adds the statements that a dispatcher can get to. */
function keepReached(source: ts.SourceFile, kept: Set<ts.Statement>, isJavaScript: boolean): void {
  const shared = new Set(SHARED)
  const left = new Map<ts.Statement, ReadonlySet<string>>()
  for (const statement of source.statements) {
    left.set(statement, new Set(statement.getFullText(source).match(WORD)))
    const places = [...declaredBy(statement, source), ...(isJavaScript ? givenProperties(statement) : [])]
    for (const place of places) for (const name of place.getText(source).match(WORD) ?? []) shared.add(name)
  }
  const noted = new Set(FIRST)
  for (let size = -1; size !== noted.size;) {
    size = noted.size
    for (const [statement, words] of left) {
      if (!meets(words, noted)) continue
      left.delete(statement)
      kept.add(statement)
      for (const word of words) if (shared.has(word)) noted.add(word)
    }
  }
}

function meets(words: ReadonlySet<string>, noted: ReadonlySet<string>): boolean {
  for (const word of words) if (noted.has(word)) return true
  return false
}

/** The names by which other statements reach what a statement makes; those of its functions are theirs alone. */
function declaredBy(statement: ts.Statement, source: ts.SourceFile): readonly ts.Node[] {
  // What is loaded from elsewhere has no known type here.
  if (isLoaded(statement) && !statement.getFullText(source).includes('@switchyard/')) return []
  const names: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    if (isNamedForAll(node) && node.name !== undefined) names.push(node.name)
    if (!ts.isFunctionLike(node) && !ts.isClassLike(node) && !ts.isModuleDeclaration(node)) ts.forEachChild(node, visit)
  }
  visit(statement)
  return names
}

function isLoaded(statement: ts.Statement): boolean {
  if (ts.isImportEqualsDeclaration(statement)) return ts.isExternalModuleReference(statement.moduleReference)
  const loads = loadsIn(statement)
  return isLink(statement) || (loads.length > 0 && !loads.includes(false))
}

/** What declares a name for its module, at its top or in a block. */
function isNamedForAll(node: ts.Node): node is ts.Node & { readonly name?: ts.Node } {
  return (
    ts.isDeclarationStatement(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isImportClause(node) ||
    ts.isNamespaceImport(node) ||
    ts.isImportSpecifier(node)
  )
}

/** In JavaScript what a property is given to has that property from then on, whatever it is: `held.last = …`, `globalThis.held = …`. */
function givenProperties(statement: ts.Statement): readonly ts.Node[] {
  const places: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    if (isAssignment(node) && !ts.isIdentifier(node.left)) places.push(node.left)
    ts.forEachChild(node, visit)
  }
  visit(statement)
  return places
}

const NOTHING = '0;'

/**
 * A statement that does nothing, as long as what it takes the place of and with as many lines. A number, since an unclosed
 * statement before it would take a semicolon, or a block, for its own; closed as the other was, which tells how the file is
 * written. A statement with no room for it stays.
 */
function emptied(text: string, start: number): string {
  const rest = start + NOTHING.length
  if (rest > text.length || /[\r\n\u2028\u2029]/.test(text.slice(start, rest))) return text
  const end = blank(text.slice(rest))
  return `${blank(text.slice(0, start))}${NOTHING}${end !== '' && text.endsWith(';') ? `${end.slice(0, -1)};` : end}`
}

function blank(text: string): string {
  return text.replaceAll(/[^\r\n\u2028\u2029]+/g, (line) => ' '.repeat(line.length))
}
