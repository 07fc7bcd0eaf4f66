import { DuplicateToolError, InvalidToolError, quote } from './errors.js'
import { type ToolLike, toTool, type UnnamedTool } from './foreign-tools/recognise.js'
import { isThenable } from './thenable.js'
import type { RegisteredTool, Tool } from './tool.js'

/**
 * Tools by name. A registry may have a parent, whose tools it sees; the parent never sees the child's. Names are looked up
 * as they are: nothing inherited from `Object` is ever a tool.
 */
export class ToolRegistry {
  readonly #own = new Map<string, RegisteredTool>()
  readonly #parent: ToolRegistry | undefined

  /**
   * @param tools Registered one after the other; a `Map` is refused, since its entries are pairs.
   * @throws {InvalidToolError} `invalid_tool`
   * @throws {DuplicateToolError} `duplicate_tool`
   * @throws {TypeError} `parent` is no registry
   */
  constructor(tools?: Iterable<ToolLike>, parent?: ToolRegistry) {
    this.#parent = checkParent(parent)
    if (tools === undefined || tools === null) return
    refuseMap(tools)
    if (!isIterable(tools)) throw wrongTools('The tools of a ToolRegistry must be an iterable of tools', tools)
    for (const tool of tools) this.register(tool)
  }

  /**
   * Adds a copy of a tool, an own one or one of another library; later changes to the object do nothing.
   *
   * @throws {InvalidToolError} `invalid_tool`
   * @throws {DuplicateToolError} `duplicate_tool`: the name is taken, here or in the parent.
   */
  register(tool: ToolLike): void {
    this.add(toTool(tool))
  }

  /** Adds a tool that has been checked and copied already. @internal */
  add(tool: RegisteredTool): void {
    if (this.has(tool.name)) throw new DuplicateToolError(tool.name)
    this.#own.set(tool.name, tool)
  }

  /** Takes a tool out of this layer; `false` when it was not in it. A parent's tool stays. */
  unregister(name: string): boolean {
    return this.#own.delete(name)
  }

  /** Whether there is a tool of this name, here or in the parent. */
  has(name: string): boolean {
    return this.#own.has(name) || this.#parent?.has(name) === true
  }

  /** The tool of this name; this layer's own one where the parent gained the same name later. */
  get(name: string): Tool | undefined {
    return this.#own.get(name) ?? this.#parent?.get(name)
  }

  /** The registered copy behind {@link get}. @internal */
  find(name: string): RegisteredTool | undefined {
    return this.#own.get(name) ?? this.#parent?.find(name)
  }

  /** Every name that {@link has} finds: the parent's first, then this layer's. */
  names(): readonly string[] {
    const inherited = this.#parent?.names() ?? []
    return [...inherited, ...[...this.#own.keys()].filter((name) => this.#parent?.has(name) !== true)]
  }

  /** How many names there are, the parent's included. */
  get size(): number {
    return this.#parent === undefined ? this.#own.size : this.names().length
  }
}

/** What a dispatcher's `tools` option may be. */
export type ToolsOption = ToolRegistry | Iterable<ToolLike> | Readonly<Record<string, UnnamedTool>>

/**
 * The registry that a `tools` option means: a shared one is given back as it is, anything else is registered in a new one.
 *
 * @throws {InvalidToolError} `invalid_tool`; @throws {DuplicateToolError} `duplicate_tool`
 */
export function toRegistry(tools: ToolsOption): ToolRegistry {
  if (tools instanceof ToolRegistry) return tools
  const expected = 'tools must be a ToolRegistry, an iterable of tools or a record of them'
  if (typeof tools !== 'object' || tools === null) throw wrongTools(expected, tools)
  if (isIterable(tools)) return new ToolRegistry(tools)
  const entries = Object.entries(tools)
  // A promise, or another copy's registry: what it holds is not to be seen, and no tools at all cannot be meant.
  if (entries.length === 0 && !isRecord(tools)) throw wrongTools(expected, tools)
  const registry = new ToolRegistry()
  for (const [name, tool] of entries) registry.add(toTool(tool, name))
  return registry
}

function isIterable(tools: unknown): tools is Iterable<ToolLike> {
  return typeof tools === 'string' || (typeof tools === 'object' && tools !== null && Symbol.iterator in tools)
}

/** An object literal, or one without a prototype; those of another realm too. */
function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function wrongTools(expected: string, tools: unknown): InvalidToolError {
  const received = isThenable(tools) ? 'a promise; await it first' : quote(tools)
  return new InvalidToolError(`${expected}; received ${received}.`)
}

function checkParent(parent: ToolRegistry | undefined): ToolRegistry | undefined {
  if (parent === undefined || parent === null || parent instanceof ToolRegistry) return parent ?? undefined
  throw new TypeError(`parent must be a ToolRegistry; received ${quote(parent)}.`)
}

function refuseMap(tools: unknown): void {
  if (tools instanceof Map) {
    throw new InvalidToolError(
      'A Map is no collection of tools, since it is not clear whether its keys or its tools name them; ' +
        'pass map.values() or Object.fromEntries(map).',
    )
  }
}
