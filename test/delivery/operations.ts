import * as fc from 'fast-check'
import { afterEach, beforeEach, vi } from 'vitest'
import { turns } from './flaky-store.js'
import { type User, USERS } from './stage.js'
import { elapse, type World } from './world.js'

/** One step of a history. */
export type Operation =
  | { readonly do: 'append'; readonly user: User; readonly count: number }
  | { readonly do: 'resend'; readonly user: User; readonly back: number }
  | { readonly do: 'open'; readonly user: User; readonly from: 'oldest' | 'now' }
  | {
      readonly do: 'drop' | 'stall' | 'hold' | 'relax' | 'reload' | 'close' | 'repeat' | 'swallow'
      readonly tab: number
    }
  | { readonly do: 'revoke'; readonly user: User }
  | { readonly do: 'kill'; readonly logs: 'keep' | 'back up' | 'set back' | 'lose' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'turns'; readonly count: number }
  | { readonly do: 'lag'; readonly reads: number }
  | { readonly do: 'fail'; readonly reads: number }
  | { readonly do: 'shut down' }
  | { readonly do: 'settle' }

const user = fc.constantFrom(...USERS)
const tab = fc.nat({ max: 3 })

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('append' as const), user, count: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resend' as const), user, back: fc.nat({ max: 14 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      user,
      from: fc.constantFrom('oldest' as const, 'now' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(...(['drop', 'stall', 'hold', 'relax', 'repeat', 'swallow'] as const)),
      tab,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reload' as const), tab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const), tab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), user }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      logs: fc.constantFrom('keep' as const, 'back up' as const, 'set back' as const, 'lose' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(30, 300, 1_000, 6_000, 40_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('lag' as const, 'lag' as const, 'fail' as const),
      reads: fc.nat({ max: 6 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 12 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('shut down' as const, 'settle' as const, 'settle' as const) }),
  },
)

/** A history that is set back and grows again, beyond the place where a tab was that is away meanwhile. */
const setBack: fc.Arbitrary<Operation[]> = fc
  .record({ user, tab, lost: fc.integer({ min: 1, max: 4 }), new: fc.integer({ min: 1, max: 8 }) })
  .map((of) => [
    { do: 'kill', logs: 'back up' },
    { do: 'append', user: of.user, count: of.lost },
    { do: 'settle' },
    { do: 'stall', tab: of.tab },
    { do: 'kill', logs: 'set back' },
    { do: 'append', user: of.user, count: of.new },
  ])

/** A server at fault leaves an event out, and sends a few more. */
const leftOut: fc.Arbitrary<Operation[]> = fc
  .record({ user, tab, more: fc.integer({ min: 2, max: 4 }) })
  .map((of) => [
    { do: 'settle' },
    { do: 'swallow', tab: of.tab },
    { do: 'append', user: of.user, count: of.more },
    { do: 'turns', count: 12 },
    { do: 'settle' },
  ])

/** A tab that is busy with one event while others come. */
const heldUp: fc.Arbitrary<Operation[]> = fc
  .record({ user, tab, count: fc.integer({ min: 2, max: 9 }) })
  .map((of) => [
    { do: 'settle' },
    { do: 'hold', tab: of.tab },
    { do: 'append', user: of.user, count: of.count },
    { do: 'turns', count: 12 },
  ])

/** Histories: two tabs to begin with, then anything. */
export const histories: fc.Arbitrary<Operation[]> = fc
  .array(
    fc.oneof(
      { weight: 30, arbitrary: operation.map((one) => [one]) },
      { weight: 1, arbitrary: setBack },
      { weight: 1, arbitrary: leftOut },
      { weight: 1, arbitrary: heldUp },
    ),
    {
      minLength: 4,
      maxLength: 24,
      size: 'max',
    },
  )
  .map((steps) => [
    { do: 'open', user: 'ann', from: 'oldest' },
    { do: 'open', user: 'bob', from: 'now' },
    ...steps.flat(),
  ])

/** Time that goes on when the test says so, and back-offs that are the same each time. */
export function withVirtualTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] })
  })
  afterEach(() => {
    vi.restoreAllMocks()
    vi.useRealTimers()
  })
}

function repeatRandom(): void {
  let state = 1
  vi.spyOn(Math, 'random').mockImplementation(() => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  })
}

/** Does the steps, and gives what was found wrong first. */
export async function live(world: World, steps: readonly Operation[]): Promise<string | undefined> {
  repeatRandom()
  try {
    for (const step of steps) {
      await take(world, step)
      if (world.fault !== undefined) return world.fault
    }
    await world.settle()
    return world.fault
  } finally {
    await world.end()
  }
}

async function take(world: World, step: Operation): Promise<void> {
  if (step.do === 'append') await world.append(step.user, step.count)
  else if (step.do === 'resend') await world.resend(step.user, step.back)
  else if (step.do === 'open') world.open(step.user, step.from)
  else if (step.do === 'revoke') await world.revoke(step.user)
  else if (step.do === 'kill') await world.kill(step.logs)
  else if (step.do === 'lag') world.trouble.lag = step.reads
  else if (step.do === 'fail') world.trouble.failures = step.reads
  else if (step.do === 'wait') await elapse(step.ms)
  else if (step.do === 'turns') await turns(step.count)
  else if (step.do === 'shut down') await world.shutDown()
  else if (step.do === 'settle') await world.settle()
  else world.tabs[step.tab % world.tabs.length]?.[step.do]()
}
