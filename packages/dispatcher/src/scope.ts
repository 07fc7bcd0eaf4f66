import { epochMs, monotonicMs } from './clock.js'
import { UserExecutionContext } from './context.js'
import { Deadline } from './deadlines.js'
import { InvalidContextError, quote } from './errors.js'
import type { AgentEvent, EventSink } from './events/event.js'
import { publishLostEvent } from './events/lost-events.js'
import { createRedactor, redact, type Redactor } from './events/redact.js'
import { checkExecutor, type ToolExecutor } from './executor.js'
import { idMaker } from './ids.js'
import {
  checkSharedLimits,
  type DispatchLimits,
  forgetIfIdle,
  resolveLimits,
  type SharedLimits,
  usageOf,
  type UserUsage,
} from './limits.js'
import { Counters, type DispatcherMetrics, totals } from './metrics.js'
import type { DispatchMiddleware } from './middleware.js'
import { DEFAULT_ADMIN_TOOLS, type PermissionPolicy } from './permissions.js'
import { ToolRegistry, toRegistry, type ToolsOption } from './registry.js'
import { isThenable } from './thenable.js'

/** How a dispatcher is made. Everything is optional. */
export interface DispatcherOptions {
  /** A shared `ToolRegistry` (layered, never written to), an iterable of tools, or a record that names its tools. Default: none. */
  readonly tools?: ToolsOption | undefined
  /** Where events go. Default: nowhere. */
  readonly events?: EventSink | undefined
  /** What differs from the default limits. */
  readonly limits?: { readonly [Limit in keyof DispatchLimits]?: number | undefined } | undefined
  /** Asked before each call of a known tool. Default: what the roles allow. */
  readonly permissions?: PermissionPolicy | undefined
  /** Wraps each execution, the first outermost. Default: none. */
  readonly middleware?: readonly DispatchMiddleware[] | undefined
  /** The tools that only the role `admin` may run. Default: the ten admin tools of the old code. */
  readonly adminTools?: readonly string[] | undefined
  /** Further endings of keys whose values are masked in events. */
  readonly redact?: readonly string[] | undefined
  /** Where the bodies of chosen tools run. Default: all of them here. */
  readonly executor?: ToolExecutor | undefined
  /** User limits that hold across processes. Default: `concurrentCallsPerUser` and `callsPerMinutePerUser` hold in this one. */
  readonly sharedLimits?: SharedLimits | undefined
}

const OPTION_NAMES: ReadonlySet<string> = new Set<keyof DispatcherOptions>([
  'tools',
  'events',
  'limits',
  'permissions',
  'middleware',
  'adminTools',
  'redact',
  'executor',
  'sharedLimits',
])
const nextDispatcherId = idMaker('dsp')
const ADMIN_TOOLS: ReadonlySet<string> = new Set(DEFAULT_ADMIN_TOOLS)
const NO_MIDDLEWARE: readonly DispatchMiddleware[] = Object.freeze([])
const DONE = Promise.resolve()
const NO_TOOLS = new ToolRegistry()

/** What the calls of one dispatcher work with. Two scopes share the registry they were given and their user's usage. */
export class Scope {
  readonly context: UserExecutionContext
  readonly usage: UserUsage
  readonly limits: DispatchLimits
  /** What is counted in this process: with shared limits all but the rate, whose refusals elsewhere would count here. */
  readonly localLimits: DispatchLimits
  readonly sharedLimits: SharedLimits | undefined
  readonly sink: EventSink | undefined
  readonly policy: PermissionPolicy | undefined
  readonly middleware: readonly DispatchMiddleware[]
  readonly adminTools: ReadonlySet<string>
  readonly redactor: Redactor
  readonly executor: ToolExecutor | undefined
  readonly counters = new Counters()
  readonly createdAt = epochMs()
  /** Calls that have not settled. */
  running = 0
  /** The tools this dispatcher sees. */
  tools: ToolRegistry
  #ownTools: ToolRegistry | undefined
  readonly #generation: number
  #state: 'active' | 'draining' | 'disposed' = 'active'
  #dispatcherId: string | undefined
  #disposal: Promise<void> | undefined
  #onIdle: (() => void) | undefined

  /**
   * @throws {InvalidContextError} `invalid_context`: `context` is no `UserExecutionContext`
   * @throws {TypeError} an option is of the wrong kind; the message names it
   */
  constructor(context: UserExecutionContext, options: DispatcherOptions) {
    checkContext(context)
    checkOptions(options)
    this.context = context
    this.limits = resolveLimits(options.limits)
    this.sharedLimits = checkSharedLimits(options.sharedLimits)
    this.localLimits =
      this.sharedLimits === undefined ? this.limits : { ...this.limits, callsPerMinutePerUser: Infinity }
    this.sink = checkSink(options.events)
    this.policy = checkFunction('permissions', options.permissions)
    this.middleware = options.middleware === undefined ? NO_MIDDLEWARE : checkMiddleware(options.middleware)
    this.adminTools = options.adminTools === undefined ? ADMIN_TOOLS : nameSet('adminTools', options.adminTools)
    this.redactor = options.redact === undefined ? redact : createRedactor([...nameSet('redact', options.redact)])
    this.executor = checkExecutor(options.executor)
    this.tools = options.tools === undefined ? NO_TOOLS : toRegistry(options.tools)
    if (options.tools !== undefined && this.tools !== options.tools) this.#ownTools = this.tools
    this.usage = usageOf(context.userId)
    const { callsPerMinutePerUser } = this.localLimits
    if (callsPerMinutePerUser !== Infinity) this.usage.rememberAdmissions(callsPerMinutePerUser)
    this.#generation = this.usage.generation
    this.usage.dispatchers += 1
    totals.dispatchersCreated += 1
  }

  /** Made when it is first asked for. */
  get dispatcherId(): string {
    this.#dispatcherId ??= nextDispatcherId()
    return this.#dispatcherId
  }

  get isActive(): boolean {
    return this.#state === 'active' && this.#generation === this.usage.generation
  }

  /** Whether a call may start: while a dispatcher drains, its running tools may still call others. */
  takes(nested: boolean): boolean {
    return this.isActive || (nested && this.#state === 'draining' && this.#generation === this.usage.generation)
  }

  /** Ends the scope once; the same promise for everybody who asks. */
  dispose(drainMs: number): Promise<void> {
    if (this.#disposal !== undefined) return this.#disposal
    if (this.#generation === this.usage.generation) this.usage.dispatchers -= 1
    this.#disposal = drainMs > 0 && this.running > 0 ? this.#drain(drainMs) : this.#end()
    return this.#disposal
  }

  async #drain(drainMs: number): Promise<void> {
    this.#state = 'draining'
    await new Promise<void>((resolve) => {
      const end = new DrainEnd(resolve, drainMs)
      this.#onIdle = () => end.now()
    })
    await this.#end()
  }

  #end(): Promise<void> {
    this.#state = 'disposed'
    if (this.running > 0) this.usage.disposeCalls(this)
    forgetIfIdle(this.usage)
    return DONE
  }

  metrics(): DispatcherMetrics {
    const { counters, context, usage } = this
    const { successfulExecutions, failedExecutions, unsettledCallsByTool } = counters
    return {
      toolsExecuted: successfulExecutions + failedExecutions,
      successfulExecutions,
      failedExecutions,
      totalExecutionTimeMs: counters.totalExecutionTimeMs,
      lastExecutionTime: counters.lastExecutionTime,
      eventsEmitted: counters.eventsEmitted,
      eventsFailed: counters.eventsFailed,
      permissionChecks: counters.permissionChecks,
      permissionDenials: counters.permissionDenials,
      securityViolations: counters.securityViolations,
      unsettledCalls: Object.values(unsettledCallsByTool).reduce((sum, count) => sum + count, 0),
      unsettledCallsByTool,
      queuedCalls: counters.queuedCalls,
      createdAt: new Date(this.createdAt),
      dispatcherId: this.dispatcherId,
      userId: usage.userId,
      runId: context.runId,
    }
  }

  callSettled(): void {
    this.running -= 1
    if (this.running === 0) this.#onIdle?.()
  }

  /** This dispatcher's own layer, made when it is first written to. */
  get ownTools(): ToolRegistry {
    if (this.#ownTools === undefined) {
      this.#ownTools = new ToolRegistry(undefined, this.tools)
      this.tools = this.#ownTools
    }
    return this.#ownTools
  }

  /** Takes a tool out of this dispatcher's own layer. */
  unregister(toolName: string): boolean {
    return this.#ownTools?.unregister(toolName) ?? false
  }

  /** Hands an event to the sink: never waits for it, never lets it fail the call. */
  emit(event: AgentEvent): void {
    try {
      const taken: unknown = this.sink?.emit(event)
      if (!isThenable(taken)) {
        this.counters.eventTaken()
        return
      }
      taken.then(
        () => this.counters.eventTaken(),
        (cause: unknown) => this.#lost(event, cause),
      )
    } catch (cause) {
      this.#lost(event, cause)
    }
  }

  #lost(event: AgentEvent, cause: unknown): void {
    this.counters.eventLost()
    publishLostEvent(event, cause)
  }
}

/** Ends a drain: when the last call has settled, or when the time is up. */
class DrainEnd extends Deadline {
  readonly #resolve: () => void

  constructor(resolve: () => void, drainMs: number) {
    super()
    this.#resolve = resolve
    if (drainMs !== Infinity) this.startDeadline(drainMs, monotonicMs())
  }

  now(): void {
    this.clearDeadline()
    this.#resolve()
  }

  protected expire(): void {
    this.#resolve()
  }
}

function checkContext(context: unknown): void {
  if (UserExecutionContext.isContext(context)) return
  throw new InvalidContextError(
    'context',
    context,
    `A dispatcher needs a UserExecutionContext; received ${quote(context)}. ` +
      'Make one with UserExecutionContext.create({ userId, threadId, runId }).',
  )
}

function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`The options of a dispatcher are an object; received ${quote(options)}.`)
  }
  // A policy under a misspelt name would be no policy.
  for (const name of Object.keys(options)) {
    if (OPTION_NAMES.has(name)) continue
    throw new TypeError(`There is no option ${quote(name)}; the options are ${[...OPTION_NAMES].join(', ')}.`)
  }
}

function checkSink(sink: EventSink | undefined): EventSink | undefined {
  if (sink === undefined) return undefined
  if (typeof sink === 'object' && sink !== null && typeof sink.emit === 'function') return sink
  throw new TypeError(
    `events must be an EventSink, an object with emit(event); received ${quote(sink)}. ` +
      'eventSinkFrom of @switchyard/dispatcher/interop adapts WebSocket managers, bridges and emitters.',
  )
}

function checkFunction<F>(option: string, value: F | undefined): F | undefined {
  if (value === undefined || typeof value === 'function') return value
  throw new TypeError(`${option} must be a function; received ${quote(value)}.`)
}

function checkMiddleware(middleware: readonly DispatchMiddleware[]): readonly DispatchMiddleware[] {
  const given: unknown = middleware
  if (Array.isArray(given) && given.every((layer) => typeof layer === 'function')) return middleware.slice()
  throw new TypeError(`middleware must be an array of functions; received ${quote(middleware)}.`)
}

function nameSet(option: string, names: readonly string[]): ReadonlySet<string> {
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return new Set(names)
  throw new TypeError(`${option} must be an array of strings; received ${quote(names)}.`)
}
