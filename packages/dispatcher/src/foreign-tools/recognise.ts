import { type AnyTool, type RegisteredTool, toRegisteredTool } from '../tool.js'
import { type AiSdkToolLike, fromAiSdkTool, isAiSdkTool } from './ai-sdk.js'
import { fromLangChainTool, isLangChainTool, type LangChainToolLike } from './langchain.js'
import { fromMastraTool, isMastraTool, type MastraToolLike } from './mastra.js'
import { fromOpenAiAgentsTool, isOpenAiAgentsTool, type OpenAiAgentsToolLike } from './openai-agents.js'

/** What `registerTool` and `tools` take: an own tool of any types, or one of another library, unchanged. */
export type ToolLike = AnyTool | LangChainToolLike | OpenAiAgentsToolLike | MastraToolLike

/** What a record of tools may hold: also tools whose name is their key, as those of the AI SDK are. */
export type UnnamedTool = ToolLike | AiSdkToolLike | (Omit<AnyTool, 'name'> & { readonly name?: string | undefined })

/**
 * Checks what is meant to be a tool, of this package or of another library, and copies it.
 *
 * @param name The name it is registered under, where that is not its own (a record of tools).
 * @throws {InvalidToolError} `invalid_tool`
 */
export function toTool(value: unknown, name?: string): RegisteredTool {
  return toRegisteredTool(typeof value === 'object' && value !== null ? adopted(value, name) : value, name)
}

/** An own tool in place of one of another library, by its shape; anything else as it is. */
function adopted(value: object, name: string | undefined): object {
  if (isOpenAiAgentsTool(value)) return fromOpenAiAgentsTool(value, name)
  if (isLangChainTool(value)) return fromLangChainTool(value, name)
  // Tools of these two have no name of their own; somebody may have given them one.
  const given = name ?? (Reflect.get(value, 'name') as string | undefined)
  if (isMastraTool(value)) return fromMastraTool(value, given)
  if (isAiSdkTool(value)) return fromAiSdkTool(value, given as string)
  return value
}
