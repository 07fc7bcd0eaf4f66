import { type Guard, guarded, type ToolCall } from '../tool.js'

/** What any tool of another library may be given besides: what own tools have too. */
export interface ForeignTool {
  /** Roles that the context must have, all of them. Default: none. */
  readonly requiredRoles?: readonly string[] | undefined
  /** Milliseconds a call may take, as of an own tool. Default: the dispatcher's limit. */
  readonly timeoutMs?: number | undefined
}

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
  tool: ForeignTool & { readonly description?: unknown },
  inputSchema: unknown,
  body: (input: unknown, call: ToolCall) => unknown,
  guard?: Guard,
): Readonly<Record<string, unknown>> {
  const { description, requiredRoles, timeoutMs } = tool
  return { description, inputSchema, requiredRoles, timeoutMs, guard, execute: guarded(guard, body) }
}
