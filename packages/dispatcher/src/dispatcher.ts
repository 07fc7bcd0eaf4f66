import { UserExecutionContext } from './context.js'
import { dispatch } from './dispatch.js'
import { DirectInstantiationError, DispatcherDisposedError, PermissionDeniedError, quote } from './errors.js'
import type { ToolLike } from './foreign-tools/recognise.js'
import { activity, forgetIfIdle, knownUsage } from './limits.js'
import { type DispatcherMetrics, type GlobalMetrics, totals } from './metrics.js'
import type { ToolExecutionResult } from './result.js'
import { type DispatcherOptions, Scope } from './scope.js'
import { warnOfSecondCopy } from './single-copy.js'
import type { ExecuteOptions, Tool } from './tool.js'
import { definitionOf, type ToolDefinition } from './tool-definitions.js'

warnOfSecondCopy(import.meta.url)

/** Options whose tools are a tuple, so that each call knows the types of its tool. */
export type TypedDispatcherOptions<Tools extends readonly ToolLike[]> = Omit<DispatcherOptions, 'tools'> & {
  readonly tools: Tools
}

type ToolNamed<Tools extends readonly ToolLike[], Name extends string> = string extends Name
  ? never
  : Extract<Tools[number], { readonly name: Name }>

type RawOf<T> = T extends Tool<infer _Input, infer _Output, string, infer Raw> ? Raw : unknown

/** What follows the name in a call: parameters of the tool's type where the tool is known. */
export type ExecuteArguments<Tools extends readonly ToolLike[], Name extends string> = [
  ToolNamed<Tools, Name>,
] extends [never]
  ? [parameters?: unknown, options?: ExecuteOptions]
  : undefined extends RawOf<ToolNamed<Tools, Name>>
    ? [parameters?: RawOf<ToolNamed<Tools, Name>>, options?: ExecuteOptions]
    : Record<never, never> extends RawOf<ToolNamed<Tools, Name>>
      ? [parameters?: RawOf<ToolNamed<Tools, Name>>, options?: ExecuteOptions]
      : [parameters: RawOf<ToolNamed<Tools, Name>>, options?: ExecuteOptions]

/** What a call gives: the tool's output where the tool is known. */
export type OutputOf<Tools extends readonly ToolLike[], Name extends string> = [ToolNamed<Tools, Name>] extends [never]
  ? unknown
  : ToolNamed<Tools, Name> extends { execute(input: never, call: never): infer Returned }
    ? Awaited<Returned>
    : unknown

const FACTORY = Symbol('factory')

/**
 * Runs the tools of one request of one user: allowed, limited, validated, timed, and announced by exactly one
 * `tool_executing` and one `tool_completed` a call. Two dispatchers share the registry they were given and their user's
 * limits, and nothing else.
 *
 * @example
 * ```ts
 * await using dispatcher = UnifiedToolDispatcher.createForUser(context, { tools: [add], events: router })
 * const sum = await dispatcher.executeTool('add', { a: 1, b: 2 })
 * if (sum.success) console.log(sum.result)
 * ```
 */
export class UnifiedToolDispatcher<Tools extends readonly ToolLike[] = readonly ToolLike[]> implements AsyncDisposable {
  readonly #scope: Scope

  /** @throws {DirectInstantiationError} `direct_instantiation`, always: use a factory. */
  private constructor(key?: typeof FACTORY, scope?: Scope) {
    if (key !== FACTORY || scope === undefined) throw new DirectInstantiationError()
    this.#scope = scope
  }

  /**
   * A dispatcher for one request of the context's user.
   *
   * @throws {InvalidContextError} `invalid_context`: `context` is no `UserExecutionContext`
   * @throws {InvalidToolError} `invalid_tool`; @throws {DuplicateToolError} `duplicate_tool`
   * @throws {TypeError} an option, a limit or an environment variable is not what it must be
   */
  static createForUser<const Given extends readonly ToolLike[]>(
    context: UserExecutionContext,
    options: TypedDispatcherOptions<Given>,
  ): UnifiedToolDispatcher<Given>
  static createForUser(context: UserExecutionContext, options?: DispatcherOptions): UnifiedToolDispatcher
  static createForUser(context: UserExecutionContext, options: DispatcherOptions = {}): UnifiedToolDispatcher {
    return new UnifiedToolDispatcher(FACTORY, new Scope(context, options))
  }

  /**
   * The same, asserting at once that the context has the role `admin`; it grants nothing that `createForUser` would not.
   *
   * @throws {PermissionDeniedError} `permission_denied`: the role is missing
   */
  static createForAdmin<const Given extends readonly ToolLike[]>(
    context: UserExecutionContext,
    options: TypedDispatcherOptions<Given>,
  ): UnifiedToolDispatcher<Given>
  static createForAdmin(context: UserExecutionContext, options?: DispatcherOptions): UnifiedToolDispatcher
  static createForAdmin(context: UserExecutionContext, options: DispatcherOptions = {}): UnifiedToolDispatcher {
    if (UserExecutionContext.isContext(context) && !context.roles.includes('admin')) {
      throw new PermissionDeniedError(
        `An admin dispatcher needs a context with the role "admin"; user ${quote(context.userId)} has ` +
          `${context.roles.length === 0 ? 'no roles' : context.roles.map(quote).join(', ')}.`,
      )
    }
    return UnifiedToolDispatcher.createForUser(context, options)
  }

  /** Makes a dispatcher, lends it to `use`, and disposes it whatever happens; gives what `use` gives. */
  static async withScope<T, const Given extends readonly ToolLike[] = readonly ToolLike[]>(
    context: UserExecutionContext,
    options: TypedDispatcherOptions<Given> | DispatcherOptions | undefined,
    use: (dispatcher: UnifiedToolDispatcher<Given>) => Promise<T> | T,
  ): Promise<T> {
    const dispatcher: UnifiedToolDispatcher<Given> = new UnifiedToolDispatcher<Given>(
      FACTORY,
      new Scope(context, options ?? {}),
    )
    try {
      return await use(dispatcher)
    } finally {
      await dispatcher.dispose()
    }
  }

  /** Disposes every dispatcher of a user in this process, aborting their calls; resolves with how many there were. */
  static disposeAllForUser(userId: string): Promise<number> {
    const usage = knownUsage(userId)
    if (usage === undefined) return Promise.resolve(0)
    const count = usage.dispatchers
    usage.dispatchers = 0
    usage.generation += 1
    usage.disposeCalls()
    forgetIfIdle(usage)
    return Promise.resolve(count)
  }

  /** What all dispatchers of this process have done. */
  static globalMetrics(): GlobalMetrics {
    const { users, dispatchers } = activity()
    const { successfulExecutions, failedExecutions } = totals
    return {
      ...totals,
      activeDispatchers: dispatchers,
      activeUsers: users,
      toolsExecuted: successfulExecutions + failedExecutions,
    }
  }

  /**
   * Runs a tool. Whatever happens to the call is in the result, as a code an agent can act on.
   *
   * @param toolName Looked up as it is, own names only.
   * @param parameters Default `{}`.
   * @throws {DispatcherDisposedError} (rejects) `dispatcher_disposed`: the dispatcher has been disposed
   * @throws {TypeError} (rejects) the name is no string, or an option is of the wrong kind
   */
  executeTool<const Name extends string>(
    toolName: Name,
    ...[parameters, options]: ExecuteArguments<Tools, Name>
  ): Promise<ToolExecutionResult<OutputOf<Tools, Name>>>
  executeTool(toolName: string, parameters: unknown = {}, options?: ExecuteOptions): Promise<ToolExecutionResult> {
    return dispatch(this.#scope, toolName, parameters, options)
  }

  /**
   * Adds a tool to this dispatcher's own layer; a shared registry is not touched.
   *
   * @throws {InvalidToolError} `invalid_tool`; @throws {DuplicateToolError} `duplicate_tool`
   * @throws {DispatcherDisposedError} `dispatcher_disposed`
   */
  registerTool(tool: ToolLike): void {
    this.#mustBeActive('registerTool()')
    this.#scope.ownTools.register(tool)
  }

  /** Takes a tool out of this dispatcher's own layer; `false` when it was not in it. @throws {DispatcherDisposedError} */
  unregisterTool(toolName: string): boolean {
    this.#mustBeActive('unregisterTool()')
    return this.#scope.unregister(toolName)
  }

  hasTool(toolName: string): boolean {
    return this.#scope.tools.has(toolName)
  }

  /** The names of all tools this dispatcher sees. */
  get availableTools(): readonly string[] {
    return this.#scope.tools.names()
  }

  /** All tools this dispatcher sees, by name; a frozen copy. */
  get tools(): Readonly<Record<string, Tool>> {
    const record = Object.create(null) as Record<string, Tool>
    for (const tool of this.#registered()) record[tool.name] = tool
    return Object.freeze(record)
  }

  /** What a model is shown of the tools: names, descriptions and JSON Schemas. */
  toolDefinitions(): ToolDefinition[] {
    return this.#registered().map(definitionOf)
  }

  /** Whether events go anywhere. */
  get hasEvents(): boolean {
    return this.#scope.sink !== undefined
  }

  get context(): UserExecutionContext {
    return this.#scope.context
  }

  /** Unique across processes. */
  get dispatcherId(): string {
    return this.#scope.dispatcherId
  }

  /** `false` once disposed, by `dispose()` or `disposeAllForUser()`. */
  get isActive(): boolean {
    return this.#scope.isActive
  }

  /** What this dispatcher has done so far; a copy. */
  get metrics(): DispatcherMetrics {
    return this.#scope.metrics()
  }

  /**
   * Ends the dispatcher: no new calls, and up to `drainMs` milliseconds (default 0) for the running ones, which are then
   * settled as `aborted`. Bodies that ignore their signal are not waited for. Calling it again changes nothing.
   *
   * @throws {TypeError} (rejects) `drainMs` is negative or no number
   */
  dispose(options?: { readonly drainMs?: number | undefined }): Promise<void> {
    const drainMs = options?.drainMs ?? 0
    if (typeof drainMs !== 'number' || !(drainMs >= 0)) {
      const received = quote(drainMs)
      return Promise.reject(new TypeError(`drainMs must be milliseconds, 0 or more; received ${received}.`))
    }
    return this.#scope.dispose(drainMs)
  }

  /** `dispose()` for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose()
  }

  #registered() {
    const { tools } = this.#scope
    return tools.names().flatMap((name) => tools.find(name) ?? [])
  }

  #mustBeActive(doing: string): void {
    if (!this.#scope.isActive) throw new DispatcherDisposedError(this.#scope.dispatcherId, doing)
  }
}
