import type { AgentEvent } from '@switchyard/dispatcher'
import { describe, expect, it, vi } from 'vitest'
import { WebSocketBridgeAdapter } from '../src/index.js'
import { contextOf } from './support/people.js'

const context = contextOf()
const { runId, userId, threadId, requestId } = context

type Adapter = WebSocketBridgeAdapter
type Notification = readonly [method: string, notify: (adapter: Adapter) => Promise<boolean>, parameters: unknown[]]

const notifications: readonly Notification[] = [
  [
    'notifyToolExecuting',
    (a) => a.notifyToolExecuting(runId, 'Planner', 'add', { a: 1 }),
    [runId, 'Planner', 'add', { a: 1 }],
  ],
  [
    'notifyToolCompleted',
    (a) => a.notifyToolCompleted(runId, 'Planner', 'add', 3, 12),
    [runId, 'Planner', 'add', 3, 12],
  ],
  [
    'notifyAgentStarted',
    (a) => a.notifyAgentStarted(runId, 'Planner', { goal: 'x' }),
    [runId, 'Planner', { goal: 'x' }],
  ],
  [
    'notifyAgentThinking',
    (a) => a.notifyAgentThinking(runId, 'Planner', 'why', 2, 50),
    [runId, 'Planner', 'why', 2, 50],
  ],
  ['notifyAgentCompleted', (a) => a.notifyAgentCompleted(runId, 'Planner', 'done', 7), [runId, 'Planner', 'done', 7]],
  [
    'notifyAgentError',
    (a) => a.notifyAgentError(runId, 'Planner', 'broke', { at: 1 }),
    [runId, 'Planner', 'broke', { at: 1 }],
  ],
  [
    'notifyProgressUpdate',
    (a) => a.notifyProgressUpdate(runId, 'Planner', { done: 3 }),
    [runId, 'Planner', { done: 3 }],
  ],
  [
    'notifyCustom',
    (a) => a.notifyCustom(runId, 'Planner', 'sub_agent', { n: 1 }),
    [runId, 'Planner', 'sub_agent', { n: 1 }],
  ],
]

/** An emitter with every method that the old bridge forwarded to. */
function bridge(answer?: unknown) {
  const calls: unknown[][] = []
  const emitter = Object.fromEntries(
    notifications.map(([method]) => [
      method,
      (...parameters: unknown[]) => {
        calls.push([method, ...parameters])
        return answer
      },
    ]),
  )
  return { calls, emitter: emitter as unknown as { notifyToolExecuting(): void; notifyToolCompleted(): void } }
}

function sink() {
  const events: AgentEvent[] = []
  return { events, emit: (event: AgentEvent) => void events.push(event) }
}

describe.each(notifications)('%s() of WebSocketBridgeAdapter', (method, notify, parameters) => {
  it('calls the method of the same name with the same parameters, and says that it was delivered', async () => {
    const { calls, emitter } = bridge()
    expect(await notify(new WebSocketBridgeAdapter(emitter, context))).toBe(true)
    expect(calls).toEqual([[method, ...parameters]])
  })

  it('says that it was not delivered where the emitter answers false, throws or rejects', async () => {
    const { emitter } = bridge(false)
    expect(await notify(new WebSocketBridgeAdapter(emitter, context))).toBe(false)
    for (const fails of [
      () => Promise.reject(new Error('gone')),
      () => {
        throw new Error('gone')
      },
    ]) {
      const failing = { notifyToolExecuting: fails, notifyToolCompleted: fails, [method]: fails }
      expect(await notify(new WebSocketBridgeAdapter(failing, context))).toBe(false)
    }
  })

  it('says that it was not delivered where the emitter has not answered after five seconds', async () => {
    vi.useFakeTimers()
    try {
      const answer = notify(
        new WebSocketBridgeAdapter({ [method]: () => new Promise(() => {}), sendEvent: () => {} }, context),
      )
      await vi.advanceTimersByTimeAsync(5_000)
      expect(await answer).toBe(false)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('delivers nothing without an emitter', async () => {
    expect(await notify(new WebSocketBridgeAdapter(null, context))).toBe(false)
    expect(await notify(new WebSocketBridgeAdapter(undefined, context))).toBe(false)
  })

  it('delivers nothing that names another run', async () => {
    const { calls, emitter } = bridge()
    expect(await notify(new WebSocketBridgeAdapter(emitter, contextOf({ runId: 'run-of-another' })))).toBe(false)
    expect(calls).toEqual([])
  })

  it('always answers by a promise', () => {
    expect(notify(new WebSocketBridgeAdapter(bridge().emitter, context))).toBeInstanceOf(Promise)
  })
})

describe('WebSocketBridgeAdapter', () => {
  it('keeps emitter and context', () => {
    const { emitter } = bridge()
    expect(new WebSocketBridgeAdapter(emitter, context)).toMatchObject({ emitter, userContext: context })
  })

  it('refuses an emitter that is no transport', () => {
    expect(() => new WebSocketBridgeAdapter({} as { emit(): void }, context)).toThrow(TypeError)
  })

  it.each([[undefined], [null], [{}], ['ada'], [{ userId, threadId, runId }]])('refuses %o as a context', (given) => {
    const construct = () => Reflect.construct(WebSocketBridgeAdapter, [sink(), given]) as unknown
    expect(construct).toThrow(TypeError)
    expect(construct).toThrow('userContext must be a UserExecutionContext')
  })

  it('never rejects, whatever it is told', async () => {
    const adapter = new WebSocketBridgeAdapter(sink(), context)
    const trap = {
      get error(): string {
        throw new Error('trapped')
      },
    }
    const wordless = Object.assign(new Error('x'), { message: undefined })
    expect(await adapter.notifyToolCompleted(runId, 'Planner', 'add', trap)).toBe(false)
    expect(await adapter.notifyAgentError(runId, 'Planner', Object.create(null))).toBe(false)
    expect(await adapter.notifyAgentError(runId, 'Planner', wordless)).toBe(false)
  })

  it('pairs the calls of its own run, whatever others tell it', async () => {
    const emitter = sink()
    const adapter = new WebSocketBridgeAdapter(emitter, context)
    await adapter.notifyToolExecuting('run-of-another', 'Planner', 'add', {})
    await adapter.notifyToolExecuting(runId, 'Planner', 'add', {})
    await adapter.notifyToolCompleted(runId, 'Planner', 'add', 3)
    const [executing, completed, ...more] = emitter.events.map(
      ({ payload }) => Reflect.get(payload, 'callId') as unknown,
    )
    expect(more).toEqual([])
    expect(completed).toBe(executing)
  })

  it('makes events of the context’s user for an emitter that takes events', async () => {
    const emitter = sink()
    const adapter = new WebSocketBridgeAdapter(emitter, context)
    for (const [, notify] of notifications.slice(0, 6)) expect(await notify(adapter)).toBe(true)
    expect(emitter.events.map(({ type }) => type)).toEqual([
      'tool_executing',
      'tool_completed',
      'agent_started',
      'agent_thinking',
      'agent_completed',
      'agent_error',
    ])
    for (const event of emitter.events) {
      expect(event).toMatchObject({ userId, threadId, runId, requestId, agentName: 'Planner' })
    }
    const [executing, completed] = emitter.events
    expect(executing?.payload).toMatchObject({ toolName: 'add', parameters: { a: 1 } })
    expect(completed?.payload).toMatchObject({ toolName: 'add', status: 'success', result: 3, executionTimeMs: 12 })
    expect(completed?.payload).toMatchObject({ callId: Reflect.get(executing?.payload ?? {}, 'callId') as unknown })
  })

  it('tells a failed tool from one that worked', async () => {
    const emitter = sink()
    const adapter = new WebSocketBridgeAdapter(emitter, context)
    await adapter.notifyToolCompleted(runId, 'Planner', 'add', { error: 'token=abc123secret is wrong' })
    expect(emitter.events[0]?.payload).toMatchObject({
      status: 'error',
      error: { code: 'tool_failed', message: 'token=[REDACTED] is wrong' },
    })
  })

  it('masks secrets in what it makes events of', async () => {
    const emitter = sink()
    const adapter = new WebSocketBridgeAdapter(emitter, context)
    await adapter.notifyToolExecuting(runId, 'Planner', 'sign_in', { password: 'hunter2', name: 'ada' })
    expect(emitter.events[0]?.payload).toMatchObject({ parameters: { password: '[REDACTED]', name: 'ada' } })
  })

  it.each(['emitCriticalEvent', 'sendEvent'] as const)(
    'sends kinds of its own through %s, with the ids',
    async (method) => {
      const calls: unknown[][] = []
      const emitter = { [method]: (...parameters: unknown[]) => void calls.push(parameters) }
      const adapter = new WebSocketBridgeAdapter(emitter as { sendEvent(): void }, context)
      expect(await adapter.notifyCustom(runId, 'Planner', 'sub_agent', { step: 1, apiKey: 'k' })).toBe(true)
      expect(await adapter.notifyProgressUpdate(runId, 'Planner', { done: 3 })).toBe(true)
      const ids = { agentName: 'Planner', runId, userId, threadId }
      const first = method === 'sendEvent' ? [] : [userId]
      expect(calls).toMatchObject([
        [...first, 'sub_agent', { step: 1, apiKey: '[REDACTED]', ...ids }],
        [...first, 'progress_update', { done: 3, ...ids }],
      ])
    },
  )

  it('lets no data of the caller replace the ids', async () => {
    const calls: unknown[][] = []
    const adapter = new WebSocketBridgeAdapter({ sendEvent: (...parameters) => void calls.push(parameters) }, context)
    await adapter.notifyCustom(runId, 'Planner', 'note', { userId: 'eve', runId: 'other', threadId: 'other' })
    expect(calls).toMatchObject([['note', { userId, runId, threadId }]])
  })

  it('has nowhere to send kinds of its own where the emitter takes events only', async () => {
    const emitter = sink()
    const adapter = new WebSocketBridgeAdapter(emitter, context)
    expect(await adapter.notifyCustom(runId, 'Planner', 'sub_agent', {})).toBe(false)
    expect(emitter.events).toEqual([])
  })
})
