import {
  type AgentEvent,
  type DispatcherMetrics,
  type DispatchMiddleware,
  type EventSink,
  type PermissionPolicy,
  type ToolCall,
  type ToolExecutionResult,
  type ToolLike,
  ToolRegistry,
  UnifiedToolDispatcher,
} from '../../src/index.js'
import { type Gate, gate } from '../support/gate.js'
import { contextOf } from '../support/requests.js'
import type { CallOperation, Operation, Parameters, Profile } from './programs.js'
import { sharedTools } from './shared-tools.js'

/** What the users of one process share: a registry, a cache of results, and nothing else. */
export class World {
  readonly actors = new Map<string, Actor>()
  readonly cache = new Map<string, ToolExecutionResult>()
  readonly registry = new ToolRegistry(sharedTools((call) => this.actorOf(call)))

  actorOf(call: Pick<ToolCall, 'context'>): Actor {
    const actor = this.actors.get(call.context.userId)
    if (actor === undefined) throw new Error(`No user of this world: ${call.context.userId}`)
    return actor
  }

  /** A remembered result is handed out under the key it was stored by, whoever asks. */
  readonly caching: DispatchMiddleware = async (call, next) => {
    const known = this.cache.get(call.cacheKey)
    if (known !== undefined) return known
    const result = await next()
    if (result.success) this.cache.set(call.cacheKey, result)
    return result
  }
}

/** One user with two dispatchers, and everything that the user gets to see, in order. */
export class Actor {
  readonly context
  /** Without what differs from run to run: ids and dates. */
  readonly seen: unknown[] = []
  readonly events: AgentEvent[] = []
  readonly #world: World
  readonly #profile: Profile
  readonly #number: number
  readonly #dispatchers: UnifiedToolDispatcher[] = []
  readonly #gates = new Map<number, Gate>()
  readonly #controllers = new Map<number, AbortController>()
  readonly #callIds = new Map<string, number>()
  #calls = 0
  #over = false

  constructor(world: World, profile: Profile, number: number) {
    this.#world = world
    this.#profile = profile
    this.#number = number
    this.context = contextOf({ roles: profile.admin ? ['admin'] : [], metadata: { number } })
    world.actors.set(this.context.userId, this)
    this.#dispatchers.push(this.#create(), this.#create())
  }

  perform(operation: Operation): void {
    switch (operation.kind) {
      case 'call':
        return this.#call(operation)
      case 'open':
        return this.gate(operation.gate).open(`gate ${operation.gate} of ${this.#number}`)
      case 'fail':
        return this.gate(operation.gate).fail(new Error(`gate ${operation.gate} of ${this.#number} failed`))
      case 'abort':
        return this.controller(operation.signal).abort(`signal ${operation.signal} of ${this.#number}`)
      case 'dispose-all':
        return void UnifiedToolDispatcher.disposeAllForUser(this.context.userId).then((count) =>
          this.#saw('disposed', count),
        )
      default:
        return this.#administer(operation)
    }
  }

  gate(number: number): Gate {
    let found = this.#gates.get(number)
    if (found === undefined) {
      found = gate()
      found.promise.catch(() => {})
      this.#gates.set(number, found)
    }
    if (this.#over) found.open(`gate ${number} of ${this.#number} at the end`)
    return found
  }

  controller(number: number): AbortController {
    const known = this.#controllers.get(number)
    if (known !== undefined && !known.signal.aborted) return known
    const made = new AbortController()
    this.#controllers.set(number, made)
    return made
  }

  /** Lets everything that still waits go on. */
  openAllGates(): void {
    this.#over = true
    for (const number of this.#gates.keys()) this.gate(number)
  }

  disposeAll(): void {
    for (const dispatcher of this.#dispatchers) void dispatcher.dispose()
  }

  readMetrics(): void {
    for (const dispatcher of this.#dispatchers) this.#saw('metrics', withoutIdentity(dispatcher.metrics))
  }

  /** Called by the tools: what they were run with. */
  ran(call: ToolCall, parameters: unknown): void {
    this.#saw('ran', { call: this.#numberOf(call.callId), toolName: call.toolName, parameters })
  }

  /** What a result of this user says, without ids and with the caller's own numbering. */
  shown(result: ToolExecutionResult): unknown {
    const { callId, userId, runId, ...rest } = result
    if (userId !== this.context.userId || runId !== this.context.runId) throw new Error(`A result of user ${userId}`)
    return { call: this.#numberOf(callId), ...rest }
  }

  #call({ dispatcher, tool, parameters, timeoutMs, signal, runId }: CallOperation): void {
    const number = (this.#calls += 1)
    const options = { timeoutMs, runId, signal: signal === undefined ? undefined : this.controller(signal).signal }
    this.#dispatcher(dispatcher)
      .executeTool(tool, parameters, options)
      .then(
        (result) => this.#saw(`result ${number}`, this.shown(result)),
        (cause: unknown) => this.#saw(`misuse ${number}`, nameOf(cause)),
      )
  }

  #administer(operation: Exclude<Operation, { kind: 'call' | 'open' | 'fail' | 'abort' | 'dispose-all' }>): void {
    const dispatcher = this.#dispatcher(operation.dispatcher)
    try {
      if (operation.kind === 'register') dispatcher.registerTool(this.#ownTool())
      if (operation.kind === 'unregister') this.#saw('unregistered', dispatcher.unregisterTool('own'))
      if (operation.kind === 'create' && !dispatcher.isActive) {
        this.#dispatchers[operation.dispatcher] = this.#create()
      }
    } catch (cause) {
      this.#saw(operation.kind, nameOf(cause))
    }
    if (operation.kind === 'dispose') {
      void dispatcher.dispose({ drainMs: operation.drainMs }).then(() => this.#saw('disposed', operation.dispatcher))
    }
    if (operation.kind === 'read') {
      const { availableTools, isActive, metrics } = dispatcher
      this.#saw('read', { availableTools, isActive, metrics: withoutIdentity(metrics) })
    }
  }

  #ownTool(): ToolLike {
    const number = this.#number
    return { name: 'own', execute: ({ n }: Parameters) => `${n} by the own tool of ${number}` }
  }

  #dispatcher(number: number): UnifiedToolDispatcher {
    const dispatcher = this.#dispatchers[number]
    if (dispatcher === undefined) throw new Error(`No dispatcher ${number}`)
    return dispatcher
  }

  #create(): UnifiedToolDispatcher {
    const { limits, middleware } = this.#profile
    return UnifiedToolDispatcher.createForUser(this.context, {
      tools: this.#world.registry,
      limits,
      events: this.#sink(),
      permissions: this.#policy(),
      middleware: middleware === 'none' ? [] : middleware === 'passing' ? [(_, next) => next()] : [this.#world.caching],
    })
  }

  #policy(): PermissionPolicy | undefined {
    const decide = (parameters: unknown) =>
      (parameters as Parameters).n === 3
        ? ({ allow: false, reason: `3 is not for ${this.#number}` } as const)
        : ({ allow: true } as const)
    switch (this.#profile.policy) {
      case 'by-parameters':
        return ({ parameters }) => decide(parameters)
      case 'throwing':
        return ({ parameters }) => {
          if ((parameters as Parameters).n === 4) throw new Error(`4 is too much for ${this.#number}`)
          return decide(parameters)
        }
      case 'waiting':
        return async ({ parameters }) => {
          await this.gate((parameters as Parameters).gate).promise
          return decide(parameters)
        }
      default:
        return undefined
    }
  }

  #sink(): EventSink | undefined {
    const { sink } = this.#profile
    if (sink === 'none') return undefined
    return {
      emit: (event) => {
        this.#took(event)
        if (sink === 'throwing' && this.events.length % 3 === 0) throw new Error('The sink is broken')
        return sink === 'rejecting' && this.events.length % 3 === 0
          ? Promise.reject(new Error('The sink is full'))
          : undefined
      },
    }
  }

  #took(event: AgentEvent): void {
    this.events.push(event)
    const { callId, ...payload } = { callId: '', ...event.payload }
    this.#saw('event', { type: event.type, call: this.#numberOf(callId), payload })
  }

  #numberOf(callId: string): number {
    const known = this.#callIds.get(callId)
    if (known !== undefined) return known
    this.#callIds.set(callId, this.#callIds.size)
    return this.#callIds.size - 1
  }

  #saw(what: string, value: unknown): void {
    this.seen.push([what, value])
  }
}

function withoutIdentity(metrics: DispatcherMetrics): unknown {
  const { dispatcherId, userId, createdAt, lastExecutionTime, ...counts } = metrics
  return { ...counts, hasExecuted: lastExecutionTime !== null }
}

function nameOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : String(cause)
}
