import ts from '#typescript'
import { migrations } from '../migrations.js'
import type { FacadeName } from '../plan.js'
import { facadeNames } from '../facades.js'
import { facadeOfSpecifier, loadedFacadeIn } from './bindings.js'
import { isFacadeSpecifier } from './file-work.js'
import { isDispatcherClass } from './facade-symbols.js'
import { isOptional, tieUses } from './loads.js'
import { factoryObject, surveyMock } from './mocks.js'
import { standsIn } from './stand-ins.js'
import { statementOf } from './syntax.js'
import { enclosingKey } from './type-places.js'
import type { Work } from './work.js'

const MENTION = /^@switchyard\/(legacy|request-scoped|core|enhanced)(\/.+)?$/

/** Surveys the places of a file that name a facade's package: re-exports, types, loads, mocks, and what has no counterpart. */
export function surveyModules(work: Work, source: ts.SourceFile): void {
  const withDocs = /\.[cm]?jsx?$/.test(source.fileName)
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) surveyLiteral(work, node)
    else if (ts.isCallExpression(node) && isMockCall(node)) noteOwnMock(work, node)
    if (withDocs) for (const doc of ts.getJSDocCommentsAndTags(node)) if (doc.parent === node) visit(doc)
    ts.forEachChild(node, visit)
  }
  visit(source)
}

function surveyLiteral(work: Work, node: ts.StringLiteralLike): void {
  if (isConfiguration(node.getSourceFile())) {
    surveyAlias(work, node)
    return
  }
  const [, , subpath] = MENTION.exec(node.text) ?? []
  const facade = facadeOfSpecifier(node.text.split('/').slice(0, 2).join('/'))
  if (facade === undefined || !MENTION.test(node.text)) return
  if (standsIn(node)) {
    left(
      work,
      node,
      facade,
      'something else is put in the place of this module; give it the new members, and put it in the place of @switchyard/dispatcher',
    )
    work.everywhere.push({ key: node, facade, wide: 'all' })
    return
  }
  const place = placeOf(node)
  if (place === undefined) return
  if (subpath !== undefined) {
    left(work, node, facade, `${node.text} does not exist; import from @switchyard/${facade}`)
    return
  }
  surveyPlace(work, node, facade, place)
}

/** Whether a file is the configuration of a tool that may lead modules elsewhere. */
export function isConfiguration({ fileName }: ts.SourceFile): boolean {
  return /(?:^|[/.-])(?:vite|vitest|jest|webpack|rollup|rspack|esbuild|metro|babel)[\w.-]*\.config\.[cm]?[jt]s$/.test(
    fileName,
  )
}

/** Where a tool's configuration names a facade, it may put something else in its place: then nothing may leave it alone. */
function surveyAlias(work: Work, node: ts.StringLiteralLike): void {
  const facade = facadeNames.find((name) => new RegExp(`@switchyard[\\\\/]+${name}\\b`).test(node.text))
  if (facade === undefined) return
  left(
    work,
    node,
    facade,
    'its configuration leads this module elsewhere; decide what takes its place, and take it out',
  )
  work.everywhere.push({ key: node, facade, wide: 'all' })
}

/** A mock of a module of this code base may replace a name that leads to a facade. */
function noteOwnMock(work: Work, call: ts.CallExpression): void {
  const [specifier, factory] = call.arguments
  if (
    specifier === undefined ||
    !ts.isStringLiteralLike(specifier) ||
    !/^[./#@~]/.test(specifier.text) ||
    MENTION.test(specifier.text)
  )
    return
  const made = factory === undefined ? undefined : factoryObject(factory)
  const names = made?.properties.flatMap(({ name }) => (name === undefined ? [] : [name.getText()]))
  work.ownMocks.push({ call, names: names && new Set(names) })
}

function left(work: Work, node: ts.Node, facade: FacadeName, message: string): void {
  work.block(node, node, facade, message)
  work.add({ node, key: node, facade, name: `@switchyard/${facade}`, rule: 'facade-import' })
}

type Place =
  | ts.ImportDeclaration
  | ts.ExportDeclaration
  | ts.ExternalModuleReference
  | ts.ImportTypeNode
  | ts.ModuleDeclaration
  | ts.CallExpression

/** The construct in which a text names a module; a text anywhere else is only a text. */
function placeOf(node: ts.StringLiteralLike): Place | undefined {
  const { parent } = node
  if (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isExternalModuleReference(parent) ||
    ts.isModuleDeclaration(parent)
  )
    return parent
  if (ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent)) return parent.parent
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== node) return undefined
  const loads = /^(?:import|require|require\.resolve|import\.meta\.resolve)$/.test(parent.expression.getText())
  return loads || isMockCall(parent) ? parent : undefined
}

function isMockCall(call: ts.CallExpression): boolean {
  return /^(?:vi|vitest|jest)\.(?:mock|doMock|unmock|dontMock|doUnmock|setMock|importActual|importMock|requireActual|requireMock|unstable_mockModule|unstable_unmockModule)$/.test(
    call.expression.getText(),
  )
}

function surveyPlace(work: Work, node: ts.StringLiteralLike, facade: FacadeName, place: Place): void {
  if (ts.isImportDeclaration(place) || ts.isExternalModuleReference(place)) {
    work.add({ node: place, key: place, facade, name: `@switchyard/${facade}`, rule: 'facade-import', apply: () => {} })
    if (ts.isImportDeclaration(place) && place.importClause?.name !== undefined) {
      work.block(place, place, facade, `@switchyard/${facade} has no default export; import what is used by its name`)
    }
  } else if (ts.isExportDeclaration(place)) surveyExport(work, place, facade)
  else if (ts.isImportTypeNode(place)) surveyImportType(work, node, place, facade)
  else if (ts.isModuleDeclaration(place))
    left(work, node, facade, 'its types are extended here; take out what the canonical dispatcher does not have')
  else if (isMockCall(place)) surveyMock(work, place, node, facade)
  else surveyLoad(work, node, place, facade)
}

function surveyExport(work: Work, node: ts.ExportDeclaration, facade: FacadeName): void {
  const { exportClause } = node
  if (exportClause === undefined || !ts.isNamedExports(exportClause)) {
    left(work, node, facade, 'all that it exports is passed on here; name what others use, under the new names')
    return
  }
  for (const element of exportClause.elements) {
    const exported = (element.propertyName ?? element.name).text
    const entry = migrations[facade].exports[exported]
    const base = { node: element, key: element, facade, name: exported, rule: 'facade-import' } as const
    if (entry?.to === undefined) {
      const why =
        entry === undefined
          ? `@switchyard/${facade} has no export named ${exported}; see what was meant`
          : `${exported} has no counterpart; use ${entry.replacement}`
      work.block(element, element, facade, why)
      work.add(base)
    } else {
      if (entry.kind === 'function') keepUnused(work, element, facade, exported)
      work.add({ ...base, apply: () => {} })
    }
  }
}

/** A function has nothing to be passed on as: where this code base calls it elsewhere it goes, else others may call it. */
function keepUnused(work: Work, element: ts.ExportSpecifier, facade: FacadeName, name: string): void {
  work.deferred.push(() => {
    if (work.mentions.some(({ links }) => links.includes(element))) return
    const why = `${name} is passed on here, and nothing in this code base uses it; take it out, or pass on UnifiedToolDispatcher`
    work.block(element, element, facade, why)
  })
}

function surveyImportType(work: Work, node: ts.StringLiteralLike, place: ts.ImportTypeNode, facade: FacadeName): void {
  const name = place.qualifier !== undefined && ts.isIdentifier(place.qualifier) ? place.qualifier : undefined
  const entry = name === undefined ? undefined : migrations[facade].exports[name.text]
  const mock = mockAround(place)
  if (mock !== undefined && name === undefined) {
    work.add({
      node: place,
      key: mock,
      facade,
      name: `@switchyard/${facade}`,
      rule: 'facade-import',
      apply: (file) => {
        file.edits.replace(node.getStart() + 1, node.end - 1, ['@switchyard/dispatcher'])
      },
    })
    return
  }
  const to = entry?.to
  const isStatic = place.isTypeOf && entry?.kind !== 'value'
  const isFactory = to?.name === 'UnifiedToolDispatcher' && name !== undefined && !isDispatcherClass(name.text)
  if (name === undefined || to === undefined || isStatic || isFactory) {
    left(
      work,
      place,
      facade,
      'the type of the module or of a class is used here, whose members change; write out what is needed of it',
    )
    return
  }
  const key = to.name === 'UnifiedToolDispatcher' ? (enclosingKey(place) ?? place) : place
  work.add({
    node: place,
    key,
    facade,
    name: name.text,
    rule: 'facade-use',
    apply: (file) => {
      file.edits.replace(node.getStart() + 1, node.end - 1, [to.module])
      if (name.text !== to.name) file.edits.replace(name.getStart(), name.end, [to.name])
    },
  })
}

/** The mock whose factory a node is in. */
function mockAround(node: ts.Node): ts.CallExpression | undefined {
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (ts.isCallExpression(at) && isMockCall(at) && isFacadeSpecifier(at.arguments[0])) return at
  }
  return undefined
}

/** `import(…)` and `require(…)`: good where the names that are taken out of it can be seen. */
function surveyLoad(work: Work, node: ts.StringLiteralLike, place: ts.CallExpression, facade: FacadeName): void {
  if (surveyLoadedName(work, node, place, facade)) return
  const statement = statementOf(place)
  const [declaration, more] = ts.isVariableStatement(statement) ? statement.declarationList.declarations : []
  const isBound = more === undefined && loadedFacadeIn(declaration?.initializer) === node
  if (!isBound) {
    // What else its statement has of the facade may come out of it.
    for (const site of work.sites) {
      if (site.facade === facade && statement.pos <= site.node.pos && site.node.end <= statement.end)
        work.tie(site.key, place)
    }
    tieUses(work, place)
    const message = isOptional(place)
      ? 'it may be missing here; load @switchyard/dispatcher in the same way, and use its UnifiedToolDispatcher'
      : 'it is loaded in a way that does not show what is used of it; write const { … } = … first'
    left(work, place, facade, message)
    return
  }
  const untyped =
    place.expression.kind !== ts.SyntaxKind.ImportKeyword &&
    (work.checker.getTypeAtLocation(place).flags & ts.TypeFlags.Any) !== 0
  if (untyped) {
    left(
      work,
      place,
      facade,
      'require() has no types in a TypeScript file; import it, so that what it makes can be followed',
    )
    return
  }
  work.add({ node: place, key: place, facade, name: `@switchyard/${facade}`, rule: 'facade-import', apply: () => {} })
}

/** `require('…').ToolStatus`: what is used of the module is one name, which moves by itself where it is no dispatcher. */
function surveyLoadedName(
  work: Work,
  node: ts.StringLiteralLike,
  place: ts.CallExpression,
  facade: FacadeName,
): boolean {
  const access = place.parent
  if (!ts.isPropertyAccessExpression(access) || place.expression.getText() !== 'require') return false
  if (ts.isVariableDeclaration(access.parent)) return false
  const name = access.name.text
  const entry = migrations[facade].exports[name]
  const to = entry?.to
  if (to === undefined || to.name === 'UnifiedToolDispatcher' || name === 'AuthenticationError') return false
  work.add({
    node: access,
    key: place,
    facade,
    name,
    rule: 'facade-use',
    apply: (file) => {
      file.edits.replace(node.getStart() + 1, node.end - 1, [to.module])
      if (to.name !== name) file.edits.replace(access.name.getStart(), access.name.end, [to.name])
    },
  })
  return true
}
