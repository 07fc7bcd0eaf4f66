import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEvent } from '../../src/events/event.js'
import {
  type AgentEvent,
  type EventStore,
  type Gone,
  MemoryEventStore,
  type Position,
  type StoredEvent,
} from '../../src/index.js'
import { FROM_OLDEST } from '../../src/events/store.js'
import { contextOf } from '../support/requests.js'

const context = contextOf()

function eventOf(id: string): AgentEvent {
  return createEvent(context, 'agent_started', {}, undefined, id)
}

async function fill(store: EventStore, ids: readonly string[], userId = 'u-1'): Promise<Position[]> {
  const positions: Position[] = []
  for (const id of ids) positions.push(await store.append(userId, eventOf(id)))
  return positions
}

async function readIds(store: EventStore, after: Position, limit = 100, userId = 'u-1'): Promise<(string | null)[]> {
  return eventsOf(await store.read(userId, after, limit)).map((stored) => stored.id)
}

function eventsOf(answer: StoredEvent[] | Gone): StoredEvent[] {
  if (Array.isArray(answer)) return answer
  throw new Error(`gone: ${answer.gone}`)
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-03-01T12:00:00.000Z') })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('append()', () => {
  it('numbers the events of each user 1, 2, 3 within one epoch, with the id of the event', async () => {
    const store = new MemoryEventStore()
    const positions = await fill(store, ['a', 'b', 'c'])
    const other = await store.append('u-2', eventOf('d'))
    expect(positions.map(({ seq, id }) => [seq, id])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
    expect(other).toMatchObject({ seq: 1, id: 'd' })
    expect(new Set([...positions, other].map(({ epoch }) => epoch)).size).toBe(1)
    expect(Number.isInteger(other.epoch)).toBe(true)
  })

  it('stores the same event id once, and answers with its place', async () => {
    const store = new MemoryEventStore()
    const [first] = await fill(store, ['a', 'b'])
    expect(await store.append('u-1', eventOf('a'))).toEqual(first)
    expect(await readIds(store, FROM_OLDEST)).toEqual(['a', 'b'])
    expect(await store.append('u-2', eventOf('a'))).toMatchObject({ seq: 1, id: 'a' })
  })

  it('stores an id again once the first one is no longer kept', async () => {
    const store = new MemoryEventStore({ maxEvents: 2 })
    await fill(store, ['a', 'b', 'c'])
    expect(await store.append('u-1', eventOf('a'))).toMatchObject({ seq: 4, id: 'a' })
  })
})

describe('head()', () => {
  it('is the position of the last event, and seq 0 without an id at an empty log', async () => {
    const store = new MemoryEventStore()
    const empty = await store.head('u-1')
    expect([empty.seq, empty.id]).toEqual([0, null])
    const positions = await fill(store, ['a', 'b'])
    expect(await store.head('u-1')).toEqual(positions[1])
    expect(empty.epoch).toBe(positions[0]?.epoch)
  })

  it('stays where it was when every event is too old to be kept', async () => {
    const store = new MemoryEventStore({ maxAgeMs: 1_000 })
    const [, last] = await fill(store, ['a', 'b'])
    vi.advanceTimersByTime(2_000)
    expect(await readIds(store, FROM_OLDEST)).toEqual([])
    expect(await store.head('u-1')).toEqual(last)
    expect(await store.append('u-1', eventOf('c'))).toMatchObject({ seq: 3 })
  })
})

describe('read()', () => {
  it('gives what follows a position, oldest first, at most the limit', async () => {
    const store = new MemoryEventStore()
    const [a, b] = await fill(store, ['a', 'b', 'c', 'd'])
    if (a === undefined || b === undefined) throw new Error('unreachable: four were appended')
    expect(await readIds(store, FROM_OLDEST)).toEqual(['a', 'b', 'c', 'd'])
    expect(await readIds(store, a)).toEqual(['b', 'c', 'd'])
    expect(await readIds(store, b, 1)).toEqual(['c'])
    expect(await readIds(store, await store.head('u-1'))).toEqual([])
    const [stored] = eventsOf(await store.read('u-1', a, 1))
    expect(stored).toEqual({ ...b, event: eventOf('b') })
  })

  it("never gives another user's events", async () => {
    const store = new MemoryEventStore()
    const [mine] = await fill(store, ['a', 'b'], 'u-1')
    await fill(store, ['x', 'y'], 'u-2')
    expect(await readIds(store, FROM_OLDEST, 100, 'u-1')).toEqual(['a', 'b'])
    expect(await readIds(store, FROM_OLDEST, 100, 'u-2')).toEqual(['x', 'y'])
    expect(await readIds(store, FROM_OLDEST, 100, 'u-3')).toEqual([])
    expect(await store.read('u-2', mine ?? FROM_OLDEST, 100)).toMatchObject({ gone: 'history-changed' })
  })

  it('goes on from the beginning of a log that was empty', async () => {
    const store = new MemoryEventStore()
    const beginning = await store.head('u-1')
    expect(await readIds(store, beginning)).toEqual([])
    await fill(store, ['a'])
    expect(await readIds(store, beginning)).toEqual(['a'])
  })

  it('does not check an id of null', async () => {
    const store = new MemoryEventStore()
    const [a] = await fill(store, ['a', 'b'])
    expect(await readIds(store, { epoch: a?.epoch ?? 0, seq: 1, id: null })).toEqual(['b'])
  })

  it.each<[string, (at: Position) => Position]>([
    ['another epoch', (at) => ({ ...at, epoch: at.epoch - 1 })],
    ['a later epoch', (at) => ({ ...at, epoch: at.epoch + 1 })],
    ['another id at that place', (at) => ({ ...at, id: 'stranger' })],
    ['a place that is not there yet', (at) => ({ ...at, seq: at.seq + 10 })],
    ['a place between two', (at) => ({ ...at, seq: at.seq - 0.5 })],
    ['no number', (at) => ({ ...at, seq: Number.NaN })],
  ])('says history-changed for a cursor of %s, and where the kept ones begin', async (_, change) => {
    const store = new MemoryEventStore()
    const [, b] = await fill(store, ['a', 'b', 'c'])
    const answer = await store.read('u-1', change(b ?? FROM_OLDEST), 100)
    expect(answer).toMatchObject({ gone: 'history-changed', oldest: { seq: 0 } })
    if (Array.isArray(answer)) throw new Error('unreachable: it is gone')
    expect(await readIds(store, answer.oldest)).toEqual(['a', 'b', 'c'])
  })

  it('knows the cursors of another store for another history', async () => {
    const first = new MemoryEventStore()
    const [a] = await fill(first, ['a', 'b'])
    const second = new MemoryEventStore()
    await fill(second, ['a', 'b'])
    expect((await second.head('u-1')).epoch).toBeGreaterThan(a?.epoch ?? Infinity)
    expect(await second.read('u-1', a ?? FROM_OLDEST, 100)).toMatchObject({ gone: 'history-changed' })
  })
})

describe('the retention of a MemoryEventStore', () => {
  it('keeps the last maxEvents of each user', async () => {
    const store = new MemoryEventStore({ maxEvents: 3 })
    const [a, b] = await fill(store, ['a', 'b', 'c', 'd', 'e'])
    await fill(store, ['x'], 'u-2')
    expect(await readIds(store, FROM_OLDEST)).toEqual(['c', 'd', 'e'])
    expect(await readIds(store, FROM_OLDEST, 100, 'u-2')).toEqual(['x'])
    expect(await store.read('u-1', a ?? FROM_OLDEST, 100)).toEqual({ gone: 'retention', oldest: b })
    expect(await readIds(store, b ?? FROM_OLDEST)).toEqual(['c', 'd', 'e'])
  })

  it('keeps 1,000 events for 24 hours by default', async () => {
    const store = new MemoryEventStore()
    await fill(
      store,
      Array.from({ length: 1_001 }, (_, index) => `e-${index}`),
    )
    expect(await readIds(store, FROM_OLDEST, 2_000)).toHaveLength(1_000)
    vi.advanceTimersByTime(86_400_000)
    expect(await readIds(store, FROM_OLDEST, 2_000)).toHaveLength(1_000)
    vi.advanceTimersByTime(1)
    expect(await readIds(store, FROM_OLDEST, 2_000)).toEqual([])
  })

  it('drops what is older than maxAgeMs, and says so to a cursor before it', async () => {
    const store = new MemoryEventStore({ maxAgeMs: 1_000 })
    const [a] = await fill(store, ['a', 'b'])
    vi.advanceTimersByTime(600)
    const [c] = await fill(store, ['c'])
    vi.advanceTimersByTime(600)
    expect(await readIds(store, FROM_OLDEST)).toEqual(['c'])
    const answer = await store.read('u-1', a ?? FROM_OLDEST, 100)
    expect(answer).toMatchObject({ gone: 'retention', oldest: { seq: 2, id: 'b' } })
    vi.advanceTimersByTime(600)
    expect(await readIds(store, c ?? FROM_OLDEST)).toEqual([])
  })

  it.each([0, -1, Number.NaN, '10'])('refuses %j as a limit', (value) => {
    const limit = value as number
    expect(() => new MemoryEventStore({ maxEvents: limit })).toThrow(TypeError)
    expect(() => new MemoryEventStore({ maxAgeMs: limit })).toThrow(`maxAgeMs must be a number above 0`)
  })
})

describe('subscribe() of a store', () => {
  it("calls back after each append to the user's log, and not after it is told to stop", async () => {
    const store = new MemoryEventStore()
    const woken: string[] = []
    const stop = store.subscribe('u-1', () => woken.push('first'))
    store.subscribe('u-1', () => woken.push('second'))
    await fill(store, ['a'], 'u-1')
    await fill(store, ['b'], 'u-2')
    expect(woken).toEqual(['first', 'second'])
    stop()
    stop()
    await fill(store, ['c'], 'u-1')
    expect(woken).toEqual(['first', 'second', 'second'])
  })

  it('does not call back for an event that is stored already', async () => {
    const store = new MemoryEventStore()
    await fill(store, ['a'])
    const onAppend = vi.fn<() => void>()
    store.subscribe('u-1', onAppend)
    await fill(store, ['a'])
    expect(onAppend).not.toHaveBeenCalled()
  })

  it('takes the same function twice for two subscriptions', async () => {
    const store = new MemoryEventStore()
    const onAppend = vi.fn<() => void>()
    const stop = store.subscribe('u-1', onAppend)
    store.subscribe('u-1', onAppend)
    stop()
    await fill(store, ['a'])
    expect(onAppend).toHaveBeenCalledTimes(1)
  })

  it('keeps a log that was listened to and left when it has events', async () => {
    const store = new MemoryEventStore()
    const stop = store.subscribe('u-1', () => undefined)
    await fill(store, ['a'])
    stop()
    expect(await readIds(store, FROM_OLDEST)).toEqual(['a'])
  })

  it('stores the event and wakes the others when a listener throws', async () => {
    const store = new MemoryEventStore()
    const woken: string[] = []
    store.subscribe('u-1', () => {
      throw new Error('no')
    })
    store.subscribe('u-1', () => woken.push('second'))
    await expect(store.append('u-1', eventOf('a'))).resolves.toMatchObject({ seq: 1 })
    expect(woken).toEqual(['second'])
  })
})

describe('close()', () => {
  it('forgets everything', async () => {
    const store = new MemoryEventStore()
    await fill(store, ['a'])
    await store.close()
    expect(await readIds(store, FROM_OLDEST)).toEqual([])
  })
})
