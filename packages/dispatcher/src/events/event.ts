import { timestamp } from '../clock.js'
import type { UserExecutionContext } from '../context.js'
import { idMaker } from '../ids.js'

/** What each kind of event carries. Everything in it is plain JSON data; secrets are masked and long values cut. */
export interface AgentEventPayloads {
  agent_started: Readonly<Record<string, unknown>>
  /** `step` counts from wherever the agent counts from. */
  agent_thinking: { readonly reasoning: string; readonly step?: number | undefined }
  tool_executing: { readonly callId: string; readonly toolName: string; readonly parameters: unknown }
  tool_completed: ToolCompletedPayload
  agent_completed: { readonly result?: unknown }
  tool_progress: { readonly callId: string; readonly toolName: string; readonly progress: unknown }
  agent_error: { readonly error: { readonly name: string; readonly message: string } }
}

/** How a tool call ended, as its user sees it. */
export interface ToolCompletedPayload {
  /** The call that the `tool_executing` of the same id announced. */
  readonly callId: string
  readonly toolName: string
  readonly status: 'success' | 'error'
  /** Present on success: the result, cut to 500 characters of JSON. */
  readonly result?: unknown
  /** Present on failure; `code` is a `ToolErrorCode`, credentials in `message` are masked. */
  readonly error?: { readonly code: string; readonly message: string } | undefined
  /** From the call to its outcome, waiting included; milliseconds, with fractions. */
  readonly executionTimeMs: number
}

/** The kinds of events; the first five are the golden path. */
export type AgentEventType = keyof AgentEventPayloads

/** What every event has. */
export interface AgentEventBase {
  /** Unique; a resend carries the same one. */
  readonly id: string
  readonly userId: string
  readonly threadId: string
  readonly runId: string
  readonly requestId: string
  /** ISO 8601, UTC, milliseconds. */
  readonly timestamp: string
  /** The agent, where the event comes from an `AgentRun`. */
  readonly agentName?: string | undefined
}

/** An event of one user's run; `type` tells which payload it carries. */
export type AgentEvent = {
  [Type in AgentEventType]: AgentEventBase & { readonly type: Type; readonly payload: AgentEventPayloads[Type] }
}[AgentEventType]

/**
 * Where events go. `emit` is called in the order in which things happened; it may return a promise, which is never waited
 * for by a tool call. What it throws or rejects with never reaches the call either: it is counted and published.
 */
export interface EventSink {
  emit(event: AgentEvent): void | Promise<void>
}

const nextEventId = idMaker('evt')

/**
 * An event of the context's user: the ids of the context come from nowhere else.
 *
 * @param id Unique; made where it is not given.
 */
export function createEvent<Type extends AgentEventType>(
  context: UserExecutionContext,
  type: Type,
  payload: AgentEventPayloads[Type],
  agentName?: string,
  id: string = nextEventId(),
): AgentEventBase & { readonly type: Type; readonly payload: AgentEventPayloads[Type] } {
  const { userId, threadId, runId, requestId } = context
  return agentName === undefined
    ? { id, type, userId, threadId, runId, requestId, timestamp: timestamp(), payload }
    : { id, type, userId, threadId, runId, requestId, timestamp: timestamp(), agentName, payload }
}
