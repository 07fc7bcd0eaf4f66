import type { UserExecutionContext } from '../dispatch/index.js'
import type { WebSocketManager } from '../websocket/index.js'

/** The agent's own part of the timeline; the tool events come from the dispatcher. */
export class AgentEvents {
  private step = 0

  constructor(
    private readonly manager: Pick<WebSocketManager, 'emitCriticalEvent'>,
    private readonly context: UserExecutionContext,
    private readonly agentName: string,
  ) {}

  started(question: string) {
    return this.send('agent_started', { status: 'started', message: `${this.agentName} takes: ${question}` })
  }

  thinking(reasoning: string) {
    this.step += 1
    return this.send('agent_thinking', { status: 'thinking', reasoning, stepNumber: this.step })
  }

  completed(result: { answer: string; toolCalls: number }) {
    return this.send('agent_completed', { status: 'completed', result })
  }

  failed(error: string) {
    return this.send('agent_error', { status: 'error', error })
  }

  private async send(type: string, data: Record<string, unknown>) {
    await this.manager.emitCriticalEvent(this.context.userId, type, {
      agentName: this.agentName,
      runId: this.context.runId,
      userId: this.context.userId,
      threadId: this.context.threadId,
      timestamp: new Date().toISOString(),
      ...data,
    })
  }
}
