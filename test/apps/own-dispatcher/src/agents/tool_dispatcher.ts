import type { Tool, UserExecutionContext } from '@acme/dispatch-core'

export const ToolStatus = { SUCCESS: 'success', ERROR: 'error' } as const
export type ToolStatus = (typeof ToolStatus)[keyof typeof ToolStatus]

export interface ToolResult {
  status: ToolStatus
  message: string
  payload: { result: unknown } | null
}

/** The first dispatcher of the desk: one for each request, by hand. */
export class ToolDispatcher {
  private tools = new Map<string, Tool>()

  constructor(
    readonly userContext: UserExecutionContext,
    tools: readonly Tool[] = [],
  ) {
    for (const tool of tools) this.tools.set(tool.name, tool)
  }

  hasTool(toolName: string): boolean {
    return this.tools.has(toolName)
  }

  async dispatch(toolName: string, parameters: Record<string, unknown> = {}): Promise<ToolResult> {
    const tool = this.tools.get(toolName)
    if (tool === undefined) return { status: ToolStatus.ERROR, message: `Tool ${toolName} not found`, payload: null }
    try {
      return { status: ToolStatus.SUCCESS, message: '', payload: { result: await tool.execute(parameters) } }
    } catch (error) {
      return { status: ToolStatus.ERROR, message: (error as Error).message, payload: null }
    }
  }

  async cleanup(): Promise<void> {
    this.tools.clear()
  }
}
