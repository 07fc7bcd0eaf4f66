import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { Recorder } from '../support/transports.js'

const tools = {
  greet: { execute: () => 'hello' },
  fail: { execute: () => Promise.reject(new Error('no')) },
  guarded: { execute: () => 'ran', requiredRoles: ['clerk'] },
}

describe.each(entryPoints)('getMetrics() of $name', ({ create }) => {
  it('starts at zero, with the ids and nothing else', async () => {
    const context = contextOf()
    const facade = await create(context, tools)
    const { uptimeSeconds, ...metrics } = facade.getMetrics()
    expect(uptimeSeconds).toBeGreaterThanOrEqual(0)
    expect(metrics).toEqual({
      toolsExecuted: 0,
      successfulExecutions: 0,
      failedExecutions: 0,
      totalExecutionTimeMs: 0,
      lastExecutionTime: null,
      createdAt: facade.createdAt,
      websocketEventsSent: 0,
      permissionChecks: 0,
      permissionDenials: 0,
      dispatcherId: facade.dispatcherId,
      userId: context.userId,
      runId: context.runId,
      contextId: context.correlationId,
      successRate: 0,
      avgExecutionTimeMs: 0,
      totalToolsRegistered: 3,
      hasWebsocketSupport: false,
      isActive: true,
    })
  })

  it('counts every call once, whichever method made it and however it ended', async () => {
    const facade = await create(contextOf(), tools, new Recorder())
    await facade.dispatch('greet')
    await facade.dispatchTool('greet', {})
    await facade.executeTool('greet')
    await facade.dispatch('fail')
    await facade.dispatch('missing')
    await facade.executeTool('guarded').catch(() => {})
    const metrics = facade.getMetrics()
    expect(metrics).toMatchObject({
      toolsExecuted: 6,
      successfulExecutions: 3,
      failedExecutions: 3,
      websocketEventsSent: 12,
      permissionChecks: 5,
      permissionDenials: 1,
      successRate: 0.5,
      hasWebsocketSupport: true,
    })
    expect(metrics.avgExecutionTimeMs).toBeCloseTo(metrics.totalExecutionTimeMs / 6, 10)
    expect(metrics.lastExecutionTime).toBeInstanceOf(Date)
  })

  it('counts no event that the transport did not take', async () => {
    const refusing = { sendEvent: () => false }
    const facade = await create(contextOf(), tools, refusing)
    expect((await facade.dispatch('greet')).status).toBe('success')
    expect(facade.getMetrics().websocketEventsSent).toBe(0)
    expect(facade.unified.metrics.eventsFailed).toBe(2)
  })

  it('agrees with the canonical counters, and is a copy', async () => {
    const facade = await create(contextOf(), tools, new Recorder())
    await facade.dispatch('greet')
    const { toolsExecuted, successfulExecutions, totalExecutionTimeMs, eventsEmitted } = facade.unified.metrics
    const metrics = facade.getMetrics()
    expect(metrics).toMatchObject({
      toolsExecuted,
      successfulExecutions,
      totalExecutionTimeMs,
      websocketEventsSent: eventsEmitted,
    })
    Object.assign(metrics, { toolsExecuted: 99 })
    metrics.createdAt.setTime(0)
    expect(facade.getMetrics().toolsExecuted).toBe(1)
    expect(facade.getMetrics().createdAt).toEqual(facade.createdAt)
  })

  it('counts nothing of another dispatcher, be it of the same run', async () => {
    const context = contextOf()
    const [one, other] = [await create(context, tools, new Recorder()), await create(context, tools, new Recorder())]
    await one.dispatch('greet')
    await one.dispatch('fail')
    await one.dispatchTool('greet', {}, null, 'another-run')
    const { uptimeSeconds: _, ...metrics } = other.getMetrics()
    expect(metrics).toMatchObject({
      toolsExecuted: 0,
      failedExecutions: 0,
      permissionChecks: 0,
      websocketEventsSent: 0,
    })
    expect(other.unified.metrics.securityViolations).toBe(0)
  })

  it('adds to the counts of the process', async () => {
    const before = UnifiedToolDispatcher.globalMetrics()
    const facade = await create(contextOf(), tools, new Recorder())
    await facade.dispatch('greet')
    await facade.dispatch('fail')
    await facade.dispatchTool('greet', {}, null, 'another-run')
    expect(UnifiedToolDispatcher.globalMetrics()).toEqual({
      dispatchersCreated: before.dispatchersCreated + 1,
      activeDispatchers: before.activeDispatchers + 1,
      activeUsers: before.activeUsers + 1,
      toolsExecuted: before.toolsExecuted + 3,
      successfulExecutions: before.successfulExecutions + 1,
      failedExecutions: before.failedExecutions + 2,
      eventsEmitted: before.eventsEmitted + 6,
      eventsFailed: before.eventsFailed,
      securityViolations: before.securityViolations + 1,
    })
  })

  it('stays exact over a hundred calls in a row and as many at once', async () => {
    const facade = await create(contextOf(), tools, new Recorder())
    for (let call = 0; call < 100; call += 1) await facade.dispatch('greet')
    expect(facade.getMetrics()).toMatchObject({ toolsExecuted: 100, successRate: 1, websocketEventsSent: 200 })
    const results = await Promise.all(Array.from({ length: 100 }, () => facade.executeTool('greet')))
    expect(results.filter(({ success }) => success)).toHaveLength(100)
    expect(facade.getMetrics()).toMatchObject({
      toolsExecuted: 200,
      successfulExecutions: 200,
      failedExecutions: 0,
      permissionChecks: 200,
      permissionDenials: 0,
      websocketEventsSent: 400,
    })
  })
})
