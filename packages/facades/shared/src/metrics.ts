import type { UnifiedToolDispatcher } from '@switchyard/dispatcher'

/** What the old `getMetrics` answered. */
export interface LegacyMetrics {
  /** Every call, whatever its outcome. */
  toolsExecuted: number
  successfulExecutions: number
  failedExecutions: number
  /** Milliseconds, with fractions. */
  totalExecutionTimeMs: number
  /** When the last call settled; `null` before the first. */
  lastExecutionTime: Date | null
  createdAt: Date
  websocketEventsSent: number
  permissionChecks: number
  permissionDenials: number
  dispatcherId: string
  userId: string
  runId: string
  /** The correlation id of the context. */
  contextId: string
  /** From 0 to 1; 0 before the first call. */
  successRate: number
  /** Milliseconds a call; 0 before the first. */
  avgExecutionTimeMs: number
  uptimeSeconds: number
  totalToolsRegistered: number
  hasWebsocketSupport: boolean
  isActive: boolean
}

/** The metrics of a dispatcher under their old names; the counters are its own. */
export function toLegacyMetrics(dispatcher: UnifiedToolDispatcher): LegacyMetrics {
  const { metrics, context } = dispatcher
  const finished = metrics.successfulExecutions + metrics.failedExecutions
  return {
    toolsExecuted: metrics.toolsExecuted,
    successfulExecutions: metrics.successfulExecutions,
    failedExecutions: metrics.failedExecutions,
    totalExecutionTimeMs: metrics.totalExecutionTimeMs,
    lastExecutionTime: metrics.lastExecutionTime,
    createdAt: metrics.createdAt,
    websocketEventsSent: metrics.eventsEmitted,
    permissionChecks: metrics.permissionChecks,
    permissionDenials: metrics.permissionDenials,
    dispatcherId: metrics.dispatcherId,
    userId: metrics.userId,
    runId: metrics.runId,
    contextId: context.correlationId,
    successRate: finished === 0 ? 0 : metrics.successfulExecutions / finished,
    avgExecutionTimeMs: finished === 0 ? 0 : metrics.totalExecutionTimeMs / finished,
    uptimeSeconds: (Date.now() - metrics.createdAt.getTime()) / 1000,
    totalToolsRegistered: dispatcher.availableTools.length,
    hasWebsocketSupport: dispatcher.hasEvents,
    isActive: dispatcher.isActive,
  }
}
