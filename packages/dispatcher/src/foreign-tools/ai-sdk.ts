import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { UserExecutionContext } from '../context.js'
import { InvalidToolError, quote } from '../errors.js'
import { type Issue, messageOf } from '../result.js'
import { isThenable } from '../thenable.js'
import { isStandardSchema, type Tool, type ToolCall, toRegisteredTool } from '../tool.js'
import { requireApproval } from './approval.js'
import { adapted, type ForeignTool, hasMethod, methodOf } from './foreign.js'
import { jsonSchemaInput } from './json-schema.js'

/** A tool of the AI SDK, as far as it is needed here; those of its version 4 say `parameters` for `inputSchema`. */
export type AiSdkToolLike = ForeignTool & {
  readonly description?: unknown
  /** A value, or a function of the input and the options. */
  readonly needsApproval?: unknown
  readonly execute?: object | undefined
} & ({ readonly inputSchema: unknown } | { readonly parameters: unknown })

/** The two have one shape, a tool of the AI SDK and an own tool whose name is its key in a record: each is run as both. */
export function isAiSdkTool(value: object): value is AiSdkToolLike {
  if (!hasMethod(value, 'execute')) return false
  if (Reflect.get(value, 'name') === undefined) return 'inputSchema' in value || 'parameters' in value
  // With a name, and with its schema where own tools have theirs, it is an own one.
  return 'needsApproval' in value || isAiSdkSchema(schemaOf(value)) || hasParametersAlone(value)
}

/** Taken for an own tool it would be run unchecked. */
function hasParametersAlone(value: object): boolean {
  return Reflect.get(value, 'inputSchema') === undefined && isStandardSchema(Reflect.get(value, 'parameters'))
}

/**
 * Takes a tool of the AI SDK (`tool({ inputSchema, execute })`, `dynamicTool`). Its input is validated once, here, by its
 * own schema; a `jsonSchema(...)` that brings no check of its own takes Ajv. The tool is called with a `ToolCall` that has
 * the SDK's options too: `toolCallId`, `abortSignal`, no `messages`, and the user's context as `context` and
 * `experimental_context`. `needsApproval` is asked at each call (see `approve`). Each value of an async iterable becomes a
 * `tool_progress`, also the last one, which is the result.
 *
 * @param name Such tools carry none.
 * @throws {InvalidToolError} `invalid_tool`: it has no `execute` (the client or the provider runs it); its JSON Schema is
 * still a promise, or takes Ajv, which is not installed
 */
export function fromAiSdkTool(tool: AiSdkToolLike, name: string): Tool {
  if (name === undefined) {
    throw new InvalidToolError(
      'A tool without a name, as those of the AI SDK are, is given in a record, whose key is its name: tools: { name: tool }.',
    )
  }
  const execute = methodOf(tool, 'execute')
  if (execute === undefined) {
    throw new InvalidToolError(
      `Tool ${quote(name)} needs an execute function; one that the client or the provider runs cannot be dispatched.`,
    )
  }
  const { needsApproval: needed } = tool
  const body = (input: unknown, call: ToolCall) => resultOf(execute(input, new AiSdkCall(call)), call)
  const guard = (input: unknown, call: ToolCall) =>
    requireApproval(call, 'needsApproval', needed, [input, new AiSdkCall(call)])
  const inputSchema = inputSchemaOf(name, schemaOf(tool))
  return toRegisteredTool(adapted(tool, inputSchema, body, needed ? guard : undefined), name)
}

/** An own tool that is synchronous stays so. */
function resultOf(returned: unknown, call: ToolCall): unknown {
  const result = (value: unknown) => (isAsyncIterable(value) ? lastOf(value, call) : value)
  return isThenable(returned) ? Promise.resolve(returned).then(result) : result(returned)
}

/** What both expect: own tools a `ToolCall`, those of the SDK its options, which they may copy with a spread. */
class AiSdkCall implements ToolCall {
  readonly callId: string
  readonly toolName: string
  readonly context: UserExecutionContext
  readonly toolCallId: string
  readonly messages: readonly unknown[] = []
  readonly experimental_context: UserExecutionContext
  readonly #call: ToolCall

  constructor(call: ToolCall) {
    this.#call = call
    this.callId = call.callId
    this.toolName = call.toolName
    this.context = call.context
    this.toolCallId = this.callId
    this.experimental_context = this.context
    Object.defineProperty(this, 'abortSignal', ABORT_SIGNAL)
  }

  get signal(): AbortSignal {
    return this.#call.signal
  }

  get reportProgress(): ToolCall['reportProgress'] {
    return (progress) => this.#call.reportProgress(progress)
  }

  get executeTool(): ToolCall['executeTool'] {
    return (name, parameters, options) => this.#call.executeTool(name, parameters, options)
  }
}

/** One accessor for all: one for each call takes longer than the call. */
const ABORT_SIGNAL: PropertyDescriptor & ThisType<ToolCall> = {
  enumerable: true,
  get() {
    return this.signal
  },
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

async function lastOf(values: AsyncIterable<unknown>, call: ToolCall): Promise<unknown> {
  const { signal } = call
  let last: unknown
  for await (const value of values) {
    if (signal.aborted) break
    call.reportProgress(value)
    last = value
  }
  return last
}

function schemaOf(tool: object): unknown {
  return Reflect.get(tool, 'inputSchema') ?? Reflect.get(tool, 'parameters')
}

/** What `jsonSchema()`, `zodSchema()` and the like make; a lazy one is a function that makes it. */
interface AiSdkSchema {
  readonly jsonSchema: unknown
}

function isAiSdkSchema(schema: unknown): schema is AiSdkSchema | (() => unknown) {
  if (isStandardSchema(schema)) return false
  return typeof schema === 'function' || (typeof schema === 'object' && schema !== null && 'jsonSchema' in schema)
}

function inputSchemaOf(name: string, schema: unknown): unknown {
  if (!isAiSdkSchema(schema)) return schema
  if (typeof schema === 'function') return inputSchemaOf(name, schema())
  const validate = methodOf(schema, 'validate')
  if (validate !== undefined) return checkedByItself(schema, validate)
  const { jsonSchema } = schema
  if (isThenable(jsonSchema)) {
    throw new InvalidToolError(
      `The JSON Schema of tool ${quote(name)} is a promise; await it: jsonSchema(await schema).`,
    )
  }
  return jsonSchemaInput(name, jsonSchema)
}

function checkedByItself(schema: AiSdkSchema, validate: (value: unknown) => unknown): StandardSchemaV1 {
  const convert = () => {
    const { jsonSchema } = schema
    return typeof jsonSchema === 'object' && !isThenable(jsonSchema) ? { ...jsonSchema } : {}
  }
  const check: StandardSchemaV1['~standard']['validate'] = async (value) => {
    const result = (await validate(value)) as { success: boolean; value?: unknown; error?: unknown }
    return result.success ? { value: result.value } : { issues: issuesOf(result.error) }
  }
  const jsonSchema = { input: convert, output: convert }
  const standard = { version: 1, vendor: 'ai-sdk', validate: check, jsonSchema } as const
  return { '~standard': standard }
}

function issuesOf(error: unknown): readonly Issue[] {
  const issues: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'issues') : undefined
  return Array.isArray(issues) ? (issues as readonly Issue[]) : [{ message: messageOf(error) }]
}
