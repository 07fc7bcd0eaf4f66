/// <reference lib="esnext.disposable" preserve="true" />
export { UserExecutionContext, type UserExecutionContextInit } from './context.js'
export {
  type ExecuteArguments,
  type OutputOf,
  type TypedDispatcherOptions,
  UnifiedToolDispatcher,
} from './dispatcher.js'
export {
  ContextIsolationError,
  DirectInstantiationError,
  DispatcherDisposedError,
  DuplicateToolError,
  EventStoreError,
  InvalidContextError,
  InvalidToolError,
  PermissionDeniedError,
  SwitchyardError,
} from './errors.js'
export { AgentRun } from './events/agent-run.js'
export type {
  AgentEvent,
  AgentEventBase,
  AgentEventPayloads,
  AgentEventType,
  EventSink,
  ToolCompletedPayload,
} from './events/event.js'
export { type EventListener, EventRouter, type SubscribeOptions } from './events/router.js'
export { MemoryEventStore } from './events/memory-store.js'
export type { EventStore, Gone, Position, RetentionOptions, StoredEvent } from './events/store.js'
export type { ExecutorCall, ToolExecutor } from './executor.js'
export type { AiSdkToolLike } from './foreign-tools/ai-sdk.js'
export type { ForeignTool } from './foreign-tools/foreign.js'
export type { LangChainToolLike } from './foreign-tools/langchain.js'
export type { MastraToolLike } from './foreign-tools/mastra.js'
export type { OpenAiAgentsToolLike } from './foreign-tools/openai-agents.js'
export type { ToolLike, UnnamedTool } from './foreign-tools/recognise.js'
export type { DispatchLimits, SharedAdmission, SharedLimits, SharedLimitsRequest } from './limits.js'
export type { DispatcherMetrics, GlobalMetrics } from './metrics.js'
export type { DispatchCall, DispatchMiddleware } from './middleware.js'
export {
  DEFAULT_ADMIN_TOOLS,
  type PermissionDecision,
  type PermissionPolicy,
  type PermissionRequest,
} from './permissions.js'
export { ToolRegistry, type ToolsOption } from './registry.js'
export type {
  Issue,
  ToolCallFacts,
  ToolErrorCode,
  ToolExecutionError,
  ToolExecutionFailure,
  ToolExecutionResult,
  ToolExecutionSuccess,
} from './result.js'
export type { DispatcherOptions } from './scope.js'
export { type AnyTool, defineTool, type ExecuteOptions, type Tool, type ToolCall } from './tool.js'
export type { ToolDefinition } from './tool-definitions.js'
