import type { FacadeName } from '../plan.js'

/**
 * What the facades declare, as far as a migration must know it. The checker reads these texts in the place of the
 * packages, so that a migration neither needs them installed nor depends on the version that is, and so that late users
 * are served when they are gone.
 */

const SHARED = `
import type { UserExecutionContext, UnifiedToolDispatcher } from '@switchyard/dispatcher'
export { UserExecutionContext } from '@switchyard/dispatcher'
type ToolsOption = Iterable<any> | Record<string, any> | { register(tool: any): void } | null | undefined
type Transport = object | null | undefined
type Options = { readonly tools?: ToolsOption; readonly websocketManager?: Transport; readonly websocketEmitter?: Transport
  readonly websocketBridge?: Transport; readonly enableAdminTools?: boolean | undefined }
type Creation = Options & { readonly userContext: UserExecutionContext }
type CallOptions = { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined }
declare abstract class FacadeDispatcher {
  readonly unified: UnifiedToolDispatcher
  get dispatcherId(): string
  get createdAt(): Date
  get userContext(): UserExecutionContext
  get hasWebsocketSupport(): boolean
  get tools(): Record<string, any>
  hasTool(toolName: string): boolean
  getAvailableTools(): string[]
  registerTool(tool: any): void
  registerTool(name: string, fn: { execute(parameters: Record<string, unknown>): unknown }['execute'], description?: string | null): void
  dispatch(toolName: string, parameters?: Record<string, unknown> | null, options?: CallOptions | null): Promise<ToolResult>
  dispatchTool(toolName: string, parameters?: Record<string, unknown> | null, state?: unknown, runId?: string | null, options?: CallOptions | null): Promise<ToolDispatchResponse>
  executeTool(toolName: string, parameters?: Record<string, unknown> | null, options?: (CallOptions & { readonly requirePermissionCheck?: boolean | undefined }) | null): Promise<LegacyToolExecutionResult>
  getMetrics(): LegacyMetrics
  getContext(): UserExecutionContext
  isActive(): boolean
  cleanup(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
export declare const ToolStatus: { readonly SUCCESS: 'success'; readonly ERROR: 'error'; readonly PARTIAL_SUCCESS: 'partial_success'
  readonly IN_PROGRESS: 'in_progress'; readonly COMPLETE: 'complete' }
export type ToolStatus = (typeof ToolStatus)[keyof typeof ToolStatus]
export interface ToolResult { toolInput: { toolName: string; kwargs: Record<string, unknown> }; status: ToolStatus; message: string
  payload: { result: unknown } | null; errorDetails: Record<string, unknown> | null; startTime: number; endTime: number
  executionMetadata: Record<string, unknown> }
export interface LegacyToolExecutionResult { success: boolean; result: unknown; error: string | null; errorMessage: string | null
  toolName: string; userId: string; status: 'success' | 'error'; executionTimeMs: number; createdAt: Date }
export interface LegacyMetrics { toolsExecuted: number; successfulExecutions: number; failedExecutions: number
  totalExecutionTimeMs: number; lastExecutionTime: Date | null; createdAt: Date; websocketEventsSent: number
  permissionChecks: number; permissionDenials: number; dispatcherId: string; userId: string; runId: string; contextId: string
  successRate: number; avgExecutionTimeMs: number; uptimeSeconds: number; totalToolsRegistered: number
  hasWebsocketSupport: boolean; isActive: boolean }
`

const REQUEST = `
export declare class ToolDispatchRequest { toolName: string; parameters: Record<string, unknown>
  constructor(request: { toolName: string; parameters?: Record<string, unknown> | undefined }) }
`

const RESPONSE = `
export declare class ToolDispatchResponse { success: boolean; result: unknown; error: string | null; metadata: Record<string, unknown>
  constructor(response: { success: boolean; result?: unknown; error?: string | null; metadata?: Record<string, unknown> }) }
`

const RESPONSE_TYPE = `
export interface ToolDispatchResponse { success: boolean; result: unknown; error: string | null; metadata: Record<string, unknown> }
`

const STRATEGY = `
export declare const DispatchStrategy: { readonly DEFAULT: 'default'; readonly ADMIN: 'admin'; readonly ISOLATED: 'isolated'; readonly LEGACY: 'legacy' }
export type DispatchStrategy = (typeof DispatchStrategy)[keyof typeof DispatchStrategy]
`

const LEGACY = `
export declare class ToolDispatcher extends FacadeDispatcher {
  constructor(userContext: UserExecutionContext | Creation, tools?: ToolsOption, websocketEmitter?: Transport)
  static from(unified: UnifiedToolDispatcher): ToolDispatcher
  static createForUser(userContext: UserExecutionContext | Creation, options?: Options): Promise<ToolDispatcher>
  static createScoped(userContext: UserExecutionContext | Creation, options?: Options): Promise<ToolDispatcher>
}
export { ToolDispatcher as UnifiedToolDispatcher }
export declare class UnifiedToolDispatcherFactory {
  static createForRequest(userContext: UserExecutionContext | Creation, tools?: ToolsOption, websocketEmitter?: Transport): ToolDispatcher
  static createLegacyGlobal(tools?: ToolsOption): ToolDispatcher
}
export declare function createToolDispatcher(tools?: ToolsOption, websocketBridge?: Transport, permissionService?: any): ToolDispatcher
export declare function createRequestScopedToolDispatcher(userContext: UserExecutionContext | Creation, websocketManager?: Transport, tools?: ToolsOption): ToolDispatcher
export declare function createRequestScopedDispatcher(userContext: UserExecutionContext | Creation, websocketManager?: Transport, tools?: ToolsOption): Promise<ToolDispatcher>
`

const REQUEST_SCOPED = `
export declare class RequestScopedToolDispatcher extends FacadeDispatcher {
  constructor(userContext: UserExecutionContext | Creation, tools?: ToolsOption, websocketEmitter?: Transport)
  static from(unified: UnifiedToolDispatcher): RequestScopedToolDispatcher
}
export declare class WebSocketBridgeAdapter {
  constructor(emitter: Transport, userContext: UserExecutionContext)
  readonly emitter: Transport
  readonly userContext: UserExecutionContext
  notifyToolExecuting(runId: string, agent: string, toolName: string, parameters?: unknown): Promise<boolean>
  notifyToolCompleted(runId: string, agent: string, toolName: string, result?: unknown, executionTimeMs?: number): Promise<boolean>
  notifyAgentStarted(runId: string, agent: string, context?: Record<string, unknown>): Promise<boolean>
  notifyAgentThinking(runId: string, agent: string, reasoning: string, stepNumber?: number, progressPercentage?: number): Promise<boolean>
  notifyAgentCompleted(runId: string, agent: string, result?: unknown, executionTimeMs?: number): Promise<boolean>
  notifyAgentError(runId: string, agent: string, error: unknown, errorContext?: unknown): Promise<boolean>
  notifyProgressUpdate(runId: string, agent: string, progress: Record<string, unknown>): Promise<boolean>
  notifyCustom(runId: string, agent: string, type: string, data: Record<string, unknown>): Promise<boolean>
}
export declare function createRequestScopedToolDispatcher(userContext: UserExecutionContext | Creation, tools?: ToolsOption, websocketEmitter?: Transport): Promise<RequestScopedToolDispatcher>
export declare function requestScopedToolDispatcherScope(userContext: UserExecutionContext | Creation, tools?: ToolsOption, websocketEmitter?: Transport): Promise<RequestScopedToolDispatcher>
`

const CORE = `
export declare class ToolDispatcher extends FacadeDispatcher {
  protected constructor(...parameters: unknown[])
  static from(unified: UnifiedToolDispatcher): ToolDispatcher
  static createRequestScopedDispatcher(userContext: UserExecutionContext | Creation, tools?: ToolsOption, websocketManager?: Transport): Promise<ToolDispatcher>
  static createScopedDispatcherContext(userContext: UserExecutionContext | Creation, tools?: ToolsOption, websocketManager?: Transport): ToolDispatcher
  setWebsocketBridge(bridge: Transport): void
  getWebsocketBridge(): Transport
  diagnoseWebsocketWiring(): { dispatcherHasExecutor: boolean; executorType: string; executorHasWebsocketBridgeAttr: boolean
    websocketBridgeIsNone: boolean; websocketBridgeType: string | null; hasWebsocketSupport: boolean; criticalIssues: string[] }
}
export { ToolDispatcher as ToolDispatcherCore }
`

const ENHANCED = `
export declare class EnhancedToolDispatcher extends FacadeDispatcher {
  protected constructor(...parameters: unknown[])
  static from(unified: UnifiedToolDispatcher): EnhancedToolDispatcher
  static createForUser(userContext: UserExecutionContext | Creation, options?: Options): Promise<EnhancedToolDispatcher>
  static createScoped(userContext: UserExecutionContext | Creation, options?: Options): Promise<EnhancedToolDispatcher>
  setWebsocketManager(manager: Transport): void
  get db(): unknown
  get user(): unknown
  get permissionService(): unknown
}
export { EnhancedToolDispatcher as ToolDispatcher }
export declare class EnhancedToolDispatcherFactory {
  static createEnhancedDispatcher(userContext: UserExecutionContext | Creation, options?: Options): Promise<EnhancedToolDispatcher>
  static createForUser(userContext: UserExecutionContext | Creation, options?: Options): Promise<EnhancedToolDispatcher>
  static createForRequest(userContext: UserExecutionContext | Creation, options?: Options): Promise<EnhancedToolDispatcher>
  static createForAdmin(creation: Creation & { readonly db?: unknown; readonly user?: unknown; readonly permissionService?: any }): Promise<EnhancedToolDispatcher>
  static cleanupUserDispatchers(userId: string): Promise<number>
}
export { EnhancedToolDispatcherFactory as ToolDispatcherFactory }
export declare function createEnhancedDispatcher(userContext: UserExecutionContext | Creation, options?: Options): Promise<EnhancedToolDispatcher>
export declare function createRequestScopedDispatcher(userContext: UserExecutionContext | Creation, websocketManager?: Transport, tools?: ToolsOption): Promise<EnhancedToolDispatcher>
export declare class AuthenticationError extends Error { override readonly name: 'AuthenticationError' }
export declare class PermissionError extends Error { override readonly name: 'PermissionError' }
export declare class SecurityViolationError extends Error { override readonly name: 'SecurityViolationError' }
`

/** The specifier of a facade, such as `@switchyard/legacy`, to its declarations. */
export const facadeDeclarations: ReadonlyMap<string, string> = new Map([
  ['@switchyard/legacy', SHARED + REQUEST + RESPONSE + STRATEGY + LEGACY],
  ['@switchyard/request-scoped', SHARED + RESPONSE_TYPE + REQUEST_SCOPED],
  ['@switchyard/core', SHARED + REQUEST + RESPONSE + CORE],
  ['@switchyard/enhanced', SHARED + REQUEST + RESPONSE + STRATEGY + ENHANCED],
])

/** Where the checker finds the declarations of a facade; no file is there. */
export function declarationsPath(specifier: string): string {
  return `/@switchyard-declarations/${specifier.slice('@switchyard/'.length)}.d.ts`
}

/** The facade whose declarations a file of the checker holds. */
export function facadeOfDeclarations(fileName: string): FacadeName | undefined {
  const name = /^\/@switchyard-declarations\/(legacy|request-scoped|core|enhanced)\.d\.ts$/.exec(fileName)?.[1]
  return name === 'legacy' || name === 'request-scoped' || name === 'core' || name === 'enhanced' ? name : undefined
}
