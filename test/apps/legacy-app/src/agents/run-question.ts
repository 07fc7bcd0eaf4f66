import { createRequestScopedToolDispatcher, type UserExecutionContext } from '../dispatch/index.js'
import { deskTools } from '../tools/index.js'
import type { DeskUser } from '../store/index.js'
import type { WebSocketManager } from '../websocket/index.js'
import { AgentEvents } from './agent-events.js'
import { SupportAgent, type AgentAnswer } from './support-agent.js'

export interface RunReport extends AgentAnswer {
  runId: string
  usage: { calls: number; failed: number }
}

export async function runQuestion(user: DeskUser, context: UserExecutionContext, manager: WebSocketManager, question: string): Promise<RunReport> {
  const dispatcher = await createRequestScopedToolDispatcher(context, deskTools, manager)
  try {
    const agent = new SupportAgent(dispatcher, new AgentEvents(manager, context, 'SupportAgent'), user.name)
    const answer = await agent.run(question)
    const metrics = dispatcher.getMetrics()
    return { runId: context.runId, ...answer, usage: { calls: metrics.toolsExecuted, failed: metrics.failedExecutions } }
  } finally {
    await dispatcher.cleanup()
  }
}
