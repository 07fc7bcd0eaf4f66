/** What a tool is, for every dispatcher of ours. */
export interface Tool {
  name: string
  description: string
  execute(parameters: Record<string, unknown>): unknown
}

export class UserExecutionContext {
  private constructor(
    readonly userId: string,
    readonly threadId: string,
    readonly runId: string,
  ) {}

  static create({ userId, threadId, runId }: { userId: string; threadId: string; runId: string }) {
    if (userId.trim() === '') throw new Error('A context needs a user')
    return new UserExecutionContext(userId, threadId, runId)
  }
}

export interface ToolDispatchResponse {
  success: boolean
  result: unknown
  error: string | null
  metadata: Record<string, unknown>
}

export class ToolDispatcherCore {
  #tools = new Map<string, Tool>()

  private constructor(
    readonly userContext: UserExecutionContext,
    tools: readonly Tool[],
  ) {
    for (const tool of tools) this.#tools.set(tool.name, tool)
  }

  static async createRequestScopedDispatcher(context: UserExecutionContext, tools: readonly Tool[] = []) {
    return new ToolDispatcherCore(context, tools)
  }

  async dispatchTool(toolName: string, parameters: Record<string, unknown> = {}): Promise<ToolDispatchResponse> {
    const tool = this.#tools.get(toolName)
    if (tool === undefined) {
      return { success: false, result: null, error: `Tool ${toolName} not found`, metadata: { toolName } }
    }
    try {
      return { success: true, result: await tool.execute(parameters), error: null, metadata: { toolName } }
    } catch (error) {
      return { success: false, result: null, error: (error as Error).message, metadata: { toolName } }
    }
  }

  async cleanup(): Promise<void> {
    this.#tools.clear()
  }
}
