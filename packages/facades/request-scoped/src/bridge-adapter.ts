import { randomUUID } from 'node:crypto'
import { UserExecutionContext, type AgentEvent, type AgentEventPayloads } from '@switchyard/dispatcher'
import { createEvent, eventSinkFrom, redact, redactText } from '@switchyard/dispatcher/interop'
import { nameOf, type OptionalTransport } from '@switchyard/facade-kit'

/** A transport that has not answered by then has delivered nothing: nobody waits for a client (H21). */
const LONGEST_WAIT_MS = 5_000

type Method = Exclude<keyof BridgeAdapter, 'emitter' | 'userContext'>
type Notification = readonly [
  method: Method,
  parameters: readonly [runId: string, agent: string, ...rest: unknown[]],
  made: (() => AgentEvent) | { readonly type: string; readonly data: Record<string, unknown> },
]

/**
 * The old bridge of one user's run over any transport: an emitter with a method of the same name is called with the same
 * arguments, any other one gets the event. Each method resolves to whether it was delivered and never rejects; what names
 * another run than the context's is not delivered.
 */
export class BridgeAdapter {
  readonly emitter: OptionalTransport
  readonly userContext: UserExecutionContext
  readonly #callIds = new Map<string, string[]>()

  /** @throws {TypeError} The emitter is no transport, or the context none. */
  constructor(emitter: OptionalTransport, userContext: UserExecutionContext) {
    if (!UserExecutionContext.isContext(userContext)) {
      throw new TypeError(`userContext must be a UserExecutionContext; received ${nameOf(userContext)}.`)
    }
    eventSinkFrom(emitter)
    this.emitter = emitter
    this.userContext = userContext
  }

  async notifyToolExecuting(runId: string, agent: string, toolName: string, parameters?: unknown): Promise<boolean> {
    const event = () => {
      const callId = randomUUID()
      this.#callIds.set(toolName, [...(this.#callIds.get(toolName) ?? []), callId])
      return this.#event('tool_executing', { callId, toolName, parameters: redact(parameters ?? {}) }, agent)
    }
    return this.#notify('notifyToolExecuting', [runId, agent, toolName, parameters], event)
  }

  /** @param result `{ error: text }` stands for a failure, anything else for a success. */
  async notifyToolCompleted(
    runId: string,
    agent: string,
    toolName: string,
    result?: unknown,
    executionTimeMs?: number,
  ): Promise<boolean> {
    const event = () => {
      const call = { callId: this.#callIds.get(toolName)?.shift() ?? randomUUID(), toolName }
      const error = errorIn(result)
      const outcome =
        error === undefined
          ? ({ status: 'success', result: redact(result) } as const)
          : ({ status: 'error', error: { code: 'tool_failed', message: redactText(error) } } as const)
      return this.#event('tool_completed', { ...call, ...outcome, executionTimeMs: executionTimeMs ?? 0 }, agent)
    }
    return this.#notify('notifyToolCompleted', [runId, agent, toolName, result, executionTimeMs], event)
  }

  async notifyAgentStarted(runId: string, agent: string, context?: Record<string, unknown>): Promise<boolean> {
    const event = () => this.#event('agent_started', masked(context), agent)
    return this.#notify('notifyAgentStarted', [runId, agent, context], event)
  }

  async notifyAgentThinking(
    runId: string,
    agent: string,
    reasoning: string,
    stepNumber?: number,
    progressPercentage?: number,
  ): Promise<boolean> {
    const event = () => this.#event('agent_thinking', { reasoning, step: stepNumber }, agent)
    return this.#notify('notifyAgentThinking', [runId, agent, reasoning, stepNumber, progressPercentage], event)
  }

  async notifyAgentCompleted(
    runId: string,
    agent: string,
    result?: unknown,
    executionTimeMs?: number,
  ): Promise<boolean> {
    const event = () => this.#event('agent_completed', { result: redact(result) }, agent)
    return this.#notify('notifyAgentCompleted', [runId, agent, result, executionTimeMs], event)
  }

  async notifyAgentError(runId: string, agent: string, error: unknown, errorContext?: unknown): Promise<boolean> {
    const event = () => {
      const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
      return this.#event('agent_error', { error: { name, message: redactText(message) } }, agent)
    }
    return this.#notify('notifyAgentError', [runId, agent, error, errorContext], event)
  }

  async notifyProgressUpdate(runId: string, agent: string, progress: Record<string, unknown>): Promise<boolean> {
    return this.#notify('notifyProgressUpdate', [runId, agent, progress], { type: 'progress_update', data: progress })
  }

  async notifyCustom(runId: string, agent: string, type: string, data: Record<string, unknown>): Promise<boolean> {
    return this.#notify('notifyCustom', [runId, agent, type, data], { type, data })
  }

  #event<Type extends AgentEvent['type']>(type: Type, payload: AgentEventPayloads[Type], agent: string): AgentEvent {
    return createEvent(this.userContext, type, payload, agent) as AgentEvent
  }

  /** Delivers one notification, and waits for no transport longer than {@link LONGEST_WAIT_MS}. */
  #notify(...notification: Notification): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), LONGEST_WAIT_MS)
      void this.#deliver(...notification).then((delivered) => {
        clearTimeout(timer)
        resolve(delivered)
      })
    })
  }

  /** One of a kind that events do not know goes to transports that take any kind. */
  async #deliver(...[method, parameters, made]: Notification): Promise<boolean> {
    const { emitter, userContext } = this
    const [runId, agentName] = parameters
    if (emitter === null || emitter === undefined || runId !== userContext.runId) return false
    try {
      const notify: unknown = Reflect.get(emitter, method)
      if (typeof notify === 'function') return (await Reflect.apply(notify, emitter, parameters)) !== false
      if (typeof made === 'function') {
        await eventSinkFrom(emitter).emit(made())
        return true
      }
      const { userId, threadId } = userContext
      const ids = { agentName, runId, userId, threadId, timestamp: new Date().toISOString(), eventId: randomUUID() }
      const data = { ...masked(made.data), ...ids }
      if ('emitCriticalEvent' in emitter) return (await emitter.emitCriticalEvent(userId, made.type, data)) !== false
      return 'sendEvent' in emitter && (await emitter.sendEvent(made.type, data)) !== false
    } catch {
      return false
    }
  }
}

function errorIn(result: unknown): string | undefined {
  const error: unknown = typeof result === 'object' && result !== null ? Reflect.get(result, 'error') : undefined
  if (error === undefined || error === null) return undefined
  return typeof error === 'string' ? error : JSON.stringify(redact(error))
}

function masked(data: Record<string, unknown> | undefined): Record<string, unknown> {
  const safe = redact(data ?? {})
  return typeof safe === 'object' && safe !== null ? { ...safe } : { data: safe }
}
