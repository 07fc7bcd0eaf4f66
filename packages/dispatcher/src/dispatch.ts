import { channel } from 'node:diagnostics_channel'
import { monotonicMs } from './clock.js'
import { DispatcherDisposedError, quote } from './errors.js'
import { type AgentEvent, createEvent } from './events/event.js'
import { redactText } from './events/redact.js'
import { Execution } from './execution.js'
import { bodyOf } from './executor.js'
import { idMaker } from './ids.js'
import { fitsIn } from './json-size.js'
import { type DispatchLimits, forgetIfIdle, type LimitedCall, type SharedAdmission } from './limits.js'
import { throughMiddleware } from './middleware.js'
import { deniedByDecision, deniedByHanging, deniedByRoles, deniedByThrow } from './permissions.js'
import { failure, invalidInput, messageOf, type Outcome, Refusal, thrown, type ToolExecutionResult } from './result.js'
import type { Scope } from './scope.js'
import { snapshot } from './snapshot.js'
import { isThenable } from './thenable.js'
import type { ExecuteOptions, RegisteredTool } from './tool.js'

const nextCallId = idMaker('call')
const MAX_NESTING = 10
const callStart = channel('switchyard:call:start')
const callEnd = channel('switchyard:call:end')

/** What a step says: nothing (go on), a refusal or the outcome, or a promise of either. */
type StepResult = Outcome | undefined | Promise<Outcome | undefined>
type Step = (call: Call) => StepResult

/** The way of a call, in order. Each step may end it; the last one always does. */
const STEPS: readonly Step[] = [find, permit, limit, share, measure, validate, execute]

/**
 * Runs one call through the steps. Resolves with its result, whatever happens to it; rejects on misuse only, with
 * `DispatcherDisposedError` or `TypeError`.
 */
export function dispatch(
  scope: Scope,
  toolName: string,
  parameters: unknown,
  options?: ExecuteOptions,
  parent?: Call,
): Promise<ToolExecutionResult> {
  const misuse = misuseOf(scope, toolName, options, parent)
  if (misuse !== undefined) return Promise.reject(misuse)
  const promise = new Promise<ToolExecutionResult>(keepResolve)
  const call = new Call(scope, toolName, parameters, options, parent, keptResolve)
  call.announce()
  walk(call, 0)
  return promise
}

// One function for all promises: a closure for each would be a tenth of what a call allocates.
let keptResolve: (result: ToolExecutionResult) => void
function keepResolve(resolve: (result: ToolExecutionResult) => void): void {
  keptResolve = resolve
}

function misuseOf(
  scope: Scope,
  toolName: unknown,
  options: ExecuteOptions | undefined,
  parent: Call | undefined,
): Error | undefined {
  if (!scope.takes(parent !== undefined)) {
    return new DispatcherDisposedError(scope.dispatcherId, `executeTool(${quote(toolName)})`)
  }
  if (typeof toolName !== 'string') return new TypeError(`A tool's name is a string; received ${quote(toolName)}.`)
  if (options === undefined) return undefined
  try {
    return misuseOfOptions(options)
  } catch (cause) {
    return new TypeError(`The options of a call must be readable; reading them threw: ${messageOf(cause)}`, { cause })
  }
}

function misuseOfOptions(options: ExecuteOptions): TypeError | undefined {
  if (typeof options !== 'object' || options === null) {
    return new TypeError(`The options of a call are an object; received ${quote(options)}.`)
  }
  const { signal, timeoutMs } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    return new TypeError(`options.signal must be an AbortSignal; received ${quote(signal)}.`)
  }
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    return new TypeError(`options.timeoutMs must be milliseconds, 0 or more; received ${quote(timeoutMs)}.`)
  }
  return undefined
}

function walk(call: Call, from: number): void {
  try {
    for (let index = from; index < STEPS.length && !call.isSettled; index += 1) {
      const outcome = STEPS[index]?.(call)
      if (isThenable(outcome)) {
        outcome.then(
          (late) => (late === undefined ? walk(call, index + 1) : call.settle(late)),
          (cause: unknown) => call.settle(thrown(cause)),
        )
        return
      }
      if (outcome !== undefined) call.settle(outcome)
    }
  } catch (cause) {
    call.settle(thrown(cause))
  }
}

function find(call: Call): StepResult {
  const { scope, options } = call
  if (options?.runId !== undefined && options.runId !== call.context.runId) {
    scope.counters.violated()
    return notFound(call)
  }
  const tool = scope.tools.find(call.toolName)
  if (tool === undefined) return notFound(call)
  call.tool = tool
  call.startTime(options?.timeoutMs ?? tool.timeoutMs ?? scope.limits.timeoutMs)
  call.follow(options?.signal)
  if (call.depth > MAX_NESTING) {
    return failure(
      'nesting_too_deep',
      `Tool ${call.toolName} would be nested ${call.depth} deep; the limit is ${MAX_NESTING}`,
    )
  }
  return undefined
}

function notFound(call: Call): Outcome {
  return failure('tool_not_found', `Tool ${call.toolName} not found`)
}

function permit(call: Call): StepResult {
  const { scope, toolName, context, callId } = call
  const { policy } = scope
  const tool = call.tool
  scope.counters.permissionChecks += 1
  const denied = deniedByRoles(tool, context, scope.adminTools)
  if (denied !== undefined || policy === undefined) return denied
  // What the policy is shown is what runs, even if the caller changes the object while an asynchronous policy decides.
  call.ownParameters()
  try {
    const decision: unknown = policy({ toolName, tool, context, parameters: call.parameters, callId })
    if (!isThenable(decision)) return deniedByDecision(toolName, decision)
    return Promise.resolve(decision).then(
      (answer) => {
        call.permittedAt = monotonicMs()
        return deniedByDecision(toolName, answer)
      },
      (cause: unknown) => deniedByThrow(toolName, cause),
    )
  } catch (cause) {
    return deniedByThrow(toolName, cause)
  }
}

function limit(call: Call): StepResult {
  // A nested call runs in the slot of the call that made it; waiting for another could wait for itself.
  call.phase = 'working'
  if (call.isNested) return call.scope.usage.admitNested(call)
  const admission = call.scope.usage.admit(call)
  if (admission === 'wait') return call.waitForSlot()
  if (admission === undefined) call.holdsSlot = true
  return admission
}

/** The limits that other processes share: asked once this process has room for the call, so that a queue waits here. */
function share(call: Call): StepResult {
  const { sharedLimits, limits } = call.scope
  if (sharedLimits === undefined) return undefined
  const callsPerMinute = limits.callsPerMinutePerUser
  const concurrentCalls = call.isNested ? Infinity : limits.concurrentCallsPerUser
  if (callsPerMinute === Infinity && concurrentCalls === Infinity) return undefined
  call.ownParameters()
  const { signal } = call
  const request = { userId: call.context.userId, callsPerMinute, concurrentCalls, signal }
  return sharedLimits.admit(request).then((admission) => {
    if (admission.allowed) {
      call.holdShared(admission)
      return undefined
    }
    const { code, message, retryAfterMs } = admission
    return failure(code, message, retryAfterMs === undefined ? undefined : { retryAfterMs })
  })
}

function measure(call: Call): StepResult {
  const { maxInputBytes } = call.scope.limits
  if (maxInputBytes === Infinity || fitsIn(call.parameters, maxInputBytes)) return undefined
  return failure(
    'input_too_large',
    `The parameters of tool ${call.toolName} take more than ${maxInputBytes} bytes of JSON; pass a reference instead`,
  )
}

function nestedTooDeep(toolName: string) {
  return failure(
    'input_too_large',
    `The parameters of tool ${toolName} are nested too deep to be copied; pass a reference instead`,
  )
}

function validate(call: Call): StepResult {
  // What a middleware approves is what runs, too.
  if (call.scope.middleware.length > 0) call.ownParameters()
  const { validateInput } = call.tool
  if (validateInput === undefined) return undefined
  const validated = validateInput(call.parameters)
  return isThenable(validated) ? Promise.resolve(validated).then((late) => accept(call, late)) : accept(call, validated)
}

function accept(call: Call, validated: Awaited<ReturnType<Validate>>): Outcome | undefined {
  if (validated.issues === undefined) {
    call.parameters = validated.value
    return undefined
  }
  return invalidInput(call.toolName, validated.issues)
}

type Validate = NonNullable<RegisteredTool['validateInput']>

function execute(call: Call): StepResult {
  const { middleware, executor } = call.scope
  const body = executor === undefined ? call.tool : bodyOf(call.tool, executor)
  if (middleware.length === 0) {
    call.runBody(body, call.parameters)
    return undefined
  }
  const once = () =>
    new Promise<ToolExecutionResult>((resolve) => {
      call.runBody(body, call.parameters, (outcome) => resolve(call.stamp(outcome)))
    })
  return throughMiddleware(middleware, call, once).then((outcome) => checkOutput(call, outcome))
}

function checkOutput(call: Call, outcome: Outcome): Outcome {
  const { maxOutputBytes } = call.scope.limits
  if (!outcome.success || maxOutputBytes === Infinity) return outcome
  try {
    if (fitsIn(outcome.result, maxOutputBytes)) return outcome
  } catch (cause) {
    // A proxy of the tool's that refuses to be read.
    return thrown(cause)
  }
  return failure(
    'output_too_large',
    `The result of tool ${call.toolName} takes more than ${maxOutputBytes} bytes of JSON; return less, or a reference`,
  )
}

/** A name as events show it; only one that is no tool's is longer than this. */
function shownName(toolName: string): string {
  return toolName.length <= 100 ? toolName : `${toolName.slice(0, 99)}…`
}

/** One call of a dispatcher's: its slot, its events, its counts, its result. */
export class Call extends Execution implements LimitedCall {
  readonly scope: Scope
  readonly options: ExecuteOptions | undefined
  parameters: unknown
  holdsSlot = false
  permittedAt: number = this.startedAt
  previousCall: LimitedCall | undefined
  nextCall: LimitedCall | undefined
  readonly #resolve: (result: ToolExecutionResult) => void
  #ownsParameters = false
  #onSlot: (() => void) | undefined
  #shared: Extract<SharedAdmission, { allowed: true }> | undefined
  #tool: RegisteredTool | undefined

  constructor(
    scope: Scope,
    toolName: string,
    parameters: unknown,
    options: ExecuteOptions | undefined,
    parent: Call | undefined,
    resolve: (result: ToolExecutionResult) => void,
  ) {
    super(toolName, nextCallId(), scope.context, parent)
    this.scope = scope
    this.options = options
    this.parameters = parameters
    this.#resolve = resolve
    scope.usage.enter(this)
    scope.running += 1
  }

  get limits(): DispatchLimits {
    return this.scope.localLimits
  }

  /** The tool that `find` found; no later step runs without one. */
  get tool(): RegisteredTool {
    if (this.#tool === undefined) throw new TypeError(`Tool ${this.toolName} has not been looked up yet`)
    return this.#tool
  }

  set tool(tool: RegisteredTool) {
    this.#tool = tool
  }

  announce(): void {
    const { scope, callId, toolName, context } = this
    if (callStart.hasSubscribers) callStart.publish({ callId, toolName, context, parameters: this.parameters })
    if (scope.sink === undefined) return
    const parameters = scope.redactor(this.parameters)
    const payload = { callId, toolName: shownName(toolName), parameters }
    scope.emit(createEvent(context, 'tool_executing', payload, undefined, `${callId}.1`))
  }

  progress(progress: unknown): void {
    const { scope, callId, toolName } = this
    if (this.isSettled || scope.sink === undefined) return
    scope.emit(createEvent(this.context, 'tool_progress', { callId, toolName, progress: scope.redactor(progress) }))
  }

  callNested(name: string, parameters: unknown = {}, options?: ExecuteOptions): Promise<ToolExecutionResult> {
    return dispatch(this.scope, name, parameters, options, this)
  }

  /**
   * Called before anything that takes time: until now the parameters were the caller's object, which may change.
   *
   * @throws {Refusal} `input_too_large`: they are nested too deep to be copied
   */
  ownParameters(): void {
    if (this.#ownsParameters) return
    try {
      this.parameters = snapshot(this.parameters)
    } catch (cause) {
      throw fitsIn(this.parameters, this.limits.maxInputBytes) ? cause : new Refusal(nestedTooDeep(this.toolName))
    }
    this.#ownsParameters = true
  }

  waitForSlot(): Promise<undefined> {
    this.phase = 'waiting'
    this.scope.counters.queuedCalls += 1
    this.ownParameters()
    return new Promise((resolve) => {
      this.#onSlot = () => resolve(undefined)
    })
  }

  admitted(): void {
    this.scope.counters.queuedCalls -= 1
    this.holdsSlot = true
    this.phase = 'working'
    this.#onSlot?.()
  }

  /** Keeps a slot that other processes see, until the call settles; where it has, it is given back at once. */
  holdShared(slot: Extract<SharedAdmission, { allowed: true }>): void {
    if (this.isSettled) slot.release()
    else this.#shared = slot
  }

  disposed(): void {
    this.abort(undefined, `Tool ${this.toolName} was aborted: its dispatcher was disposed`)
  }

  protected timeoutOutcome(): Outcome {
    const timeoutMs = Math.round(this.timeoutMs)
    return this.phase === 'permission'
      ? deniedByHanging(this.toolName, timeoutMs)
      : failure('timeout', `Tool ${this.toolName} timed out after ${timeoutMs} ms`)
  }

  stamp(outcome: Outcome): ToolExecutionResult {
    const { toolName, callId } = this
    const { userId, runId } = this.context
    const executionTimeMs = monotonicMs() - this.startedAt
    return outcome.success
      ? { success: true, result: outcome.result, toolName, callId, userId, runId, executionTimeMs }
      : { success: false, error: outcome.error, toolName, callId, userId, runId, executionTimeMs }
  }

  protected bodySettles(outcome: Outcome): void {
    this.settle(checkOutput(this, outcome))
  }

  protected finish(outcome: Outcome): void {
    const { scope } = this
    const result = this.stamp(outcome)
    scope.counters.settled(result, this.startedAt + result.executionTimeMs)
    if (scope.sink !== undefined) scope.emit(this.#completed(result))
    if (callEnd.hasSubscribers) callEnd.publish({ callId: this.callId, context: this.context, result })
    this.#leave()
    this.#resolve(result)
  }

  #completed(result: ToolExecutionResult): AgentEvent {
    const { callId, toolName, executionTimeMs } = result
    if (result.success) {
      const shown = this.scope.redactor(result.result)
      const payload = { callId, toolName, status: 'success', result: shown, executionTimeMs } as const
      return createEvent(this.context, 'tool_completed', payload, undefined, `${callId}.2`)
    }
    const error = { code: result.error.code, message: redactText(result.error.message) }
    const shown = shownName(toolName)
    const payload = { callId, toolName: shown, status: 'error', error, executionTimeMs } as const
    return createEvent(this.context, 'tool_completed', payload, undefined, `${callId}.2`)
  }

  #releaseShared(): void {
    try {
      this.#shared?.release()
    } catch {
      // The call has its result, whatever the limits make of their slot.
    }
  }

  #leave(): void {
    const { usage, counters } = this.scope
    usage.leave(this)
    this.#releaseShared()
    if (this.holdsSlot) usage.release()
    else if (this.phase === 'waiting' && usage.leaveQueue(this)) counters.queuedCalls -= 1
    this.scope.callSettled()
  }

  protected bodyOutlived(): void {
    this.scope.usage.unsettled += 1
    this.scope.counters.bodyOutlivedCall(this.toolName)
  }

  protected bodyEnded(): void {
    const { usage, counters } = this.scope
    usage.unsettled -= 1
    counters.bodyEnded(this.toolName)
    forgetIfIdle(usage)
  }
}
