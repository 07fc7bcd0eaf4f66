import type { ToolExecutionResult } from '@switchyard/dispatcher'

/** What an old `ToolResult` says of its call. */
export const ToolStatus = {
  SUCCESS: 'success',
  ERROR: 'error',
  PARTIAL_SUCCESS: 'partial_success',
  IN_PROGRESS: 'in_progress',
  COMPLETE: 'complete',
} as const
export type ToolStatus = (typeof ToolStatus)[keyof typeof ToolStatus]

/** How an old dispatcher was meant to work; `ISOLATED` was never used. */
export const DispatchStrategy = { DEFAULT: 'default', ADMIN: 'admin', ISOLATED: 'isolated', LEGACY: 'legacy' } as const
export type DispatchStrategy = (typeof DispatchStrategy)[keyof typeof DispatchStrategy]

/** What the old `dispatch` resolved to. */
export interface ToolResult {
  /** The call, echoed. */
  toolInput: { toolName: string; kwargs: Record<string, unknown> }
  status: ToolStatus
  /** What went wrong; `''` on success. */
  message: string
  /** What the tool returned; `null` on failure. */
  payload: { result: unknown } | null
  /** `{ code, issues?, retryAfterMs? }`; `null` on success. */
  errorDetails: Record<string, unknown> | null
  /** Seconds since the epoch, with fractions. */
  startTime: number
  /** Seconds since the epoch, with fractions. */
  endTime: number
  executionMetadata: Record<string, unknown>
}

/** What the old `executeTool` resolved to. */
export interface LegacyToolExecutionResult {
  success: boolean
  /** What the tool returned; `null` on failure. */
  result: unknown
  /** What went wrong; `null` on success. */
  error: string | null
  /** The same as `error`. */
  errorMessage: string | null
  toolName: string
  userId: string
  status: 'success' | 'error'
  /** Whole milliseconds. */
  executionTimeMs: number
  createdAt: Date
}

/** A tool call as data. */
export class ToolDispatchRequest {
  toolName: string
  parameters: Record<string, unknown>

  constructor({ toolName, parameters = {} }: { toolName: string; parameters?: Record<string, unknown> | undefined }) {
    if (typeof toolName !== 'string') throw new TypeError(`toolName must be a string; received ${typeof toolName}.`)
    this.toolName = toolName
    this.parameters = parameters
  }
}

/** What the old `dispatchTool` resolved to. */
export class ToolDispatchResponse {
  success: boolean
  /** What the tool returned; `null` on failure. */
  result: unknown
  /** What went wrong; `null` on success. */
  error: string | null
  /** `{ toolName, runId }`; `{}` when there is no such tool. */
  metadata: Record<string, unknown>

  constructor({
    success,
    result = null,
    error = null,
    metadata = {},
  }: Partial<ToolDispatchResponse> & { success: boolean }) {
    if (typeof success !== 'boolean') throw new TypeError(`success must be a boolean; received ${typeof success}.`)
    this.success = success
    this.result = result
    this.error = error
    this.metadata = metadata
  }
}

/** The call behind a result, for the old shapes that echo it. */
export interface ConvertedCall {
  readonly toolName: string
  readonly parameters?: unknown
  /** When the call began, as milliseconds since the epoch. Default: as long ago as the call took. */
  readonly startedAt?: number | undefined
}

/**
 * A result in the shape of the old `dispatch`.
 *
 * @param call The call, for `toolInput` and the times. Default: the result's own tool name, no parameters, ended just now.
 */
export function toToolResult(result: ToolExecutionResult, call?: ConvertedCall): ToolResult {
  const startedAt = call?.startedAt ?? Date.now() - result.executionTimeMs
  return {
    toolInput: {
      toolName: call?.toolName ?? result.toolName,
      kwargs: isRecord(call?.parameters) ? call.parameters : {},
    },
    status: result.success ? ToolStatus.SUCCESS : ToolStatus.ERROR,
    message: result.success ? '' : result.error.message,
    payload: result.success ? { result: result.result } : null,
    errorDetails: result.success ? null : errorDetailsOf(result.error),
    startTime: startedAt / 1000,
    endTime: (startedAt + result.executionTimeMs) / 1000,
    executionMetadata: {},
  }
}

/** A result in the shape of the old `dispatchTool`; `call` is taken for the sake of symmetry. */
export function toToolDispatchResponse(result: ToolExecutionResult, call?: ConvertedCall): ToolDispatchResponse {
  const found = result.error?.code !== 'tool_not_found'
  return new ToolDispatchResponse({
    success: result.success,
    result: result.result ?? null,
    error: result.error?.message ?? null,
    metadata: found ? { toolName: call?.toolName ?? result.toolName, runId: result.runId } : {},
  })
}

/** A result in the shape of the old `executeTool`, except that a denial stays a result: see {@link throwIfDenied}. */
export function toLegacyToolExecutionResult(result: ToolExecutionResult): LegacyToolExecutionResult {
  const message = result.error?.message ?? null
  return {
    success: result.success,
    result: result.result ?? null,
    error: message,
    errorMessage: message,
    toolName: result.toolName,
    userId: result.userId,
    status: result.success ? 'success' : 'error',
    executionTimeMs: Math.trunc(result.executionTimeMs),
    createdAt: new Date(),
  }
}

function errorDetailsOf({
  code,
  issues,
  retryAfterMs,
}: NonNullable<ToolExecutionResult['error']>): Record<string, unknown> {
  return {
    code,
    ...(issues === undefined ? undefined : { issues }),
    ...(retryAfterMs === undefined ? undefined : { retryAfterMs }),
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
