import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { UserExecutionContext } from '../../src/context.js'
import { createEvent, type AgentEvent, type EventSink } from '../../src/events/event.js'
import { eventSinkFrom, flatEventData, type NotifyTransport } from '../../src/interop/event-sink.js'

const context = UserExecutionContext.create({ userId: 'ada', threadId: 'thread-1', runId: 'run-1' })
const executing = createEvent(context, 'tool_executing', { callId: 'c1', toolName: 'add', parameters: { a: 1 } })
const completed = createEvent(context, 'tool_completed', {
  callId: 'c1',
  toolName: 'add',
  status: 'success',
  result: 3,
  executionTimeMs: 1.5,
})
const failed = createEvent(context, 'tool_completed', {
  callId: 'c2',
  toolName: 'add',
  status: 'error',
  error: { code: 'tool_failed', message: 'no numbers' },
  executionTimeMs: 2,
})

function ids(event: AgentEvent): object {
  return { runId: 'run-1', userId: 'ada', threadId: 'thread-1', timestamp: event.timestamp, eventId: event.id }
}

/** A bridge that keeps what it is told, in order. */
class Bridge implements NotifyTransport {
  readonly calls: unknown[][] = []
  notifyToolExecuting(...parameters: unknown[]): void {
    this.calls.push(['executing', ...parameters])
  }
  notifyToolCompleted(...parameters: unknown[]): void {
    this.calls.push(['completed', ...parameters])
  }
}

/** A Socket.IO server, as far as it matters here. */
function server() {
  const sent: unknown[][] = []
  const emit = (...parameters: unknown[]) => sent.push(['everybody', ...parameters])
  const to = (room: string) => ({ emit: (...parameters: unknown[]) => sent.push([room, ...parameters]) })
  return { sent, on: () => undefined, emit, to }
}

describe('eventSinkFrom()', () => {
  it.each([null, undefined])('is undefined for %s, so that an optional transport stays optional', (transport) => {
    expect(eventSinkFrom(transport)).toBeUndefined()
  })

  it('sends flat data to emitCriticalEvent with the user id first', () => {
    const seen: unknown[][] = []
    const transport = { emitCriticalEvent: (...parameters: unknown[]) => void seen.push(parameters) }
    void eventSinkFrom(transport).emit(executing)
    expect(seen).toEqual([['ada', 'tool_executing', { toolName: 'add', parameters: { a: 1 }, ...ids(executing) }]])
  })

  it('sends flat data to sendEvent', () => {
    const seen: unknown[][] = []
    const sink = eventSinkFrom({ sendEvent: (...parameters: unknown[]) => void seen.push(parameters) })
    void sink.emit(completed)
    void sink.emit(failed)
    expect(seen).toEqual([
      ['tool_completed', { toolName: 'add', status: 'success', result: 3, executionTimeMs: 1.5, ...ids(completed) }],
      ['tool_completed', { toolName: 'add', status: 'error', error: 'no numbers', executionTimeMs: 2, ...ids(failed) }],
    ])
  })

  it('tells a bridge the run, the agent and the tool, in that order', () => {
    const bridge = new Bridge()
    const sink = eventSinkFrom(bridge)
    void sink.emit(executing)
    void sink.emit({ ...completed, agentName: 'planner' })
    void sink.emit(failed)
    expect(bridge.calls).toEqual([
      ['executing', 'run-1', 'ToolDispatcher', 'add', { a: 1 }],
      ['completed', 'run-1', 'planner', 'add', { output: 3 }, 1.5],
      ['completed', 'run-1', 'ToolDispatcher', 'add', { error: 'no numbers' }, 2],
    ])
  })

  it('tells a bridge of the agent too, where it has methods for that', () => {
    const calls: unknown[][] = []
    const sink = eventSinkFrom({
      notifyToolExecuting: () => undefined,
      notifyToolCompleted: () => undefined,
      notifyAgentStarted: (...parameters: unknown[]) => calls.push(['started', ...parameters]),
      notifyAgentThinking: (...parameters: unknown[]) => calls.push(['thinking', ...parameters]),
      notifyAgentCompleted: (...parameters: unknown[]) => calls.push(['completed', ...parameters]),
      notifyAgentError: (...parameters: unknown[]) => calls.push(['error', ...parameters]),
      notifyProgressUpdate: (...parameters: unknown[]) => calls.push(['progress', ...parameters]),
    })
    const progress = createEvent(context, 'tool_progress', { callId: 'c1', toolName: 'add', progress: 0.5 })
    void sink.emit(createEvent(context, 'agent_started', { goal: 'sum' }, 'planner'))
    void sink.emit(createEvent(context, 'agent_thinking', { reasoning: 'carry the one', step: 2 }, 'planner'))
    void sink.emit(progress)
    void sink.emit(createEvent(context, 'agent_completed', { result: 3 }, 'planner'))
    void sink.emit(createEvent(context, 'agent_error', { error: { name: 'Error', message: 'tired' } }, 'planner'))
    expect(calls).toEqual([
      ['started', 'run-1', 'planner', { goal: 'sum' }],
      ['thinking', 'run-1', 'planner', 'carry the one', 2],
      ['progress', 'run-1', 'ToolDispatcher', { toolName: 'add', progress: 0.5, ...ids(progress) }],
      ['completed', 'run-1', 'planner', 3],
      ['error', 'run-1', 'planner', 'tired'],
    ])
  })

  it('throws on an event that the bridge has no method for, so that its loss is counted', () => {
    const started = createEvent(context, 'agent_started', {}, 'planner')
    expect(() => eventSinkFrom(new Bridge()).emit(started)).toThrow('the bridge has no notifyAgentStarted method')
  })

  it('prefers emitCriticalEvent to sendEvent to a bridge to an event sink', () => {
    const used: string[] = []
    class Everything extends Bridge {
      emitCriticalEvent(): void {
        used.push('emitCriticalEvent')
      }
      sendEvent(): void {
        used.push('sendEvent')
      }
      emit(): void {
        used.push('emit')
      }
    }
    void eventSinkFrom(new Everything()).emit(executing)
    expect(used).toEqual(['emitCriticalEvent'])
  })

  it('calls the transport as its own method', () => {
    class Manager {
      readonly sent: string[] = []
      sendEvent(type: string): void {
        this.sent.push(type)
      }
    }
    const manager = new Manager()
    void eventSinkFrom(manager).emit(executing)
    expect(manager.sent).toEqual(['tool_executing'])
  })

  it('gives an event sink back as it is', () => {
    const sink: EventSink = { emit: () => undefined }
    expect(eventSinkFrom(sink)).toBe(sink)
  })

  it('throws when the transport answers false, and rejects when its promise does', async () => {
    expect(() => eventSinkFrom({ sendEvent: () => false }).emit(executing)).toThrow('answered false')
    await expect(eventSinkFrom({ sendEvent: async () => false }).emit(executing)).rejects.toThrow('answered false')
    await expect(eventSinkFrom({ sendEvent: async () => undefined }).emit(executing)).resolves.toBeUndefined()
  })

  it('passes on what the transport throws or rejects with', async () => {
    const gone = new Error('gone')
    const throwing = { sendEvent: () => Promise.reject(gone) }
    await expect(eventSinkFrom(throwing).emit(executing)).rejects.toBe(gone)
  })

  it('refuses an EventEmitter, whose emit would lose the events', () => {
    // @ts-expect-error -- an EventEmitter's emit takes a name first
    expect(() => eventSinkFrom(new EventEmitter())).toThrow(TypeError)
  })

  it('takes an EventEmitter that has sendEvent', () => {
    const sent: string[] = []
    class Manager extends EventEmitter {
      sendEvent(type: string): void {
        sent.push(type)
      }
    }
    void eventSinkFrom(new Manager()).emit(executing)
    expect(sent).toEqual(['tool_executing'])
  })

  it.each([
    ['a string', 'ws://socket', 'received "ws://socket"'],
    ['an object without methods', {}, 'received an object'],
    ['half a bridge', { notifyToolExecuting: () => true }, 'without notifyToolCompleted'],
  ])('refuses %s and says what would do', (_, transport, message) => {
    // @ts-expect-error -- none of these is a transport
    expect(() => eventSinkFrom(transport)).toThrow(message)
    // @ts-expect-error -- none of these is a transport
    expect(() => eventSinkFrom(transport)).toThrow(TypeError)
  })

  describe('with a room', () => {
    it("sends each event to its user's room and never to everybody", () => {
      const io = server()
      void eventSinkFrom(io, { room: (userId) => `user:${userId}` }).emit(executing)
      expect(io.sent).toEqual([['user:ada', 'tool_executing', flatEventData(executing)]])
    })

    it('throws rather than emit without the name of a room', () => {
      const io = server()
      expect(() => eventSinkFrom(io, { room: () => '' }).emit(executing)).toThrow('room(userId) must return')
      expect(io.sent).toEqual([])
    })

    it('is undefined without a server, and refuses what is none', () => {
      expect(eventSinkFrom(undefined, { room: (userId) => userId })).toBeUndefined()
      // @ts-expect-error -- no server
      expect(() => eventSinkFrom({ sendEvent: () => true }, { room: (userId) => userId })).toThrow(TypeError)
    })
  })
})
