import { epochMs, monotonicMs } from './clock.js'
import type { ToolExecutionResult } from './result.js'

/** What one dispatcher has done so far. Counters only grow. */
export interface DispatcherMetrics {
  /** Every call, whatever its outcome, an unknown tool and a denial too; counted when it settles. */
  readonly toolsExecuted: number
  readonly successfulExecutions: number
  readonly failedExecutions: number
  /** Milliseconds, with fractions. */
  readonly totalExecutionTimeMs: number
  /** When the last call settled; `null` before the first. */
  readonly lastExecutionTime: Date | null
  /** Events that the sink took. */
  readonly eventsEmitted: number
  /** Events that the sink threw at or rejected. */
  readonly eventsFailed: number
  readonly permissionChecks: number
  readonly permissionDenials: number
  /** Calls that named another run than the context's. */
  readonly securityViolations: number
  /** Bodies that still run although their call has settled. */
  readonly unsettledCalls: number
  /** The same by tool; tools without any are absent. */
  readonly unsettledCallsByTool: Readonly<Record<string, number>>
  /** Calls that wait for a slot now. */
  readonly queuedCalls: number
  readonly createdAt: Date
  readonly dispatcherId: string
  readonly userId: string
  readonly runId: string
}

/** What all dispatchers of the process have done so far. */
export interface GlobalMetrics {
  readonly dispatchersCreated: number
  /** Created and not disposed. */
  readonly activeDispatchers: number
  /** Users with an active dispatcher. */
  readonly activeUsers: number
  readonly toolsExecuted: number
  readonly successfulExecutions: number
  readonly failedExecutions: number
  readonly eventsEmitted: number
  readonly eventsFailed: number
  readonly securityViolations: number
}

/** The counters of one dispatcher; each count is also added to the process's. */
export class Counters {
  successfulExecutions = 0
  failedExecutions = 0
  totalExecutionTimeMs = 0
  /** On the clock of durations, so that a call asks for the time of day only where an event shows it. */
  #lastSettledAt: number | undefined
  #lastExecutionMs: number | undefined
  eventsEmitted = 0
  eventsFailed = 0
  permissionChecks = 0
  permissionDenials = 0
  securityViolations = 0
  queuedCalls = 0
  #unsettled: Map<string, number> | undefined

  settled(result: ToolExecutionResult, now: number): void {
    if (result.success) {
      this.successfulExecutions += 1
      totals.successfulExecutions += 1
    } else {
      this.failedExecutions += 1
      totals.failedExecutions += 1
      if (result.error.code === 'permission_denied') this.permissionDenials += 1
    }
    this.totalExecutionTimeMs += result.executionTimeMs
    this.#lastSettledAt = now
    this.#lastExecutionMs = undefined
  }

  /**
   * The same at each read. Rounded up, since the time of day is of whole milliseconds and durations are not: never before
   * what came before the call, and never after now.
   */
  get lastExecutionTime(): Date | null {
    if (this.#lastSettledAt === undefined) return null
    this.#lastExecutionMs ??= Math.ceil(epochMs() - (monotonicMs() - this.#lastSettledAt))
    return new Date(this.#lastExecutionMs)
  }

  eventTaken(): void {
    this.eventsEmitted += 1
    totals.eventsEmitted += 1
  }

  eventLost(): void {
    this.eventsFailed += 1
    totals.eventsFailed += 1
  }

  violated(): void {
    this.securityViolations += 1
    totals.securityViolations += 1
  }

  bodyOutlivedCall(toolName: string): void {
    this.#unsettled ??= new Map()
    this.#unsettled.set(toolName, (this.#unsettled.get(toolName) ?? 0) + 1)
  }

  bodyEnded(toolName: string): void {
    const left = (this.#unsettled?.get(toolName) ?? 1) - 1
    if (left > 0) this.#unsettled?.set(toolName, left)
    else this.#unsettled?.delete(toolName)
  }

  get unsettledCallsByTool(): Record<string, number> {
    return Object.fromEntries(this.#unsettled ?? [])
  }
}

/** What all counters of the process add up to. */
export const totals = {
  dispatchersCreated: 0,
  successfulExecutions: 0,
  failedExecutions: 0,
  eventsEmitted: 0,
  eventsFailed: 0,
  securityViolations: 0,
}
