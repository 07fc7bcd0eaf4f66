import type { StandardSchemaV1 } from '@standard-schema/spec'
import { isStandardSchema, type Tool, toRegisteredTool } from '../tool.js'
import { adapted, type ForeignFunction, type ForeignTool, hasMethod, methodOf } from './foreign.js'
import { jsonSchemaInput } from './json-schema.js'

/** A structured tool of LangChain, or a runnable made a tool, as far as it is needed here. */
export interface LangChainToolLike extends ForeignTool {
  readonly name: string
  readonly description?: string | undefined
  /** Zod, or a JSON Schema. */
  readonly schema: unknown
  invoke(input: never, config: never): unknown
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
  const inputSchema = inputSchemaOf(name, tool.schema)
  return toRegisteredTool(
    adapted(tool, inputSchema, (input, { signal, context }) => invokeUnchecked(tool, input, { signal, context })),
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

/**
 * Invokes the tool without having it validate again, since a transform must not run twice: a view of the tool has a schema
 * that takes anything, and hands to the body, which runs on the tool itself, the input as it was validated here.
 */
function invokeUnchecked(tool: LangChainToolLike, input: unknown, config: object): unknown {
  const invoke: unknown = Reflect.get(tool, 'invoke')
  const body = methodOf(tool, '_call')
  // A runnable that was made a tool has no body of its own, and validates nothing that is no `ToolCall` of LangChain's.
  const view =
    body === undefined
      ? tool
      : (Object.create(tool, {
          schema: { value: {} },
          _call: { value: (_parsed: unknown, ...more: readonly unknown[]) => body(input, ...more) },
        }) as object)
  return Reflect.apply(invoke as ForeignFunction, view, [input, config])
}
