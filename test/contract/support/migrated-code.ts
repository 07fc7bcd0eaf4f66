import {
  type EventSink,
  type ExecuteOptions,
  type ToolLike,
  UnifiedToolDispatcher,
  type UserExecutionContext,
} from '@switchyard/dispatcher'
import {
  distinctTools,
  type FacadeDispatcher,
  type FacadeExecuteOptions,
  registerOnce,
  throwIfDenied,
  toLegacyMetrics,
  toLegacyToolExecutionResult,
  toToolDispatchResponse,
  toToolResult,
} from '@switchyard/facade-kit'

/** What old code calls on a dispatcher. */
export type OldCalls = Pick<
  FacadeDispatcher,
  | 'dispatch'
  | 'dispatchTool'
  | 'executeTool'
  | 'registerTool'
  | 'hasTool'
  | 'getAvailableTools'
  | 'tools'
  | 'getMetrics'
  | 'isActive'
>

/** The old calls as they are once migrated: the canonical dispatcher, and the converters of the kit around it. */
export function migratedCode(unified: UnifiedToolDispatcher): OldCalls {
  const run = (toolName: string, parameters: object | null | undefined, options: ExecuteOptions | null | undefined) =>
    unified.executeTool(toolName, parameters ?? {}, options ?? undefined)
  return {
    async dispatch(toolName, parameters, options) {
      return toToolResult(await run(toolName, parameters, options), { toolName, parameters: parameters ?? {} })
    },
    async dispatchTool(toolName, parameters, _state, runId, options) {
      return toToolDispatchResponse(await run(toolName, parameters, { ...options, runId: runId ?? undefined }))
    },
    async executeTool(toolName, parameters, options) {
      return toLegacyToolExecutionResult(throwIfDenied(await run(toolName, parameters, limitsOf(options))))
    },
    registerTool(
      tool: ToolLike | string,
      fn?: (parameters: Record<string, unknown>) => unknown,
      description?: string | null,
    ) {
      if (typeof tool !== 'string') return registerOnce(unified, tool)
      const execute = (parameters: Record<string, unknown>) => fn?.(parameters)
      return registerOnce(unified, { name: tool, description: description ?? `Dynamic tool: ${tool}`, execute })
    },
    hasTool: (toolName) => unified.hasTool(toolName),
    getAvailableTools: () => [...unified.availableTools],
    get tools() {
      return unified.tools
    },
    getMetrics: () => toLegacyMetrics(unified),
    isActive: () => unified.isActive,
  }
}

/** Permissions are always checked, so that the switch goes. */
function limitsOf(options: FacadeExecuteOptions | null | undefined): ExecuteOptions {
  const { signal, timeoutMs } = options ?? {}
  return { signal, timeoutMs }
}

/** A dispatcher as migrated code makes it. */
export function canonicalOf(
  context: UserExecutionContext,
  tools: readonly ToolLike[],
  events: EventSink | undefined,
): UnifiedToolDispatcher {
  return UnifiedToolDispatcher.createForUser(context, { tools: distinctTools(tools), events })
}
