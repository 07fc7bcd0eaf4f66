import { basename } from 'node:path'
import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { oldMethodIn } from './mocks.js'
import type { Key, Work } from './work.js'

/** Joins what tests replace with what replaces it: creations of a facade, and modules of this code base that give dispatchers. */
export function joinMocks(work: Work): void {
  for (const { call, creations } of work.mocked)
    for (const creation of work.creations.get(creations) ?? []) work.tie(creation, call)
  const moving = new Map<Key, FacadeName>()
  for (const { key, facade } of work.sites) moving.set(work.components.find(key), facade)
  for (const { call, names } of work.ownMocks) {
    for (const declaration of replacedBy(work, call, names)) joinMock(work, call, declaration, moving)
  }
}

function joinMock(
  work: Work,
  call: ts.CallExpression,
  declaration: ts.Declaration,
  moving: ReadonlyMap<Key, FacadeName>,
): void {
  if (ts.isExportSpecifier(declaration)) {
    const facade = moving.get(work.components.find(declaration))
    const module = call.arguments[0]?.getText() ?? 'a module'
    if (facade !== undefined)
      work.block(
        call,
        declaration,
        facade,
        `a stand-in for ${declaration.name.text} is given to ${module}; give it createForUser`,
      )
    return
  }
  const method = oldMethodIn(call) ?? oldMethodIn(call.getSourceFile())
  if (method === undefined) return
  for (const key of keysOf(declaration)) {
    const facade = moving.get(work.components.find(key))
    if (facade !== undefined)
      work.block(call, key, facade, `a stand-in has the old method ${method}; give it executeTool and dispose`)
  }
}

/** What a declaration stands for by itself and by what it gives: a function in a variable, the members of a class. */
function keysOf(declaration: ts.Declaration): Key[] {
  if (ts.isClassLike(declaration)) return [declaration, ...declaration.members]
  if (!ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return [declaration]
  const { initializer } = declaration
  return [declaration, initializer, ...(ts.isObjectLiteralExpression(initializer) ? initializer.properties : [])]
}

/** The exports of the modules that a mock replaces: those that it names, or all. */
function replacedBy(work: Work, call: ts.CallExpression, names: ReadonlySet<string> | undefined): ts.Declaration[] {
  const [specifier] = call.arguments
  if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return []
  return [...work.bindings.keys()]
    .filter((source) => isNamedBy(source.fileName, stem(specifier.text)))
    .flatMap((source) => {
      const module = work.checker.getSymbolAtLocation(source)
      return module === undefined ? [] : work.checker.getExportsOfModule(module)
    })
    .filter((symbol) => names === undefined || names.has(symbol.name))
    .flatMap((symbol) => {
      const isLink = (symbol.declarations ?? []).some(ts.isExportSpecifier)
      const behind =
        (symbol.flags & ts.SymbolFlags.Alias) === 0 ? undefined : work.checker.getAliasedSymbol(symbol).declarations
      return [...(isLink || behind === undefined ? (symbol.declarations ?? []) : []), ...(behind ?? [])]
    })
    .filter((declaration) => work.isOwn(declaration))
}

function isNamedBy(file: string, name: string): boolean {
  return stem(file) === name || (stem(file) === 'index' && file.split('/').at(-2) === name)
}

function stem(path: string): string {
  return basename(path).replace(/\.[cm]?[jt]sx?$/, '')
}
