import { describe, expect, it, vi } from 'vitest'
import { FROM_OLDEST } from '../../src/events/store.js'
import { type EventStore, EventStoreError, type RetentionOptions } from '../../src/index.js'
import { eventOf, eventsOf, fill, readIds, type Storage } from './store-kinds.js'

type StoreOf = (options?: RetentionOptions) => Promise<EventStore>
type StorageOf = (options?: RetentionOptions) => Promise<Storage>

/** What is dropped, and how that shows. */
export function describeRetention(storageOf: StorageOf): void {
  describe('the retention', () => {
    it('keeps the last maxEvents of each user', async () => {
      const { store } = await storageOf({ maxEvents: 3 })
      const [a = FROM_OLDEST, b = FROM_OLDEST] = await fill(store, ['a', 'b', 'c', 'd', 'e'])
      await fill(store, ['x'], 'u-2')
      expect(await readIds(store, FROM_OLDEST)).toEqual(['c', 'd', 'e'])
      expect(await readIds(store, FROM_OLDEST, 100, 'u-2')).toEqual(['x'])
      expect(await store.read('u-1', a, 100)).toEqual({ gone: 'retention', oldest: b })
      expect(await readIds(store, b)).toEqual(['c', 'd', 'e'])
    })

    it('keeps 1,000 events for 24 hours by default', async () => {
      const storage = await storageOf()
      const ids = Array.from({ length: 1_001 }, (_, index) => `e-${index}`)
      await Promise.all(ids.map((id) => storage.store.append('u-1', eventOf(id))))
      expect(await readIds(storage.store, FROM_OLDEST, 2_000)).toHaveLength(1_000)
      await storage.pass(86_300_000)
      expect(await readIds(storage.store, FROM_OLDEST, 2_000)).toHaveLength(1_000)
      await storage.pass(200_000)
      expect(await readIds(storage.store, FROM_OLDEST, 2_000)).toEqual([])
    })

    it('drops what is older than maxAgeMs, says so to a cursor before it, and goes on counting', async () => {
      const storage = await storageOf({ maxAgeMs: 100_000 })
      const { store } = storage
      const [a = FROM_OLDEST, b = FROM_OLDEST] = await fill(store, ['a', 'b'])
      await storage.pass(60_000)
      const [c = FROM_OLDEST] = await fill(store, ['c'])
      await storage.pass(60_000)
      expect(await readIds(store, FROM_OLDEST)).toEqual(['c'])
      expect(await store.read('u-1', a, 100)).toEqual({ gone: 'retention', oldest: b })
      await storage.pass(60_000)
      expect(await readIds(store, c)).toEqual([])
      expect(await store.head('u-1')).toEqual(c)
      expect(await store.append('u-1', eventOf('d'))).toMatchObject({ seq: 4 })
    })

    it.each([0, -1, Number.NaN, '10'])('refuses %j as a limit', async (value) => {
      const limit = value as number
      await expect(storageOf({ maxEvents: limit })).rejects.toThrow(TypeError)
      await expect(storageOf({ maxAgeMs: limit })).rejects.toThrow(`maxAgeMs must be a number above 0`)
    })
  })
}

/** Who is told of an append. */
export function describeListening(storeOf: StoreOf): void {
  describe('subscribe()', () => {
    it("calls back after each append to the user's log, and not after it is told to stop", async () => {
      const store = await storeOf()
      const first = vi.fn<() => void>()
      const second = vi.fn<() => void>()
      const stop = store.subscribe('u-1', first)
      store.subscribe('u-1', second)
      await settled(store)
      for (const id of ['a', 'b']) {
        first.mockClear()
        second.mockClear()
        await fill(store, [id])
        await vi.waitFor(() => expect([first, second].every((listener) => listener.mock.calls.length > 0)).toBe(true))
      }
      stop()
      stop()
      first.mockClear()
      second.mockClear()
      await fill(store, ['c'])
      await vi.waitFor(() => expect(second).toHaveBeenCalled())
      expect(first).not.toHaveBeenCalled()
    })

    it('does not call back for an event that is stored already, nor for another user', async () => {
      const store = await storeOf()
      await fill(store, ['a'])
      const onAppend = vi.fn<() => void>()
      store.subscribe('u-1', onAppend)
      await vi.waitFor(async () => {
        onAppend.mockClear()
        await fill(store, ['a'])
        await fill(store, ['b'], 'u-2')
        await settled(store)
        expect(onAppend).not.toHaveBeenCalled()
      })
    })

    it('takes the same function twice for two subscriptions', async () => {
      const store = await storeOf()
      const onAppend = vi.fn<() => void>()
      const stop = store.subscribe('u-1', onAppend)
      store.subscribe('u-1', onAppend)
      stop()
      await settled(store)
      onAppend.mockClear()
      await fill(store, ['a'])
      await vi.waitFor(() => expect(onAppend).toHaveBeenCalled())
    })

    it('stores the event and wakes the others when a listener throws', async () => {
      const store = await storeOf()
      const woken = vi.fn<() => void>()
      store.subscribe('u-1', () => {
        throw new Error('no')
      })
      store.subscribe('u-1', woken)
      await expect(store.append('u-1', eventOf('a'))).resolves.toMatchObject({ seq: 1 })
      await vi.waitFor(() => expect(woken).toHaveBeenCalled())
    })
  })
}

/** Until a listener hears of an append: those who subscribed before hear too. */
async function settled(store: EventStore): Promise<void> {
  const heard = vi.fn<() => void>()
  const stop = store.subscribe('somebody', heard)
  await store.append('somebody', eventOf(`e-${performance.now()}`))
  await vi.waitFor(() => expect(heard).toHaveBeenCalled())
  stop()
}

/** The end of a store. */
export function describeClosing(storeOf: StoreOf): void {
  describe('close()', () => {
    it('waits for what was appended, refuses what comes later, and may be called twice', async () => {
      const store = await storeOf()
      const appended = store.append('u-1', eventOf('a'))
      await store.close()
      await store.close()
      expect(await appended).toMatchObject({ seq: 1 })
      for (const late of [store.append('u-1', eventOf('b')), store.head('u-1'), store.read('u-1', FROM_OLDEST, 1)]) {
        await expect(late).rejects.toThrow(EventStoreError)
        await expect(late).rejects.toThrow('closed')
      }
      expect(() => store.subscribe('u-1', () => undefined)).toThrow('closed')
    })
  })
}

function anotherOn(storage: Storage): EventStore {
  if (storage.another === undefined) throw new Error('unreachable: those without are skipped')
  return storage.another()
}

/** What two stores on one storage see of each other. */
export function describeTwoStores(storageOf: StorageOf): void {
  describe('two stores on one storage', () => {
    it('number the events that both append at once without a gap, and lose none', async (context) => {
      const storage = await storageOf()
      context.skip(storage.another === undefined, 'has no storage that two could share')
      const stores = [storage.store, anotherOn(storage)]
      const ids = Array.from({ length: 300 }, (_, index) => `e-${index}`)
      const appended = ids.map((id, index) => (stores[index % 2] ?? storage.store).append('u-1', eventOf(id)))
      const sorted = (await Promise.all(appended)).map(({ seq }) => seq).toSorted((one, other) => one - other)
      expect(sorted).toEqual(ids.map((_, index) => index + 1))
      for (const store of stores) {
        const events = eventsOf(await store.read('u-1', FROM_OLDEST, 1_000))
        expect(events.map(({ seq }) => seq)).toEqual(sorted)
        expect(events.map(({ event }) => event.id).toSorted()).toEqual(ids.toSorted())
      }
    })

    it('store one event once, when both append it', async (context) => {
      const storage = await storageOf()
      context.skip(storage.another === undefined, 'has no storage that two could share')
      const stores = [storage.store, anotherOn(storage)]
      const positions = await Promise.all(stores.map((store) => store.append('u-1', eventOf('a'))))
      expect(positions[0]).toEqual(positions[1])
      expect(await readIds(storage.store, FROM_OLDEST)).toEqual(['a'])
    })

    it("wake the listeners of each other's appends", async (context) => {
      const storage = await storageOf()
      context.skip(storage.another === undefined, 'has no storage that two could share')
      const another = anotherOn(storage)
      const onAppend = vi.fn<() => void>()
      another.subscribe('u-1', onAppend)
      await vi.waitFor(async () => {
        onAppend.mockClear()
        await settled(another)
        expect(onAppend).not.toHaveBeenCalled()
      })
      await fill(storage.store, ['a'])
      await vi.waitFor(() => expect(onAppend).toHaveBeenCalled())
      expect(await readIds(another, FROM_OLDEST)).toEqual(['a'])
    })
  })
}
