import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type ToolExecutionResult, UnifiedToolDispatcher } from '../../src/index.js'
import { type Gate, gate, settleMicrotasks, stateOf } from '../support/gate.js'
import { codeOf } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

// Hundreds of programs in one test; a loaded machine is slow.
vi.setConfig({ testTimeout: 60_000 })

// One fake clock for the whole file: the package keeps one timer for all deadlines, which must not outlive its clock.
beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }))
afterAll(() => void vi.useRealTimers())

/** What takes one call out of the queue, other than its turn, and the code it leaves with. */
const LEAVINGS = [
  {
    on: 'an abort',
    code: 'aborted',
    leave: (call: QueuedCall) => call.controller.abort(),
  },
  {
    on: 'its deadline',
    code: 'timeout',
    leave: () => void vi.advanceTimersByTime(10),
  },
  {
    on: 'the disposal of its dispatcher',
    code: 'aborted',
    leave: (_: QueuedCall, user: User) => void user.dispatchers[1]?.dispose(),
  },
]

type Step =
  | { readonly kind: 'call'; readonly dispatcher: number }
  | { readonly kind: 'end' | 'abort'; readonly index: number }
  | { readonly kind: 'turn' }

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('call' as const), dispatcher: fc.nat({ max: 2 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('end' as const, 'end' as const, 'abort' as const),
        index: fc.nat(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('turn' as const) }) },
  ),
  { maxLength: 60, size: 'max' },
)

describe('the queue of a user', () => {
  it('runs the calls one after the other in the order they came, where one at a time may run', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const user = new User({ concurrent: [1, 1, 1] })
        const aborted = new Set<number>()
        for (const step of taken) await user.take(step, aborted)
        await user.endAll()
        const came = user.calls.map(({ number }) => number)
        expect(user.started).toEqual(came.filter((number) => user.started.includes(number)))
        expect(came.filter((number) => !user.started.includes(number) && !aborted.has(number))).toEqual([])
        await user.dispose()
      }),
      { numRuns: 200 },
    )
  })

  it('gives no slot to a call while one that came before it waits, whatever the limits of their dispatchers', async () => {
    const limits = fc.constantFrom([2, 2, 2], [1, 2, 3], [3, 2, 1])
    await fc.assert(
      fc.asyncProperty(limits, steps, async (concurrent, taken) => {
        const user = new User({ concurrent })
        const aborted = new Set<number>()
        for (const step of taken) {
          await user.take(step, aborted)
          await settleMicrotasks()
          const waiting = user.calls.filter(({ number }) => !user.started.includes(number) && !aborted.has(number))
          const [first] = waiting
          expect(waiting).toHaveLength(user.queued)
          expect(first?.number ?? Infinity).toBeGreaterThan(Math.max(-1, ...user.started))
          // And the first one that waits does so for a reason.
          expect(user.running).toBeGreaterThanOrEqual(first?.concurrent ?? 0)
        }
        await user.endAll()
        expect(user.queued).toBe(0)
        await user.dispose()
      }),
      { numRuns: 200 },
    )
  })

  it('takes as many as its limit, and refuses the next one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 20 }), fc.integer({ min: 1, max: 5 }), async (queued, concurrent) => {
        const user = new User({ concurrent: [concurrent], queued })
        for (let index = 0; index < concurrent + queued; index += 1) user.call()
        const refused = await user.call().result
        expect(codeOf(refused)).toBe('concurrency_limited')
        expect(user.dispatcher.metrics.queuedCalls).toBe(queued)
        await user.endAll()
        const results = await Promise.all(user.calls.slice(0, -1).map(({ result }) => result))
        expect(results.every(({ success }) => success)).toBe(true)
        await user.dispose()
      }),
      { numRuns: 50 },
    )
  })

  it.each(LEAVINGS)('is left at once on $on, and nobody else loses a place', async ({ code, leave }) => {
    for (let place = 0; place < 5; place += 1) {
      const user = new User({ concurrent: [2, 2], queued: 5 })
      const running = [user.call(), user.call()]
      const waiting = Array.from({ length: 5 }, (_, index) => (index === place ? user.call(1, 10) : user.call()))
      const [leaving] = waiting.splice(place, 1)
      if (leaving === undefined) throw new Error('unreachable: the place is one of five')
      await settleMicrotasks()
      leave(leaving, user)
      // In the same turn: nothing was awaited since.
      expect(user.queued).toBe(4)
      expect(await codeNow(leaving)).toBe(code)
      const last = user.call()
      expect([await codeNow(last), await codeNow(user.call())]).toEqual(['pending', 'concurrency_limited'])
      await user.endAll()
      expect(user.started).toEqual([...running, ...waiting, last].map(({ number }) => number))
      await user.dispose()
    }
  })

  it('is empty at once after disposeAllForUser(), and nothing of it ever runs', async () => {
    const user = new User({ concurrent: [2, 2] })
    for (let index = 0; index < 8; index += 1) user.call(index % 2)
    void UnifiedToolDispatcher.disposeAllForUser(user.dispatcher.context.userId)
    expect(user.queued).toBe(0)
    const codes = await Promise.all(user.calls.map((call) => codeNow(call)))
    expect(new Set(codes)).toEqual(new Set(['aborted']))
    await user.endAll()
    expect(user.started).toEqual([0, 1])
  })
})

describe('users with full queues', () => {
  it('do not delay anybody else by a single turn', async () => {
    const busy = fc.array(fc.record({ calls: fc.nat({ max: 40 }), queue: fc.nat({ max: 30 }) }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(busy, fc.integer({ min: 1, max: 6 }), async (others, calls) => {
        const alone = await turnsOf(calls)
        const users = others.map(({ queue }) => new User({ queued: queue }))
        for (const [index, user] of users.entries()) {
          for (let call = 0; call < (others[index]?.calls ?? 0); call += 1) user.call()
        }
        expect(await turnsOf(calls)).toEqual(alone)
        for (const user of users) {
          await user.endAll()
          await user.dispose()
        }
      }),
      { numRuns: 100 },
    )
  })

  it('leave the first calls of another user to start before executeTool() returns', async () => {
    const busy = new User({})
    for (let call = 0; call < 1_002; call += 1) busy.call()
    expect(busy.queued).toBe(1_000)
    expect(codeOf(await busy.call().result)).toBe('concurrency_limited')
    const other = new User({})
    other.call()
    expect(other.started).toEqual([0])
    await busy.dispose()
    await other.dispose()
  })
})

interface QueuedCall {
  readonly number: number
  readonly result: Promise<ToolExecutionResult>
  readonly controller: AbortController
  readonly gate: Gate
  /** The limit of its dispatcher. */
  readonly concurrent: number
}

/** A user whose tool runs until the test ends it. */
class User {
  readonly dispatchers: UnifiedToolDispatcher[]
  readonly calls: QueuedCall[] = []
  /** The numbers of the calls whose bodies began, in that order. */
  readonly started: number[] = []
  readonly #concurrent: readonly number[]

  /** Has a dispatcher for each of the limits. */
  constructor({
    concurrent = [2],
    queued = 1_000,
  }: {
    readonly concurrent?: readonly number[]
    readonly queued?: number
  }) {
    const context = contextOf()
    this.#concurrent = concurrent
    const waits = {
      name: 'waits',
      execute: ({ number }: { number: number }) => {
        this.started.push(number)
        return this.calls[number]?.gate.promise
      },
    }
    this.dispatchers = concurrent.map((concurrentCallsPerUser) =>
      dispatcherWith(
        { tools: [waits], limits: { timeoutMs: 0, concurrentCallsPerUser, queuedCallsPerUser: queued } },
        context,
      ),
    )
  }

  get dispatcher(): UnifiedToolDispatcher {
    return at(this.dispatchers, 0)
  }

  get queued(): number {
    return this.#sum('queuedCalls')
  }

  call(dispatcher = 0, timeoutMs = 0): QueuedCall {
    const number = this.calls.length
    const controller = new AbortController()
    const prepared = { number, controller, gate: gate(), concurrent: at(this.#concurrent, dispatcher) }
    // A body may begin before executeTool() returns, and looks its gate up.
    this.calls.push({ ...prepared, result: new Promise(() => {}) })
    const options = { signal: controller.signal, timeoutMs }
    const call = { ...prepared, result: at(this.dispatchers, dispatcher).executeTool('waits', { number }, options) }
    this.calls[number] = call
    return call
  }

  /** How many calls that began have not settled. */
  get running(): number {
    return this.calls.length - this.#sum('toolsExecuted') - this.queued
  }

  async take(step: Step, aborted: Set<number>): Promise<void> {
    if (step.kind === 'call') this.call(step.dispatcher)
    else if (step.kind === 'turn') await Promise.resolve()
    else if (this.calls.length > 0) {
      const { number, gate: own, controller } = at(this.calls, step.index)
      if (step.kind === 'end') return own.open(undefined)
      controller.abort()
      aborted.add(number)
    }
  }

  /** Ends all bodies, and those that begin then. */
  async endAll(): Promise<void> {
    for (const call of this.calls) call.gate.open(undefined)
    for (let round = 0; round < 100 && this.queued > 0; round += 1) await settleMicrotasks()
    await settleMicrotasks()
  }

  async dispose(): Promise<void> {
    for (const dispatcher of this.dispatchers) await dispatcher.dispose()
  }

  #sum(name: 'toolsExecuted' | 'queuedCalls'): number {
    return this.dispatchers.reduce((sum, { metrics }) => sum + metrics[name], 0)
  }
}

async function codeNow({ result }: QueuedCall): Promise<string> {
  const state = await stateOf(result)
  return state === 'pending' ? state : codeOf(state)
}

/** In which turn each of some calls settles, made at once by a user of their own. */
async function turnsOf(calls: number): Promise<number[]> {
  const tools = [{ name: 'works', execute: () => Promise.resolve(1) }]
  const dispatcher = dispatcherWith({ tools, limits: { concurrentCallsPerUser: 2 } })
  const turns: number[] = []
  let turn = 0
  for (let call = 0; call < calls; call += 1) void dispatcher.executeTool('works').then(() => turns.push(turn))
  for (; turn < 100; turn += 1) await Promise.resolve()
  await dispatcher.dispose()
  return turns
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length]
  if (item === undefined) throw new Error('There is none')
  return item
}
