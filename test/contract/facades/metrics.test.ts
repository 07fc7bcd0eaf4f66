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
})
