import { fileURLToPath } from 'node:url'
import ts from 'typescript-checker'

/** The root of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What an export is to the compiler: a value, a type, or both under one name. */
export interface ExportFacts {
  readonly name: string
  readonly kind: 'class' | 'function' | 'value' | 'type'
  /** Whether the name stands for a type, alone or beside a value. */
  readonly isType: boolean
  /** The public static members of a class, without `prototype`. */
  readonly statics: readonly string[]
  /** The text of each declaration's `@deprecated` tag; `undefined` where it has none. */
  readonly deprecations: readonly (string | undefined)[]
}

/** What a built package exports, as its consumers' compiler sees it. */
export function exportsOf(packageFolder: string): ExportFacts[] {
  const entry = `${root}${packageFolder}/dist/index.d.ts`
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
  })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(entry)
  const module = source && checker.getSymbolAtLocation(source)
  if (module === undefined) throw new Error(`${entry} is no module; build the packages first: npm run build`)
  return checker.getExportsOfModule(module).map((symbol) => factsOf(checker, symbol))
}

function factsOf(checker: ts.TypeChecker, exported: ts.Symbol): ExportFacts {
  const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
  const type = symbol.flags & ts.SymbolFlags.Value ? checker.getTypeOfSymbol(symbol) : undefined
  return {
    name: exported.name,
    kind: kindOf(type),
    isType: (symbol.flags & ts.SymbolFlags.Type) !== 0,
    statics: type === undefined || type.getConstructSignatures().length === 0 ? [] : staticsOf(type),
    deprecations: (exported.declarations ?? []).map(deprecationOf),
  }
}

function kindOf(type: ts.Type | undefined): ExportFacts['kind'] {
  if (type === undefined) return 'type'
  if (type.getCallSignatures().length > 0) return 'function'
  return type.getProperty('prototype') === undefined ? 'value' : 'class'
}

function staticsOf(type: ts.Type): string[] {
  return type
    .getProperties()
    .filter(
      ({ name, valueDeclaration }) =>
        name !== 'prototype' && valueDeclaration !== undefined && isPublic(valueDeclaration),
    )
    .map(({ name }) => name)
}

function isPublic(declaration: ts.Declaration): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected
  return (ts.getCombinedModifierFlags(declaration) & hidden) === 0
}

function deprecationOf(declaration: ts.Declaration): string | undefined {
  const tag = ts.getJSDocDeprecatedTag(declaration) ?? ts.getJSDocDeprecatedTag(declaration.parent.parent)
  return tag === undefined ? undefined : (ts.getTextOfJSDocComment(tag.comment) ?? '')
}
