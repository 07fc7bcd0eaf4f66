import { snapshot } from './snapshot.js'

/** What a model is shown of a tool. */
export interface ToolDefinition {
  readonly name: string
  readonly description?: string | undefined
  /** JSON Schema of the parameters, frozen; `{ "type": "object" }` where the tool's schema cannot say more. */
  readonly inputSchema: object
}

/** A way to have a schema converted to JSON Schema; it may throw, or give something else. */
export type SchemaConverter = () => unknown

interface DefinedTool {
  readonly name: string
  readonly description?: string | undefined
  readonly schemaConverters: readonly SchemaConverter[]
}

const NO_CONVERTERS: readonly SchemaConverter[] = Object.freeze([])
const ANYTHING = Object.freeze({ type: 'object' })
const definitions = new WeakMap<DefinedTool, ToolDefinition>()

/** The definition of a tool; its schema is converted once, whoever asks. */
export function definitionOf(tool: DefinedTool): ToolDefinition {
  let definition = definitions.get(tool)
  if (definition === undefined) {
    definition = Object.freeze({
      name: tool.name,
      ...(tool.description === undefined ? undefined : { description: tool.description }),
      inputSchema: firstConverted(tool.schemaConverters),
    })
    definitions.set(tool, definition)
  }
  return definition
}

/**
 * What a schema itself offers, by the Standard JSON Schema convention or by arktype's own method. Taken when a tool is
 * registered, and called when somebody asks: most tools of most processes are never shown to a model.
 */
export function schemaConvertersOf(
  schema: object | undefined,
  standard: object | undefined,
): readonly SchemaConverter[] {
  if (schema === undefined) return NO_CONVERTERS
  const convert = method(member(standard, 'jsonSchema'), 'input')
  const toJsonSchema = method(schema, 'toJsonSchema')
  const converters: SchemaConverter[] = []
  if (convert !== undefined) converters.push(() => convert({ target: 'draft-2020-12' }))
  if (toJsonSchema !== undefined) converters.push(() => toJsonSchema())
  return converters
}

function firstConverted(converters: readonly SchemaConverter[]): object {
  for (const convert of converters) {
    try {
      const converted = convert()
      // The schema may give the same object again, and everybody who asks is given this one.
      if (typeof converted === 'object' && converted !== null) return deepFrozen(snapshot(converted) as object)
    } catch {
      // A schema with a transform or a custom check may have no JSON Schema.
    }
  }
  return ANYTHING
}

function deepFrozen(value: object): object {
  Object.freeze(value)
  for (const item of Object.values(value) as unknown[]) {
    if (typeof item === 'object' && item !== null && !Object.isFrozen(item)) deepFrozen(item)
  }
  return value
}

function method(value: unknown, key: string): ((...options: unknown[]) => unknown) | undefined {
  const found = member(value, key)
  return typeof found === 'function' ? (found.bind(value) as (...options: unknown[]) => unknown) : undefined
}

function member(value: unknown, key: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  try {
    return Reflect.get(value, key)
  } catch {
    return undefined
  }
}
