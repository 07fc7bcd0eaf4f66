import { AssertionError } from 'node:assert'
import { inspect, isDeepStrictEqual } from 'node:util'
import { UserExecutionContext, type UserExecutionContextInit } from '../context.js'
import type { AgentEvent, EventSink } from '../events/event.js'
import type { ConformanceSubject, SubjectDispatcher, SubjectOutcome, SubjectSetup } from './subject.js'

const process = globalThis.crypto.randomUUID().slice(0, 8)
let users = 0

/** What one case works with: contexts of users whom no other case knows, dispatchers that are disposed at its end. */
export class Scene {
  readonly #subject: ConformanceSubject
  readonly #dispatchers: SubjectDispatcher[] = []

  constructor(subject: ConformanceSubject) {
    this.#subject = subject
  }

  /** A context of a new user, unless `userId` says whose. */
  context(init: Partial<UserExecutionContextInit> = {}): UserExecutionContext {
    users += 1
    const own = `${process}-${users}`
    return UserExecutionContext.create({ userId: `ada-${own}`, threadId: `talk-${own}`, runId: `work-${own}`, ...init })
  }

  /** A dispatcher of the subject's, of a new user unless the set-up says whose. */
  async dispatcher(setup: Partial<SubjectSetup> = {}): Promise<SubjectDispatcher> {
    const dispatcher = await this.#subject.create({ context: this.context(), ...setup })
    this.#dispatchers.push(dispatcher)
    return withHandledCalls(dispatcher)
  }

  /** Whether the subject refuses a set-up. */
  async refuses(setup: SubjectSetup): Promise<boolean> {
    try {
      this.#dispatchers.push(await this.#subject.create(setup))
      return false
    } catch {
      return true
    }
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.#dispatchers.map(async (dispatcher) => dispatcher.dispose?.()))
  }
}

/** A call that rejects when its case has failed already has nobody left to handle it, and would end the process. */
function withHandledCalls(dispatcher: SubjectDispatcher): SubjectDispatcher {
  return new Proxy(
    { execute: dispatcher.execute.bind(dispatcher) },
    {
      get(_, name) {
        const member: unknown = Reflect.get(dispatcher, name)
        if (typeof member !== 'function') return member
        return (...given: readonly unknown[]): unknown => {
          const outcome: unknown = Reflect.apply(member, dispatcher, given)
          if (outcome instanceof Promise) outcome.catch(() => {})
          return outcome
        }
      },
    },
  )
}

/** Keeps every event in the order of its arrival. */
export class Recorder implements EventSink {
  readonly events: AgentEvent[] = []

  emit(event: AgentEvent): void {
    this.events.push(event)
  }

  /** The two kinds that a call emits; a dispatcher may emit more. */
  get ofCalls(): Extract<AgentEvent, { type: 'tool_executing' | 'tool_completed' }>[] {
    return this.events.filter((event) => event.type === 'tool_executing' || event.type === 'tool_completed')
  }

  get types(): string[] {
    return this.ofCalls.map(({ type }) => type)
  }
}

/** A promise that the case settles. */
export class Gate {
  open: () => void = () => {}
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve
  })
}

/** Lets everything that is ready run. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** @throws {AssertionError} `seen` is not deeply equal to `expected` */
export function expectEqual(what: string, seen: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(seen, expected)) fail(what, show(expected), seen, expected)
}

/** @throws {AssertionError} `seen` is not the very same as `expected` */
export function expectSame(what: string, seen: unknown, expected: unknown): void {
  if (!Object.is(seen, expected)) fail(what, `the very same ${show(expected)}`, seen, expected)
}

/** @throws {AssertionError} it does not hold */
export function expectThat(what: string, holds: boolean, expected: string, seen: unknown): void {
  if (!holds) fail(what, expected, seen)
}

/** @throws {AssertionError} the outcome is no success */
export function expectSuccess(outcome: SubjectOutcome): unknown {
  if (outcome.success) return outcome.result
  return fail('the outcome', 'a success', outcome)
}

/** @throws {AssertionError} the outcome is no failure with this code */
export function expectFailure(outcome: SubjectOutcome, code: string): string {
  if (outcome.success) return fail('the outcome', `a failure with the code ${code}`, outcome)
  if (outcome.code !== code) return fail('the code of the failure', code, outcome)
  return outcome.message
}

/** @throws {AssertionError} the promise does not reject */
export async function expectRejection(what: string, promise: Promise<unknown>): Promise<void> {
  let seen: unknown
  try {
    seen = await promise
  } catch {
    return
  }
  fail(what, 'a rejection', seen)
}

function fail(what: string, expected: string, seen: unknown, wanted?: unknown): never {
  const message = `${what}: expected ${expected}, saw ${show(seen)}`
  throw new AssertionError({ message, actual: seen, expected: wanted, operator: 'conformance', stackStartFn: fail })
}

function show(value: unknown): string {
  const text = inspect(value, { depth: 4, breakLength: Infinity })
  return text.length > 400 ? `${text.slice(0, 399)}…` : text
}
