import { DuplicateToolError, type ToolLike, type ToolsOption, type UnifiedToolDispatcher } from '@switchyard/dispatcher'

/** Registers a tool, as old dispatchers did: one whose name is taken is skipped, with a process warning. */
export function registerOnce(dispatcher: Pick<UnifiedToolDispatcher, 'registerTool'>, tool: ToolLike): void {
  try {
    dispatcher.registerTool(tool)
  } catch (error) {
    if (!(error instanceof DuplicateToolError)) throw error
    warnOfDuplicate(error.toolName)
  }
}

/**
 * The tools without those whose name came earlier, with a process warning for each that is dropped. A record and a
 * registry hold each name once, and come back as they are; so do `null` and `undefined`, as `undefined`.
 */
export function distinctTools<Tool extends ToolLike>(tools: Iterable<Tool>): Tool[]
export function distinctTools(tools: ToolsOption | null | undefined): ToolsOption | undefined
export function distinctTools(tools: ToolsOption | null | undefined): ToolsOption | undefined {
  if (tools === null || tools === undefined) return undefined
  if (typeof tools !== 'object' || tools instanceof Map || !isIterable(tools)) return tools
  const names = new Set<string>()
  return [...tools].filter((tool) => {
    const name = nameOf(tool)
    if (name === undefined) return true
    if (names.has(name)) warnOfDuplicate(name)
    return !names.has(name) && names.add(name)
  })
}

function isIterable(tools: object): tools is Iterable<ToolLike> {
  return Symbol.iterator in tools
}

/** What a tool is registered under; tools of Mastra carry their name as `id`. */
function nameOf(tool: unknown): string | undefined {
  if (typeof tool !== 'object' || tool === null) return undefined
  const name: unknown = Reflect.get(tool, 'name') ?? Reflect.get(tool, 'id')
  return typeof name === 'string' ? name : undefined
}

function warnOfDuplicate(name: string): void {
  process.emitWarning(`A tool named ${JSON.stringify(name)} is registered already; the later one was skipped.`, {
    code: 'SWITCHYARD_DUPLICATE_TOOL',
  })
}
