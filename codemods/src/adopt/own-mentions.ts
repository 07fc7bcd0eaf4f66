import ts from '#typescript'
import { migrations } from '../migrations.js'
import { factoryObject } from '../rewrite/mocks.js'
import { isConfiguration } from '../rewrite/module-mentions.js'
import { hasExportKeyword } from '../rewrite/syntax.js'
import type { EntryPoint, OwnModules } from './own-modules.js'
import { takenByExport, takenByImport, takenFrom, usesOf, type Taken, type TakenName } from './taken-names.js'

/** A place that names an entry point. */
export interface OwnMention {
  readonly entry: EntryPoint
  /** The text that names it. */
  readonly literal: ts.StringLiteralLike | ts.RegularExpressionLiteral
  /** Why it cannot name the facade; undefined when it can. */
  readonly problem: string | undefined
  /** Whether a test puts something in the place of the module here: then it must be the module that everybody loads. */
  readonly replaces: boolean
}

/** Every place of a file that names an entry point, in the order of the source. */
export function ownMentionsIn(source: ts.SourceFile, modules: OwnModules): OwnMention[] {
  const found: OwnMention[] = []
  const inConfiguration = isConfiguration(source)
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      const mention = mentionAt(source, node, modules)
      if (mention !== undefined) found.push(mention)
    }
    if (inConfiguration && (ts.isStringLiteralLike(node) || ts.isRegularExpressionLiteral(node))) {
      found.push(...aliasesAt(node, modules))
    }
    for (const doc of ts.getJSDocCommentsAndTags(node)) if (doc.parent === node) visit(doc)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Where a tool's configuration names an entry point, it may put something else in its place. */
function aliasesAt(literal: OwnMention['literal'], { entries }: OwnModules): OwnMention[] {
  let at: ts.Node | undefined = literal
  while (at !== undefined && !isAlias(at)) at = at.parent
  if (at === undefined) return []
  const parts = literal.text.split(/[^\w-]+/u)
  return entries
    .filter(({ key }) =>
      parts.includes(
        key
          .replace(/\.[cm]?[jt]sx?$/u, '')
          .split('/')
          .at(-1) ?? '',
      ),
    )
    .map((entry) => {
      const problem = 'the configuration leads modules of this name elsewhere; decide what that is for the facade'
      return { entry, literal, problem, replaces: true }
    })
}

function isAlias(node: ts.Node): boolean {
  return ts.isPropertyAssignment(node) && /^["']?(?:alias|moduleNameMapper)["']?$/u.test(node.name.getText())
}

function mentionAt(source: ts.SourceFile, literal: ts.StringLiteralLike, modules: OwnModules): OwnMention | undefined {
  const place = placeOf(literal)
  const lead = place === undefined ? undefined : modules.leadOf(source.fileName, literal.text)
  if (place === undefined || lead === undefined) return undefined
  const { entry, isPart } = lead
  const found = look(place, entry)
  const part = `${literal.text} is a part of ${entry.key}, and @switchyard/${entry.facade} has no parts`
  const { problem, replaces } = isPart ? { problem: part, replaces: false } : found
  return { entry, literal, problem, replaces }
}

type Place =
  | ts.ImportDeclaration
  | ts.JSDocImportTag
  | ts.ExportDeclaration
  | ts.ImportEqualsDeclaration
  | ts.ImportTypeNode
  | ts.ModuleDeclaration
  | ts.CallExpression

/** The construct in which a text names a module; a text anywhere else is only a text. */
function placeOf(node: ts.StringLiteralLike): Place | undefined {
  const { parent } = node
  if (ts.isImportDeclaration(parent) || ts.isJSDocImportTag(parent) || ts.isExportDeclaration(parent)) return parent
  if (ts.isModuleDeclaration(parent)) return parent
  if (ts.isExternalModuleReference(parent)) return parent.parent
  if (ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent)) return parent.parent
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== node) return undefined
  const outer = parent.parent
  // `vi.mock(import('./module'), …)`
  if (isImport(parent) && ts.isCallExpression(outer) && outer.arguments[0] === parent && mockOf(outer)) return outer
  const loads = /^(?:import|(?:module\.)?require|require\.resolve|import\.meta\.resolve)$/u
  return loads.test(parent.expression.getText()) || mockOf(parent) !== undefined ? parent : undefined
}

function isImport(call: ts.CallExpression): boolean {
  return call.expression.kind === ts.SyntaxKind.ImportKeyword
}

const mocks =
  /^(?:vi|vitest|jest)\.(mock|doMock|unmock|dontMock|doUnmock|setMock|importActual|importMock|requireActual|requireMock|unstable_mockModule|unstable_unmockModule)$/u

/** @returns the method of the test framework that a call is, when it is about a module */
function mockOf(call: ts.CallExpression): string | undefined {
  return mocks.exec(call.expression.getText())?.[1]
}

interface Look {
  readonly problem: string | undefined
  readonly replaces: boolean
}

const plain = (problem?: string): Look => ({ problem, replaces: false })

function look(place: Place, entry: EntryPoint): Look {
  if (ts.isImportDeclaration(place) || ts.isJSDocImportTag(place)) {
    const { importClause } = place
    if (importClause === undefined)
      return plain('it is loaded for what it does when it is loaded; the facade does nothing then')
    return judge(takenByImport(importClause), entry)
  }
  if (ts.isExportDeclaration(place)) {
    const taken = takenByExport(place)
    const all = 'all that it exports is passed on here; name what others use'
    return taken.names === undefined ? plain(all) : judge(taken, entry)
  }
  if (ts.isImportEqualsDeclaration(place)) {
    return hasExportKeyword(place)
      ? plain('the whole module is passed on here; name what others use')
      : judge(usesOf(place.name), entry)
  }
  if (ts.isImportTypeNode(place)) return lookAtType(place, entry)
  if (ts.isModuleDeclaration(place))
    return plain('its types are extended here; say what the facade should have instead')
  return lookAtCall(place, entry)
}

function lookAtType(place: ts.ImportTypeNode, entry: EntryPoint): Look {
  const isType = !place.isTypeOf
  const { qualifier, parent } = place
  if (qualifier !== undefined) {
    let first: ts.EntityName = qualifier
    while (ts.isQualifiedName(first)) first = first.left
    return judge({ names: [{ name: first.text, node: first, isType }], isReplaced: false }, entry)
  }
  if (mockAround(place) !== undefined) return { problem: undefined, replaces: true }
  const index = ts.isIndexedAccessTypeNode(parent) && parent.objectType === place ? parent.indexType : undefined
  if (index !== undefined && ts.isLiteralTypeNode(index) && ts.isStringLiteral(index.literal)) {
    const { text } = index.literal
    return judge({ names: [{ name: text, node: index, isType: false }], isReplaced: false }, entry)
  }
  return plain('the type of the whole module is used here; write out what is needed of it')
}

function lookAtCall(call: ts.CallExpression, entry: EntryPoint): Look {
  const mock = mockOf(call)
  if (mock !== undefined) return { problem: problemOfMock(call, mock, entry), replaces: true }
  if (call.expression.getText().endsWith('resolve')) {
    return { problem: 'its place on disk is asked for here, and the facade has another one', replaces: true }
  }
  return judge(takenFrom(call, isImport(call)), entry)
}

function problemOfMock(call: ts.CallExpression, mock: string, entry: EntryPoint): string | undefined {
  if (/unmock|dontMock/iu.test(mock)) return undefined
  if (/^(?:import|require)/u.test(mock)) {
    return mockAround(call.parent) === undefined
      ? judge(takenFrom(call, mock.startsWith('import')), entry).problem
      : undefined
  }
  const factory = call.arguments[1]
  // Without a factory the framework makes stand-ins for whatever the module exports.
  if (factory === undefined || ts.isObjectLiteralExpression(factory)) return undefined
  const made = factoryObject(factory)
  if (made === undefined) return 'what its factory gives cannot be seen; return an object literal'
  const names = made.properties.flatMap((property): TakenName[] => {
    const { name } = property
    if (name === undefined) return []
    const key = ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : name.getText()
    return key === '__esModule' ? [] : [{ name: key, node: property, isType: false }]
  })
  return judge({ names, isReplaced: true }, entry).problem
}

/** The mock whose factory or type a node is in. */
function mockAround(node: ts.Node): ts.CallExpression | undefined {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (ts.isCallExpression(at) && mockOf(at) !== undefined) return at
  }
  return undefined
}

function judge({ names, isReplaced }: Taken, { facade }: EntryPoint): Look {
  const problem =
    names === undefined
      ? 'what is used of it cannot be seen; take out what is used by its name first'
      : problemOfNames(names, facade)
  return { problem, replaces: isReplaced }
}

function problemOfNames(names: readonly TakenName[], facade: EntryPoint['facade']): string | undefined {
  const { exports, package: name } = migrations[facade]
  const missing = [...new Set(names.filter((one) => !Object.hasOwn(exports, one.name)).map((one) => one.name))]
  if (missing.includes('default')) return `${name} has no default export; import what is used by its name`
  if (missing.length > 0) return `${name} has no export named ${missing.join(', ')}; import that from somewhere else`
  const type = names.find((one) => !one.isType && exports[one.name]?.kind === 'type')
  if (type !== undefined) return `${type.name} of ${name} is only a type, and a value is used here`
  return undefined
}
