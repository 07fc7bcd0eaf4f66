import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Tool, ToolCall } from '../tool.js'

/** A tool of no types, as a subject takes it. */
export function tool(
  name: string,
  execute: (input: unknown, call: ToolCall) => unknown,
  more: Partial<Tool> = {},
): Tool {
  return { name, execute, ...more }
}

/** Gives back what it got. */
export const echo = tool('echo', (input) => input)

/** Adds two numbers, and takes nothing else. */
export const add = tool(
  'add',
  (input) => {
    const { a, b } = numbersOf(input)
    return a + b
  },
  { inputSchema: schemaOf((input) => numbersOf(input)) },
)

/** A Standard Schema of a function that gives the value back, converted, or throws what is wrong with it. */
export function schemaOf(read: (input: unknown) => unknown): StandardSchemaV1 {
  return {
    '~standard': {
      version: 1,
      vendor: 'switchyard',
      validate(input) {
        try {
          return { value: read(input) }
        } catch (error) {
          return { issues: [{ message: error instanceof Error ? error.message : String(error) }] }
        }
      },
    },
  }
}

function numbersOf(input: unknown): { a: number; b: number } {
  if (typeof input === 'object' && input !== null) {
    const a: unknown = Reflect.get(input, 'a')
    const b: unknown = Reflect.get(input, 'b')
    if (typeof a === 'number' && typeof b === 'number') return { a, b }
  }
  throw new TypeError('two numbers, a and b, are needed')
}
