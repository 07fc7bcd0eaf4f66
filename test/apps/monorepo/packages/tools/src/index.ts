export { ToolStatus, UserExecutionContext, type ToolResult } from '@switchyard/legacy'
export { createRequestScopedToolDispatcher as createDispatcher } from '@switchyard/request-scoped'
export type { RequestScopedToolDispatcher as Dispatcher } from '@switchyard/request-scoped'
export { claimTools, type Assessment } from './claim-tools.js'
