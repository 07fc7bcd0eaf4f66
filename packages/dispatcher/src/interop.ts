/** Tools and transports of other libraries: `@switchyard/dispatcher/interop`. */
export {
  eventSinkFrom,
  flatEventData,
  type CriticalEventTransport,
  type EventTransport,
  type FlatEventData,
  type NotifyTransport,
  type SendEventTransport,
  type SocketServer,
  type SocketServerOptions,
} from './interop/event-sink.js'
export { createEvent } from './events/event.js'
export { redact, redactText } from './events/redact.js'
export { type AiSdkToolLike, fromAiSdkTool } from './foreign-tools/ai-sdk.js'
export { type ApprovableCall, approve } from './foreign-tools/approval.js'
export type { ForeignTool } from './foreign-tools/foreign.js'
export { fromLangChainTool, type LangChainToolLike } from './foreign-tools/langchain.js'
export { fromMastraTool, type MastraToolLike } from './foreign-tools/mastra.js'
export { fromOpenAiAgentsTool, type OpenAiAgentsToolLike } from './foreign-tools/openai-agents.js'
export { fromMcpClient, type McpClient, type McpPage, type McpTool } from './foreign-tools/mcp.js'
