import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import {
  type DispatcherMetrics,
  type DispatcherOptions,
  type GlobalMetrics,
  type ToolLike,
  UnifiedToolDispatcher,
} from '../src/index.js'
import { gate, settleMicrotasks } from './support/gate.js'
import { codeOf, Recorder } from './support/recorder.js'
import { contextOf, dispatcherWith, newUserId } from './support/requests.js'

const ping = { name: 'ping', execute: () => 'pong' }
const fails = { name: 'fails', execute: () => Promise.reject(new Error('no')) }
const strict = { name: 'strict', inputSchema: z.object({ a: z.number() }), execute: () => 'ran' }
const locked = { name: 'locked', requiredRoles: ['admin'], execute: () => 'ran' }
const hang = { name: 'hang', execute: () => new Promise(() => undefined) }
const tools = [ping, fails, strict, locked, hang]

afterEach(() => {
  vi.useRealTimers()
})

function counts({ toolsExecuted, successfulExecutions, failedExecutions }: DispatcherMetrics): number[] {
  return [toolsExecuted, successfulExecutions, failedExecutions]
}

/** Lets fractions of a millisecond pass on the real clock. */
function pass(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

/** What a run of something adds to the metrics of the process. */
async function addedTo(run: () => unknown): Promise<Partial<Record<keyof GlobalMetrics, number>>> {
  const before = UnifiedToolDispatcher.globalMetrics()
  await run()
  await settleMicrotasks()
  const after = UnifiedToolDispatcher.globalMetrics()
  const names = Object.keys(before) as (keyof GlobalMetrics)[]
  return Object.fromEntries(
    names.flatMap((name) => (after[name] === before[name] ? [] : [[name, after[name] - before[name]]])),
  )
}

describe('the metrics of a dispatcher', () => {
  it('begin at nothing, and say whose they are', () => {
    vi.useFakeTimers({ now: new Date('2026-03-01T12:00:00.000Z') })
    const context = contextOf()
    const dispatcher = dispatcherWith({ tools }, context)
    expect(dispatcher.metrics).toEqual({
      toolsExecuted: 0,
      successfulExecutions: 0,
      failedExecutions: 0,
      totalExecutionTimeMs: 0,
      lastExecutionTime: null,
      eventsEmitted: 0,
      eventsFailed: 0,
      permissionChecks: 0,
      permissionDenials: 0,
      securityViolations: 0,
      unsettledCalls: 0,
      unsettledCallsByTool: {},
      queuedCalls: 0,
      createdAt: new Date('2026-03-01T12:00:00.000Z'),
      dispatcherId: dispatcher.dispatcherId,
      userId: context.userId,
      runId: context.runId,
    })
  })

  it.each<[string, string, unknown, DispatcherOptions]>([
    ['a success', 'ping', {}, {}],
    ['tool_failed', 'fails', {}, {}],
    ['tool_not_found', 'unknown', {}, {}],
    ['invalid_input', 'strict', { a: 'x' }, {}],
    ['permission_denied', 'locked', {}, {}],
    ['input_too_large', 'ping', 'x'.repeat(100), { limits: { maxInputBytes: 10 } }],
    ['output_too_large', 'ping', 1, { limits: { maxOutputBytes: 3 } }],
    ['timeout', 'hang', {}, { limits: { timeoutMs: 1 } }],
  ])('count %s once, in one of the two outcomes', async (code, name, parameters, options) => {
    const dispatcher = dispatcherWith({ tools, ...options })
    const result = await dispatcher.executeTool(name, parameters)
    expect(codeOf(result)).toContain(code.replace('a ', ''))
    expect(counts(dispatcher.metrics)).toEqual(result.success ? [1, 1, 0] : [1, 0, 1])
    expect(dispatcher.metrics.totalExecutionTimeMs).toBe(result.executionTimeMs)
  })

  it('count a call when it settles, and nested calls as calls of their own', async () => {
    const door = gate()
    const outer: ToolLike = { name: 'outer', execute: (_: unknown, call) => call.executeTool('wait') }
    const dispatcher = dispatcherWith({ tools: [outer, { name: 'wait', execute: () => door.promise }] })
    const call = dispatcher.executeTool('outer')
    expect(counts(dispatcher.metrics)).toEqual([0, 0, 0])
    door.open('x')
    await call
    expect(counts(dispatcher.metrics)).toEqual([2, 2, 0])
  })

  it('count no misuse', async () => {
    const dispatcher = dispatcherWith({ tools })
    await expect(dispatcher.executeTool(7 as never)).rejects.toThrow(TypeError)
    await expect(dispatcher.executeTool('ping', {}, { timeoutMs: -1 })).rejects.toThrow(TypeError)
    await dispatcher.dispose()
    await expect(dispatcher.executeTool('ping')).rejects.toThrow('disposed')
    expect(counts(dispatcher.metrics)).toEqual([0, 0, 0])
  })

  it('add up the time, and remember when the last call settled', async () => {
    vi.useFakeTimers({ now: new Date('2026-03-01T12:00:00.000Z') })
    const slow = { name: 'slow', execute: () => new Promise((resolve) => setTimeout(resolve, 250)) }
    const dispatcher = dispatcherWith({ tools: [slow] })
    for (let call = 0; call < 2; call += 1) {
      const running = dispatcher.executeTool('slow')
      await vi.advanceTimersByTimeAsync(250)
      await running
    }
    vi.advanceTimersByTime(10_000)
    expect(dispatcher.metrics.totalExecutionTimeMs).toBe(500)
    expect(dispatcher.metrics.lastExecutionTime?.toISOString()).toBe('2026-03-01T12:00:00.500Z')
    expect(dispatcher.metrics.createdAt.toISOString()).toBe('2026-03-01T12:00:00.000Z')
  })

  it('say of the last call the same time whenever they are asked, and none before its dispatcher or after now', async () => {
    for (let round = 0; round < 20; round += 1) {
      const dispatcher = dispatcherWith({ tools })
      await dispatcher.executeTool('ping')
      pass(Math.random() * 2)
      const { createdAt, lastExecutionTime } = dispatcher.metrics
      const now = Date.now()
      pass(0.5)
      expect(lastExecutionTime?.getTime()).toBeGreaterThanOrEqual(createdAt.getTime())
      expect(lastExecutionTime?.getTime()).toBeLessThanOrEqual(now)
      expect(dispatcher.metrics.lastExecutionTime).toEqual(lastExecutionTime)
    }
  })

  it('count the permission checks and the denials, by role, by policy and by failing policy', async () => {
    const dispatcher = dispatcherWith({
      tools,
      permissions: ({ parameters }) => {
        if (parameters === 'throw') throw new Error('no')
        return { allow: parameters !== 'deny' }
      },
    })
    for (const parameters of ['allow', 'deny', 'throw']) await dispatcher.executeTool('ping', parameters)
    await dispatcher.executeTool('locked')
    expect(dispatcher.metrics).toMatchObject({ permissionChecks: 4, permissionDenials: 3, securityViolations: 0 })
    await dispatcher.executeTool('unknown')
    expect(dispatcher.metrics).toMatchObject({ permissionChecks: 4, permissionDenials: 3, toolsExecuted: 5 })
  })

  it("count a call of another run as a security violation, answered as an unknown tool's", async () => {
    const context = contextOf({ runId: 'run-1' })
    const dispatcher = dispatcherWith({ tools }, context)
    expect(codeOf(await dispatcher.executeTool('ping', {}, { runId: 'run-1' }))).toBe('success: pong')
    const refused = await dispatcher.executeTool('ping', {}, { runId: 'run-2' })
    expect(refused.error).toEqual({ code: 'tool_not_found', message: 'Tool ping not found' })
    expect(refused.runId).toBe('run-1')
    expect(dispatcher.metrics).toMatchObject({ securityViolations: 1, toolsExecuted: 2, failedExecutions: 1 })
  })

  it('count the events that the sink took', async () => {
    const progressing: ToolLike = { name: 'report', execute: (_: unknown, call) => call.reportProgress(1) }
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools: [progressing], events })
    await dispatcher.executeTool('report')
    expect(dispatcher.metrics.eventsEmitted).toBe(3)
    expect(events.events).toHaveLength(3)
  })

  it('show the bodies that outlived their calls, until they end', async () => {
    const door = gate()
    const dispatcher = dispatcherWith({ tools: [{ name: 'stubborn', execute: () => door.promise }, ping] })
    const controller = new AbortController()
    const calls = [1, 2].map(() => dispatcher.executeTool('stubborn', {}, { signal: controller.signal }))
    expect(dispatcher.metrics.unsettledCalls).toBe(0)
    controller.abort()
    expect((await Promise.all(calls)).map(codeOf)).toEqual(['aborted', 'aborted'])
    expect(dispatcher.metrics).toMatchObject({ unsettledCalls: 2, unsettledCallsByTool: { stubborn: 2 } })
    door.open('late')
    await settleMicrotasks()
    expect(dispatcher.metrics).toMatchObject({ unsettledCalls: 0, unsettledCallsByTool: {}, toolsExecuted: 2 })
  })

  it('show the calls that wait for a slot now', async () => {
    const door = gate()
    const dispatcher = dispatcherWith({
      tools: [{ name: 'wait', execute: () => door.promise }],
      limits: { concurrentCallsPerUser: 1 },
    })
    const controller = new AbortController()
    const calls = [{}, {}, { signal: controller.signal }].map((options) => dispatcher.executeTool('wait', {}, options))
    expect(dispatcher.metrics.queuedCalls).toBe(2)
    controller.abort()
    expect(dispatcher.metrics.queuedCalls).toBe(1)
    door.open('x')
    await Promise.all(calls)
    expect(dispatcher.metrics.queuedCalls).toBe(0)
  })

  it('are a copy, that can be read after the end', async () => {
    const dispatcher = dispatcherWith({ tools })
    const before = dispatcher.metrics
    before.createdAt.setTime(0)
    await dispatcher.executeTool('ping')
    await dispatcher.dispose()
    expect(before.toolsExecuted).toBe(0)
    expect(dispatcher.metrics.toolsExecuted).toBe(1)
    expect(dispatcher.metrics.createdAt.getTime()).toBeGreaterThan(0)
  })

  it("are this dispatcher's alone, also where two are of one user", async () => {
    const context = contextOf()
    const [first, second] = [dispatcherWith({ tools }, context), dispatcherWith({ tools }, context)]
    await first.executeTool('ping')
    await first.executeTool('ping', {}, { runId: 'other' })
    expect([counts(first.metrics), counts(second.metrics)]).toEqual([
      [2, 1, 1],
      [0, 0, 0],
    ])
    expect(second.metrics).toMatchObject({ securityViolations: 0, permissionChecks: 0 })
  })
})

describe('globalMetrics()', () => {
  it('adds up the calls, events and violations of all dispatchers', async () => {
    const added = await addedTo(async () => {
      const events = new Recorder()
      const broken = {
        emit: () => {
          throw new Error('no')
        },
      }
      for (const context of [contextOf(), contextOf()]) {
        const dispatcher = dispatcherWith({ tools, events }, context)
        await dispatcher.executeTool('ping')
        await dispatcher.executeTool('fails')
        await dispatcher.executeTool('ping', {}, { runId: 'other' })
        await dispatcher.dispose()
      }
      await UnifiedToolDispatcher.withScope(contextOf(), { tools, events: broken }, (dispatcher) =>
        dispatcher.executeTool('ping'),
      )
    })
    expect(added).toEqual({
      ...{ dispatchersCreated: 3, toolsExecuted: 7, successfulExecutions: 3, failedExecutions: 4 },
      ...{ eventsEmitted: 12, eventsFailed: 2, securityViolations: 2 },
    })
  })

  it('counts the dispatchers and the users that are active', async () => {
    const ada = newUserId()
    const dispatchers: UnifiedToolDispatcher[] = []
    const create = (userId: string) => () => dispatchers.push(dispatcherWith({}, contextOf({ userId })))
    expect(await addedTo(create(ada))).toEqual({ dispatchersCreated: 1, activeDispatchers: 1, activeUsers: 1 })
    expect(await addedTo(create(ada))).toEqual({ dispatchersCreated: 1, activeDispatchers: 1 })
    expect(await addedTo(create(newUserId()))).toEqual({ dispatchersCreated: 1, activeDispatchers: 1, activeUsers: 1 })
    expect(await addedTo(() => dispatchers[0]?.dispose())).toEqual({ activeDispatchers: -1 })
    expect(await addedTo(() => dispatchers[0]?.dispose())).toEqual({})
    expect(await addedTo(() => dispatchers[1]?.dispose())).toEqual({ activeDispatchers: -1, activeUsers: -1 })
    expect(await addedTo(() => dispatchers[2]?.dispose())).toEqual({ activeDispatchers: -1, activeUsers: -1 })
  })

  it('counts those that disposeAllForUser ended as ended, once', async () => {
    const userId = newUserId()
    const dispatchers = [1, 2, 3].map(() => dispatcherWith({}, contextOf({ userId })))
    expect(await addedTo(() => UnifiedToolDispatcher.disposeAllForUser(userId))).toEqual({
      activeDispatchers: -3,
      activeUsers: -1,
    })
    expect(await addedTo(() => Promise.all(dispatchers.map((dispatcher) => dispatcher.dispose())))).toEqual({})
  })

  it('counts no dispatcher whose creation was refused', async () => {
    const creations = [
      () => dispatcherWith({ tools: [ping, ping] }),
      () => dispatcherWith({ limits: { timeoutMs: -1 } }),
      () => UnifiedToolDispatcher.createForUser({} as never),
      () => UnifiedToolDispatcher.createForAdmin(contextOf()),
    ]
    for (const create of creations) {
      expect(
        await addedTo(() => expect(create).toThrow(/registered already|timeoutMs|UserExecutionContext|"admin"/)),
      ).toEqual({})
    }
  })

  it('is a copy', () => {
    const metrics = UnifiedToolDispatcher.globalMetrics()
    Object.assign(metrics, { dispatchersCreated: -1 })
    expect(UnifiedToolDispatcher.globalMetrics().dispatchersCreated).toBeGreaterThanOrEqual(0)
  })
})
