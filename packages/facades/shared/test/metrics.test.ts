import { UnifiedToolDispatcher, UserExecutionContext } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { toLegacyMetrics } from '../src/index.js'

const context = UserExecutionContext.create({ userId: 'ada', threadId: 'thread-1', runId: 'run-1' })
const fail = {
  name: 'fail',
  execute: () => {
    throw new Error('no')
  },
}

describe('toLegacyMetrics()', () => {
  it('has the keys of old, and no others', () => {
    const keys = Object.keys(toLegacyMetrics(UnifiedToolDispatcher.createForUser(context)))
    expect(keys.toSorted()).toEqual(
      [
        ...['toolsExecuted', 'successfulExecutions', 'failedExecutions', 'totalExecutionTimeMs', 'lastExecutionTime'],
        ...['createdAt', 'websocketEventsSent', 'permissionChecks', 'permissionDenials', 'dispatcherId', 'userId'],
        ...['runId', 'contextId', 'successRate', 'avgExecutionTimeMs', 'uptimeSeconds', 'totalToolsRegistered'],
        ...['hasWebsocketSupport', 'isActive'],
      ].toSorted(),
    )
  })

  it('starts at zero, with no last execution', () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context)
    expect(toLegacyMetrics(dispatcher)).toMatchObject({
      toolsExecuted: 0,
      successRate: 0,
      avgExecutionTimeMs: 0,
      lastExecutionTime: null,
      userId: 'ada',
      runId: 'run-1',
      contextId: context.correlationId,
      dispatcherId: dispatcher.dispatcherId,
      hasWebsocketSupport: false,
      isActive: true,
    })
  })

  it('gives the counters of the dispatcher itself', async () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context, {
      tools: [{ name: 'greet', execute: () => 'hello' }, fail],
      events: { emit() {} },
    })
    await dispatcher.executeTool('greet')
    await dispatcher.executeTool('greet')
    await dispatcher.executeTool('greet')
    await dispatcher.executeTool('fail')
    const metrics = toLegacyMetrics(dispatcher)
    expect(metrics).toMatchObject({
      toolsExecuted: 4,
      successfulExecutions: 3,
      failedExecutions: 1,
      websocketEventsSent: 8,
      permissionChecks: dispatcher.metrics.permissionChecks,
      successRate: 0.75,
      totalToolsRegistered: 2,
      hasWebsocketSupport: true,
      totalExecutionTimeMs: dispatcher.metrics.totalExecutionTimeMs,
      lastExecutionTime: expect.any(Date) as unknown,
    })
    expect(metrics.avgExecutionTimeMs).toBeCloseTo(metrics.totalExecutionTimeMs / 4)
    expect(metrics.uptimeSeconds).toBeGreaterThanOrEqual(0)
  })

  it('works after disposal', async () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context)
    await dispatcher.dispose()
    expect(toLegacyMetrics(dispatcher).isActive).toBe(false)
  })
})
