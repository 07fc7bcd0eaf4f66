import ts from '#typescript'
import type { FacadeName } from '../plan.js'
import { facadeOfDeclarations } from './facade-declarations.js'
import { isFacadeLoad } from './file-work.js'

/** What a symbol of a facade is: an export, or a member of one. */
export interface FacadeSymbol {
  readonly facade: FacadeName
  /** The class, the function, the constant or the type. */
  readonly owner: string
  /** The member's name; absent for the export itself. */
  readonly member?: string
  readonly isStatic: boolean
}

/** The classes whose instances are dispatchers. */
const DISPATCHER_CLASSES = new Set([
  'ToolDispatcher',
  'UnifiedToolDispatcher',
  'RequestScopedToolDispatcher',
  'ToolDispatcherCore',
  'EnhancedToolDispatcher',
])

export function isDispatcherClass(name: string): boolean {
  return DISPATCHER_CLASSES.has(name)
}

/** Questions about what belongs to a facade, asked of one checker. */
export class FacadeSymbols {
  readonly checker: ts.TypeChecker
  readonly #mentions = new Map<ts.Type, boolean>()

  constructor(checker: ts.TypeChecker) {
    this.checker = checker
  }

  /** The symbol behind a name, through every alias. */
  resolve(name: ts.Node): ts.Symbol | undefined {
    const symbol = this.#loaded(this.checker.getSymbolAtLocation(name))
    if (symbol === undefined || (symbol.flags & ts.SymbolFlags.Alias) === 0) return symbol
    return this.checker.getAliasedSymbol(symbol)
  }

  /** What a variable takes out of a module that is loaded where it runs: the export itself. */
  #loaded(symbol: ts.Symbol | undefined): ts.Symbol | undefined {
    const declaration = symbol?.valueDeclaration
    if (declaration === undefined || !ts.isBindingElement(declaration)) return symbol
    const holder = declaration.parent.parent
    if (!ts.isVariableDeclaration(holder) || !isFacadeLoad(holder.initializer)) return symbol
    const name = declaration.propertyName ?? declaration.name
    return ts.isIdentifier(name)
      ? (this.checker.getTypeAtLocation(declaration.parent).getProperty(name.text) ?? symbol)
      : symbol
  }

  /** What a name of the source means to a facade, or nothing. */
  facadeSymbol(name: ts.Node): FacadeSymbol | undefined {
    return this.describe(this.resolve(name))
  }

  describe(symbol: ts.Symbol | undefined): FacadeSymbol | undefined {
    const declaration = symbol?.declarations?.[0]
    return declaration === undefined ? undefined : this.describeDeclaration(declaration)
  }

  /** The facade that a declaration belongs to. */
  facadeOf(declaration: ts.Node): FacadeName | undefined {
    return facadeOfDeclarations(declaration.getSourceFile().fileName)
  }

  describeDeclaration(declaration: ts.Declaration): FacadeSymbol | undefined {
    const facade = facadeOfDeclarations(declaration.getSourceFile().fileName)
    if (facade === undefined) return undefined
    const name = declarationName(declaration)
    if (name === undefined) return undefined
    const holder = declaration.parent
    if (ts.isClassDeclaration(holder) || ts.isInterfaceDeclaration(holder)) {
      const isStatic =
        ts.canHaveModifiers(declaration) &&
        (ts.getModifiers(declaration)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false)
      return { facade, owner: holder.name?.text ?? '', member: name, isStatic }
    }
    return { facade, owner: name, isStatic: false }
  }

  /** The facade whose dispatcher a type is, `null` and `undefined` aside. */
  instanceOf(type: ts.Type): FacadeName | undefined {
    const parts = type.isUnion() ? type.types.filter((part) => (part.flags & NOTHING) === 0) : [type]
    const facades = parts.map((part) => this.#classFacade(part))
    const first = facades[0]
    return first !== undefined && facades.every((facade) => facade !== undefined) ? first : undefined
  }

  #classFacade(type: ts.Type): FacadeName | undefined {
    const constraint = (type.flags & ts.TypeFlags.TypeParameter) !== 0 ? type.getConstraint() : undefined
    const declaration = (constraint ?? type).symbol?.declarations?.[0]
    if (declaration === undefined || !ts.isClassDeclaration(declaration)) return undefined
    if (((constraint ?? type) as ts.ObjectType).objectFlags & ts.ObjectFlags.Anonymous) return undefined
    const facade = facadeOfDeclarations(declaration.getSourceFile().fileName)
    const name = declaration.name?.text ?? ''
    return isDispatcherClass(name) || name === 'FacadeDispatcher' ? facade : undefined
  }

  /** Whether a dispatcher of a facade is part of a type: itself, in a container, a promise, or a function's signature. */
  mentions(type: ts.Type, depth = 0): boolean {
    const known = this.#mentions.get(type)
    if (known !== undefined) return known
    if (depth === 0) this.#mentions.set(type, false)
    const found = this.#mentionsNow(type, depth)
    if (depth === 0 || found) this.#mentions.set(type, found)
    return found
  }

  #mentionsNow(type: ts.Type, depth: number): boolean {
    if (depth > 3 || (type.flags & PRIMITIVE) !== 0) return false
    if (this.#classFacade(type) !== undefined) return true
    if (type.isUnionOrIntersection()) return type.types.some((part) => this.mentions(part, depth + 1))
    const parameters = isReference(type) ? this.checker.getTypeArguments(type) : []
    if ([...parameters, ...(type.aliasTypeArguments ?? [])].some((part) => this.mentions(part, depth + 1))) return true
    if (isFromFacade(type)) return false
    return type.getCallSignatures().some((signature) => this.#signatureMentions(signature, depth))
  }

  #signatureMentions(signature: ts.Signature, depth: number): boolean {
    const declaration = signature.getDeclaration() as ts.SignatureDeclaration | undefined
    if (declaration === undefined || /\/lib\.[\w.]+\.d\.ts$/.test(declaration.getSourceFile().fileName)) return false
    return (
      this.mentions(signature.getReturnType(), depth + 1) ||
      signature.parameters.some((parameter) => this.mentions(this.checker.getTypeOfSymbol(parameter), depth + 1))
    )
  }
}

const NOTHING = ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Void
const PRIMITIVE =
  ts.TypeFlags.Any |
  ts.TypeFlags.Unknown |
  ts.TypeFlags.StringLike |
  ts.TypeFlags.NumberLike |
  ts.TypeFlags.BooleanLike |
  ts.TypeFlags.ESSymbolLike |
  NOTHING

function isReference(type: ts.Type): type is ts.TypeReference {
  return (
    (type.flags & ts.TypeFlags.Object) !== 0 && ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0
  )
}

function isFromFacade(type: ts.Type): boolean {
  const file = type.symbol?.declarations?.[0]?.getSourceFile().fileName
  return file !== undefined && facadeOfDeclarations(file) !== undefined
}

function declarationName(declaration: ts.Declaration): string | undefined {
  const name = ts.getNameOfDeclaration(declaration)
  if (name === undefined) return undefined
  if (ts.isIdentifier(name) || ts.isStringLiteral(name)) return name.text
  return ts.isComputedPropertyName(name) ? `[${name.expression.getText()}]` : undefined
}
