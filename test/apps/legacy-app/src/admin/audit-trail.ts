/**
 * Bridge for the admin tools: keeps who ran what, sends nothing to a browser.
 * The dispatcher calls it with (run, agent, tool, ...), the way the old agent bridge was called.
 */
export class AuditTrail {
  private readonly entries: string[] = []

  async notifyToolExecuting(_runId: string, agentName: string, toolName: string, parameters: Record<string, unknown>) {
    this.entries.push(`${agentName} runs ${toolName} ${JSON.stringify(parameters)}`)
  }

  async notifyToolCompleted(_runId: string, agentName: string, toolName: string, result: Record<string, unknown>) {
    this.entries.push(`${agentName} ran ${toolName}: ${'error' in result ? `failed, ${result.error}` : 'done'}`)
  }

  lines(): readonly string[] {
    return this.entries
  }
}
