import { describe, expect, it, onTestFinished } from 'vitest'
import { FROM_OLDEST } from '../../src/events/store.js'
import {
  type AgentEvent,
  type EventStore,
  EventStoreError,
  type Position,
  type RetentionOptions,
} from '../../src/index.js'
import { eventOf, eventsOf, fill, goneOf, readIds, type Storage, type StoreKind } from './store-kinds.js'
import { describeAgreement } from './store-model.js'
import { describeClosing, describeListening, describeRetention, describeTwoStores } from './store-suite-lasting.js'

/** What every `EventStore` does, whatever it keeps its events in. */
export function describeStore(kind: StoreKind): void {
  const storageOf = async (options?: RetentionOptions): Promise<Storage> => {
    const storage = await kind.newStorage(options)
    onTestFinished(() => storage.remove())
    return storage
  }
  const storeOf = async (options?: RetentionOptions): Promise<EventStore> => (await storageOf(options)).store

  describe(`a ${kind.name}`, () => {
    describeAgreement(kind)
    describeAppending(storeOf)
    describeReading(storeOf, storageOf)
    describeRetention(storageOf)
    describeListening(storeOf)
    describeClosing(storeOf)
    describeTwoStores(storageOf)
  })
}

type StoreOf = (options?: RetentionOptions) => Promise<EventStore>
type StorageOf = (options?: RetentionOptions) => Promise<Storage>

function describeAppending(storeOf: StoreOf): void {
  describe('append()', () => {
    it('numbers the events of each user 1, 2, 3 within one epoch, with the id of the event', async () => {
      const store = await storeOf()
      const positions = await fill(store, ['a', 'b', 'c'])
      const other = await store.append('u-2', eventOf('d'))
      expect(positions.map(({ seq, id }) => [seq, id])).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ])
      expect(other).toMatchObject({ seq: 1, id: 'd' })
      expect(new Set(positions.map(({ epoch }) => epoch)).size).toBe(1)
      expect(Number.isSafeInteger(positions[0]?.epoch)).toBe(true)
    })

    it('stores events in the order of the calls, when none waits for the one before', async () => {
      const store = await storeOf()
      const ids = Array.from({ length: 250 }, (_, index) => `e-${index}`)
      const positions = await Promise.all(ids.map((id) => store.append('u-1', eventOf(id))))
      expect(positions.map(({ seq }) => seq)).toEqual(ids.map((_, index) => index + 1))
      expect(await readIds(store, FROM_OLDEST, 1_000)).toEqual(ids)
    })

    it('stores the same event id once, and answers with its place', async () => {
      const store = await storeOf()
      const [first] = await fill(store, ['a', 'b'])
      expect(await store.append('u-1', eventOf('a'))).toEqual(first)
      expect(await readIds(store, FROM_OLDEST)).toEqual(['a', 'b'])
      expect(await store.append('u-2', eventOf('a'))).toMatchObject({ seq: 1, id: 'a' })
    })

    it('stores an id again once the first one is no longer kept', async () => {
      const store = await storeOf({ maxEvents: 2 })
      await fill(store, ['a', 'b', 'c'])
      expect(await store.append('u-1', eventOf('a'))).toMatchObject({ seq: 4, id: 'a' })
    })

    it('keeps whatever characters an event has, in its id too', async () => {
      const store = await storeOf()
      for (const text of ODD_TEXTS) {
        const event = eventOf(text)
        expect(await store.append('u-1', event)).toMatchObject({ id: text })
        expect(await store.head('u-1')).toMatchObject({ id: text })
      }
      expect(eventsOf(await store.read('u-1', FROM_OLDEST, 100)).map(({ id }) => id)).toEqual(ODD_TEXTS)
      expect(eventsOf(await store.read('u-1', FROM_OLDEST, 1))[0]?.event.payload).toEqual(eventOf(ODD_TEXTS[0]).payload)
    })

    it('keeps users apart whose ids differ in one odd character', async () => {
      const store = await storeOf()
      for (const userId of ODD_TEXTS) await store.append(userId, eventOf('e', userId))
      for (const userId of ODD_TEXTS) {
        const events = eventsOf(await store.read(userId, FROM_OLDEST, 100))
        expect(events.map(({ event }) => event.payload)).toEqual([eventOf('e', userId).payload])
      }
    })

    it.each([1, 7, undefined, null, '', 'x'.repeat(257), {}])('refuses an event with the id %j', async (id) => {
      const store = await storeOf()
      const event = { ...eventOf('a'), id } as unknown as AgentEvent
      await expect(store.append('u-1', event)).rejects.toThrow(TypeError)
      await expect(store.append('u-1', event)).rejects.toThrow(
        /^The id of an event must be a non-empty string of at most 256 characters; received /u,
      )
      expect(await store.head('u-1')).toMatchObject({ seq: 0 })
      expect(await store.append('u-1', eventOf('x'.repeat(256)))).toMatchObject({ seq: 1 })
    })

    it.each([undefined, null, 'event'])('refuses %j as an event', async (event) => {
      const store = await storeOf()
      await expect(store.append('u-1', event as never)).rejects.toThrow(TypeError)
    })

    it('keeps an event that JSON cannot hold, or says that it does not', async () => {
      const store = await storeOf()
      const event = { ...eventOf('a'), payload: { size: 7n } } as unknown as AgentEvent
      const outcome = await store.append('u-1', event).then(
        async () => eventsOf(await store.read('u-1', FROM_OLDEST, 1))[0]?.event,
        (cause: unknown) => cause,
      )
      const why = new TypeError('Do not know how to serialize a BigInt')
      const said = `The event "a" cannot be kept, since it is no JSON: ${why.message}.`
      expect([event, new EventStoreError(said, why)]).toContainEqual(outcome)
      expect(await store.append('u-1', eventOf('b'))).toMatchObject({ id: 'b' })
    })

    it('refuses an empty user id', async () => {
      const store = await storeOf()
      await expect(store.append('', eventOf('a', 'u'))).rejects.toThrow(
        'userId must be a non-empty string; received "".',
      )
      await expect(store.head('')).rejects.toThrow(TypeError)
      await expect(store.read('', FROM_OLDEST, 1)).rejects.toThrow(TypeError)
      expect(() => store.subscribe('', () => undefined)).toThrow(TypeError)
    })
  })
}

/** Each is another user's id, and an event's. */
const ODD_TEXTS: readonly [string, ...string[]] = [
  'a',
  'a:log',
  '{a}',
  'a}',
  '}{',
  'a\0',
  'a\0b',
  '\ud800',
  '\udfff',
  '\ufffd',
  '\\ud800',
  'ä',
  'a\u0308',
  '%61',
  '=a',
  '👩‍🔬',
  '"',
  "'; DROP TABLE switchyard_events; --",
]

function describeReading(storeOf: StoreOf, storageOf: StorageOf): void {
  describe('head()', () => {
    it('is the position of the last event, and seq 0 without an id at an empty log', async () => {
      const store = await storeOf()
      const empty = await store.head('u-1')
      expect([empty.seq, empty.id]).toEqual([0, null])
      const positions = await fill(store, ['a', 'b'])
      expect(await store.head('u-1')).toEqual(positions[1])
      expect(empty.epoch).toBe(positions[0]?.epoch)
    })

    it('lies behind what was appended before it was asked for, and before what is appended after', async () => {
      const store = await storeOf()
      const appended = [store.append('u-1', eventOf('a')), store.append('u-1', eventOf('b'))]
      const head = store.head('u-1')
      appended.push(store.append('u-1', eventOf('c')))
      await Promise.all(appended)
      expect(await head).toMatchObject({ seq: 2, id: 'b' })
    })
  })

  describe('read()', () => {
    it('gives what follows a position, oldest first, at most the limit', async () => {
      const store = await storeOf()
      const [a = FROM_OLDEST, b = FROM_OLDEST] = await fill(store, ['a', 'b', 'c', 'd'])
      expect(await readIds(store, FROM_OLDEST)).toEqual(['a', 'b', 'c', 'd'])
      expect(await readIds(store, a)).toEqual(['b', 'c', 'd'])
      expect(await readIds(store, b, 1)).toEqual(['c'])
      expect(await readIds(store, await store.head('u-1'))).toEqual([])
      expect(await readIds(store, a, Infinity)).toEqual(['b', 'c', 'd'])
      for (const limit of [0, -1, Number.NaN]) expect(await readIds(store, a, limit)).toEqual([])
      const event = eventOf('b')
      await store.append('u-3', event)
      const [stored] = eventsOf(await store.read('u-3', FROM_OLDEST, 1))
      expect(stored).toEqual({ ...(await store.head('u-3')), event })
    })

    it("never gives another user's events", async () => {
      const store = await storeOf()
      const [mine = FROM_OLDEST] = await fill(store, ['a', 'b'], 'u-1')
      await fill(store, ['x', 'y'], 'u-2')
      expect(await readIds(store, FROM_OLDEST, 100, 'u-1')).toEqual(['a', 'b'])
      expect(await readIds(store, FROM_OLDEST, 100, 'u-2')).toEqual(['x', 'y'])
      expect(await readIds(store, FROM_OLDEST, 100, 'u-3')).toEqual([])
      expect(await store.read('u-2', mine, 100)).toMatchObject({ gone: 'history-changed' })
    })

    it('goes on from the beginning of a log that was empty', async () => {
      const store = await storeOf()
      const beginning = await store.head('u-1')
      expect(await readIds(store, beginning)).toEqual([])
      await fill(store, ['a'])
      expect(await readIds(store, beginning)).toEqual(['a'])
    })

    it('does not check an id of null', async () => {
      const store = await storeOf()
      const [a = FROM_OLDEST] = await fill(store, ['a', 'b'])
      expect(await readIds(store, { ...a, id: null })).toEqual(['b'])
    })

    it.each<[string, (at: Position) => Position]>([
      ['another epoch', (at) => ({ ...at, epoch: at.epoch - 1 })],
      ['a later epoch', (at) => ({ ...at, epoch: at.epoch + 1 })],
      ['another id at that place', (at) => ({ ...at, id: 'stranger' })],
      ['a place that is not there yet', (at) => ({ ...at, seq: at.seq + 10 })],
      ['a place between two', (at) => ({ ...at, seq: at.seq - 0.5 })],
      ['no number', (at) => ({ ...at, seq: Number.NaN })],
      ['no number for an epoch', (at) => ({ ...at, epoch: Number.NaN })],
      ['a place beyond all numbers', (at) => ({ ...at, seq: 1e300 })],
    ])('says history-changed for a cursor of %s, and where the kept ones begin', async (_, change) => {
      const store = await storeOf()
      const [, b = FROM_OLDEST] = await fill(store, ['a', 'b', 'c'])
      const answer = goneOf(await store.read('u-1', change(b), 100))
      expect(answer).toMatchObject({ gone: 'history-changed', oldest: { seq: 0 } })
      expect(await readIds(store, answer.oldest)).toEqual(['a', 'b', 'c'])
    })

    it('says history-changed for a cursor of before everything was lost, in a later epoch', async () => {
      const storage = await storageOf()
      const [a = FROM_OLDEST, b = FROM_OLDEST] = await fill(storage.store, ['a', 'b'])
      await storage.lose()
      expect(await storage.store.read('u-1', b, 100)).toMatchObject({ gone: 'history-changed' })
      const [again] = await fill(storage.store, ['a', 'b', 'c'])
      expect(again?.epoch).toBeGreaterThan(a.epoch)
      for (const cursor of [a, b, { ...a, id: null }, { ...a, seq: 0, id: null }]) {
        expect(await storage.store.read('u-1', cursor, 100)).toMatchObject({ gone: 'history-changed' })
      }
    })
  })
}
