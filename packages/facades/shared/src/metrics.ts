import type { DispatcherMetrics, UnifiedToolDispatcher } from '@switchyard/dispatcher'

type CallCounts =
  | 'toolsExecuted'
  | 'successfulExecutions'
  | 'failedExecutions'
  | 'totalExecutionTimeMs'
  | 'lastExecutionTime'
type Identity = 'createdAt' | 'dispatcherId' | 'userId' | 'runId'
type Permissions = 'permissionChecks' | 'permissionDenials'

/** What the old `getMetrics` answered. */
export interface LegacyMetrics extends Pick<DispatcherMetrics, CallCounts | Identity | Permissions> {
  /** The events that the transport took. */
  readonly websocketEventsSent: number
  /** The correlation id of the context. */
  readonly contextId: string
  /** From 0 to 1; 0 before the first call. */
  readonly successRate: number
  /** Milliseconds a call; 0 before the first. */
  readonly avgExecutionTimeMs: number
  readonly uptimeSeconds: number
  readonly totalToolsRegistered: number
  readonly hasWebsocketSupport: boolean
  readonly isActive: boolean
}

/** The metrics of a dispatcher under their old names; the counters are its own. */
export function toLegacyMetrics(dispatcher: UnifiedToolDispatcher): LegacyMetrics {
  const { metrics } = dispatcher
  const { toolsExecuted, successfulExecutions, failedExecutions, totalExecutionTimeMs, lastExecutionTime } = metrics
  const { createdAt, dispatcherId, userId, runId, permissionChecks, permissionDenials } = metrics
  const calls = { toolsExecuted, successfulExecutions, failedExecutions, totalExecutionTimeMs, lastExecutionTime }
  const identity = { createdAt, dispatcherId, userId, runId }
  const finished = successfulExecutions + failedExecutions
  return {
    ...calls,
    ...identity,
    permissionChecks,
    permissionDenials,
    websocketEventsSent: metrics.eventsEmitted,
    contextId: dispatcher.context.correlationId,
    successRate: finished === 0 ? 0 : successfulExecutions / finished,
    avgExecutionTimeMs: finished === 0 ? 0 : totalExecutionTimeMs / finished,
    uptimeSeconds: (Date.now() - createdAt.getTime()) / 1000,
    totalToolsRegistered: dispatcher.availableTools.length,
    hasWebsocketSupport: dispatcher.hasEvents,
    isActive: dispatcher.isActive,
  }
}
