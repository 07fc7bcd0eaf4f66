import { channel } from 'node:diagnostics_channel'
import { followSignal, unfollowSignal } from './caller-signal.js'
import { monotonicMs } from './clock.js'
import type { UserExecutionContext } from './context.js'
import { Deadline } from './deadlines.js'
import { failure, type Outcome, thrown, type ToolExecutionResult } from './result.js'
import { isThenable } from './thenable.js'
import type { ExecuteOptions, Tool, ToolCall } from './tool.js'

const lateEnd = channel('switchyard:call:late-end')

/** Where an execution is: what a timeout means depends on it. */
type Phase = 'permission' | 'waiting' | 'working'

/**
 * One tool, once: its time, its abort, its signal, and the guarantee that it settles exactly once. Whatever comes first
 * settles it, the body, the deadline, the caller's signal or the dispatcher's end; what comes later is dropped.
 */
export abstract class Execution extends Deadline {
  readonly toolName: string
  readonly callId: string
  readonly context: UserExecutionContext
  readonly startedAt = monotonicMs()
  /** How many calls this one is nested in. */
  readonly depth: number
  phase: Phase = 'permission'
  /** Milliseconds; `Infinity` where the call, or the calls it is nested in, have no end. */
  timeoutMs = Infinity

  #settled = false
  /** Bodies that run now: more than one only where a middleware calls `next` again before the first has ended. */
  #bodies = 0
  #endsAt = Infinity
  #controller: AbortController | undefined
  #abortReason: unknown
  readonly #parent: Execution | undefined
  #children: Set<Execution> | undefined
  #callerSignal: AbortSignal | undefined

  constructor(toolName: string, callId: string, context: UserExecutionContext, parent: Execution | undefined) {
    super()
    this.toolName = toolName
    this.callId = callId
    this.context = context
    this.#parent = parent
    this.depth = parent === undefined ? 0 : parent.depth + 1
  }

  /** Stamps, counts, announces and hands over the outcome; called once. */
  protected abstract finish(outcome: Outcome): void
  /** What a body's outcome means for the call; only the first one counts. */
  protected abstract bodySettles(outcome: Outcome): void
  /** The outcome of a call whose time is up. */
  protected abstract timeoutOutcome(): Outcome
  abstract progress(progress: unknown): void
  abstract callNested(name: string, parameters: unknown, options?: ExecuteOptions): Promise<ToolExecutionResult>
  /** The body goes on although the call has settled, and later that it has ended. */
  protected abstract bodyOutlived(): void
  protected abstract bodyEnded(): void

  get isSettled(): boolean {
    return this.#settled
  }

  /** Whether this call runs inside another one, in whose slot and time it does. */
  get isNested(): boolean {
    return this.#parent !== undefined
  }

  /** Settles at once when the caller's signal aborts, or has; ends with the call that this one is nested in. */
  follow(signal: AbortSignal | undefined): void {
    const parent = this.#parent
    if (parent !== undefined) {
      if (parent.#settled) {
        this.abort(parent.#abortReason, `Tool ${this.toolName} was called by a tool whose own call has settled`)
        return
      }
      parent.#children ??= new Set()
      parent.#children.add(this)
    }
    if (signal === undefined) return
    if (signal.aborted) {
      this.abort(signal.reason)
      return
    }
    this.#callerSignal = signal
    followSignal(signal, this)
  }

  /** Gives the call its time, counted from the call itself, and never more than the calling tool has left. */
  startTime(timeoutMs: number): void {
    const own = timeoutMs === 0 ? Infinity : timeoutMs
    const inherited = this.#parent === undefined ? Infinity : this.#parent.#endsAt
    this.#endsAt = Math.min(this.startedAt + own, inherited)
    this.timeoutMs = this.#endsAt - this.startedAt
    // With less time than its caller has left it needs a deadline of its own; otherwise the caller's ends both.
    if (this.startedAt + own < inherited) {
      this.timeoutMs = own
      this.startDeadline(own, this.startedAt)
    }
  }

  abort(reason: unknown, message = `Tool ${this.toolName} was aborted`): void {
    this.settleEarly(failure('aborted', message, { cause: reason }), reason)
  }

  protected expire(): void {
    const message = `Tool ${this.toolName} timed out after ${Math.round(this.timeoutMs)} ms`
    this.settleEarly(this.timeoutOutcome(), new DOMException(message, 'TimeoutError'))
  }

  /** Settles before the body has: the body's signal aborts, and so does every call nested in this one. */
  settleEarly(outcome: Outcome, reason: unknown): void {
    if (this.#settled) return
    this.#abortReason = reason ?? new DOMException(`The call of tool ${this.toolName} has settled`, 'AbortError')
    this.settle(outcome)
    this.#controller?.abort(this.#abortReason)
  }

  settle(outcome: Outcome): void {
    if (this.#settled) return
    this.#settled = true
    this.clearDeadline()
    if (this.#callerSignal !== undefined) unfollowSignal(this.#callerSignal, this)
    if (this.#parent !== undefined) this.#parent.#children?.delete(this)
    if (this.#children !== undefined) this.#endChildren(outcome)
    for (let bodies = this.#bodies; bodies > 0; bodies -= 1) this.bodyOutlived()
    this.finish(outcome)
  }

  #endChildren(outcome: Outcome): void {
    for (const child of this.#children ?? []) {
      if (!outcome.success && outcome.error.code === 'timeout') child.expire()
      else child.abort(this.#abortReason, `Tool ${child.toolName} was aborted: the tool that called it has settled`)
    }
  }

  /** Made when the tool first asks for it; most never do, and it costs more than the rest of a call. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#settled && this.#abortReason !== undefined) this.#controller.abort(this.#abortReason)
    }
    return this.#controller.signal
  }

  /** Runs the body; its outcome goes to `done` or else settles the call, in the same turn where the body is synchronous. */
  runBody(body: Pick<Tool, 'execute'>, input: unknown, done?: (outcome: Outcome) => void): void {
    if (this.#settled) {
      done?.(failure('aborted', `Tool ${this.toolName} was not run: its call has settled`))
      return
    }
    // Counted before it begins: a body may end its own call, and go on.
    this.#bodies += 1
    let returned: unknown
    try {
      returned = body.execute(input, new CallHandle(this))
      if (isThenable(returned)) {
        // A promise stays as it is; what only looks like one may throw, or call back twice.
        Promise.resolve(returned).then(
          (result: unknown) => this.#ended({ success: true, result }, done),
          (cause: unknown) => this.#ended(thrown(cause), done),
        )
        return
      }
    } catch (cause) {
      this.#ended(thrown(cause), done)
      return
    }
    this.#ended({ success: true, result: returned }, done)
  }

  #ended(outcome: Outcome, done: ((outcome: Outcome) => void) | undefined): void {
    this.#bodies -= 1
    const late = this.#settled
    if (done !== undefined) done(outcome)
    else if (!late) this.bodySettles(outcome)
    if (!late) return
    this.bodyEnded()
    if (lateEnd.hasSubscribers) {
      const { toolName, callId, startedAt } = this
      lateEnd.publish({ toolName, callId, outcome, afterMs: monotonicMs() - startedAt })
    }
  }
}

/** What a tool sees of its execution. The functions are made when they are read, so that they may be destructured. */
class CallHandle implements ToolCall {
  readonly #execution: Execution

  constructor(execution: Execution) {
    this.#execution = execution
  }

  get callId(): string {
    return this.#execution.callId
  }

  get toolName(): string {
    return this.#execution.toolName
  }

  get context(): UserExecutionContext {
    return this.#execution.context
  }

  get signal(): AbortSignal {
    return this.#execution.signal
  }

  get reportProgress(): ToolCall['reportProgress'] {
    return (progress) => this.#execution.progress(progress)
  }

  get executeTool(): ToolCall['executeTool'] {
    return (name, parameters, options) => this.#execution.callNested(name, parameters, options)
  }
}
