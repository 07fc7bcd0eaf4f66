import { describe, expect, it } from 'vitest'
import { GatewayCounters } from '../../src/delivery/gateway-metrics.js'
import { LogCursor, type Outlet } from '../../src/delivery/log-cursor.js'
import { UserFeed } from '../../src/delivery/user-feed.js'
import { WakeRounds } from '../../src/delivery/wake-rounds.js'
import { FROM_OLDEST, type Gone, type Position, type StoredEvent } from '../../src/events/store.js'
import { MemoryEventStore } from '../../src/index.js'
import { eventOf } from '../support/delivery.js'
import { settleMicrotasks } from '../support/gate.js'

/** Notes what a cursor sends, and has room for as much as the test says. */
class Notes implements Outlet {
  readonly said: string[] = []
  space = 100
  /** Room that turns out not to be there. */
  mistaken = 0

  room(): number {
    return this.space === 0 ? 0 : this.space + this.mistaken
  }

  sendReady({ seq }: Position): void {
    this.said.push(`ready ${seq}`)
  }

  sendSnapshot(reason: string, { seq }: Position): void {
    this.said.push(`snapshot ${reason} ${seq}`)
  }

  sendEvents(events: readonly StoredEvent[]): number {
    const taken = events.slice(0, this.space)
    this.space -= taken.length
    this.said.push(...taken.map(({ seq }) => `event ${seq}`))
    return taken.length
  }

  broken(): void {
    this.said.push('broken')
  }
}

function cursorOver(store: MemoryEventStore): { cursor: LogCursor<{ wake(): void }>; notes: Notes } {
  const notes = new Notes()
  const feed = new UserFeed<{ wake(): void }>(store, 'ada', new WakeRounds())
  return { cursor: new LogCursor(feed, notes, new GatewayCounters()), notes }
}

async function append(store: MemoryEventStore, count: number): Promise<void> {
  for (let made = 0; made < count; made += 1) await store.append('ada', eventOf('ada'))
}

describe('LogCursor', () => {
  it.each(Array.from({ length: 16 }, (_, depth) => depth))(
    'hears a wake-up %i microtasks after it started, be it just about to rest',
    async (depth) => {
      const store = new MemoryEventStore()
      const { cursor, notes } = cursorOver(store)
      cursor.start(FROM_OLDEST)
      for (let turn = 0; turn < depth; turn += 1) await Promise.resolve()
      void store.append('ada', eventOf('ada'))
      cursor.wake()
      await settleMicrotasks()
      expect(notes.said).toEqual(['ready 0', 'event 1'])
    },
  )

  it('reads again what there was no room for, and moves on only past what was sent', async () => {
    const store = new MemoryEventStore()
    await append(store, 5)
    const { cursor, notes } = cursorOver(store)
    Object.assign(notes, { space: 2, mistaken: 2 })
    cursor.start(FROM_OLDEST)
    await settleMicrotasks()
    expect(notes.said).toEqual(['ready 0', 'event 1', 'event 2'])
    expect(cursor.fullSince).toBeTypeOf('number')
    notes.space = 9
    cursor.relieve()
    await settleMicrotasks()
    expect(notes.said.slice(3)).toEqual(['event 3', 'event 4', 'event 5'])
    expect(cursor.fullSince).toBeUndefined()
  })

  it('rests when there turns out to be no room at all, instead of reading for ever', async () => {
    const store = new MemoryEventStore()
    await append(store, 1)
    const { cursor, notes } = cursorOver(store)
    notes.space = 1
    notes.sendEvents = () => 0
    cursor.start(FROM_OLDEST)
    await settleMicrotasks()
    expect(cursor.fullSince).toBeTypeOf('number')
    expect(notes.said).toEqual(['ready 0'])
  })

  it('tells of a gap even when the store fails, or there is no room, before anything after it could be read', async () => {
    const store = new MemoryEventStore({ maxEvents: 2 })
    await append(store, 1)
    const [first] = (await store.read('ada', FROM_OLDEST, 1)) as StoredEvent[]
    await append(store, 4)
    const { cursor, notes } = cursorOver(store)
    const read = store.read.bind(store)
    let reads = 0
    store.read = (userId, after, limit): Promise<StoredEvent[] | Gone> => {
      reads += 1
      if (reads === 1) notes.space = 0
      return reads === 2 ? Promise.reject(new Error('away')) : read(userId, after, limit)
    }
    cursor.start(first)
    await settleMicrotasks()
    expect(notes.said).toEqual(['ready 1'])
    notes.space = 9
    cursor.relieve()
    await settleMicrotasks()
    expect(cursor.isFailing).toBe(true)
    cursor.retry(Infinity)
    await settleMicrotasks()
    expect(notes.said).toEqual(['ready 1', 'snapshot retention 3', 'event 4', 'event 5'])
  })
})
