// One place to get dispatchers from, so that we can swap them one day.
export { ToolDispatcher, ToolDispatchRequest, ToolStatus, UserExecutionContext } from '@switchyard/legacy'
export type { ToolDispatchResponse, ToolResult } from '@switchyard/legacy'
export { RequestScopedToolDispatcher, createRequestScopedToolDispatcher } from '@switchyard/request-scoped'
export { ToolDispatcher as CoreToolDispatcher } from '@switchyard/core'
export { contextFor, newRunId } from './context.js'
