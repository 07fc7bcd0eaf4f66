import { Redis } from 'ioredis'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { FROM_OLDEST } from '../../src/events/store.js'
import { RedisEventStore, type RedisEventStoreOptions } from '../../src/redis.js'
import { redisExecutable, type RedisServer, startRedis } from '../support/redis-server.js'
import { eventOf, eventsOf, fill, readIds } from './store-kinds.js'

const WITHOUT_AOF = ['--appendonly', 'no']

async function serverOf(settings?: readonly string[]): Promise<RedisServer> {
  const server = await startRedis(settings)
  onTestFinished(() => server.stop())
  return server
}

function storeOf(server: RedisServer, options: RedisEventStoreOptions = {}): RedisEventStore {
  const store = new RedisEventStore({ url: server.url, maxEvents: 1e6, ...options })
  onTestFinished(() => store.close())
  return store
}

function adminOf(server: RedisServer): Redis {
  const admin = new Redis(server.url)
  admin.on('error', () => undefined)
  onTestFinished(() => admin.disconnect())
  return admin
}

describe.skipIf(redisExecutable === undefined)('a Redis that is killed', () => {
  it('has every event that was acknowledged, without a gap and none twice, when it writes each to disk', async () => {
    const server = await serverOf()
    const store = storeOf(server)
    const acknowledged: string[] = []
    let next = 0
    const killed: number[] = []
    const appendInTurn = async () => {
      while (killed.length < 4) {
        const id = `e-${next++}`
        // Rejected or not: it is sent until it is acknowledged.
        await vi.waitFor(() => store.append('u-1', eventOf(id)), { timeout: 30_000 })
        acknowledged.push(id)
      }
    }
    const writers = Promise.all(Array.from({ length: 20 }, appendInTurn))
    while (killed.length < 4) {
      const before = acknowledged.length
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 50), { timeout: 20_000, interval: 5 })
      await server.restart()
      killed.push(acknowledged.length)
    }
    await writers
    const events = eventsOf(await store.read('u-1', FROM_OLDEST, 1e6))
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    expect(events.map(({ event }) => event.id).toSorted()).toEqual(acknowledged.toSorted())
    expect(new Set(events.map(({ epoch }) => epoch)).size).toBe(1)
  })

  it('tells the cursors of before for those of another history, when it kept nothing', async () => {
    const server = await serverOf(WITHOUT_AOF)
    const store = storeOf(server)
    store.subscribe('u-1', () => undefined)
    const positions = await fill(store, ['a', 'b', 'c'])
    await server.restart()
    const { epoch } = await store.head('u-1')
    expect(epoch).toBeGreaterThan(positions[0]?.epoch ?? Infinity)
    for (const cursor of positions) {
      expect(await store.read('u-1', cursor, 10)).toMatchObject({ gone: 'history-changed', oldest: { epoch, seq: 0 } })
    }
    await fill(store, ['a', 'b', 'c', 'd'])
    for (const cursor of positions) {
      expect(await store.read('u-1', cursor, 10)).toMatchObject({ gone: 'history-changed', oldest: { epoch, seq: 0 } })
    }
  })

  it('tells the cursors past what it kept for those of another history, when it lost the end', async () => {
    const server = await serverOf(WITHOUT_AOF)
    const store = storeOf(server)
    const [a = FROM_OLDEST, b = FROM_OLDEST] = await fill(store, ['a', 'b'])
    const admin = adminOf(server)
    await admin.save()
    const [c = FROM_OLDEST, d = FROM_OLDEST] = await fill(store, ['c', 'd'])
    await server.restart()
    const changed = { gone: 'history-changed', oldest: { epoch: a.epoch, seq: 0, id: null } }
    expect(await readIds(store, a)).toEqual(['b'])
    expect(await readIds(store, b)).toEqual([])
    for (const lost of [c, d]) expect(await store.read('u-1', lost, 10)).toEqual(changed)
    await fill(store, ['e', 'f', 'g'])
    for (const lost of [c, d]) expect(await store.read('u-1', lost, 10)).toEqual(changed)
    expect(await readIds(store, b)).toEqual(['e', 'f', 'g'])
  })

  it('wakes listeners when it is back, for what they may have missed', async () => {
    const server = await serverOf()
    const store = storeOf(server)
    const woken = vi.fn<() => void>()
    store.subscribe('u-1', woken)
    await fill(store, ['a'])
    await vi.waitFor(() => expect(woken).toHaveBeenCalled())
    await server.kill()
    woken.mockClear()
    await server.restart()
    await vi.waitFor(() => expect(woken).toHaveBeenCalled(), { timeout: 5_000 })
    woken.mockClear()
    await fill(store, ['b'])
    await vi.waitFor(() => expect(woken).toHaveBeenCalled())
  })
})

describe.skipIf(redisExecutable === undefined)('a Redis that lost part of a log', () => {
  it.each(['{u-1}', '{u-1}:log'])('begins a later epoch without the key %s, never a log with a gap', async (key) => {
    const server = await serverOf(WITHOUT_AOF)
    const store = storeOf(server, { prefix: 'p:' })
    const [a = FROM_OLDEST, b = FROM_OLDEST] = await fill(store, ['a', 'b'])
    const admin = adminOf(server)
    expect(await admin.del(`p:${key}`)).toBe(1)
    expect(await store.read('u-1', a, 10)).toMatchObject({ gone: 'history-changed', oldest: { seq: 0 } })
    const again = await store.append('u-1', eventOf('b'))
    expect(again).toMatchObject({ seq: 1, id: 'b' })
    expect(again.epoch).toBeGreaterThan(b.epoch)
  })

  it('begins a later epoch when single entries were deleted', async () => {
    const server = await serverOf(WITHOUT_AOF)
    const store = storeOf(server, { prefix: 'p:' })
    const [a = FROM_OLDEST, b = FROM_OLDEST] = await fill(store, ['a', 'b', 'c'])
    const admin = adminOf(server)
    await admin.xdel('p:{u-1}', `${b.epoch}-${b.seq}`)
    expect(await store.read('u-1', a, 10)).toMatchObject({ gone: 'history-changed' })
  })
})

describe.skipIf(redisExecutable === undefined)('a Redis that freezes', () => {
  it('answers what was asked when it goes on, and wakes listeners', async () => {
    const server = await serverOf()
    const store = storeOf(server)
    const woken = vi.fn<() => void>()
    store.subscribe('u-1', woken)
    await fill(store, ['a'])
    await vi.waitFor(() => expect(woken).toHaveBeenCalled())
    woken.mockClear()
    server.pause()
    const settled = vi.fn<() => void>()
    const appended = ['b', 'c', 'd'].map((id) => store.append('u-1', eventOf(id)).finally(settled))
    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).not.toHaveBeenCalled()
    server.resume()
    expect((await Promise.all(appended)).map(({ seq }) => seq)).toEqual([2, 3, 4])
    await vi.waitFor(() => expect(woken).toHaveBeenCalled())
  })
})

describe.skipIf(redisExecutable === undefined)('the retention by the clock of a Redis', () => {
  it('drops what is older than maxAgeMs', async () => {
    const server = await serverOf(WITHOUT_AOF)
    const store = storeOf(server, { maxAgeMs: 40 })
    const [a = FROM_OLDEST] = await fill(store, ['a', 'b'])
    await vi.waitFor(async () => expect(await readIds(store, FROM_OLDEST)).toEqual([]), { interval: 5 })
    expect(Array.isArray(await store.read('u-1', { ...a, seq: 0, id: null }, 10))).toBe(false)
  })

  it('lets the keys of a user for whom nothing happens go', async () => {
    const server = await serverOf(WITHOUT_AOF)
    const store = storeOf(server, { maxAgeMs: 30 })
    await fill(store, ['a', 'b'])
    const admin = adminOf(server)
    expect(await admin.dbsize()).toBe(2)
    await vi.waitFor(async () => expect(await admin.dbsize()).toBe(0), { interval: 5 })
  })
})
