import type { UserExecutionContext } from '../context.js'
import type { EventSink } from '../events/event.js'
import type { DispatchLimits } from '../limits.js'
import type { PermissionPolicy } from '../permissions.js'
import type { Tool } from '../tool.js'

/**
 * Something that a subject can do. A case that needs what a subject cannot do is skipped, and the report says so.
 *
 * - `events`: emits `tool_executing` and `tool_completed` into the sink it is created with.
 * - `register`: has `register`. `dispose`: has `dispose`. `identity`: has `implementation`.
 * - `timeout`, `abort`: `execute` honours `timeoutMs`, `signal`.
 * - `limits`, `permissions`: `create` honours them. `admin`: `create` honours `admin`, and admin tools are gated.
 */
export type Capability =
  | 'events'
  | 'register'
  | 'dispose'
  | 'timeout'
  | 'abort'
  | 'limits'
  | 'permissions'
  | 'admin'
  | 'identity'

/** A dispatcher under test; what a team writes for its own, in about thirty lines. */
export interface ConformanceSubject {
  /** For the report. */
  readonly name: string
  readonly capabilities: ReadonlySet<Capability>
  /** Makes a dispatcher of one user; rejects when the set-up is refused. */
  create(setup: SubjectSetup): Promise<SubjectDispatcher>
}

/** What a dispatcher under test is made from. */
export interface SubjectSetup {
  readonly context: UserExecutionContext
  /** Default: none. */
  readonly tools?: readonly Tool[] | undefined
  /** Where its events go. Default: nowhere. */
  readonly events?: EventSink | undefined
  /** What differs from the default limits. */
  readonly limits?: Partial<DispatchLimits> | undefined
  /** Asked before each call. */
  readonly permissions?: PermissionPolicy | undefined
  /** Whether it is created as an admin's: refused unless the context has that right. Default `false`. */
  readonly admin?: boolean | undefined
}

/** One dispatcher of a subject's. */
export interface SubjectDispatcher {
  /** Runs a tool. A failure of the call is an outcome; it rejects on misuse only, such as after `dispose`. */
  execute(
    toolName: string,
    parameters?: unknown,
    options?: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number | undefined },
  ): Promise<SubjectOutcome>
  /** Adds a tool to this dispatcher alone. */
  register?(tool: Tool): void | Promise<void>
  dispose?(): Promise<void>
  /** The object that does the work, for the cases about identity. */
  implementation?(): object
}

/** How a call ended, whatever the dispatcher under test calls it. `code` is one of `ToolErrorCode` where it has codes. */
export type SubjectOutcome =
  | { readonly success: true; readonly result: unknown }
  | { readonly success: false; readonly code?: string | undefined; readonly message: string }
