import type { StandardSchemaV1 } from '@standard-schema/spec'
import { isStandardSchema, type Tool, type ToolCall, toRegisteredTool } from '../tool.js'
import { adapted, hasMethod, methodOf } from './foreign.js'
import { jsonSchemaInput } from './json-schema.js'

/** A structured tool of LangChain, or a runnable made a tool, as far as it is needed here. */
export interface LangChainToolLike {
  readonly name: string
  readonly description?: string | undefined
  /** Zod, or a JSON Schema. */
  readonly schema: unknown
  invoke(input: never, config?: never): unknown
}

export function isLangChainTool(value: object): value is LangChainToolLike {
  return (
    typeof Reflect.get(value, 'name') === 'string' &&
    'schema' in value &&
    hasMethod(value, 'invoke') &&
    !hasMethod(value, 'execute')
  )
}

/**
 * Takes a tool of LangChain (`tool(...)`, a `StructuredTool`, a runnable's `asTool`). Its input is validated once, here, by
 * its own schema, a JSON Schema with Ajv; its callbacks run as always. `config.signal` is the call's signal and
 * `config.context` the user's context.
 *
 * @param name Default: the tool's own.
 * @throws {InvalidToolError} `invalid_tool`: its schema is none, or takes Ajv, which is not installed
 */
export function fromLangChainTool(tool: LangChainToolLike, name: string = tool.name): Tool {
  return toRegisteredTool(
    adapted(tool, inputSchemaOf(name, tool.schema), (input, call) => run(tool, input, call)),
    name,
  )
}

function inputSchemaOf(name: string, schema: unknown): StandardSchemaV1 {
  if (!isStandardSchema(schema)) return jsonSchemaInput(name, schema)
  return isStringToolSchema(schema) ? { '~standard': { ...schema['~standard'], ...STRING_DEFINITION } } : schema
}

/** What the tools that take one string show; their schema is always the same one of zod 3, which cannot convert itself. */
const STRING_DEFINITION = {
  jsonSchema: { input: () => ({ type: 'object', properties: { input: { type: 'string' } } }) },
}

function isStringToolSchema(schema: object): boolean {
  const { _def } = schema as { readonly _def?: { readonly schema?: { readonly shape?: unknown } } }
  const shape = _def?.schema?.shape
  return typeof shape === 'object' && shape !== null && Object.keys(shape).join(',') === 'input'
}

function run(tool: LangChainToolLike, input: unknown, call: ToolCall): unknown {
  const { signal, context } = call
  return methodOf(validated(tool, input), 'invoke')?.(input, { signal, context })
}

/**
 * A view of the tool that does not validate again, since a transform must not run twice: `invoke` sees a schema that
 * takes anything, and the body, on the tool itself, gets the input as it was validated here.
 */
function validated(tool: LangChainToolLike, input: unknown): object {
  const body = methodOf(tool, '_call')
  if (body === undefined) return tool
  return Object.create(tool, {
    schema: { value: {} },
    _call: { value: (_parsed: unknown, ...more: readonly unknown[]) => body(input, ...more) },
  }) as object
}
