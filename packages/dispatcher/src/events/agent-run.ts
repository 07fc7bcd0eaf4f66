import { UserExecutionContext } from '../context.js'
import { InvalidContextError, quote } from '../errors.js'
import { messageOf } from '../result.js'
import { publishLostEvent } from './lost-events.js'
import { type AgentEvent, type AgentEventPayloads, createEvent, type EventSink } from './event.js'
import { redact, redactText } from './redact.js'

/**
 * The events of an agent's run around its tool calls. Every event carries the ids of the run's context. The methods resolve
 * when the sink has the event and never reject: what the sink refuses is published on `switchyard:event-failed`.
 *
 * @example
 * ```ts
 * const run = new AgentRun(context, router, 'researcher')
 * await run.started()
 * await run.thinking('Which orders are late?', 1)
 * await run.completed({ late: 3 })
 * ```
 */
export class AgentRun {
  readonly #context: UserExecutionContext
  readonly #agentName: string
  readonly #events: EventSink

  /**
   * @throws {InvalidContextError} `invalid_context`: `context` is no `UserExecutionContext`
   * @throws {TypeError} `events` is no sink, or `agentName` is blank
   */
  constructor(context: UserExecutionContext, events: EventSink, agentName: string) {
    if (!UserExecutionContext.isContext(context)) {
      throw new InvalidContextError(
        'context',
        context,
        `AgentRun needs a UserExecutionContext; received ${quote(context)}.`,
      )
    }
    if (typeof events?.emit !== 'function') {
      throw new TypeError(`events must be an EventSink, an object with emit(event); received ${quote(events)}.`)
    }
    if (typeof agentName !== 'string' || agentName.trim() === '') {
      throw new TypeError(`agentName must be a non-blank string; received ${quote(agentName)}.`)
    }
    this.#context = context
    this.#agentName = agentName
    this.#events = events
  }

  /** Whose run this is. */
  get context(): UserExecutionContext {
    return this.#context
  }

  /** The agent's name, which each of its events carries. */
  get agentName(): string {
    return this.#agentName
  }

  /** Emits `agent_started`. `payload` is an object; default `{}`. */
  started(payload: Readonly<Record<string, unknown>> = {}): Promise<void> {
    return this.#emit('agent_started', safeRecord(payload))
  }

  /** Emits `agent_thinking`. */
  thinking(reasoning: string, step?: number): Promise<void> {
    return this.#emit('agent_thinking', {
      reasoning: textOf(redact(reasoning)),
      ...(Number.isFinite(step) ? { step } : undefined),
    })
  }

  /** Emits `agent_completed`. */
  completed(result?: unknown): Promise<void> {
    return this.#emit('agent_completed', result === undefined ? {} : { result: redact(result) })
  }

  /** Emits `agent_error`; credentials in the error's message are masked. */
  failed(error: unknown): Promise<void> {
    return this.#emit('agent_error', { error: { name: nameOf(error), message: redactText(messageOf(error)) } })
  }

  async #emit<Type extends keyof AgentEventPayloads & AgentEvent['type']>(
    type: Type,
    payload: AgentEventPayloads[Type],
  ): Promise<void> {
    const event = createEvent(this.#context, type, payload, this.#agentName) as AgentEvent
    try {
      await this.#events.emit(event)
    } catch (cause) {
      publishLostEvent(event, cause)
    }
  }
}

/** The types ask for text; what comes instead is shown, never thrown at. */
function textOf(safe: unknown): string {
  return typeof safe === 'string' ? safe : (JSON.stringify(safe) ?? String(safe))
}

function nameOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.name) : 'Error'
  } catch {
    return 'Error'
  }
}

function safeRecord(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const safe = redact(payload)
  return typeof safe === 'object' && safe !== null ? Object.fromEntries(Object.entries(safe)) : { summary: safe }
}
