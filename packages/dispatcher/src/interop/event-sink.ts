import { quote } from '../errors.js'
import type { AgentEvent, EventSink } from '../events/event.js'

/** What a transport of the old kind gets: the ids and the payload side by side, the event's own id as `eventId`. */
export type FlatEventData = Record<string, unknown>

/** A manager that knows its users. What it returns may be a promise; `false` means that the event was not delivered. */
export interface CriticalEventTransport {
  emitCriticalEvent(userId: string, type: string, data: FlatEventData): unknown
}

/** A manager or an emitter of one connection. What it returns may be a promise; `false` means not delivered. */
export interface SendEventTransport {
  sendEvent(type: string, data: FlatEventData): unknown
}

/**
 * A bridge with a method for each kind of event; the two for tools are required. `agentName` is `ToolDispatcher` where no
 * agent is known; `result` is `{ output }` or `{ error }`. What they return may be a promise; `false` means not delivered.
 */
export interface NotifyTransport {
  notifyToolExecuting(runId: string, agentName: string, toolName: string, parameters: unknown): unknown
  notifyToolCompleted(
    runId: string,
    agentName: string,
    toolName: string,
    result: { output: unknown } | { error: string },
    executionTimeMs: number,
  ): unknown
  notifyAgentStarted?(runId: string, agentName: string, context: unknown): unknown
  notifyAgentThinking?(runId: string, agentName: string, reasoning: string, step?: number): unknown
  notifyAgentCompleted?(runId: string, agentName: string, result: unknown): unknown
  notifyAgentError?(runId: string, agentName: string, error: string): unknown
  notifyProgressUpdate?(runId: string, agentName: string, progress: unknown): unknown
}

/** Whatever {@link eventSinkFrom} takes without options. */
export type EventTransport = CriticalEventTransport | SendEventTransport | NotifyTransport | EventSink

/** A Socket.IO server or namespace, as far as it is needed here. */
export interface SocketServer {
  to(room: string): { emit(type: string, data: FlatEventData): unknown }
}

/** How events reach a user through a Socket.IO server. */
export interface SocketServerOptions {
  /** The room that holds the user's sockets, and nobody else's. */
  readonly room: (userId: string) => string
}

/**
 * Makes an event sink of a transport that exists already, recognised by its methods, in this order: `emitCriticalEvent`,
 * `sendEvent`, `notifyToolExecuting` with `notifyToolCompleted`, an {@link EventSink} (given back as it is). With `room`
 * it is a Socket.IO server, and each event goes to its user's room, never to everybody.
 *
 * What the transport throws or rejects with, and `false` as its answer, make the sink throw or reject: a dispatcher counts
 * that as a lost event, and its calls never notice.
 *
 * @returns `undefined` for `null` and `undefined`, so that an optional transport stays optional.
 * @throws {TypeError} The transport is none of these. An object with both `on` and `emit` (an EventEmitter, a Socket.IO
 * server without `room`) is refused too: its `emit` would lose the events, or send them to everybody.
 */
export function eventSinkFrom(transport: EventTransport): EventSink
export function eventSinkFrom(transport: EventTransport | null | undefined): EventSink | undefined
export function eventSinkFrom(server: SocketServer, options: SocketServerOptions): EventSink
export function eventSinkFrom(
  server: SocketServer | null | undefined,
  options: SocketServerOptions,
): EventSink | undefined
export function eventSinkFrom(transport: unknown, options?: SocketServerOptions): EventSink | undefined {
  if (transport === null || transport === undefined) return undefined
  if (options !== undefined) return socketServerSink(transport, options)
  if (speaks(transport, 'emitCriticalEvent')) {
    return { emit: (event) => delivered(transport.emitCriticalEvent(event.userId, event.type, flatEventData(event))) }
  }
  if (speaks(transport, 'sendEvent')) {
    return { emit: (event) => delivered(transport.sendEvent(event.type, flatEventData(event))) }
  }
  if (speaks(transport, 'notifyToolExecuting', 'notifyToolCompleted')) {
    return { emit: (event) => delivered(notify(transport, event)) }
  }
  if (isEventSink(transport)) return transport
  throw new TypeError(refusal(transport))
}

/** An event as transports of the old kind want it: the payload and the ids side by side, an error as its text. */
export function flatEventData(event: AgentEvent): FlatEventData {
  const { id: eventId, runId, userId, threadId, timestamp } = event
  const ids = { runId, userId, threadId, timestamp, eventId }
  switch (event.type) {
    case 'tool_executing':
      return { toolName: event.payload.toolName, parameters: event.payload.parameters, ...ids }
    case 'tool_completed': {
      const { toolName, status, result, error, executionTimeMs } = event.payload
      return {
        toolName,
        status,
        ...(error === undefined ? { result } : { error: error.message }),
        executionTimeMs,
        ...ids,
      }
    }
    case 'agent_error':
      return { error: event.payload.error.message, agentName: event.agentName, ...ids }
    case 'tool_progress':
      return { toolName: event.payload.toolName, progress: event.payload.progress, ...ids }
    default:
      return { ...event.payload, agentName: event.agentName, ...ids }
  }
}

const NOTIFY_METHODS: Readonly<Record<AgentEvent['type'], keyof NotifyTransport>> = {
  agent_started: 'notifyAgentStarted',
  agent_thinking: 'notifyAgentThinking',
  tool_executing: 'notifyToolExecuting',
  tool_progress: 'notifyProgressUpdate',
  tool_completed: 'notifyToolCompleted',
  agent_completed: 'notifyAgentCompleted',
  agent_error: 'notifyAgentError',
}

function notify(bridge: NotifyTransport, event: AgentEvent): unknown {
  const method = NOTIFY_METHODS[event.type]
  if (!speaks(bridge, method)) throw new Error(`The event was not delivered: the bridge has no ${method} method.`)
  const { runId, agentName = 'ToolDispatcher' } = event
  switch (event.type) {
    case 'agent_started':
      return bridge.notifyAgentStarted?.(runId, agentName, event.payload)
    case 'agent_thinking':
      return bridge.notifyAgentThinking?.(runId, agentName, event.payload.reasoning, event.payload.step)
    case 'tool_executing':
      return bridge.notifyToolExecuting(runId, agentName, event.payload.toolName, event.payload.parameters)
    case 'tool_progress':
      return bridge.notifyProgressUpdate?.(runId, agentName, flatEventData(event))
    case 'tool_completed': {
      const { toolName, result, error, executionTimeMs } = event.payload
      const outcome = error === undefined ? { output: result } : { error: error.message }
      return bridge.notifyToolCompleted(runId, agentName, toolName, outcome, executionTimeMs)
    }
    case 'agent_completed':
      return bridge.notifyAgentCompleted?.(runId, agentName, event.payload.result)
    default:
      return bridge.notifyAgentError?.(runId, agentName, event.payload.error.message)
  }
}

function socketServerSink(server: unknown, { room }: SocketServerOptions): EventSink {
  if (!isSocketServer(server)) {
    throw new TypeError(
      `With { room } the transport must be a Socket.IO server or namespace; received ${quote(server)}.`,
    )
  }
  return {
    emit: (event) => {
      const name: unknown = room(event.userId)
      if (typeof name !== 'string' || name === '') {
        throw new TypeError(`room(userId) must return the name of the user's room; received ${quote(name)}.`)
      }
      server.to(name).emit(event.type, flatEventData(event))
    },
  }
}

function delivered(answer: unknown): void | Promise<void> {
  if (speaks(answer, 'then')) return Promise.resolve(answer).then(refuseFalse)
  refuseFalse(answer)
}

function refuseFalse(answer: unknown): void {
  if (answer === false) throw new Error('The event was not delivered: the transport answered false.')
}

function isEventSink(transport: unknown): transport is EventSink {
  return speaks(transport, 'emit') && !speaks(transport, 'on')
}

function isSocketServer(server: unknown): server is SocketServer {
  return speaks(server, 'to')
}

/** Whether a value has these methods: all that an old transport can be recognised by. */
function speaks<Method extends string>(
  value: unknown,
  ...methods: readonly Method[]
): value is Readonly<Record<Method, (...parameters: unknown[]) => unknown>> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return methods.every((method) => typeof Reflect.get(value, method) === 'function')
}

function refusal(transport: unknown): string {
  if (speaks(transport, 'on', 'emit')) {
    return (
      `${quote(transport)} with both on and emit is no event sink: its emit would lose the events, or send them to ` +
      'everybody. For a Socket.IO server pass { room: (userId) => string }; else wrap it: { emit: (event) => ... }.'
    )
  }
  if (speaks(transport, 'notifyToolExecuting')) {
    return `${quote(transport)} has notifyToolExecuting without notifyToolCompleted, so every second event would be lost.`
  }
  return (
    'An event transport has emitCriticalEvent(userId, type, data), sendEvent(type, data), notifyToolExecuting(...) with ' +
    `notifyToolCompleted(...), or is an EventSink with emit(event); received ${quote(transport)}.`
  )
}
