/** The limits that the model knows; every deadline is a multiple of 50 ms, every end of a drain 20 ms after one. */
export const LIMITS = { timeoutMs: 100, concurrentCallsPerUser: 1, queuedCallsPerUser: 2, maxInputBytes: 100 }
export const DRAIN_MS = 70
const UNSETTLED_PER_USER = 10

export const KINDS = [
  'works',
  'throws',
  'waits',
  'aborts itself',
  'reports',
  'nests',
  'gives a thenable that throws',
  'gives a thenable that resolves twice',
  'gives what cannot be read',
  'unknown',
  'wrong run',
  'aborted before',
  'lacks a role',
  'denied',
  'asks',
  'bad input',
  'big input',
] as const
export type Kind = (typeof KINDS)[number]

/** How the sink of a dispatcher takes its next events. */
export type SinkMode = 'takes' | 'throws' | 'rejects'

export interface Counts {
  toolsExecuted: number
  successfulExecutions: number
  failedExecutions: number
  totalExecutionTimeMs: number
  eventsEmitted: number
  eventsFailed: number
  permissionChecks: number
  permissionDenials: number
  securityViolations: number
  unsettledCalls: number
  queuedCalls: number
}

interface ModelCall {
  readonly kind: Kind
  readonly dispatcher: ModelDispatcher
  readonly startedAt: number
  state: 'asking' | 'waiting' | 'admitted' | 'running' | 'settled'
  holdsSlot: boolean
  /** Whether its gate is shut: the policy or the body waits at it. */
  waitsAtGate: boolean
  bodyRuns: boolean
}

class ModelDispatcher {
  state: 'active' | 'draining' | 'disposed' = 'active'
  sink: SinkMode = 'takes'
  drainsUntil = Infinity
  readonly counts: Counts = {
    toolsExecuted: 0,
    successfulExecutions: 0,
    failedExecutions: 0,
    totalExecutionTimeMs: 0,
    eventsEmitted: 0,
    eventsFailed: 0,
    permissionChecks: 0,
    permissionDenials: 0,
    securityViolations: 0,
    unsettledCalls: 0,
    queuedCalls: 0,
  }

  event(times = 1): void {
    this.counts[this.sink === 'takes' ? 'eventsEmitted' : 'eventsFailed'] += times
  }
}

/** What the metrics of one user's dispatchers must say: a queue, a slot and some counting. */
export class MetricsModel {
  now = 0
  readonly dispatchers: ModelDispatcher[] = []
  readonly calls: ModelCall[] = []
  #queue: ModelCall[] = []
  #starting: ModelCall[] = []
  #running = 0

  create(): void {
    this.dispatchers.push(new ModelDispatcher())
  }

  call(dispatcher: ModelDispatcher, kind: Kind): void {
    if (dispatcher.state !== 'active') return
    const common = { kind, dispatcher, startedAt: this.now, state: 'running', holdsSlot: false } as const
    const call: ModelCall = { ...common, waitsAtGate: false, bodyRuns: false }
    this.calls.push(call)
    dispatcher.event()
    if (kind === 'wrong run') dispatcher.counts.securityViolations += 1
    if (kind === 'wrong run' || kind === 'unknown' || kind === 'aborted before') return this.#finish(call, false)
    dispatcher.counts.permissionChecks += 1
    if (kind === 'lacks a role' || kind === 'denied') return this.#deny(call)
    if (kind !== 'asks') return this.#requestSlot(call)
    call.state = 'asking'
    call.waitsAtGate = true
  }

  /** The gate of a call opens, or fails. */
  pass(call: ModelCall, fails: boolean): void {
    call.waitsAtGate = false
    if (call.bodyRuns) {
      call.bodyRuns = false
      if (call.state === 'settled') call.dispatcher.counts.unsettledCalls -= 1
      else this.#finish(call, !fails)
    } else if (call.state === 'asking') {
      if (fails) this.#deny(call)
      else this.#requestSlot(call)
    }
  }

  abort(call: ModelCall): void {
    if (call.state !== 'settled') this.#finish(call, false)
  }

  /** Goes on to a time, which passes no other deadline. */
  advanceTo(now: number): void {
    this.now = now
    for (const call of this.calls) {
      if (call.state === 'settled' || call.startedAt + LIMITS.timeoutMs > now) continue
      if (call.state === 'asking') this.#deny(call)
      else this.#finish(call, false)
    }
    for (const dispatcher of this.dispatchers) {
      if (dispatcher.state === 'draining' && dispatcher.drainsUntil <= now) this.#end(dispatcher)
    }
  }

  dispose(dispatcher: ModelDispatcher, drainMs: number): void {
    if (dispatcher.state !== 'active') return
    if (drainMs === 0 || !this.#hasCalls(dispatcher)) return this.#end(dispatcher)
    dispatcher.state = 'draining'
    dispatcher.drainsUntil = this.now + drainMs
  }

  disposeAll(): number {
    const active = this.active
    const ended = this.dispatchers.filter(({ state }) => state !== 'disposed')
    for (const dispatcher of ended) dispatcher.state = 'disposed'
    for (const call of this.calls) if (ended.includes(call.dispatcher)) this.abort(call)
    return active
  }

  /** What happens in the microtasks after a step: who was given the slot starts. */
  settle(): void {
    for (let call = this.#starting.shift(); call !== undefined; call = this.#starting.shift()) {
      if (call.state === 'admitted') this.#start(call)
    }
    for (const dispatcher of this.dispatchers) {
      if (dispatcher.state === 'draining' && !this.#hasCalls(dispatcher)) dispatcher.state = 'disposed'
    }
  }

  get active(): number {
    return this.dispatchers.filter(({ state }) => state === 'active').length
  }

  sum(name: keyof Counts): number {
    return this.dispatchers.reduce((sum, { counts }) => sum + counts[name], 0)
  }

  #requestSlot(call: ModelCall): void {
    if (this.sum('unsettledCalls') >= UNSETTLED_PER_USER) return this.#finish(call, false)
    if (this.#running === 0 && this.#queue.length === 0) {
      this.#take(call)
      return this.#start(call)
    }
    if (this.#queue.length >= LIMITS.queuedCallsPerUser) return this.#finish(call, false)
    call.state = 'waiting'
    call.dispatcher.counts.queuedCalls += 1
    this.#queue.push(call)
  }

  #take(call: ModelCall): void {
    this.#running += 1
    call.holdsSlot = true
    call.state = 'admitted'
  }

  #start(call: ModelCall): void {
    call.state = 'running'
    const { kind, dispatcher } = call
    if (kind === 'waits' || kind === 'aborts itself') {
      call.waitsAtGate = true
      call.bodyRuns = true
      if (kind === 'aborts itself') this.#finish(call, false)
      return
    }
    if (kind === 'reports') dispatcher.event(2)
    if (kind === 'nests') this.#nest(dispatcher)
    this.#finish(
      call,
      !['throws', 'gives a thenable that throws', 'gives what cannot be read', 'bad input', 'big input'].includes(kind),
    )
  }

  /** One nested call works, unless too many bodies run on; another one's tool is unknown. */
  #nest(dispatcher: ModelDispatcher): void {
    const works = this.sum('unsettledCalls') < UNSETTLED_PER_USER
    dispatcher.event(4)
    dispatcher.counts.permissionChecks += 1
    dispatcher.counts.toolsExecuted += 2
    dispatcher.counts.successfulExecutions += works ? 1 : 0
    dispatcher.counts.failedExecutions += works ? 1 : 2
  }

  #deny(call: ModelCall): void {
    call.dispatcher.counts.permissionDenials += 1
    this.#finish(call, false)
  }

  #finish(call: ModelCall, success: boolean): void {
    const { counts } = call.dispatcher
    counts.toolsExecuted += 1
    counts[success ? 'successfulExecutions' : 'failedExecutions'] += 1
    counts.totalExecutionTimeMs += this.now - call.startedAt
    if (call.bodyRuns) counts.unsettledCalls += 1
    call.dispatcher.event()
    if (call.state === 'waiting') {
      counts.queuedCalls -= 1
      this.#queue = this.#queue.filter((waiting) => waiting !== call)
    }
    call.state = 'settled'
    if (call.holdsSlot) this.#running -= 1
    const next = this.#running === 0 ? this.#queue.shift() : undefined
    if (next === undefined) return
    next.dispatcher.counts.queuedCalls -= 1
    this.#take(next)
    this.#starting.push(next)
  }

  #hasCalls(dispatcher: ModelDispatcher): boolean {
    return this.calls.some((call) => call.dispatcher === dispatcher && call.state !== 'settled')
  }

  #end(dispatcher: ModelDispatcher): void {
    dispatcher.state = 'disposed'
    for (const call of this.calls) if (call.dispatcher === dispatcher) this.abort(call)
  }
}
