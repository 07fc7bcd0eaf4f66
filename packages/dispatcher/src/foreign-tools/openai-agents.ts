import { InvalidToolError, quote } from '../errors.js'
import { failure, Refusal } from '../result.js'
import { type Guard, type Tool, type ToolCall, toRegisteredTool } from '../tool.js'
import { answer, denied, requireApproval } from './approval.js'
import { adapted, type ForeignTool, hasMethod, methodOf } from './foreign.js'
import { jsonSchemaInput } from './json-schema.js'
import { withoutNullableRequired } from './strict-schema.js'

/** A function tool of the OpenAI Agents SDK, as far as it is needed here. */
export interface OpenAiAgentsToolLike extends ForeignTool {
  readonly type: 'function'
  readonly name: string
  readonly description?: string | undefined
  /** A JSON Schema; unless `strict` is false, one as OpenAI's strict mode wants it. */
  readonly parameters: unknown
  readonly strict?: boolean | undefined
  /** A value, or a function of the run context. */
  readonly isEnabled?: unknown
  /** A value, or a function of the run context, the input and the id of the call. */
  readonly needsApproval?: unknown
  readonly inputGuardrails?: readonly unknown[] | undefined
  readonly outputGuardrails?: readonly unknown[] | undefined
  readonly allowedCallers?: readonly string[] | undefined
  invoke(runContext: never, input: string, details: never): unknown
}

/** How the text begins that the SDK makes of an exception, unless the tool has an `errorFunction` of its own. */
const FAILURE = 'An error occurred while running the tool. Please try again.'

export function isOpenAiAgentsTool(value: object): value is OpenAiAgentsToolLike {
  return Reflect.get(value, 'type') === 'function' && hasMethod(value, 'invoke')
}

/**
 * Takes a function tool of the OpenAI Agents SDK (`tool({ ... })`). Its input is checked against its `parameters` with Ajv,
 * and then by the tool itself; its `timeoutMs` holds here; `isEnabled` and `needsApproval` are asked at each call (see
 * `approve`). `runContext.context` is the user's context, and nothing else is in the run context.
 *
 * A failure stays a failure: the text that the SDK's default `errorFunction` makes of an exception becomes `tool_failed`
 * again. What an `errorFunction` of the tool's own answers is the tool's result, as its author decided;
 * `errorFunction: null` gives the exception itself as `cause`.
 *
 * @param name Default: the tool's own.
 * @throws {InvalidToolError} `invalid_tool`: it has guardrails, or may not be called directly, which only a run of an agent
 * can honour; or Ajv is not installed
 */
export function fromOpenAiAgentsTool(tool: OpenAiAgentsToolLike, name: string = tool.name): Tool {
  refuseWhatOnlyRunsHonour(name, tool)
  const { parameters, strict } = tool
  const inputSchema =
    strict !== false && typeof parameters === 'object' && parameters !== null
      ? jsonSchemaInput(name, withoutNullableRequired(parameters), parameters)
      : jsonSchemaInput(name, parameters)
  return toRegisteredTool(adapted(tool, inputSchema, bodyOf(tool), guardOf(tool)), name)
}

function guardOf({ isEnabled = true, needsApproval }: OpenAiAgentsToolLike): Guard {
  return async (input, call) => {
    const { callId, toolName, context } = call
    const runContext = { context }
    if (!(await answer(toolName, 'isEnabled', isEnabled, [runContext]))) {
      throw denied(`Tool ${toolName} is not enabled for this user and run, by its isEnabled`)
    }
    await requireApproval(call, 'needsApproval', needsApproval, [runContext, input, callId])
  }
}

function bodyOf(tool: OpenAiAgentsToolLike): (input: unknown, call: ToolCall) => Promise<unknown> {
  const { name, timeoutMs } = tool
  const invoke = methodOf(tool, 'invoke')
  const timeoutText = `Tool '${name}' timed out after ${String(timeoutMs)}ms.`
  return async (input, call) => {
    const { toolName, context } = call
    try {
      const result = await invoke?.({ context }, JSON.stringify(input), detailsOf(name, input, call))
      if (result === timeoutText) throw new Refusal(failure('timeout', timeoutText))
      if (typeof result === 'string') refuseTextOfFailure(toolName, result)
      return result
    } catch (cause) {
      throw refusalOf(toolName, cause) ?? cause
    }
  }
}

function detailsOf(name: string, input: unknown, call: ToolCall): object {
  const { callId } = call
  return {
    toolCall: { type: 'function_call', callId, name, arguments: JSON.stringify(input) },
    get signal() {
      return call.signal
    },
  }
}

/** The SDK's own errors, known by their fields, which a minifier leaves alone. */
function refusalOf(toolName: string, cause: unknown): Refusal | undefined {
  if (!(cause instanceof Error)) return undefined
  if ('toolInvocation' in cause && 'originalError' in cause) {
    return new Refusal(failure('invalid_input', `Invalid input for tool ${toolName}: ${cause.message}`, { cause }))
  }
  if ('toolName' in cause && 'timeoutMs' in cause) return new Refusal(failure('timeout', cause.message, { cause }))
  return undefined
}

/** Undoes the default `errorFunction`. */
function refuseTextOfFailure(toolName: string, text: string): void {
  if (!text.startsWith(FAILURE)) return
  // `Error: TypeError: what it said`; newer versions say nothing more.
  const [, kind, message] = /^ Error: (?:([\w$]*(?:Error|Exception)): )?(.*)$/su.exec(text.slice(FAILURE.length)) ?? []
  if (kind === 'InvalidToolInputError') {
    throw new Refusal(failure('invalid_input', `Invalid input for tool ${toolName}: ${message}`))
  }
  throw new Refusal(failure('tool_failed', message ?? text))
}

function refuseWhatOnlyRunsHonour(name: string, tool: OpenAiAgentsToolLike): void {
  for (const field of ['inputGuardrails', 'outputGuardrails'] as const) {
    if ((tool[field]?.length ?? 0) > 0) {
      throw new InvalidToolError(
        `Tool ${quote(name)} has ${field}, which only run within an agent of its own library; move them to a permission ` +
          `policy or a middleware, and give a tool without them.`,
      )
    }
  }
  const { allowedCallers: callers } = tool
  if (callers !== undefined && !callers.includes('direct')) {
    throw new InvalidToolError(
      `Tool ${quote(name)} may be called by ${callers.map(quote).join(', ')} only, and a dispatcher calls it directly; ` +
        'add "direct" to its allowedCallers.',
    )
  }
}
