import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { FROM_OLDEST } from '../../src/events/store.js'
import { RedisEventStore, type RedisEventStoreOptions } from '../../src/redis.js'
import { redisExecutable, type RedisServer, startRedis } from '../support/redis-server.js'
import { eventOf, fill, readIds } from './store-kinds.js'

let server: RedisServer
let admin: Redis

beforeAll(async () => {
  if (redisExecutable === undefined) return
  server = await startRedis()
  admin = new Redis(server.url)
})
beforeEach(async () => void (await admin.flushall()))
afterEach(() => void vi.useRealTimers())
afterAll(async () => {
  admin.disconnect()
  await server.stop()
})

function storeOf(options: RedisEventStoreOptions = {}): RedisEventStore {
  const store = new RedisEventStore(options.client === undefined ? { url: server.url, ...options } : options)
  onTestFinished(() => store.close())
  return store
}

async function clients(type: 'normal' | 'pubsub'): Promise<number> {
  return String(await admin.call('CLIENT', 'LIST', 'TYPE', type))
    .trim()
    .split('\n')
    .filter(Boolean).length
}

describe.skipIf(redisExecutable === undefined)('the connections of a RedisEventStore', () => {
  it('are none before the first call, then one, and one more for all who listen', async () => {
    const before = await clients('normal')
    const store = storeOf()
    expect(await clients('normal')).toBe(before)
    await fill(store, ['a'])
    expect(await clients('normal')).toBe(before + 1)
    const woken = Array.from({ length: 50 }, () => vi.fn<() => void>())
    for (const [user, listener] of woken.entries()) store.subscribe(`u-${user}`, listener)
    for (const [user] of woken.entries()) await fill(store, ['b'], `u-${user}`)
    await vi.waitFor(() => expect(woken.every((listener) => listener.mock.calls.length > 0)).toBe(true))
    expect([await clients('normal'), await clients('pubsub')]).toEqual([before + 1, 1])
    await store.close()
    await vi.waitFor(async () => expect([await clients('normal'), await clients('pubsub')]).toEqual([before, 0]))
  })

  it('leave a client that was passed in open', async () => {
    const client = new Redis(server.url)
    onTestFinished(() => client.disconnect())
    const store = storeOf({ client })
    store.subscribe('u-1', () => undefined)
    await fill(store, ['a'])
    await vi.waitFor(async () => expect(await clients('pubsub')).toBe(1))
    await store.close()
    expect(await client.ping()).toBe('PONG')
    await vi.waitFor(async () => expect(await clients('pubsub')).toBe(0))
  })

  it('come back when they are cut, and what was appended meanwhile is stored once, in order', async () => {
    const store = storeOf()
    await fill(store, ['a'])
    const appended = ['b', 'c', 'd'].map((id) => store.append('u-1', eventOf(id)))
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    appended.push(store.append('u-1', eventOf('e')))
    expect((await Promise.all(appended)).map(({ seq }) => seq)).toEqual([2, 3, 4, 5])
    expect(await readIds(store, FROM_OLDEST)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('wake every listener after a cut, since a message may have been lost in it', async () => {
    const store = storeOf()
    const woken = [vi.fn<() => void>(), vi.fn<() => void>()]
    for (const [user, listener] of woken.entries()) store.subscribe(`u-${user}`, listener)
    await fill(store, ['a'], 'u-0')
    await vi.waitFor(() => expect(woken.every((listener) => listener.mock.calls.length > 0)).toBe(true))
    for (const listener of woken) listener.mockClear()
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await vi.waitFor(() => expect(woken.every((listener) => listener.mock.calls.length > 0)).toBe(true))
  })

  it('wake every listener now and then without a message, and only while somebody listens', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const store = storeOf()
    const woken = vi.fn<() => void>()
    const stop = store.subscribe('u-1', woken)
    await fill(store, ['a'])
    await vi.waitFor(() => expect(woken).toHaveBeenCalled())
    await vi.waitFor(async () => expect(await clients('pubsub')).toBe(1))
    woken.mockClear()
    vi.advanceTimersByTime(10_000)
    expect(woken).toHaveBeenCalledTimes(1)
    stop()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('bring the news of another node while this one asks for something itself', async () => {
    const [store, another] = [storeOf(), storeOf()]
    const woken = vi.fn<() => void>()
    store.subscribe('u-1', woken)
    await fill(store, ['a'])
    await vi.waitFor(() => expect(woken).toHaveBeenCalled())
    const stopped = new AbortController()
    const asking = (async () => {
      while (!stopped.signal.aborted) await store.head('u-1')
    })()
    for (const id of ['b', 'c', 'd', 'e', 'f']) {
      woken.mockClear()
      await fill(another, [id])
      await vi.waitFor(() => expect(woken).toHaveBeenCalled())
    }
    stopped.abort()
    await asking
  })

  it('store an event once whose reply was lost on the way', async () => {
    const cable = await cableTo(server.port)
    const store = storeOf({ url: `redis://127.0.0.1:${cable.port}` })
    await fill(store, ['a'])
    cable.cutNextReply()
    expect(await store.append('u-1', eventOf('b'))).toMatchObject({ seq: 2 })
    expect(cable.cuts).toBe(1)
    expect(await readIds(store, FROM_OLDEST)).toEqual(['a', 'b'])
  })

  it('keep the order when Redis has forgotten the scripts', async () => {
    const store = storeOf()
    await fill(store, ['a'])
    await admin.script('FLUSH')
    const ids = ['b', 'c', 'd', 'e']
    const appended = ids.slice(0, 2).map((id) => store.append('u-1', eventOf(id)))
    await new Promise((resolve) => setImmediate(resolve))
    appended.push(...ids.slice(2).map((id) => store.append('u-1', eventOf(id))))
    await Promise.all(appended)
    expect(await readIds(store, FROM_OLDEST)).toEqual(['a', ...ids])
  })
})

/** A cable to Redis that can be cut just when the next reply comes along it: Redis has done its work, nobody hears of it. */
async function cableTo(port: number): Promise<{ port: number; cuts: number; cutNextReply(): void }> {
  let cutting = false
  const sockets = new Set<Socket>()
  const cable = { port: 0, cuts: 0, cutNextReply: () => void (cutting = true) }
  const listening = createServer((near) => {
    const far = createConnection(port, '127.0.0.1')
    sockets.add(near).add(far)
    near.pipe(far)
    far.on('data', (data) => {
      if (!cutting) {
        near.write(data)
        return
      }
      cutting = false
      cable.cuts += 1
      near.destroy()
      far.destroy()
    })
    for (const end of [near, far]) end.on('error', () => undefined)
  }).listen(0, '127.0.0.1')
  await once(listening, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    listening.close()
  })
  const address = listening.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  cable.port = address.port
  return cable
}

describe.skipIf(redisExecutable === undefined)('what a RedisEventStore says', () => {
  it('is where and why, and never a password', async () => {
    const store = storeOf({ url: `redis://somebody:hush-hush@127.0.0.1:${server.port}` })
    const refused: unknown = await store.append('u-1', eventOf('a')).catch((cause: unknown) => cause)
    expect(refused).toMatchObject({ name: 'EventStoreError', code: 'event_store' })
    expect(String(refused)).toMatch(
      new RegExp(`Redis at redis://127.0.0.1:${server.port} could not append: WRONGPASS .*\\.$`, 'u'),
    )
    const { inspect } = await import('node:util')
    expect(inspect(refused, { depth: 9, showHidden: true })).not.toContain('hush')
  })

  it('is what keeps it from connecting', async () => {
    const client = new Redis({ port: 1, host: '127.0.0.1', maxRetriesPerRequest: 0, lazyConnect: true })
    client.on('error', () => undefined)
    onTestFinished(() => client.disconnect())
    await expect(storeOf({ client }).head('u-1')).rejects.toThrow(
      'Redis at redis://127.0.0.1:1 could not give the head: ',
    )
  })

  it('is what Redis refuses, for the one user alone', async () => {
    const store = storeOf({ prefix: 'p:' })
    await admin.set('p:{u-1}', 'no stream')
    await admin.hset('p:{u-1}:log', 'epoch', 7)
    await expect(store.append('u-1', eventOf('a'))).rejects.toThrow(/could not append: .*WRONGTYPE/u)
    expect(await store.append('u-2', eventOf('a'))).toMatchObject({ seq: 1 })
    await admin.del('p:{u-1}')
    expect(await store.append('u-1', eventOf('a'))).toMatchObject({ seq: 1 })
  })

  it('warns once of a Redis without AOF, and not of one with it', async () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => emitWarning.mockRestore())
    const safe = storeOf()
    await fill(safe, ['a'])
    await safe.close()
    expect(emitWarning).not.toHaveBeenCalled()
    await admin.config('SET', 'appendonly', 'no')
    const store = storeOf()
    await fill(store, ['a', 'b'])
    await store.head('u-1')
    await admin.config('SET', 'appendonly', 'yes')
    expect(emitWarning).toHaveBeenCalledTimes(1)
    expect(emitWarning.mock.calls[0]?.[0]).toContain(`Redis at redis://127.0.0.1:${server.port} runs without AOF`)
  })

  it.each<[unknown, string]>([
    [{ url: 'redis://a', client: {} }, 'Give url or client, not both.'],
    [{ url: '' }, 'url must be a string such as "redis://127.0.0.1:6379"; received "".'],
    [{ client: {} }, 'client must be an ioredis client; received an object.'],
    [{ prefix: 7 }, 'prefix must be a string; received 7.'],
  ])('refuses %j', (options, message) => {
    expect(() => new RedisEventStore(options as RedisEventStoreOptions)).toThrow(TypeError)
    expect(() => new RedisEventStore(options as RedisEventStoreOptions)).toThrow(message)
  })
})

describe.skipIf(redisExecutable === undefined)('a RedisEventStore on a node of a cluster', () => {
  it('keeps the keys of each user in one slot, whatever the id', async () => {
    const node = await startRedis(['--cluster-enabled', 'yes'])
    onTestFinished(() => node.stop())
    const client = new Redis(node.url)
    onTestFinished(() => client.disconnect())
    await client.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383)
    await vi.waitFor(async () => expect(String(await client.call('CLUSTER', 'INFO'))).toContain('cluster_state:ok'), {
      timeout: 10_000,
    })
    const store = storeOf({ client })
    for (const user of ['u-1', 'a}b', '{}', '}', 'a{b}c', '{']) {
      expect(await store.append(user, eventOf('a', user))).toMatchObject({ seq: 1 })
      expect(await readIds(store, FROM_OLDEST, 10, user)).toEqual(['a'])
    }
  })
})
