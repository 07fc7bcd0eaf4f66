import { monotonicMs } from './clock.js'
import { quote } from './errors.js'
import { failure, type Outcome } from './result.js'

/** What a call may take. `0` or `Infinity` switches a limit off, except for the queue, where `0` means no waiting. */
export interface DispatchLimits {
  /** Milliseconds from the call to its outcome, waiting included. Default 30,000, or `AGENT_DEFAULT_TIMEOUT` in seconds. */
  readonly timeoutMs: number
  /** Calls of one user that run at once, in all dispatchers of the process. Default 10, or `AGENT_MAX_CONCURRENT_PER_USER`. */
  readonly concurrentCallsPerUser: number
  /** Calls of one user that wait for a slot. Default 1,000. */
  readonly queuedCallsPerUser: number
  /** Allowed calls of one user within 60 seconds, those of tools included. Default off, or `AGENT_RATE_LIMIT_PER_MINUTE`. */
  readonly callsPerMinutePerUser: number
  /** Bytes of JSON of the parameters. Default 100 KiB. */
  readonly maxInputBytes: number
  /** Bytes of JSON of the result. Default 1 MiB. */
  readonly maxOutputBytes: number
}

/** Some of the limits. */
export type GivenLimits = { readonly [Limit in keyof DispatchLimits]?: number | undefined }

/** What a call asks of limits that hold for several processes. */
export interface SharedLimitsRequest {
  readonly userId: string
  /** Calls of this user that are allowed within a minute; `Infinity` when there is no limit. */
  readonly callsPerMinute: number
  /** Calls of this user that may run at once; `Infinity` when there is no limit, or for a call inside another one, in whose slot it runs. */
  readonly concurrentCalls: number
  /** Aborts when the call has settled and wants no slot any more. */
  readonly signal: AbortSignal
}

/** The answer: a slot, which is given back once, or a refusal. */
export type SharedAdmission =
  | { readonly allowed: true; release(): void }
  | {
      readonly allowed: false
      readonly code: 'rate_limited' | 'concurrency_limited'
      readonly message: string
      readonly retryAfterMs?: number | undefined
    }

/** User limits that several processes share, such as `createRedisLimits` of `@switchyard/dispatcher/redis`. */
export interface SharedLimits {
  /** Resolves when the call has a slot or is refused; the call waits meanwhile, in its own time. What it rejects with is `tool_failed`. */
  admit(request: SharedLimitsRequest): Promise<SharedAdmission>
}

/** @throws {TypeError} the option is none */
export function checkSharedLimits(limits: SharedLimits | undefined): SharedLimits | undefined {
  if (limits === undefined) return undefined
  const given: unknown = limits
  if (typeof given === 'object' && given !== null && typeof Reflect.get(given, 'admit') === 'function') return limits
  throw new TypeError(`sharedLimits must be an object with admit(request); received ${quote(limits)}.`)
}

const MINUTE_MS = 60_000
/** A user may have this many times `concurrentCallsPerUser` bodies that outlived their calls. */
const UNSETTLED_FACTOR = 10

const DEFAULTS: DispatchLimits = Object.freeze({
  timeoutMs: 30_000,
  concurrentCallsPerUser: 10,
  queuedCallsPerUser: 1_000,
  callsPerMinutePerUser: Infinity,
  maxInputBytes: 100 * 1024,
  maxOutputBytes: 1024 * 1024,
})

const LIMIT_NAMES = [
  'timeoutMs',
  'concurrentCallsPerUser',
  'queuedCallsPerUser',
  'callsPerMinutePerUser',
  'maxInputBytes',
  'maxOutputBytes',
] as const satisfies readonly (keyof DispatchLimits)[]

const ENVIRONMENT = [
  { variable: 'AGENT_DEFAULT_TIMEOUT', limit: 'timeoutMs', unit: 1_000 },
  { variable: 'AGENT_MAX_CONCURRENT_PER_USER', limit: 'concurrentCallsPerUser', unit: 1 },
  { variable: 'AGENT_RATE_LIMIT_PER_MINUTE', limit: 'callsPerMinutePerUser', unit: 1 },
] as const

/**
 * The limits of a dispatcher: the given ones, then the environment's, then the defaults; a limit that is off is `Infinity`.
 *
 * @throws {TypeError} a limit or an environment variable is negative or no number, or there is no limit of that name
 */
export function resolveLimits(given: GivenLimits | undefined): DispatchLimits {
  const base = environmentLimits(given)
  if (given === undefined) return base
  if (typeof given !== 'object' || given === null) {
    throw new TypeError(`limits must be an object; received ${quote(given)}.`)
  }
  const limits = { ...base }
  for (const name of Object.keys(given)) {
    if (!isLimitName(name)) {
      throw new TypeError(`There is no limit ${quote(name)}; the limits are ${LIMIT_NAMES.join(', ')}.`)
    }
    const value = given[name]
    if (value !== undefined) limits[name] = checkLimit(`limits.${name}`, name, value)
  }
  return limits
}

function isLimitName(name: string): name is keyof DispatchLimits {
  return LIMIT_NAMES.some((known) => known === name)
}

function environmentLimits(given: GivenLimits | undefined): DispatchLimits {
  let limits = DEFAULTS
  for (const { variable, limit, unit } of ENVIRONMENT) {
    // Reading the environment is the dearest part of making a dispatcher, so what is given is not asked for.
    if (given?.[limit] !== undefined) continue
    const text = process.env[variable]
    if (text === undefined || text.trim() === '') continue
    limits = {
      ...limits,
      [limit]: checkLimit(`The environment variable ${variable}`, limit, Number(text), text) * unit,
    }
  }
  return limits
}

function checkLimit(what: string, name: keyof DispatchLimits, value: unknown, received: unknown = value): number {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new TypeError(
      `${what} must be a number, 0 or more (0 or Infinity: ${name === 'queuedCallsPerUser' ? 'no waiting, or no end to it' : 'no limit'}); ` +
        `received ${quote(received)}.`,
    )
  }
  return value === 0 && name !== 'queuedCallsPerUser' ? Infinity : value
}

/** A call as the limits see it. */
export interface LimitedCall {
  readonly limits: DispatchLimits
  /** The dispatcher it belongs to. */
  readonly scope: object
  /** When the call was allowed; a time of `monotonicMs`. */
  readonly permittedAt: number
  /** Its neighbours among the user's calls; kept by {@link UserUsage}. */
  previousCall: LimitedCall | undefined
  nextCall: LimitedCall | undefined
  /** The slot is the call's; it goes on. */
  admitted(): void
  /** Ends the call as its dispatcher's disposal does. */
  disposed(): void
}

/** What one user uses in this process, shared by all of the user's dispatchers. */
export class UserUsage {
  readonly userId: string
  /** Dispatchers created and not disposed. */
  dispatchers = 0
  /** Raised by `disposeAllForUser`; a dispatcher of an earlier generation is disposed. */
  generation = 0
  running = 0
  unsettled = 0
  /** Its place among the users who use nothing. */
  isListedIdle = false
  nextIdle: UserUsage | undefined
  /** The last of the calls that have not settled, linked through the calls: what `disposeAllForUser` ends. */
  #lastCall: LimitedCall | undefined
  #waiting: Set<LimitedCall> | undefined
  #admissions: AdmissionTimes | undefined

  constructor(userId: string) {
    this.userId = userId
  }

  /** A call has begun. */
  enter(call: LimitedCall): void {
    call.previousCall = this.#lastCall
    if (this.#lastCall !== undefined) this.#lastCall.nextCall = call
    this.#lastCall = call
  }

  /** A call has settled. */
  leave(call: LimitedCall): void {
    const { previousCall, nextCall } = call
    if (previousCall !== undefined) previousCall.nextCall = nextCall
    if (nextCall !== undefined) nextCall.previousCall = previousCall
    else if (this.#lastCall === call) this.#lastCall = previousCall
    call.previousCall = undefined
    call.nextCall = undefined
  }

  /** Ends the calls of one dispatcher, or all of the user's, the oldest first. */
  disposeCalls(scope?: object): void {
    const calls: LimitedCall[] = []
    for (let call = this.#lastCall; call !== undefined; call = call.previousCall) {
      if (scope === undefined || call.scope === scope) calls.push(call)
    }
    for (const call of calls.toReversed()) call.disposed()
  }

  /** Remembers the times of as many admissions as the limit needs; called when a dispatcher with a rate limit is created. */
  rememberAdmissions(count: number): void {
    if (count === Infinity) return
    this.#admissions ??= new AdmissionTimes(count)
    this.#admissions.growTo(count)
  }

  /**
   * Asks for a slot. `undefined`: the call has it. `'wait'`: `admitted` will be called. Otherwise the refusal, which uses
   * up nothing.
   */
  admit(call: LimitedCall): Outcome | 'wait' | undefined {
    const refused = this.#refusal(call)
    if (refused !== undefined) return refused
    const { concurrentCallsPerUser, queuedCallsPerUser } = call.limits
    const waiting = this.queued
    if (concurrentCallsPerUser === Infinity || (this.running < concurrentCallsPerUser && waiting === 0)) {
      this.running += 1
      this.#admissions?.add(call.permittedAt)
      return undefined
    }
    if (waiting >= queuedCallsPerUser) return tooManyCalls(this.running, waiting)
    this.#admissions?.add(call.permittedAt)
    this.#waiting ??= new Set()
    this.#waiting.add(call)
    return 'wait'
  }

  /** The same for a call inside of another one, in whose slot it runs: it never waits. */
  admitNested(call: LimitedCall): Outcome | undefined {
    const refused = this.#refusal(call)
    if (refused === undefined) this.#admissions?.add(call.permittedAt)
    return refused
  }

  #refusal({ limits, permittedAt }: LimitedCall): Outcome | undefined {
    const { callsPerMinutePerUser, concurrentCallsPerUser } = limits
    if (callsPerMinutePerUser !== Infinity) {
      this.rememberAdmissions(callsPerMinutePerUser)
      const retryAfterMs = this.#admissions?.waitFor(callsPerMinutePerUser, permittedAt) ?? 0
      if (retryAfterMs > 0) return rateLimited(callsPerMinutePerUser, retryAfterMs)
    }
    return this.unsettled >= concurrentCallsPerUser * UNSETTLED_FACTOR ? tooManyUnsettled(this.unsettled) : undefined
  }

  /** Takes a call out of the queue; whether it was in it. */
  leaveQueue(call: LimitedCall): boolean {
    if (this.#waiting?.delete(call) !== true) return false
    this.#admitWaiting()
    return true
  }

  /** Gives a slot back; the first one that waits gets it. */
  release(): void {
    this.running -= 1
    if (this.#waiting !== undefined && this.#waiting.size > 0) this.#admitWaiting()
  }

  get queued(): number {
    return this.#waiting?.size ?? 0
  }

  #admitWaiting(): void {
    for (const call of this.#waiting ?? []) {
      if (this.running >= call.limits.concurrentCallsPerUser) return
      this.#waiting?.delete(call)
      this.running += 1
      call.admitted()
    }
  }

  /** Whether nothing would be lost by forgetting this user. */
  isIdle(): boolean {
    return this.dispatchers === 0 && this.running === 0 && this.unsettled === 0 && this.#lastCall === undefined
  }

  /** Whether admissions of the last minute still count. */
  hasRecentAdmissions(): boolean {
    return this.#admissions?.isRecent(monotonicMs()) ?? false
  }
}

/** The times of the admissions of the last minute, at most as many as the highest limit needs, in a ring that grows. */
class AdmissionTimes {
  #times = new Float64Array(16)
  #most: number
  #oldest = 0
  #count = 0

  constructor(most: number) {
    this.#most = Math.ceil(most)
  }

  growTo(most: number): void {
    this.#most = Math.max(this.#most, Math.ceil(most))
  }

  add(now: number): void {
    if (this.#count > 0 && (this.#count >= this.#most || this.#at(0) + MINUTE_MS <= now)) {
      this.#oldest = (this.#oldest + 1) % this.#times.length
      this.#count -= 1
    }
    if (this.#count === this.#times.length) this.#double()
    this.#times[(this.#oldest + this.#count) % this.#times.length] = now
    this.#count += 1
  }

  /** Milliseconds until one more call would be at most `limit` within a minute; 0 when it is now. */
  waitFor(limit: number, now: number): number {
    const back = Math.max(1, Math.floor(limit))
    return this.#count < back ? 0 : Math.max(0, Math.ceil(this.#at(this.#count - back) + MINUTE_MS - now))
  }

  isRecent(now: number): boolean {
    return this.waitFor(1, now) > 0
  }

  #at(index: number): number {
    return this.#times[(this.#oldest + index) % this.#times.length] ?? -Infinity
  }

  #double(): void {
    const grown = new Float64Array(this.#times.length * 2)
    for (let index = 0; index < this.#count; index += 1) grown[index] = this.#at(index)
    this.#times = grown
    this.#oldest = 0
  }
}

const users = new Map<string, UserUsage>()
/**
 * Users who use nothing now, in the order in which that began; some are so again already. They are not forgotten at once,
 * since most come back, and since a `Map` that loses and gains the same key again and again becomes slow: its deleted
 * entries stay in the key's chain (270 µs a dispatcher among 100,000 users).
 */
let firstIdle: UserUsage | undefined
let lastIdle: UserUsage | undefined
let idleUsers = 0
/** How many users who use nothing are remembered at most, besides those whose admissions of the last minute still count. @internal */
export const MOST_IDLE_USERS = 256

/** The usage of a user, made when it is first asked for. */
export function usageOf(userId: string): UserUsage {
  const known = users.get(userId)
  if (known !== undefined) return known
  const usage = new UserUsage(userId)
  users.set(userId, usage)
  return usage
}

/** The usage of a user, if there is any. */
export function knownUsage(userId: string): UserUsage | undefined {
  return users.get(userId)
}

/** Lets a user who uses nothing any more be forgotten. */
export function forgetIfIdle(usage: UserUsage): void {
  if (usage.isListedIdle || !usage.isIdle()) return
  listIdle(usage)
  if (idleUsers > MOST_IDLE_USERS) forgetIdle()
}

function listIdle(usage: UserUsage): void {
  usage.isListedIdle = true
  if (lastIdle === undefined) firstIdle = usage
  else lastIdle.nextIdle = usage
  lastIdle = usage
  idleUsers += 1
}

/** Looks at the users who became idle first; at a few only, so that no call pays for all. */
function forgetIdle(): void {
  for (let looked = 0; looked < 4 && idleUsers > MOST_IDLE_USERS; looked += 1) {
    const usage = firstIdle
    if (usage === undefined) return
    firstIdle = usage.nextIdle
    if (firstIdle === undefined) lastIdle = undefined
    idleUsers -= 1
    usage.nextIdle = undefined
    usage.isListedIdle = false
    if (!usage.isIdle()) continue
    if (usage.hasRecentAdmissions()) listIdle(usage)
    else forget(usage)
  }
}

/** A user who has come back since then has another usage, which stays. */
function forget(usage: UserUsage): void {
  if (users.get(usage.userId) === usage) users.delete(usage.userId)
}

/** Users with at least one dispatcher, and dispatchers. */
export function activity(): { users: number; dispatchers: number } {
  let active = 0
  let dispatchers = 0
  for (const usage of users.values()) {
    if (usage.dispatchers > 0) active += 1
    dispatchers += usage.dispatchers
  }
  return { users: active, dispatchers }
}

/** How many users are remembered: for tests that count. @internal */
export function rememberedUsers(): number {
  return users.size
}

function rateLimited(limit: number, retryAfterMs: number): Outcome {
  return failure('rate_limited', `At most ${limit} calls a minute are allowed; try again in ${retryAfterMs} ms`, {
    retryAfterMs,
  })
}

function tooManyCalls(running: number, waiting: number): Outcome {
  return failure(
    'concurrency_limited',
    `${running} calls of this user run and ${waiting} wait already; await some before calling more`,
  )
}

function tooManyUnsettled(unsettled: number): Outcome {
  return failure(
    'concurrency_limited',
    `${unsettled} tools of this user still run although their calls have settled; make them stop at their signal`,
  )
}
