import type { StandardSchemaV1 } from '@standard-schema/spec'
import { InvalidToolError, quote } from '../errors.js'
import { failure, invalidInput, type Issue, Refusal } from '../result.js'
import { isStandardSchema, type Tool, type ToolCall, toRegisteredTool } from '../tool.js'
import { requireApproval } from './approval.js'
import { adapted, type ForeignTool, methodOf } from './foreign.js'

/** A tool of Mastra, as far as it is needed here. */
export interface MastraToolLike extends ForeignTool {
  readonly id: string
  readonly description: string
  readonly inputSchema?: unknown
  /** A value, or from version 1 on a function of the input. */
  readonly requireApproval?: unknown
  /** What version 1 makes of `requireApproval`, and of what an MCP server asks; it comes first. */
  readonly needsApprovalFn?: unknown
  readonly mastra?: unknown
  readonly execute?: object | undefined
}

export function isMastraTool(value: object): value is MastraToolLike {
  if (typeof Reflect.get(value, 'id') !== 'string' || !('inputSchema' in value)) return false
  const type: unknown = Reflect.get(value, 'type')
  const isOfProvider = type === 'provider' || type === 'provider-defined'
  return !isOfProvider && (Reflect.get(value, 'name') === undefined || 'requireApproval' in value)
}

/**
 * Takes a tool of Mastra (`createTool({ ... })`), of its versions 0 and 1. Mastra validates the input, once, and what it
 * answers then becomes `invalid_input`; a middleware sees the input as it came. `requireApproval` holds, be it a value or a
 * function (see `approve`). The tool sees the user as `resourceId`, the thread as `threadId` and the call's signal as
 * `abortSignal`; it cannot suspend.
 *
 * @param name Default: the tool's `id`.
 * @throws {InvalidToolError} `invalid_tool`: it has no `execute`
 */
export function fromMastraTool(tool: MastraToolLike, name: string = tool.id): Tool {
  const execute = methodOf(tool, 'execute')
  if (execute === undefined) {
    throw new InvalidToolError(
      `Tool ${quote(name)} needs an execute function; one that the client runs cannot be dispatched.`,
    )
  }
  const needed = tool.needsApprovalFn ?? tool.requireApproval
  const body = async (input: unknown, call: ToolCall) => {
    const result = await execute(...parametersFor(tool, input, call))
    if (isValidationError(result)) throw refusalOf(call.toolName, result)
    return result
  }
  const guard = (input: unknown, call: ToolCall) =>
    requireApproval(call, 'requireApproval', needed, [input, { requestContext: idsOf(call) }])
  return toRegisteredTool(adapted(tool, shown(tool.inputSchema), body, needed ? guard : undefined), name)
}

/** A schema that is shown to models and leaves the check to Mastra, which cannot be kept from making it. */
function shown(schema: unknown): StandardSchemaV1 | undefined {
  if (!isStandardSchema(schema)) return undefined
  return { '~standard': { ...schema['~standard'], validate: (value) => ({ value }) } }
}

function parametersFor(tool: MastraToolLike, input: unknown, call: ToolCall): unknown[] {
  const { callId, toolName, signal } = call
  const { mastra } = tool
  const suspend = () => {
    throw new Error(`Tool ${toolName} cannot suspend: a dispatcher's call ends with its result`)
  }
  const caller = { toolCallId: callId, messages: [], suspend }
  const ids = idsOf(call)
  if (isOfVersion1(tool)) {
    return [input, { mastra, abortSignal: signal, suspend, agent: { ...caller, ...ids } }]
  }
  // Version 0 first tries whether the whole of this fits the schema, and a schema of optional fields fits anything, so that
  // the input would go unchecked; a list never fits.
  const runtimeContext = new Map(Object.entries(ids))
  return [Object.assign([], { context: input, ...ids, mastra, runtimeContext }), { ...caller, abortSignal: signal }]
}

function isOfVersion1(tool: object): boolean {
  return Symbol.for('mastra.core.tool.Tool') in tool || 'requestContextSchema' in tool
}

function idsOf({ context: { userId, threadId, runId } }: ToolCall): Readonly<Record<string, string>> {
  return { resourceId: userId, threadId, runId }
}

interface ValidationError {
  readonly error: true
  readonly message: string
  readonly validationErrors: unknown
}

function isValidationError(result: unknown): result is ValidationError {
  return (
    typeof result === 'object' &&
    result !== null &&
    Reflect.get(result, 'error') === true &&
    'validationErrors' in result &&
    typeof Reflect.get(result, 'message') === 'string'
  )
}

/** Mastra answers with the same shape when an output, or the request context, is not valid. */
function refusalOf(toolName: string, { message, validationErrors }: ValidationError): Refusal {
  const isOfInput = /^Tool (?:input )?validation failed/u.test(message)
  return new Refusal(
    isOfInput ? invalidInput(toolName, issuesIn(validationErrors, [])) : failure('tool_failed', message),
  )
}

/** The issues of a tree: what zod's `format()` makes in version 0, `{ errors, fields }` in version 1. */
function issuesIn(tree: unknown, path: readonly string[]): Issue[] {
  if (typeof tree !== 'object' || tree === null) return []
  const { _errors, ...named } = tree as Readonly<Record<string, unknown>>
  const isOfZod = Array.isArray(_errors)
  const messages = isOfZod ? _errors : named['errors']
  const children = (isOfZod ? named : named['fields']) ?? {}
  return [
    ...(Array.isArray(messages) ? messages.map((message) => ({ message: String(message), path })) : []),
    ...Object.entries(children).flatMap(([key, child]) => issuesIn(child, [...path, key])),
  ]
}
