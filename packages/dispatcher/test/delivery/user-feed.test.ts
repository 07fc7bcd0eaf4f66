import { describe, expect, it } from 'vitest'
import { UserFeed } from '../../src/delivery/user-feed.js'
import { WakeRounds, type Wakeable } from '../../src/delivery/wake-rounds.js'
import { FROM_OLDEST, type StoredEvent } from '../../src/events/store.js'
import { MemoryEventStore } from '../../src/index.js'
import { eventOf } from '../support/delivery.js'

class Sleeper implements Wakeable {
  wakes = 0

  wake(): void {
    this.wakes += 1
  }
}

function feedWith(readers: number): { store: MemoryEventStore; feed: UserFeed<Sleeper>; sleepers: Sleeper[] } {
  const store = new MemoryEventStore()
  const feed = new UserFeed<Sleeper>(store, 'ada', new WakeRounds())
  const sleepers = Array.from({ length: readers }, () => new Sleeper())
  for (const sleeper of sleepers) feed.readers.add(sleeper)
  return { store, feed, sleepers }
}

describe('read()', () => {
  it('is one question to the store for all who ask for the same at the same time', async () => {
    const { store, feed } = feedWith(2)
    await store.append('ada', eventOf('ada'))
    const first = feed.read(FROM_OLDEST, 10)
    expect(feed.read({ ...FROM_OLDEST }, 10)).toBe(first)
    expect(feed.read(FROM_OLDEST, 9)).not.toBe(first)
    expect(feed.read({ epoch: 0, seq: 0, id: 'x' }, 10)).not.toBe(first)
    expect(await first).toHaveLength(1)
    expect(feed.read(FROM_OLDEST, 10)).not.toBe(first)
  })

  it('is another question once something was appended, since the answer under way may not hold it', async () => {
    const { store, feed } = feedWith(2)
    const before = feed.read(FROM_OLDEST, 10)
    void store.append('ada', eventOf('ada'))
    const after = feed.read(FROM_OLDEST, 10)
    expect(await before).toHaveLength(0)
    expect(await after).toHaveLength(1)
  })

  it('that fails is asked again by the next one', async () => {
    const { store, feed } = feedWith(2)
    const read = store.read.bind(store)
    store.read = () => Promise.reject(new Error('away'))
    const failed = feed.read(FROM_OLDEST, 10)
    await expect(failed).rejects.toThrow('away')
    store.read = read
    expect(await feed.read(FROM_OLDEST, 10)).toEqual([])
  })
})

describe('textOf()', () => {
  it('makes the same frame for one reader and for many, once for all of those', async () => {
    const event = eventOf('ada', { text: 'ä "quoted"' })
    const stored: StoredEvent = { epoch: 3, seq: 7, id: event.id, event }
    let reads = 0
    const counted: StoredEvent = {
      ...stored,
      event: { ...event, toJSON: () => ((reads += 1), event) } as unknown as StoredEvent['event'],
    }
    const [one, many] = [feedWith(1).feed, feedWith(2).feed]
    expect(JSON.parse(one.textOf(stored))).toEqual({ t: 'event', epoch: 3, seq: 7, event })
    expect(many.textOf(stored)).toBe(one.textOf(stored))
    expect(many.textOf(counted)).toBe(many.textOf(counted))
    expect(reads).toBe(1)
  })
})

describe('the rounds', () => {
  it('wake each reader once for all that is appended in a turn, and again for what comes later', async () => {
    const { store, sleepers } = feedWith(2)
    for (let count = 0; count < 50; count += 1) await store.append('ada', eventOf('ada'))
    expect(sleepers.map(({ wakes }) => wakes)).toEqual([0, 0])
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(sleepers.map(({ wakes }) => wakes)).toEqual([1, 1])
    await store.append('ada', eventOf('ada'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(sleepers.map(({ wakes }) => wakes)).toEqual([2, 2])
  })

  it('wake nobody once the feed is closed', async () => {
    const { store, feed, sleepers } = feedWith(1)
    feed.close()
    await store.append('ada', eventOf('ada'))
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(sleepers[0]?.wakes).toBe(0)
  })
})
