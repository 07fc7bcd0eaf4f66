import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type GlobalMetrics, UnifiedToolDispatcher } from '../../src/index.js'
import { settleMicrotasks } from '../support/gate.js'
import { Actor, World } from './actor.js'
import { type Program, programs } from './programs.js'

// Hundreds of programs in one test; a loaded machine is slow.
vi.setConfig({ testTimeout: 60_000 })

// One fake clock for the whole file: the package keeps one timer for all deadlines, which must not outlive its clock.
beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }))
afterAll(() => void vi.useRealTimers())

describe('users of one process', () => {
  it('each see exactly the results, events and metrics that they would see alone', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const everybody = program.profiles.map((_, user) => user)
        const { seen } = await run(program, everybody)
        for (const user of everybody) {
          const alone = await run(program, [user])
          expect(seen.get(user)).toEqual(alone.seen.get(user))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('add up to the metrics of the process', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const everybody = program.profiles.map((_, user) => user)
        const { counted } = await run(program, everybody)
        const sum = new Map<string, number>()
        for (const user of everybody) {
          for (const [name, count] of (await run(program, [user])).counted) sum.set(name, (sum.get(name) ?? 0) + count)
        }
        expect(counted).toEqual(sum)
      }),
      { numRuns: 50 },
    )
  })
})

interface Run {
  /** What each user saw, in order. */
  readonly seen: ReadonlyMap<number, readonly unknown[]>
  /** How much each number of the process's metrics has grown. */
  readonly counted: ReadonlyMap<string, number>
}

/** Runs the steps of the given users; time passes and microtasks run the same whoever takes part. */
async function run(program: Program, users: readonly number[]): Promise<Run> {
  const before = UnifiedToolDispatcher.globalMetrics()
  const world = new World()
  const actors = new Map<number, Actor>()
  for (const [user, profile] of program.profiles.entries()) {
    if (users.includes(user)) actors.set(user, new Actor(world, profile, user))
  }
  for (const step of program.steps) {
    if (step.kind === 'user') actors.get(step.user)?.perform(step.operation)
    else if (step.kind === 'advance') vi.advanceTimersByTime(step.ms)
    else for (let turn = 0; turn < step.count; turn += 1) await Promise.resolve()
  }
  await finish([...actors.values()])
  for (const actor of actors.values()) expectOwnIds(actor)
  const seen = new Map([...actors].map(([user, actor]) => [user, actor.seen]))
  return { seen, counted: growth(before, UnifiedToolDispatcher.globalMetrics()) }
}

async function finish(actors: readonly Actor[]): Promise<void> {
  for (const actor of actors) actor.openAllGates()
  for (let round = 0; round < 5; round += 1) await settleMicrotasks()
  for (const actor of actors) actor.readMetrics()
  for (const actor of actors) actor.disposeAll()
  await settleMicrotasks()
  for (const actor of actors) actor.readMetrics()
  vi.runAllTimers()
}

function expectOwnIds(actor: Actor): void {
  const { userId, threadId, runId, requestId } = actor.context
  for (const event of actor.events) expect(event).toMatchObject({ userId, threadId, runId, requestId })
}

function growth(before: GlobalMetrics, after: GlobalMetrics): ReadonlyMap<string, number> {
  const names = Object.keys(before) as (keyof GlobalMetrics)[]
  return new Map(names.map((name) => [name, after[name] - before[name]]))
}
