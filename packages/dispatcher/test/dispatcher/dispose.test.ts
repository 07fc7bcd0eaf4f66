import { describe, expect, it, vi } from 'vitest'
import { pendingDeadlines } from '../../src/deadlines.js'
import {
  DispatcherDisposedError,
  type PermissionDecision,
  type ToolCall,
  type ToolExecutionResult,
  ToolRegistry,
  UnifiedToolDispatcher,
} from '../../src/index.js'
import { useFakeClock } from '../support/fake-clock.js'
import { gate, settleMicrotasks, stateOf } from '../support/gate.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'
import { slow } from '../support/slow.js'

useFakeClock()

describe('dispose()', () => {
  it('aborts and settles the calls that run, at once, and their signals', async () => {
    const { dispatcher, calls, events } = slow()
    const running = [dispatcher.executeTool('slow'), dispatcher.executeTool('slow')]
    const signals = calls.map(({ signal }) => signal)
    const disposed = dispatcher.dispose()
    // Before anything was awaited:
    expect(events.types).toEqual(['tool_executing', 'tool_executing', 'tool_completed', 'tool_completed'])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
    await disposed
    for (const result of await Promise.all(running)) {
      expect(result.error).toMatchObject({
        code: 'aborted',
        message: 'Tool slow was aborted: its dispatcher was disposed',
      })
      expectPair(events.events, result)
    }
    expect(dispatcher.metrics).toMatchObject({ toolsExecuted: 2, failedExecutions: 2 })
    expect(pendingDeadlines()).toBe(0)
  })

  it('ends the calls in the order they began', async () => {
    const { dispatcher, events } = slow()
    const running = Array.from({ length: 5 }, () => dispatcher.executeTool('slow'))
    await dispatcher.dispose()
    const ids = (await Promise.all(running)).map(({ callId }) => callId)
    expect(events.of('tool_completed').map(({ payload }) => payload.callId)).toEqual(ids)
  })

  it('does not wait for bodies that ignore their signal; what they return is dropped', async () => {
    const { dispatcher, body, events } = slow()
    const running = dispatcher.executeTool('slow')
    await dispatcher.dispose()
    expect(dispatcher.metrics.unsettledCalls).toBe(1)
    body.open('too late')
    await settleMicrotasks()
    expect(codeOf(await running)).toBe('aborted')
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
    expect(dispatcher.metrics.unsettledCalls).toBe(0)
  })

  it('aborts a call that a policy, a schema or the queue holds, and its tool never runs', async () => {
    const answer = gate<PermissionDecision>()
    const validated = gate<{ value: unknown }>()
    const body = gate()
    const ran: string[] = []
    const run = (name: string) => ran.push(name)
    const dispatcher = dispatcherWith({
      limits: { concurrentCallsPerUser: 2 },
      permissions: ({ toolName }) => (toolName === 'asking' ? answer.promise : { allow: true }),
      tools: {
        asking: { execute: () => run('asking') },
        checking: {
          inputSchema: { '~standard': { version: 1, vendor: 'test', validate: () => validated.promise } },
          execute: () => run('checking'),
        },
        slow: { execute: () => body.promise },
        waiting: { execute: () => run('waiting') },
      },
    })
    const calls = ['asking', 'checking', 'slow', 'waiting'].map((name) => dispatcher.executeTool(name))
    expect(dispatcher.metrics.queuedCalls).toBe(1)
    await dispatcher.dispose()
    expect((await Promise.all(calls)).map(codeOf)).toEqual(['aborted', 'aborted', 'aborted', 'aborted'])
    answer.open({ allow: true })
    validated.open({ value: {} })
    body.open('done')
    await settleMicrotasks()
    expect(ran).toEqual([])
    expect(dispatcher.metrics.queuedCalls).toBe(0)
  })

  it('may be called by a tool, whose own call it aborts', async () => {
    const dispatcher: UnifiedToolDispatcher = dispatcherWith({
      tools: { end: { execute: () => dispatcher.dispose().then(() => 'ended') } },
    })
    expect(codeOf(await dispatcher.executeTool('end'))).toBe('aborted')
    expect(dispatcher.isActive).toBe(false)
  })

  it('makes registerTool() and unregisterTool() throw, and executeTool() reject', async () => {
    const { dispatcher } = slow()
    await dispatcher.dispose()
    const { dispatcherId } = dispatcher
    const register = () => dispatcher.registerTool({ name: 'late', execute: () => 1 })
    expect(register).toThrow(DispatcherDisposedError)
    expect(register).toThrow(expect.objectContaining({ code: 'dispatcher_disposed', dispatcherId }))
    expect(() => dispatcher.unregisterTool('echo')).toThrow(DispatcherDisposedError)
    await expect(dispatcher.executeTool('echo')).rejects.toThrow(DispatcherDisposedError)
    expect(dispatcher.hasTool('echo')).toBe(true)
  })

  it('leaves everything readable', async () => {
    const { dispatcher, events } = slow()
    await dispatcher.executeTool('echo')
    const read = () => ({
      names: dispatcher.availableTools,
      has: ['echo', 'missing'].map((name) => dispatcher.hasTool(name)),
      tools: dispatcher.tools,
      definitions: dispatcher.toolDefinitions(),
      metrics: dispatcher.metrics,
      context: dispatcher.context,
      id: dispatcher.dispatcherId,
      hasEvents: dispatcher.hasEvents,
    })
    const before = read()
    await dispatcher.dispose()
    expect(read()).toEqual(before)
    expect(before.metrics.toolsExecuted).toBe(1)
    expect(dispatcher.isActive).toBe(false)
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
  })

  it('changes nothing when it is called again', async () => {
    const { dispatcher, events } = slow()
    const before = UnifiedToolDispatcher.globalMetrics().activeDispatchers
    void dispatcher.executeTool('slow')
    await Promise.all([dispatcher.dispose(), dispatcher.dispose()])
    await dispatcher.dispose({ drainMs: 1_000 })
    await dispatcher[Symbol.asyncDispose]()
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
    expect(UnifiedToolDispatcher.globalMetrics().activeDispatchers).toBe(before - 1)
  })

  it('ends this dispatcher alone, not others of the user, nor of the registry, nor of other users', async () => {
    const registry = new ToolRegistry([{ name: 'echo', execute: (input: unknown) => input }])
    const context = contextOf()
    const dispatcher = dispatcherWith({ tools: registry }, context)
    const others = [dispatcherWith({ tools: registry }, context), dispatcherWith({ tools: registry })]
    const { dispatcher: same, body } = slow({}, context)
    const running = same.executeTool('slow')
    await dispatcher.dispose()
    for (const other of others) expect(codeOf(await other.executeTool('echo', 'alive'))).toBe('success: alive')
    body.open('done')
    expect(codeOf(await running)).toBe('success: done')
  })

  it('is what await using calls', async () => {
    const lent: UnifiedToolDispatcher[] = []
    {
      await using dispatcher = slow().dispatcher
      lent.push(dispatcher)
      expect(dispatcher.isActive).toBe(true)
    }
    expect(lent.map(({ isActive }) => isActive)).toEqual([false])
  })

  it.each([-1, Number.NaN, '100', {}, true])(
    'rejects with a TypeError for a drainMs of %s, and ends nothing',
    async (drainMs) => {
      const { dispatcher } = slow()
      const disposed = dispatcher.dispose({ drainMs: drainMs as number })
      await expect(disposed).rejects.toThrow(TypeError)
      await expect(disposed).rejects.toThrow('drainMs must be milliseconds, 0 or more; received')
      expect(dispatcher.isActive).toBe(true)
    },
  )
})

describe('dispose({ drainMs })', () => {
  it('takes no new calls, lets the running ones end, and resolves as soon as they have', async () => {
    const { dispatcher, body, calls } = slow()
    const running = dispatcher.executeTool('slow')
    const disposed = dispatcher.dispose({ drainMs: 1_000 })
    expect(dispatcher.isActive).toBe(false)
    await expect(dispatcher.executeTool('echo')).rejects.toThrow(DispatcherDisposedError)
    expect(() => dispatcher.registerTool({ name: 'late', execute: () => 1 })).toThrow(DispatcherDisposedError)
    vi.advanceTimersByTime(500)
    expect(await stateOf(disposed)).toBe('pending')
    expect(calls[0]?.signal.aborted).toBe(false)
    body.open('in time')
    await disposed
    expect(codeOf(await running)).toBe('success: in time')
    expect(pendingDeadlines()).toBe(0)
  })

  it('aborts what still runs when the time is up', async () => {
    const { dispatcher, events } = slow()
    const running = dispatcher.executeTool('slow')
    const disposed = dispatcher.dispose({ drainMs: 100 })
    vi.advanceTimersByTime(99)
    expect(await stateOf(disposed)).toBe('pending')
    vi.advanceTimersByTime(1)
    await disposed
    const result = await running
    expect(result.error?.message).toBe('Tool slow was aborted: its dispatcher was disposed')
    expectPair(events.events, result)
  })

  it('lets calls that wait for a slot have their turn', async () => {
    const { dispatcher, body } = slow({ limits: { concurrentCallsPerUser: 1 } })
    const running = [dispatcher.executeTool('slow'), dispatcher.executeTool('echo', 'had its turn')]
    const disposed = dispatcher.dispose({ drainMs: 1_000 })
    body.open('done')
    await disposed
    expect((await Promise.all(running)).map(codeOf)).toEqual(['success: done', 'success: had its turn'])
  })

  it('lets the tools that run still call others', async () => {
    const body = gate()
    const dispatcher = dispatcherWith({
      tools: {
        outer: {
          execute: async (_input: unknown, { executeTool }: ToolCall) => {
            await body.promise
            return codeOf(await executeTool('echo', 'inner'))
          },
        },
        echo: { execute: (input: unknown) => input },
      },
    })
    const running = dispatcher.executeTool('outer')
    const disposed = dispatcher.dispose({ drainMs: 1_000 })
    body.open(undefined)
    await disposed
    expect((await running).result).toBe('success: inner')
  })

  it('ends at once where nothing runs', async () => {
    const { dispatcher } = slow()
    await dispatcher.executeTool('echo')
    await dispatcher.dispose({ drainMs: Infinity })
    expect(pendingDeadlines()).toBe(0)
  })

  it('of Infinity waits for as long as the calls take', async () => {
    const { dispatcher, body } = slow({ limits: { timeoutMs: 0 } })
    const running = dispatcher.executeTool('slow')
    const disposed = dispatcher.dispose({ drainMs: Infinity })
    vi.advanceTimersByTime(100_000_000)
    expect(await stateOf(disposed)).toBe('pending')
    body.open('at last')
    await disposed
    expect(codeOf(await running)).toBe('success: at last')
  })

  it('is the same drain for whoever asks again meanwhile', async () => {
    const { dispatcher, body } = slow()
    const running = dispatcher.executeTool('slow')
    const disposals = [
      dispatcher.dispose({ drainMs: 100 }),
      dispatcher.dispose(),
      dispatcher.dispose({ drainMs: 9_999 }),
    ]
    expect(await Promise.all(disposals.map((disposal) => stateOf(disposal)))).toEqual(['pending', 'pending', 'pending'])
    body.open('in time')
    await Promise.all(disposals)
    expect(codeOf(await running)).toBe('success: in time')
  })

  it('does not wait for bodies whose calls have settled', async () => {
    const { dispatcher } = slow()
    const running = dispatcher.executeTool('slow', {}, { timeoutMs: 5 })
    vi.advanceTimersByTime(5)
    await running
    expect(dispatcher.metrics.unsettledCalls).toBe(1)
    await dispatcher.dispose({ drainMs: Infinity })
  })
})

describe('disposeAllForUser()', () => {
  it('disposes every dispatcher of the user, whatever its run, and says how many there were', async () => {
    const context = contextOf()
    const mine = [context, context, contextOf({ userId: context.userId, runId: 'run-2' })].map((its) => slow({}, its))
    const other = slow()
    const disposedBefore = slow({}, context).dispatcher
    await disposedBefore.dispose()
    const calls = mine.map(({ dispatcher }) => dispatcher.executeTool('slow'))
    const othersCall = other.dispatcher.executeTool('slow')
    const { activeDispatchers } = UnifiedToolDispatcher.globalMetrics()
    expect(await UnifiedToolDispatcher.disposeAllForUser(context.userId)).toBe(3)
    expect((await Promise.all(calls)).map(codeOf)).toEqual(['aborted', 'aborted', 'aborted'])
    for (const { dispatcher, events } of mine) {
      expect(dispatcher.isActive).toBe(false)
      expect(events.types).toEqual(['tool_executing', 'tool_completed'])
      await expect(dispatcher.executeTool('echo')).rejects.toThrow(DispatcherDisposedError)
      expect(() => dispatcher.registerTool({ name: 'late', execute: () => 1 })).toThrow(DispatcherDisposedError)
      expect(dispatcher.availableTools).toEqual(['slow', 'echo'])
    }
    expect(UnifiedToolDispatcher.globalMetrics().activeDispatchers).toBe(activeDispatchers - 3)
    expect(other.dispatcher.isActive).toBe(true)
    other.body.open('untouched')
    expect(codeOf(await othersCall)).toBe('success: untouched')
  })

  it('says 0 for a user without dispatchers, and for one whose dispatchers are gone', async () => {
    const { dispatcher } = slow()
    const { userId } = dispatcher.context
    expect(await UnifiedToolDispatcher.disposeAllForUser('nobody-at-all')).toBe(0)
    expect(await UnifiedToolDispatcher.disposeAllForUser(userId)).toBe(1)
    expect(await UnifiedToolDispatcher.disposeAllForUser(userId)).toBe(0)
  })

  it('does not touch dispatchers that are made afterwards', async () => {
    const context = contextOf()
    const old = slow({}, context).dispatcher
    await UnifiedToolDispatcher.disposeAllForUser(context.userId)
    const next = slow({}, context).dispatcher
    await old.dispose()
    expect(next.isActive).toBe(true)
    expect(codeOf(await next.executeTool('echo', 'next'))).toBe('success: next')
    expect(await UnifiedToolDispatcher.disposeAllForUser(context.userId)).toBe(1)
  })

  it('ends a drain', async () => {
    const { dispatcher } = slow()
    const running = dispatcher.executeTool('slow')
    const disposed = dispatcher.dispose({ drainMs: 60_000 })
    await UnifiedToolDispatcher.disposeAllForUser(dispatcher.context.userId)
    await disposed
    expect(codeOf(await running)).toBe('aborted')
    expect(pendingDeadlines()).toBe(0)
  })

  it('ends nested calls with their callers, innermost first', async () => {
    const nested = gate<ToolExecutionResult>()
    const events = new Recorder()
    const dispatcher = dispatcherWith({
      events,
      tools: {
        outer: { execute: async (_input: unknown, call: ToolCall) => nested.open(await call.executeTool('inner')) },
        inner: { execute: () => new Promise<never>(() => {}) },
      },
    })
    const running = dispatcher.executeTool('outer')
    await UnifiedToolDispatcher.disposeAllForUser(dispatcher.context.userId)
    const [outer, inner] = [await running, await nested.promise]
    expect([codeOf(outer), codeOf(inner)]).toEqual(['aborted', 'aborted'])
    expect(events.of('tool_completed').map(({ payload }) => payload.callId)).toEqual([inner.callId, outer.callId])
  })
})
