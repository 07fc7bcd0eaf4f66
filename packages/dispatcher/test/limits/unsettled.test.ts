import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, vi } from 'vitest'
import type { DispatcherOptions, ToolCall, UnifiedToolDispatcher } from '../../src/index.js'
import { useFakeClock } from '../support/fake-clock.js'
import { type Gate, gate, settleMicrotasks } from '../support/gate.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

useFakeClock()

/** A dispatcher whose tool `stubborn` ignores its signal until the test ends its bodies. */
function stubborn(
  limits: DispatcherOptions['limits'],
  context = contextOf(),
): { dispatcher: UnifiedToolDispatcher; bodies: Gate[]; events: Recorder } {
  const bodies: Gate[] = []
  const events = new Recorder()
  const execute = () => {
    const body = gate()
    bodies.push(body)
    return body.promise
  }
  const tools = { stubborn: { execute }, echo: { execute: (input: unknown) => input } }
  return { dispatcher: dispatcherWith({ limits, events, tools }, context), bodies, events }
}

/** Makes calls that time out one after the other, each in a slot that the one before it gave back. */
async function outlive(dispatcher: UnifiedToolDispatcher, count: number): Promise<string[]> {
  const codes: string[] = []
  for (let index = 0; index < count; index += 1) {
    const call = dispatcher.executeTool('stubborn', {}, { timeoutMs: 5 })
    vi.advanceTimersByTime(5)
    codes.push(codeOf(await call))
  }
  return codes
}

describe('a body that outlives its call', () => {
  it('holds no slot', async () => {
    const { dispatcher } = stubborn({ concurrentCallsPerUser: 1, queuedCallsPerUser: 0 })
    expect(await outlive(dispatcher, 3)).toEqual(['timeout', 'timeout', 'timeout'])
    expect(codeOf(await dispatcher.executeTool('echo', 'still served'))).toBe('success: still served')
  })

  it('is counted until it ends, by result or by rejection, and by tool', async () => {
    const { dispatcher, bodies } = stubborn({})
    expect(dispatcher.metrics).toMatchObject({ unsettledCalls: 0, unsettledCallsByTool: {} })
    await outlive(dispatcher, 2)
    expect(dispatcher.metrics).toMatchObject({ unsettledCalls: 2, unsettledCallsByTool: { stubborn: 2 } })
    bodies[0]?.open('late')
    await settleMicrotasks()
    expect(dispatcher.metrics).toMatchObject({ unsettledCalls: 1, unsettledCallsByTool: { stubborn: 1 } })
    bodies[1]?.fail(new Error('late'))
    await settleMicrotasks()
    expect(dispatcher.metrics).toMatchObject({ unsettledCalls: 0, unsettledCallsByTool: {} })
  })

  it('is one where it is nested, and its caller another', async () => {
    const inner = gate()
    const dispatcher = dispatcherWith({
      tools: {
        outer: { execute: (_input: unknown, call: ToolCall) => call.executeTool('inner').then(() => inner.promise) },
        inner: { execute: () => inner.promise },
      },
    })
    const call = dispatcher.executeTool('outer', {}, { timeoutMs: 5 })
    vi.advanceTimersByTime(5)
    await call
    expect(dispatcher.metrics.unsettledCallsByTool).toEqual({ outer: 1, inner: 1 })
    inner.open('both')
    await settleMicrotasks()
    expect(dispatcher.metrics.unsettledCalls).toBe(0)
  })

  it('is told of on switchyard:call:late-end when it ends', async () => {
    const told: unknown[] = []
    const listen = (message: unknown) => told.push(message)
    subscribe('switchyard:call:late-end', listen)
    const { dispatcher, bodies, events } = stubborn({})
    const failure = new Error('late')
    await outlive(dispatcher, 2)
    const inTime = dispatcher.executeTool('stubborn')
    bodies[2]?.open('in time')
    await inTime
    expect(told).toEqual([])
    vi.advanceTimersByTime(30)
    bodies[1]?.open('late')
    bodies[0]?.fail(failure)
    await settleMicrotasks()
    unsubscribe('switchyard:call:late-end', listen)
    const [first, second] = events.of('tool_executing').map(({ payload }) => payload.callId)
    expect(told).toEqual([
      { toolName: 'stubborn', callId: second, outcome: { success: true, result: 'late' }, afterMs: 35 },
      {
        toolName: 'stubborn',
        callId: first,
        outcome: { success: false, error: { code: 'tool_failed', message: 'late', cause: failure } },
        afterMs: 40,
      },
    ])
  })
})

describe('ten times concurrentCallsPerUser bodies that outlived their calls', () => {
  it('make further calls concurrency_limited, in every dispatcher of the user, until some end', async () => {
    const context = contextOf()
    const { dispatcher, bodies } = stubborn({ concurrentCallsPerUser: 2 }, context)
    const { dispatcher: second, events } = stubborn(
      { concurrentCallsPerUser: 2 },
      contextOf({ userId: context.userId }),
    )
    expect(new Set(await outlive(dispatcher, 20))).toEqual(new Set(['timeout']))
    const refused = await second.executeTool('echo')
    expect(refused.error).toEqual({
      code: 'concurrency_limited',
      message: '20 tools of this user still run although their calls have settled; make them stop at their signal',
    })
    expectPair(events.events, refused)
    expect(codeOf(await dispatcher.executeTool('echo'))).toBe('concurrency_limited')
    bodies[7]?.open('at last')
    await settleMicrotasks()
    expect(codeOf(await second.executeTool('echo', 'again'))).toBe('success: again')
  })

  it('are judged by the limit of the dispatcher that is called', async () => {
    const context = contextOf()
    const narrow = stubborn({ concurrentCallsPerUser: 1 }, context)
    const wide = stubborn({ concurrentCallsPerUser: 2 }, context)
    await outlive(narrow.dispatcher, 10)
    expect(codeOf(await narrow.dispatcher.executeTool('echo'))).toBe('concurrency_limited')
    expect(codeOf(await wide.dispatcher.executeTool('echo', 'wide'))).toBe('success: wide')
  })

  it('are no matter for another user', async () => {
    const { dispatcher } = stubborn({ concurrentCallsPerUser: 1 })
    await outlive(dispatcher, 10)
    const { dispatcher: other } = stubborn({ concurrentCallsPerUser: 1 })
    expect(codeOf(await other.executeTool('echo', 'mine'))).toBe('success: mine')
  })

  it('count where the dispatcher that they belong to has been disposed', async () => {
    const context = contextOf()
    const { dispatcher, bodies } = stubborn({ concurrentCallsPerUser: 0 }, context)
    const calls = Array.from({ length: 10 }, () => dispatcher.executeTool('stubborn'))
    await dispatcher.dispose()
    await Promise.all(calls)
    expect(dispatcher.metrics.unsettledCalls).toBe(10)
    const { dispatcher: next } = stubborn({ concurrentCallsPerUser: 1 }, context)
    expect(codeOf(await next.executeTool('echo'))).toBe('concurrency_limited')
    for (const body of bodies) body.open('over')
    await settleMicrotasks()
    expect(dispatcher.metrics.unsettledCalls).toBe(0)
    expect(codeOf(await next.executeTool('echo', 'next'))).toBe('success: next')
  })

  it.each([0, Infinity])('are let be where that limit is off: %s', async (concurrentCallsPerUser) => {
    const { dispatcher } = stubborn({ concurrentCallsPerUser })
    expect(new Set(await outlive(dispatcher, 120))).toEqual(new Set(['timeout']))
    expect(dispatcher.metrics.unsettledCalls).toBe(120)
  })

  it('make nested calls concurrency_limited too', async () => {
    const codes: string[] = []
    const dispatcher = dispatcherWith({
      limits: { concurrentCallsPerUser: 1 },
      tools: {
        stubborn: { execute: () => new Promise<never>(() => {}) },
        spawner: {
          execute: async (_input: unknown, call: ToolCall) => {
            for (let index = 0; index < 12; index += 1) {
              codes.push(codeOf(await call.executeTool('stubborn', {}, { timeoutMs: 5 })))
            }
          },
        },
      },
    })
    const call = dispatcher.executeTool('spawner')
    for (let index = 0; index < 12; index += 1) {
      vi.advanceTimersByTime(5)
      await settleMicrotasks()
    }
    await call
    expect(codes).toEqual([
      ...Array.from({ length: 10 }, () => 'timeout'),
      'concurrency_limited',
      'concurrency_limited',
    ])
  })
})
