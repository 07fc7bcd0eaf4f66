import { UnifiedToolDispatcher, type Tool, type ToolLike, type UserExecutionContext } from '@switchyard/dispatcher'
import type { EventTransport } from '@switchyard/dispatcher/interop'
import type { Callee } from './call-site.js'
import { throwIfDenied } from './errors.js'
import { toLegacyMetrics, type LegacyMetrics } from './metrics.js'
import { toLegacyToolExecutionResult, toToolDispatchResponse, toToolResult } from './results.js'
import type { LegacyToolExecutionResult, ToolDispatchResponse, ToolResult } from './results.js'
import { registerOnce } from './tools.js'
import type { OptionalTransport, TransportSwitch } from './transport-switch.js'

/** What a facade instance stands on: a dispatcher of its own, or a view of one that somebody else owns. */
export type Binding = OwnBinding | { readonly kind: 'view'; readonly unified: UnifiedToolDispatcher }

/** A dispatcher that the facade instance made and disposes. */
export interface OwnBinding {
  readonly kind: 'own'
  readonly unified: UnifiedToolDispatcher
  /** Absent where there is no transport and none can be connected later. */
  readonly events?: TransportSwitch | undefined
}

/** How one call is made through a facade. */
export interface FacadeCallOptions {
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds; before the tool's own and the dispatcher's. */
  readonly timeoutMs?: number | undefined
}

/** How one call is made through the old `executeTool`. */
export interface FacadeExecuteOptions extends FacadeCallOptions {
  /** Default `true`; `false` is ignored, with a process warning, since permissions are always checked. */
  readonly requirePermissionCheck?: boolean | undefined
}

/** The parameters of a call; none is `{}`. */
export type OptionalParameters = Record<string, unknown> | null | undefined

/** A function as old code registers it: of one object of parameters, whatever its type. */
export type ToolFunction = { execute(parameters: Record<string, unknown>): unknown }['execute']

/** What the instances of all four facades are: the old members, each of them one step away from the canonical dispatcher. */
export abstract class FacadeDispatcher implements AsyncDisposable {
  /** The canonical dispatcher underneath: new code can be given this while old code has the facade. */
  readonly unified: UnifiedToolDispatcher
  readonly #binding: Binding
  #warnedOfBypass = false

  protected constructor(binding: Binding) {
    this.#binding = binding
    this.unified = binding.unified
  }

  /** How the facade says that it is no longer usable. */
  protected get ended(): string {
    return 'has been cleaned up'
  }

  get dispatcherId(): string {
    return this.unified.dispatcherId
  }

  /** A new `Date` at each read, so that nobody can move it. */
  get createdAt(): Date {
    return this.unified.metrics.createdAt
  }

  get userContext(): UserExecutionContext {
    return this.unified.context
  }

  /** Whether somebody gets the events. */
  get hasWebsocketSupport(): boolean {
    return this.#binding.kind === 'own' ? this.transport !== null : this.unified.hasEvents
  }

  /** A copy, by name; nothing is inherited, so `name in tools` asks for a tool. */
  get tools(): Record<string, Tool> {
    return Object.assign(Object.create(null) as Record<string, Tool>, this.unified.tools)
  }

  hasTool(toolName: string): boolean {
    this.ensureActive()
    return this.unified.hasTool(toolName)
  }

  getAvailableTools(): string[] {
    this.ensureActive()
    return [...this.unified.availableTools]
  }

  /**
   * Registers a tool, or a function of one object of parameters. A name that is taken is skipped, with a process warning.
   *
   * @param description Default: `Dynamic tool: <name>`.
   * @throws {InvalidToolError} `invalid_tool`; @throws {TypeError} `fn` is no function.
   */
  registerTool(tool: ToolLike): void
  registerTool(name: string, fn: ToolFunction, description?: string | null): void
  registerTool(tool: ToolLike | string, fn?: ToolFunction, description?: string | null): void {
    this.ensureActive()
    registerOnce(this.unified, typeof tool === 'string' ? functionTool(tool, fn, description) : tool)
  }

  /** Runs a tool. Resolves to `status: 'error'` when the call fails, and never rejects for that. */
  async dispatch(
    toolName: string,
    parameters?: OptionalParameters,
    options?: FacadeCallOptions | null,
  ): Promise<ToolResult> {
    const call = { toolName, parameters: parameters ?? {}, startedAt: Date.now() }
    return toToolResult(await this.#execute(toolName, call.parameters, options), call)
  }

  /**
   * Runs a tool. Resolves to `success: false` when the call fails, and never rejects for that.
   *
   * @param _state Taken and ignored, as it always was by the tools.
   * @param runId The run the caller believes to be in; another one than the context's is answered as an unknown tool (Q35).
   */
  async dispatchTool(
    toolName: string,
    parameters?: OptionalParameters,
    _state?: unknown,
    runId?: string | null,
    options?: FacadeCallOptions | null,
  ): Promise<ToolDispatchResponse> {
    return toToolDispatchResponse(await this.#execute(toolName, parameters ?? {}, options, runId))
  }

  /**
   * Runs a tool. Resolves to `success: false` when the call fails.
   *
   * @throws {PermissionError} (rejects) The permission was denied; the pair of events has been emitted.
   */
  async executeTool(
    toolName: string,
    parameters?: OptionalParameters,
    options?: FacadeExecuteOptions | null,
  ): Promise<LegacyToolExecutionResult> {
    this.ensureActive()
    if (options?.requirePermissionCheck === false && !this.#warnedOfBypass) {
      this.#warnedOfBypass = true
      warn('SWITCHYARD_PERMISSION_CHECK', 'requirePermissionCheck: false is ignored: permissions are always checked.')
    }
    return toLegacyToolExecutionResult(throwIfDenied(await this.#execute(toolName, parameters ?? {}, options)))
  }

  /** Works after `cleanup()`, too. */
  getMetrics(): LegacyMetrics {
    const metrics = toLegacyMetrics(this.unified)
    const discarded = this.#binding.kind === 'own' ? (this.#binding.events?.discarded ?? 0) : 0
    const websocketEventsSent = metrics.websocketEventsSent - discarded
    return { ...metrics, websocketEventsSent, hasWebsocketSupport: this.hasWebsocketSupport }
  }

  /** Works after `cleanup()`, too. */
  getContext(): UserExecutionContext {
    return this.userContext
  }

  /** Whether calls are taken: until `cleanup()`, or until the canonical dispatcher is disposed. */
  isActive(): boolean {
    return this.unified.isActive
  }

  /** Ends the dispatcher and aborts what it runs; idempotent. On a view it does nothing: the owner disposes. */
  async cleanup(): Promise<void> {
    if (this.#binding.kind === 'own') await this.unified.dispose()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cleanup()
  }

  /** The transport as it was given; `null` where there is none, and on a view. */
  protected get transport(): EventTransport | null {
    return (this.#binding.kind === 'own' ? this.#binding.events?.transport : undefined) ?? null
  }

  /** @throws {Error} The dispatcher is gone. */
  protected ensureActive(): void {
    if (this.unified.isActive) return
    throw new Error(`Dispatcher ${this.dispatcherId} ${this.ended}; create one for the current request.`)
  }

  /** @throws {Error} This is a view. @throws {TypeError} The transport is none. */
  protected connectTransport(transport: OptionalTransport): void {
    this.ensureActive()
    const events = this.#binding.kind === 'own' ? this.#binding.events : undefined
    if (events === undefined) {
      throw new Error(
        `Dispatcher ${this.dispatcherId} belongs to whoever created it, who decides where its events go: ` +
          'pass events: eventSinkFrom(transport) to UnifiedToolDispatcher.createForUser.',
      )
    }
    events.connect(transport)
  }

  #execute(toolName: string, parameters: object, options?: FacadeCallOptions | null, run?: string | null) {
    this.ensureActive()
    if (!this.hasWebsocketSupport && !warnedOfNoTransport) {
      warnedOfNoTransport = true
      warn('SWITCHYARD_NO_TRANSPORT', 'A dispatcher without a transport runs tools whose events reach nobody.')
    }
    const { signal, timeoutMs } = options ?? {}
    return this.unified.executeTool(toolName, parameters, { signal, timeoutMs, runId: run ?? undefined })
  }
}

let warnedOfNoTransport = false

/**
 * Makes an instance of a facade class past its constructor.
 *
 * @param thisValue The `this` of the static that was called, so that a subclass gets instances of its own.
 */
export function instantiate<Instance extends FacadeDispatcher>(
  facade: Callee & { readonly prototype: Instance },
  thisValue: unknown,
  binding: Binding,
): Instance {
  const derived = typeof thisValue === 'function' && Object.prototype.isPrototypeOf.call(facade, thisValue)
  return Reflect.construct(FacadeDispatcher, [binding], derived ? thisValue : facade) as Instance
}

/**
 * The binding of `from(unified)`.
 *
 * @throws {TypeError} `unified` is no canonical dispatcher.
 */
export function viewOf(unified: UnifiedToolDispatcher): Binding {
  if (unified instanceof UnifiedToolDispatcher) return { kind: 'view', unified }
  throw new TypeError(`from() takes a UnifiedToolDispatcher of @switchyard/dispatcher; received ${typeof unified}.`)
}

function functionTool(name: string, fn: ToolFunction | undefined, description?: string | null): Tool {
  if (typeof fn === 'function') {
    const execute = (parameters: Record<string, unknown>) => fn(parameters)
    return { name, description: description ?? `Dynamic tool: ${name}`, execute }
  }
  throw new TypeError(
    `registerTool(name, fn) takes a function, and a tool alone: registerTool(tool). Received ${typeof fn}.`,
  )
}

function warn(code: string, message: string): void {
  process.emitWarning(message, { code })
}
