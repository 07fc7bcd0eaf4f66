import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Deadline, pendingDeadlines } from '../../src/deadlines.js'

// Hundreds of programs in one test; a loaded machine is slow.
vi.setConfig({ testTimeout: 60_000 })

// One fake clock for the whole file: all deadlines share one timer, which must not outlive its clock.
beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterAll(() => void vi.useRealTimers())

interface Plan {
  readonly afterMs: number
  readonly durationMs: number
  /** What is started, or ended, by this one's expiry. */
  readonly starts: readonly number[]
  readonly ends: number
}

const plans = fc.array(
  fc.record({
    afterMs: fc.nat({ max: 30 }),
    durationMs: fc.constantFrom(0.5, 1, 10, 20, 99.5, 100, 2_147_483_648),
    starts: fc.array(fc.constantFrom(0.5, 10, 100), { maxLength: 2 }),
    ends: fc.nat({ max: 40 }),
  }),
  { minLength: 1, maxLength: 20 },
)

class Timed extends Deadline {
  readonly dueAt: number
  expiredAt: number | undefined
  readonly #onExpiry: () => void

  constructor(durationMs: number, onExpiry: (self: Timed) => void) {
    super()
    const now = performance.now()
    this.dueAt = now + durationMs
    this.#onExpiry = () => onExpiry(this)
    this.startDeadline(durationMs, now)
  }

  end(): void {
    this.clearDeadline()
  }

  protected expire(): void {
    this.expiredAt = performance.now()
    this.#onExpiry()
  }
}

describe('deadlines', () => {
  it('each expire once, in the order they are due, unless they were ended, whatever an expiry starts or ends', () => {
    fc.assert(
      fc.property(plans, (given) => {
        const { all, ended, expired } = play(given)
        for (const deadline of all) {
          const lateMs = (deadline.expiredAt ?? Infinity) - deadline.dueAt
          expect(ended.has(deadline) ? lateMs === Infinity : lateMs >= 0 && lateMs < 1).toBe(true)
        }
        expect(expired).toHaveLength(all.length - ended.size)
        const dueTimes = expired.map((deadline) => deadline.dueAt)
        expect(dueTimes).toEqual(dueTimes.toSorted((a, b) => a - b))
        expect([pendingDeadlines(), vi.getTimerCount()]).toEqual([0, 0])
      }),
      { numRuns: 300 },
    )
  })

  it('are not lost where an expiry starts one of a length whose last one expires at the same time', () => {
    const started: Timed[] = []
    const hundred = () => new Timed(100, () => {})
    started.push(hundred(), new Timed(99.5, () => void started.push(hundred())), hundred())
    vi.advanceTimersByTime(100)
    expect(started).toHaveLength(4)
    vi.advanceTimersByTime(100)
    expect(started[3]?.expiredAt).toBe(started[3]?.dueAt)
  })
})

function play(given: readonly Plan[]): { all: Timed[]; ended: Set<Timed>; expired: Timed[] } {
  const all: Timed[] = []
  const ended = new Set<Timed>()
  const expired: Timed[] = []
  const start = (durationMs: number, starts: readonly number[], ends: number) => {
    const deadline = new Timed(durationMs, (self) => {
      expired.push(self)
      for (const nextMs of starts) start(nextMs, [], all.length)
      end(all[ends])
    })
    all.push(deadline)
  }
  const end = (deadline: Timed | undefined) => {
    if (deadline === undefined || deadline.expiredAt !== undefined) return
    deadline.end()
    ended.add(deadline)
  }
  for (const { afterMs, durationMs, starts, ends } of given) {
    vi.advanceTimersByTime(afterMs)
    start(durationMs, starts, ends)
  }
  vi.runAllTimers()
  return { all, ended, expired }
}
