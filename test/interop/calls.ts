import {
  type AgentEvent,
  type DispatcherOptions,
  type ToolExecutionResult,
  UnifiedToolDispatcher,
  UserExecutionContext,
} from '@switchyard/dispatcher'

let people = 0

/** A context of a user of its own. */
export function somebody(): UserExecutionContext {
  people += 1
  return UserExecutionContext.create({ userId: `user-${people}`, threadId: 'thread-1', runId: 'run-1' })
}

/** A call that was made, and who made it. */
export interface Tried {
  readonly result: ToolExecutionResult
  readonly dispatcher: UnifiedToolDispatcher
  readonly events: AgentEvent[]
  readonly context: UserExecutionContext
}

/** Runs the one tool that is given, as a user of its own. */
export async function tried(
  tools: DispatcherOptions['tools'],
  input: unknown,
  options?: DispatcherOptions,
): Promise<Tried> {
  const context = somebody()
  const events: AgentEvent[] = []
  const sink = { emit: (event: AgentEvent) => void events.push(event) }
  const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools, events: sink, ...options })
  const [name = ''] = dispatcher.availableTools
  return { result: await dispatcher.executeTool(name, input), dispatcher, events, context }
}
