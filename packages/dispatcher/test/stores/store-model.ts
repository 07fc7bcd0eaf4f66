import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { FROM_OLDEST } from '../../src/events/store.js'
import type { Gone, Position, StoredEvent } from '../../src/index.js'
import { eventOf, type Storage, type StoreKind } from './store-kinds.js'

const MAX_EVENTS = 4
const MAX_AGE_MS = 100_000
const USERS = ['u-1', 'u-2'] as const

type User = (typeof USERS)[number]

/** One user's log as the specification has it: a list, and a number for what was dropped from its front. */
class ModelLog {
  entries: { readonly id: string; age: number }[] = []
  dropped = 0
  lastDropped: string | null = null

  get head(): number {
    return this.dropped + this.entries.length
  }

  append(id: string): number {
    const known = this.entries.findIndex((entry) => entry.id === id)
    if (known >= 0) return this.dropped + known + 1
    this.entries.push({ id, age: 0 })
    this.#trim()
    return this.head
  }

  pass(milliseconds: number): void {
    for (const entry of this.entries) entry.age += milliseconds
    this.#trim()
  }

  idAt(seq: number): string | null {
    return seq === this.dropped ? this.lastDropped : (this.entries[seq - this.dropped - 1]?.id ?? null)
  }

  #trim(): void {
    while (this.entries.length > MAX_EVENTS || (this.entries[0]?.age ?? 0) > MAX_AGE_MS) {
      this.lastDropped = this.entries.shift()?.id ?? null
      this.dropped += 1
    }
  }
}

/** A position that the store gave, and when: cursors are made of them. */
interface Seen {
  readonly user: User
  readonly losses: number
  readonly at: Position
}

interface Model {
  logs: Record<User, ModelLog>
  losses: number
  seen: Seen[]
}

interface Real {
  readonly storage: Storage
  /** How often each listener was called; all stop when everything is lost. */
  readonly listeners: {
    readonly user: User
    readonly woken: ReturnType<typeof vi.fn<() => void>>
    readonly stop: () => void
  }[]
}

type Step = fc.AsyncCommand<Model, Real>

/** One step, named by what it was made with, so that a failing history can be read. */
function step(name: string, run: (model: Model, real: Real) => Promise<void>): Step {
  return { check: () => true, run, toString: () => name }
}

const user = fc.constantFrom(...USERS)
/** Few, so that the same one comes again. */
const id = fc.integer({ min: 0, max: 9 }).map((number) => `e-${number}`)

const steps = [
  fc.tuple(user, fc.array(id, { minLength: 1, maxLength: 7 })).map(appendAll),
  fc.tuple(user, id).map(([to, one]) => appendAll([to, [one]])),
  user.map(askForHead),
  fc.tuple(user, fc.nat({ max: 1_000 }), fc.integer({ min: 0, max: 6 }), fc.nat({ max: 5 })).map(readOn),
  fc.tuple(user, fc.integer({ min: 0, max: 6 })).map(readFromOldest),
  // No sum of them is just MAX_AGE_MS, where the milliseconds that a test takes would decide.
  fc.constantFrom(1_000, 59_500, 98_700, 130_000).map(pass),
  user.map(listen),
  fc.constant(
    step('lose everything', async (model, real) => {
      await real.storage.lose()
      model.losses += 1
      for (const name of USERS) model.logs[name] = new ModelLog()
      for (const { stop } of real.listeners.splice(0)) stop()
    }),
  ),
]

/** Any history of appends, reads, listeners, passing time and losses, compared with the model step by step. */
export function describeAgreement(kind: StoreKind): void {
  describe('any history', () => {
    it('leaves what a simple model says', async () => {
      expect.hasAssertions()
      await fc.assert(
        fc.asyncProperty(fc.commands(steps, { maxCommands: 30, size: 'max' }), async (history) => {
          const storage = await kind.newStorage({ maxEvents: MAX_EVENTS, maxAgeMs: MAX_AGE_MS })
          const model: Model = { logs: { 'u-1': new ModelLog(), 'u-2': new ModelLog() }, losses: 0, seen: [] }
          try {
            await fc.asyncModelRun(() => ({ model, real: { storage, listeners: [] } }), history)
            for (const of of USERS) {
              await expectRead(
                model,
                { storage, listeners: [] },
                { of, after: FROM_OLDEST, limit: 9, expected: 'events' },
              )
            }
          } finally {
            await storage.remove()
          }
        }),
        { numRuns: 100 },
      )
    })
  })
}

function appendAll([to, ids]: [User, readonly string[]]): Step {
  return step(`append ${ids.join(', ')} for ${to}`, async (model, real) => {
    const before = model.logs[to].head
    const listeners = real.listeners.filter((listener) => listener.user === to)
    for (const { woken } of listeners) woken.mockClear()
    const positions = await Promise.all(ids.map((one) => real.storage.store.append(to, eventOf(one, to))))
    const seqs = ids.map((one) => model.logs[to].append(one))
    expect(positions.map(({ seq }) => seq)).toEqual(seqs)
    expect(positions.map((position) => position.id)).toEqual(ids)
    for (const at of positions) see(model, to, at)
    if (model.logs[to].head === before) return
    await vi.waitFor(() => listeners.forEach(({ woken }) => expect(woken).toHaveBeenCalled()), { interval: 1 })
  })
}

function askForHead(of: User): Step {
  return step(`head of ${of}`, async (model, real) => {
    const head = await real.storage.store.head(of)
    const { head: seq } = model.logs[of]
    expect(head).toMatchObject({ seq, id: model.logs[of].idAt(seq) })
    see(model, of, head)
  })
}

function readFromOldest([of, limit]: [User, number]): Step {
  return step(`read ${limit} of ${of} from the oldest`, async (model, real) => {
    await expectRead(model, real, { of, after: FROM_OLDEST, limit, expected: 'events' })
  })
}

/** Reads on from a position that was given earlier, or from one that is a little wrong. */
function readOn([of, which, limit, change]: [User, number, number, number]): Step {
  return step(`read ${limit} of ${of} from ${which}, changed by ${change}`, async (model, real) => {
    const own = model.seen.filter((seen) => seen.user === of)
    const seen = own[which % Math.max(own.length, 1)]
    if (seen === undefined) return
    const { at } = seen
    const changes = [at, at, { ...at, id: null }, { ...at, id: 'strange' }, { ...at, seq: at.seq + 1 }]
    const after = changes[change] ?? { ...at, epoch: at.epoch + 1e15 }
    const expected = after.epoch === at.epoch ? verdict(model, seen, after) : 'history-changed'
    await expectRead(model, real, { of, after, limit, expected })
  })
}

function verdict(model: Model, { user: of, losses }: Seen, after: Position): 'events' | Gone['gone'] {
  const log = model.logs[of]
  if (losses !== model.losses || after.seq > log.head) return 'history-changed'
  if (after.seq < log.dropped) return 'retention'
  const there = log.idAt(after.seq)
  return after.id === null || there === null || there === after.id ? 'events' : 'history-changed'
}

interface Reading {
  readonly of: User
  readonly after: Position
  readonly limit: number
  readonly expected: 'events' | Gone['gone']
}

async function expectRead(model: Model, real: Real, { of, after, limit, expected }: Reading): Promise<void> {
  const log = model.logs[of]
  const answer = await real.storage.store.read(of, after, limit)
  const from = after.epoch === 0 ? log.dropped : after.seq
  const rest = log.entries.slice(from - log.dropped).map((entry, index) => [from + 1 + index, entry.id, entry.id, of])
  const begins = [log.dropped, log.lastDropped]
  expect(shown(answer)).toEqual(expected === 'events' ? rest.slice(0, limit) : [expected, ...begins])
  for (const at of Array.isArray(answer) ? answer : []) see(model, of, { epoch: at.epoch, seq: at.seq, id: at.id })
}

function shown(answer: StoredEvent[] | Gone): unknown[] {
  if (!Array.isArray(answer)) return [answer.gone, answer.oldest.seq, answer.oldest.id]
  return answer.map(({ seq, id: at, event }) => [seq, at, event.id, event.userId])
}

function pass(milliseconds: number): Step {
  return step(`pass ${milliseconds} ms`, async (model, real) => {
    await real.storage.pass(milliseconds)
    for (const name of USERS) model.logs[name].pass(milliseconds)
  })
}

function listen(to: User): Step {
  return step(`listen to ${to}`, async (_, real) => {
    const woken = vi.fn<() => void>()
    real.listeners.push({ user: to, woken, stop: real.storage.store.subscribe(to, woken) })
  })
}

/** Notes a position; all of one user between two losses are of one epoch, and later ones of a later epoch. */
function see(model: Model, of: User, at: Position): void {
  for (const earlier of model.seen.filter((seen) => seen.user === of)) {
    if (earlier.losses === model.losses) expect(at.epoch).toBe(earlier.at.epoch)
    else expect(at.epoch).toBeGreaterThan(earlier.at.epoch)
  }
  model.seen.push({ user: of, losses: model.losses, at })
}
