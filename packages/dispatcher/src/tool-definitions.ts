import type { RegisteredTool } from './tool.js'

/** What a model is shown of a tool. */
export interface ToolDefinition {
  readonly name: string
  readonly description?: string | undefined
  /** Frozen JSON Schema of the parameters; `{ "type": "object" }` where the tool's schema cannot say more. */
  readonly inputSchema: object
}

const ANYTHING = Object.freeze({ type: 'object' })
const definitions = new WeakMap<RegisteredTool, ToolDefinition>()

/** The definition of a tool; its schema is converted once, whoever asks. */
export function definitionOf(tool: RegisteredTool): ToolDefinition {
  let definition = definitions.get(tool)
  if (definition === undefined) {
    definition = Object.freeze({
      name: tool.name,
      ...(tool.description === undefined ? undefined : { description: tool.description }),
      inputSchema: jsonSchemaOf(tool.inputSchema),
    })
    definitions.set(tool, definition)
  }
  return definition
}

/** Asks the schema itself, by the Standard JSON Schema convention or by arktype's own method. */
function jsonSchemaOf(schema: RegisteredTool['inputSchema']): object {
  if (schema === undefined) return ANYTHING
  const standard: unknown = Reflect.get(schema, '~standard')
  const converters = [
    () => call(member(member(standard, 'jsonSchema'), 'input'), { target: 'draft-2020-12' }),
    () => call(member(schema, 'toJsonSchema')),
  ]
  for (const convert of converters) {
    try {
      const converted = convert()
      if (typeof converted === 'object' && converted !== null) return frozenCopy(converted)
    } catch {
      // A schema with a transform or a custom check may have no JSON Schema.
    }
  }
  return ANYTHING
}

/** Of plain JSON: the definition is shared by whoever asks, and the schema's library may keep the original. */
function frozenCopy(jsonSchema: object): object {
  const copy: unknown = JSON.parse(JSON.stringify(jsonSchema), (_key, part: unknown) => Object.freeze(part))
  return typeof copy === 'object' && copy !== null ? copy : ANYTHING
}

function member(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  const found: unknown = Reflect.get(value, key)
  return typeof found === 'function' ? found.bind(value) : found
}

function call(convert: unknown, options?: unknown): unknown {
  return typeof convert === 'function' ? (convert as (options: unknown) => unknown)(options) : undefined
}
