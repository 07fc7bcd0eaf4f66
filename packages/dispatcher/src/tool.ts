import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { UserExecutionContext } from './context.js'
import { InvalidToolError, quote } from './errors.js'
import type { ToolExecutionResult } from './result.js'
import { type SchemaConverter, schemaConvertersOf } from './tool-definitions.js'

const MAX_NAME_LENGTH = 100
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/

/**
 * A thing that an agent may call.
 *
 * @typeParam Input What `execute` gets: the schema's output.
 * @typeParam Output What `execute` returns.
 * @typeParam Name The literal name, where it is known.
 * @typeParam Raw What callers pass: the schema's input, before defaults.
 */
export interface Tool<Input = unknown, Output = unknown, Name extends string = string, Raw = Input> {
  /** 1 to 100 characters without control characters. */
  readonly name: Name
  /** What a model is told about it. */
  readonly description?: string | undefined
  /** Checks and converts the input: zod, valibot, arktype, anything that speaks Standard Schema. Without one, anything passes. */
  readonly inputSchema?: StandardSchemaV1<Raw, Input> | undefined
  /** Roles that the context must have, all of them. Default: none. */
  readonly requiredRoles?: readonly string[] | undefined
  /** Milliseconds a call may take, waiting included; `0` or `Infinity` for no end. Default: the dispatcher's limit. */
  readonly timeoutMs?: number | undefined
  /** Whether running it twice is the same as once: an executor may then run it again after a worker was lost. Default: no. */
  readonly idempotent?: boolean | undefined
  /** Does the work. What it throws becomes `tool_failed`. */
  execute(input: Input, call: ToolCall): Output | Promise<Output>
}

/** What a tool gets besides its input. Its members may be destructured. */
export interface ToolCall {
  readonly callId: string
  readonly toolName: string
  /** Whose call this is. */
  readonly context: UserExecutionContext
  /** Aborts when the call times out, is aborted or its dispatcher is disposed; made when it is first read. */
  readonly signal: AbortSignal
  /** Emits a `tool_progress`; does nothing once the call has settled. */
  reportProgress(progress: unknown): void
  /**
   * Calls another tool of the same dispatcher, for the same user, within what is left of this call's time and in this
   * call's slot. Deeper than ten levels it is `nesting_too_deep`; it aborts with this call.
   */
  executeTool(toolName: string, parameters?: unknown, options?: ExecuteOptions): Promise<ToolExecutionResult>
}

/** How one call is made. */
export interface ExecuteOptions {
  /** Aborts the call; nothing stays registered on it afterwards. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds, before the tool's and the dispatcher's; `0` or `Infinity` for no end. */
  readonly timeoutMs?: number | undefined
  /** The run that the caller believes to be in; one that is not the context's is answered as an unknown tool. */
  readonly runId?: string | undefined
}

/** A tool of any types. */
export interface AnyTool {
  readonly name: string
  readonly description?: string | undefined
  readonly inputSchema?: StandardSchemaV1 | undefined
  readonly requiredRoles?: readonly string[] | undefined
  readonly timeoutMs?: number | undefined
  readonly idempotent?: boolean | undefined
  execute(input: never, call: ToolCall): unknown
}

/** A tool as it is registered: a copy that later changes to the original do not reach. */
export interface RegisteredTool extends Tool {
  readonly requiredRoles: readonly string[]
  /** The schema's own check, taken once: libraries compute `~standard` at each read. */
  readonly validateInput: StandardSchemaV1['~standard']['validate'] | undefined
  /** The schema's own conversions to JSON Schema, taken likewise. */
  readonly schemaConverters: readonly SchemaConverter[]
  /** What else must hold before the body runs, wherever that is; see {@link Guard}. */
  readonly guard: Guard | undefined
}

/**
 * The conditions that a tool of another library sets itself, such as an approval. Its `execute` asks them already; who runs
 * the body in another way asks here. Throws, or rejects, with what ends the call.
 */
export type Guard = (input: unknown, call: ToolCall) => Promise<void>

/** A body that its guard lets run, unless the call has settled by then. */
export function guarded(guard: Guard | undefined, body: Tool['execute']): Tool['execute'] {
  if (guard === undefined) return body
  return async (input, call) => {
    await guard(input, call)
    call.signal.throwIfAborted()
    return body(input, call)
  }
}

/**
 * Gives the tool back with its types known: `Input` from the schema, `Output` from `execute`, and its literal name.
 *
 * @example
 * ```ts
 * const add = defineTool({
 *   name: 'add',
 *   inputSchema: z.object({ a: z.number(), b: z.number() }),
 *   execute: ({ a, b }) => a + b,
 * })
 * ```
 */
export function defineTool<const Name extends string, Schema extends StandardSchemaV1, Output>(tool: {
  readonly name: Name
  readonly description?: string | undefined
  readonly inputSchema: Schema
  readonly requiredRoles?: readonly string[] | undefined
  readonly timeoutMs?: number | undefined
  readonly idempotent?: boolean | undefined
  execute(input: StandardSchemaV1.InferOutput<Schema>, call: ToolCall): Output | Promise<Output>
}): Tool<StandardSchemaV1.InferOutput<Schema>, Awaited<Output>, Name, StandardSchemaV1.InferInput<Schema>>
export function defineTool<const Name extends string, Output, Input = unknown>(tool: {
  readonly name: Name
  readonly description?: string | undefined
  readonly inputSchema?: undefined
  readonly requiredRoles?: readonly string[] | undefined
  readonly timeoutMs?: number | undefined
  readonly idempotent?: boolean | undefined
  execute(input: Input, call: ToolCall): Output | Promise<Output>
}): Tool<Input, Awaited<Output>, Name, Input>
export function defineTool(tool: Tool): Tool {
  return tool
}

/**
 * Checks something that is meant to be a tool, and copies it.
 *
 * @param name The name it is registered under, where that is not its own (a record of tools).
 * @throws {InvalidToolError} `invalid_tool`, saying which part is wrong.
 */
export function toRegisteredTool(value: unknown, name?: string): RegisteredTool {
  if (typeof value !== 'object' || value === null) {
    throw new InvalidToolError(
      `A tool is an object with a name and an execute function; received ${quote(value)}.` +
        (typeof value === 'function' ? ' Wrap the function: defineTool({ name, execute }).' : ''),
    )
  }
  const toolName = checkName(name ?? Reflect.get(value, 'name'))
  const execute: unknown = Reflect.get(value, 'execute')
  if (!isExecute(execute)) {
    throw new InvalidToolError(`Tool ${quote(toolName)} needs an execute function; received ${quote(execute)}.`)
  }
  const inputSchema = checkSchema(toolName, Reflect.get(value, 'inputSchema'))
  const standard = inputSchema?.['~standard']
  return Object.freeze({
    name: toolName,
    description: checkDescription(toolName, Reflect.get(value, 'description')),
    inputSchema,
    validateInput: standard?.validate.bind(standard),
    schemaConverters: schemaConvertersOf(inputSchema, standard),
    requiredRoles: checkRoles(toolName, Reflect.get(value, 'requiredRoles')),
    timeoutMs: checkTimeout(toolName, Reflect.get(value, 'timeoutMs')),
    idempotent: checkIdempotent(toolName, Reflect.get(value, 'idempotent')),
    guard: guardOf(value),
    execute: execute.bind(value),
  })
}

function guardOf(value: object): Guard | undefined {
  const guard: unknown = Reflect.get(value, 'guard')
  return typeof guard === 'function' ? (guard as Guard) : undefined
}

function isExecute(value: unknown): value is Tool['execute'] {
  return typeof value === 'function'
}

function checkName(name: unknown): string {
  if (typeof name === 'string' && name !== '' && name.length <= MAX_NAME_LENGTH && !CONTROL_CHARACTER.test(name)) {
    return name
  }
  throw new InvalidToolError(
    `A tool's name is 1 to ${MAX_NAME_LENGTH} characters without control characters; received ${quote(name)}.`,
  )
}

function checkDescription(toolName: string, description: unknown): string | undefined {
  if (description === undefined || typeof description === 'string') return description
  throw new InvalidToolError(
    `The description of tool ${quote(toolName)} must be a string; received ${quote(description)}.`,
  )
}

function checkSchema(toolName: string, schema: unknown): StandardSchemaV1 | undefined {
  if (schema === undefined) return undefined
  if (isStandardSchema(schema)) return schema
  throw new InvalidToolError(
    `The inputSchema of tool ${quote(toolName)} must speak Standard Schema (zod, valibot, arktype …); ` +
      `received ${quote(schema)}.`,
  )
}

/** Whether a value speaks Standard Schema. */
export function isStandardSchema(schema: unknown): schema is StandardSchemaV1 {
  if ((typeof schema !== 'object' && typeof schema !== 'function') || schema === null) return false
  const standard: unknown = Reflect.get(schema, '~standard')
  return typeof standard === 'object' && standard !== null && typeof Reflect.get(standard, 'validate') === 'function'
}

function checkRoles(toolName: string, roles: unknown): readonly string[] {
  if (roles === undefined) return NO_ROLES
  if (Array.isArray(roles) && roles.every((role) => typeof role === 'string')) return Object.freeze([...roles])
  throw new InvalidToolError(
    `The requiredRoles of tool ${quote(toolName)} must be an array of strings; received ${quote(roles)}.`,
  )
}

const NO_ROLES: readonly string[] = Object.freeze([])

function checkIdempotent(toolName: string, idempotent: unknown): boolean | undefined {
  if (idempotent === undefined || typeof idempotent === 'boolean') return idempotent
  throw new InvalidToolError(
    `The idempotent of tool ${quote(toolName)} must be true or false; received ${quote(idempotent)}.`,
  )
}

function checkTimeout(toolName: string, timeoutMs: unknown): number | undefined {
  if (timeoutMs === undefined || (typeof timeoutMs === 'number' && timeoutMs >= 0)) return timeoutMs
  throw new InvalidToolError(
    `The timeoutMs of tool ${quote(toolName)} must be milliseconds, 0 or more; received ${quote(timeoutMs)}.`,
  )
}
