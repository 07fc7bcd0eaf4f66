import ts from '#typescript'
import type { FacadeName, Finding, Site } from '../plan.js'
import type { Project } from '../project.js'
import { isAugmentation } from './ambient.js'
import type { Binding, FacadeExport } from './bindings.js'
import { Components } from './components.js'
import { FacadeSymbols } from './facade-symbols.js'
import type { FileWork } from './file-work.js'

/** Stands for everything that must move together with it: a declaration, a call, a function for what it returns. */
export type Key = object

/** What applying a site may report: a place that is off the facade but keeps the old shape. */
type Report = (node: ts.Node, message: string, facade: FacadeName) => void

/** One place to be changed, once everything that it must move together with can be. */
export interface PlannedSite {
  readonly node: ts.Node
  readonly key: Key
  readonly facade: FacadeName
  readonly name: string
  readonly rule: Site['rule']
  /** Whether it only names something, which may be gone once the calls around it are rewritten. */
  readonly isName?: boolean
  /** Makes the edits; absent where a place only counts. */
  readonly apply?: ((file: FileWork, bridged: Report) => void) | undefined
}

/** Why something cannot move: what a person must decide. */
export interface Block {
  readonly node: ts.Node
  readonly key: Key
  readonly facade: FacadeName
  readonly message: string
}

/** A place that names an export of a facade. */
export interface Mention extends FacadeExport {
  /** The local name that the file knows it by, or the name of the module as a whole. */
  readonly reference: ts.Identifier
  /** What would be replaced: the name, or `core.ToolDispatcher`. */
  readonly whole: ts.Node
  readonly key: Key
  /** The local name's declaration; absent where it is reached through a module of this code base as a whole. */
  readonly binding: Binding | undefined
  /** Whether it is what a creation calls, which replaces it together with the call. */
  readonly callee: boolean
  /** Whether its text stays, because a re-export of this code base gives it its new meaning. */
  readonly keeps: boolean
}

/** A member of a dispatcher in use: `dispatcher.dispatch`, and what is around it. */
export interface MemberUse {
  readonly node: ts.PropertyAccessExpression
  readonly key: Key
  readonly facade: FacadeName
  readonly member: string
}

/** What one project's survey finds. */
export class Work {
  readonly project: Project
  readonly symbols: FacadeSymbols
  readonly checker: ts.TypeChecker
  readonly components = new Components<Key>()
  /** What is, or may be, the same dispatcher: narrower than what must move together. */
  readonly flows = new Components<Key>()
  readonly sites: PlannedSite[] = []
  readonly blocks: Block[] = []
  readonly mentions: Mention[] = []
  /** The names of facades in each file, by their declarations. */
  readonly bindings = new Map<ts.SourceFile, ReadonlyMap<ts.Declaration, Binding>>()
  /** Keys of what was taken back, because a file would not type-check with it. */
  readonly rejected = new Set<Key>()
  /** Concern whole files, such as those that do not parse. */
  readonly findings: Finding[] = []
  /** Creations by facade and export name: what a mock of the module stands in for. */
  readonly creations = new Map<string, Key[]>()
  /** The contexts that a dispatcher of a component is bound to, as symbols. */
  readonly contexts = new Map<Key, (ts.Symbol | undefined)[]>()
  /** Keys of dispatchers that `from()` made. */
  readonly views = new Set<Key>()
  /** Keys of dispatchers that are created, not viewed. */
  readonly owned = new Set<Key>()
  /** Keys of what is written to be a dispatcher: its type says so where it is declared. */
  readonly declared = new Set<Key>()
  /** Where members of dispatchers are used. */
  readonly uses: { readonly key: Key; readonly facade: FacadeName }[] = []
  /** Dispatchers that go where their type is not known, and so can be anywhere that a type does not say. */
  readonly escaped: { readonly key: Key; readonly facade: FacadeName }[] = []
  /** Mocks of a facade's module, with the creations that they stand in for. */
  readonly mocked: { readonly call: ts.CallExpression; readonly creations: string }[] = []
  /** Mocks of modules of this code base, with the names that they replace; absent where those cannot be seen, or are all. */
  readonly ownMocks: { readonly call: ts.CallExpression; readonly names: ReadonlySet<string> | undefined }[] = []
  /**
   * What moves only together with every creation of its facade in its file, or in the project where its file has none; with
   * `wide`, in the project anyway, or with everything of the facade in it.
   */
  readonly everywhere: { readonly key: Key; readonly facade: FacadeName; readonly wide?: 'creations' | 'all' }[] = []
  /** Questions that can be asked only once everything is joined. */
  readonly deferred: (() => void)[] = []
  readonly only: ReadonlySet<FacadeName> | undefined

  /** Names that are used where no reference of them can be seen. */
  readonly pinned = new Set<Binding>()
  /** What is around the scripts of components, by the path of their modules. */
  readonly templates: ReadonlyMap<string, string>

  constructor(
    project: Project,
    only: readonly FacadeName[] | undefined,
    templates: ReadonlyMap<string, string> = new Map(),
  ) {
    this.templates = templates
    this.project = project
    this.checker = project.program.getTypeChecker()
    this.symbols = new FacadeSymbols(this.checker)
    this.only = only === undefined ? undefined : new Set(only)
  }

  /** A dispatcher goes from one to the other: they move together, and what is true of it is true of both. */
  join(a: Key, b: Key): void {
    this.flows.join(a, b)
    this.tie(a, b)
  }

  /** They move together, though no dispatcher goes from one to the other. */
  tie(a: Key, b: Key): void {
    this.components.join(a, b)
  }

  /** Whether a dispatcher may come from one of the keys given. */
  comesFrom(key: Key, sources: ReadonlySet<Key>): boolean {
    const root = this.flows.find(key)
    return [...sources].some((source) => this.flows.find(source) === root)
  }

  block(node: ts.Node, key: Key, facade: FacadeName, message: string): void {
    const same = this.blocks.find((block) => block.node === node && block.message === message)
    // Said once, it holds back both.
    if (same !== undefined) this.tie(same.key, key)
    else this.blocks.push({ node, key, facade, message })
  }

  /** Blocks a dispatcher that goes where nobody can follow it. */
  escape(node: ts.Node, key: Key, facade: FacadeName, message: string): void {
    this.block(node, key, facade, message)
    this.escaped.push({ key, facade })
  }

  add(site: PlannedSite): void {
    this.sites.push(site)
  }

  isEditable(source: ts.SourceFile): boolean {
    return this.project.files.has(source.fileName)
  }

  /** Whether a node is of this code base, rather than of a facade, a library or the language. */
  isOwn(node: ts.Node): boolean {
    const source = node.getSourceFile()
    if (source.isDeclarationFile) return this.isEditable(source) && isAugmentation(node)
    return this.symbols.facadeOf(source) === undefined && !this.project.program.isSourceFileFromExternalLibrary(source)
  }

  /** The roots of the components that cannot move. */
  blockedRoots(): Set<Key> {
    return new Set(this.blocks.map(({ key }) => this.components.find(key)))
  }
}

/** Whether an expression is a constant that a facade exports, whichever way it is reached. */
export function isFacadeConstant(work: Work, expression: ts.Expression, name: string): boolean {
  const node = ts.isPropertyAccessExpression(expression) ? expression.name : expression
  return ts.isIdentifier(node) && work.symbols.facadeSymbol(node)?.owner === name
}
