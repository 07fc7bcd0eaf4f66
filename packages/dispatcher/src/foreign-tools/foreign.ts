import type { ToolCall } from '../tool.js'

/** A function of another library, whose types are not ours to know. */
export type ForeignFunction = (...parameters: readonly unknown[]) => unknown

export function hasMethod(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === 'function'
}

/** A method of an object of another library, bound to it; `undefined` where it has none. */
export function methodOf(value: object, name: string): ForeignFunction | undefined {
  const method: unknown = Reflect.get(value, name)
  return typeof method === 'function'
    ? (...parameters) => Reflect.apply(method, value, parameters) as unknown
    : undefined
}

/**
 * An own tool made of another library's: with the description, roles and time that the original carries. Not checked yet;
 * `toRegisteredTool` does that.
 */
export function adapted(
  tool: object,
  inputSchema: unknown,
  execute: (input: unknown, call: ToolCall) => unknown,
): Readonly<Record<string, unknown>> {
  return {
    description: Reflect.get(tool, 'description'),
    inputSchema,
    requiredRoles: Reflect.get(tool, 'requiredRoles'),
    timeoutMs: Reflect.get(tool, 'timeoutMs'),
    execute,
  }
}
