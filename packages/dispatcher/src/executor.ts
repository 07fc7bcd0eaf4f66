import type { UserExecutionContext } from './context.js'
import { quote } from './errors.js'
import { guarded, type RegisteredTool, type Tool, type ToolCall } from './tool.js'

/** A call whose body an executor runs: allowed, within the limits and validated. */
export interface ExecutorCall {
  readonly tool: Tool
  /** What the tool's schema made of the parameters. */
  readonly input: unknown
  readonly callId: string
  readonly toolName: string
  /** Whose call this is; the executor must not run it as anybody else. */
  readonly context: UserExecutionContext
  /** Aborts when the call times out, is aborted or its dispatcher is disposed; made when it is first read. */
  readonly signal: AbortSignal
  /** Emits a `tool_progress`; does nothing once the call has settled. */
  reportProgress(progress: unknown): void
}

/**
 * Where bodies run that do not run here: another process, another machine. The dispatcher still finds, permits, limits,
 * validates, times and announces the call; only `tool.execute` is left to the executor.
 */
export interface ToolExecutor {
  /** Whether this executor runs the tool; the others run here. Asked at each call; what it throws is `tool_failed`. */
  handles(tool: Tool): boolean
  /** Runs the body; what it resolves to is the tool's result, what it throws or rejects is `tool_failed`. */
  run(call: ExecutorCall): Promise<unknown>
}

/** What runs a tool: itself, or the executor that says it does. */
export function bodyOf(tool: RegisteredTool, executor: ToolExecutor): Pick<Tool, 'execute'> {
  if (!executor.handles(tool)) return tool
  return { execute: guarded(tool.guard, (input, call) => executor.run(toExecutorCall(tool, input, call))) }
}

function toExecutorCall(tool: Tool, input: unknown, call: ToolCall): ExecutorCall {
  const { callId, toolName, context } = call
  return {
    tool,
    input,
    callId,
    toolName,
    context,
    reportProgress: (progress) => call.reportProgress(progress),
    get signal() {
      return call.signal
    },
  }
}

/** @throws {TypeError} the option is no executor */
export function checkExecutor(executor: ToolExecutor | undefined): ToolExecutor | undefined {
  if (executor === undefined) return undefined
  const given: unknown = executor
  const isExecutor =
    typeof given === 'object' &&
    given !== null &&
    typeof Reflect.get(given, 'handles') === 'function' &&
    typeof Reflect.get(given, 'run') === 'function'
  if (isExecutor) return executor
  throw new TypeError(`executor must be an object with handles(tool) and run(call); received ${quote(executor)}.`)
}
