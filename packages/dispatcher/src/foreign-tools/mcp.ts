import { quote } from '../errors.js'
import { failure, Refusal } from '../result.js'
import { type Tool, type ToolCall, toRegisteredTool } from '../tool.js'
import { adapted, hasMethod, methodOf } from './foreign.js'
import { jsonSchemaInput } from './json-schema.js'

/** A connected client of the MCP SDK, of its version 1 or 2, as far as it is needed here. */
export interface McpClient {
  listTools(params: never): Promise<McpPage>
  callTool(params: never, schemaOrOptions: never, options: never): Promise<unknown>
}

/** A page of a server's tools. */
export interface McpPage {
  readonly tools: readonly McpTool[]
  readonly nextCursor?: string | undefined
}

/** A tool as a server lists it. */
export interface McpTool {
  readonly name: string
  readonly description?: string | undefined
  readonly inputSchema: unknown
}

/** The dispatcher ends a call that takes too long; a limit of the client's own would come in between. */
const NO_LIMIT_MS = 2 ** 31 - 1

/**
 * Takes all tools of an MCP server, of all pages. Their input is checked against their JSON Schema with Ajv; the result is
 * the server's, unchanged; one with `isError` becomes `tool_failed`, with its text as the message and itself as `cause`.
 * Progress notifications become `tool_progress`, and a call that ends early is cancelled at the server. The tools are those
 * of this moment: a server that changes its list is asked anew by whoever hears of it.
 *
 * @throws {InvalidToolError} (rejects) `invalid_tool`: a schema that cannot be checked, or Ajv is not installed
 * @throws {TypeError} (rejects) it is no client, or the server gives a page again
 */
export async function fromMcpClient(client: McpClient): Promise<Tool[]> {
  const listed = await listAll(client)
  const callTool = callerOf(client)
  return listed.map((tool) => {
    // Nothing else of what the server says: how long a call may take, and who may make it, is not for a server to decide.
    const { name, description } = tool
    const body = async (input: unknown, call: ToolCall) => refuseError(name, await callTool(name, input, call))
    return toRegisteredTool(adapted({ description }, jsonSchemaInput(name, tool.inputSchema), body), name)
  })
}

async function listAll(client: unknown): Promise<McpTool[]> {
  const isClient = typeof client === 'object' && client !== null && hasMethod(client, 'callTool')
  const listTools = isClient ? methodOf(client, 'listTools') : undefined
  if (listTools === undefined) {
    throw new TypeError(`An MCP client has listTools() and callTool(); received ${quote(client)}.`)
  }
  const tools: McpTool[] = []
  const cursors = new Set<string>()
  let cursor: string | undefined
  do {
    // Version 2 gives all pages at once when it is asked for none.
    const page = (await (cursor === undefined ? listTools() : listTools({ cursor }))) as McpPage
    tools.push(...page.tools)
    cursor = page.nextCursor
    if (cursor !== undefined && cursors.has(cursor)) {
      throw new TypeError(`The MCP server gives the page ${quote(cursor)} of its tools again and again.`)
    }
    if (cursor !== undefined) cursors.add(cursor)
  } while (cursor !== undefined)
  return tools
}

function callerOf(client: McpClient): (name: string, input: unknown, call: ToolCall) => unknown {
  const callTool = methodOf(client, 'callTool')
  // Version 1 takes a schema of the result between the two.
  const isOfVersion2 = hasMethod(client, 'getProtocolEra') || client.callTool.length === 2
  return (name, input, call) => {
    const options = {
      signal: call.signal,
      timeout: NO_LIMIT_MS,
      onprogress: (progress: unknown) => call.reportProgress(progress),
    }
    return callTool?.({ name, arguments: input }, ...(isOfVersion2 ? [options] : [undefined, options]))
  }
}

function refuseError(name: string, result: unknown): unknown {
  if (typeof result !== 'object' || result === null || Reflect.get(result, 'isError') !== true) return result
  const content: unknown = Reflect.get(result, 'content')
  const texts = Array.isArray(content) ? content.map((part: { readonly text?: unknown } | null) => part?.text) : []
  const message = texts.filter((text) => typeof text === 'string' && text !== '').join('\n')
  throw new Refusal(failure('tool_failed', message || `Tool ${name} of the MCP server failed`, { cause: result }))
}
