export { ToolDispatcher, ToolStatus } from './tool_dispatcher.js'
