import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { UnifiedToolDispatcher, type SharedLimits, type SharedLimitsRequest } from '../../src/index.js'
import { createRedisLimits } from '../../src/redis.js'
import { gate } from '../support/gate.js'
import { codeOf } from '../support/recorder.js'
import { redisExecutable, type RedisServer, startRedis } from '../support/redis-server.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

const add = { name: 'add', execute: () => 3 }

describe('the option sharedLimits', () => {
  /** Limits that answer as they are told, and remember what they were asked. */
  function limitsThat(admit: SharedLimits['admit']): SharedLimits & { readonly asked: SharedLimitsRequest[] } {
    const asked: SharedLimitsRequest[] = []
    return {
      asked,
      admit: (request) => {
        asked.push(request)
        return admit(request)
      },
    }
  }

  it('is asked for each call with the limits of its dispatcher, and gets each slot back once', async () => {
    let released = 0
    const sharedLimits = limitsThat(async () => ({ allowed: true, release: () => (released += 1) }))
    const limits = { concurrentCallsPerUser: 3, callsPerMinutePerUser: 7 }
    const dispatcher = dispatcherWith({ tools: [add], sharedLimits, limits }, contextOf({ userId: 'ada' }))
    expect(await dispatcher.executeTool('add')).toMatchObject({ success: true, result: 3 })
    expect(sharedLimits.asked).toMatchObject([{ userId: 'ada', callsPerMinute: 7, concurrentCalls: 3 }])
    expect(released).toBe(1)
  })

  it('ends the call with its refusal, which uses up nothing here', async () => {
    const refusal = { allowed: false, code: 'rate_limited', message: 'later', retryAfterMs: 5 } as const
    const sharedLimits = limitsThat(async () => refusal)
    const dispatcher = dispatcherWith({ tools: [add], sharedLimits, limits: { callsPerMinutePerUser: 1 } })
    for (let turn = 0; turn < 3; turn += 1) {
      const { error } = await dispatcher.executeTool('add')
      expect(error).toEqual({ code: 'rate_limited', message: 'later', retryAfterMs: 5 })
    }
    expect(sharedLimits.asked).toHaveLength(3)
  })

  it('is asked about the rate alone for a call inside another one', async () => {
    const sharedLimits = limitsThat(async () => ({ allowed: true, release: () => {} }))
    const outer = {
      name: 'outer',
      execute: async (_: unknown, call: { executeTool: (name: string) => unknown }) => call.executeTool('add'),
    }
    const limits = { callsPerMinutePerUser: 9, concurrentCallsPerUser: 1 }
    await dispatcherWith({ tools: [add, outer as never], sharedLimits, limits }).executeTool('outer')
    expect(sharedLimits.asked.map(({ concurrentCalls }) => concurrentCalls)).toEqual([1, Infinity])
  })

  it('is not asked where both limits are off', async () => {
    const sharedLimits = limitsThat(() => Promise.reject(new Error('asked')))
    const dispatcher = dispatcherWith({ tools: [add], sharedLimits, limits: { concurrentCallsPerUser: 0 } })
    expect(codeOf(await dispatcher.executeTool('add'))).toBe('success: 3')
  })

  it('gives back a slot that comes after the call has timed out, and lets it know', async () => {
    const late = gate<{ allowed: true; release(): void }>()
    let released = 0
    const sharedLimits = limitsThat(() => late.promise)
    const dispatcher = dispatcherWith({ tools: [add], sharedLimits, limits: { timeoutMs: 5 } })
    expect(codeOf(await dispatcher.executeTool('add'))).toBe('timeout')
    expect(sharedLimits.asked[0]?.signal.aborted).toBe(true)
    late.open({ allowed: true, release: () => (released += 1) })
    await late.promise
    await Promise.resolve()
    expect(released).toBe(1)
  })

  it('lets no call through when the limits fail, and none hang when giving back fails', async () => {
    const failing = dispatcherWith({ tools: [add], sharedLimits: limitsThat(() => Promise.reject(new Error('no'))) })
    expect(codeOf(await failing.executeTool('add'))).toBe('tool_failed')
    const release = () => {
      throw new Error('no')
    }
    const sticky = dispatcherWith({ tools: [add], sharedLimits: limitsThat(async () => ({ allowed: true, release })) })
    expect(codeOf(await sticky.executeTool('add'))).toBe('success: 3')
  })

  it.each([{}, 7, null])('refuses %j', (wrong) => {
    const options = { sharedLimits: wrong as never }
    expect(() => UnifiedToolDispatcher.createForUser(contextOf(), options)).toThrow('sharedLimits must be an object')
  })
})

describe('createRedisLimits()', () => {
  it.each([
    [{ onUnavailable: 'refuse' }, 'client must be an ioredis client'],
    [{ client: new Redis({ lazyConnect: true }), onUnavailable: 'maybe' }, "onUnavailable must be 'refuse' or 'allow'"],
    [{ client: new Redis({ lazyConnect: true }), onUnavailable: 'allow', prefix: '' }, 'prefix must be a non-empty'],
  ])('refuses wrong options', (options, message) => {
    expect(() => createRedisLimits(options as never)).toThrow(message)
  })
})

describe.skipIf(redisExecutable === undefined)('limits in Redis', () => {
  let server: RedisServer
  const clients: Redis[] = []

  beforeAll(async () => {
    server = await startRedis(['--appendonly', 'no'])
  })
  afterAll(async () => {
    for (const client of clients) client.disconnect()
    await server.stop()
  })

  /** A dispatcher as on another node: with a connection of its own. */
  function node(
    userId: string,
    limits: object,
    tools: readonly object[] = [add],
    onUnavailable: 'refuse' | 'allow' = 'refuse',
  ): UnifiedToolDispatcher {
    const client = new Redis(server.url)
    client.on('error', () => {})
    clients.push(client)
    const sharedLimits = createRedisLimits({ client, onUnavailable })
    return UnifiedToolDispatcher.createForUser(contextOf({ userId }), {
      tools: tools as never,
      limits,
      sharedLimits,
    })
  }

  it('count the calls of a user on all nodes, and of no other user', async () => {
    const limits = { callsPerMinutePerUser: 10 }
    const [here, there] = [node('rate-ada', limits), node('rate-ada', limits)]
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, index) => (index % 2 === 0 ? here : there).executeTool('add')),
    )
    expect(results.filter((result) => result.success)).toHaveLength(10)
    const refused = results.filter((result) => !result.success)
    for (const { error } of refused) {
      expect(error?.code).toBe('rate_limited')
      expect(error?.retryAfterMs).toBeGreaterThan(0)
      expect(error?.retryAfterMs).toBeLessThanOrEqual(60_000)
    }
    expect((await node('rate-bob', limits).executeTool('add')).success).toBe(true)
  })

  /** Takes slots of a user as another process does, which shares nothing with this one's own limits. */
  function slotsOf(userId: string, concurrentCalls: number) {
    const client = new Redis(server.url)
    clients.push(client)
    const limits = createRedisLimits({ client, onUnavailable: 'refuse' })
    return async (use: () => unknown): Promise<void> => {
      const { signal } = new AbortController()
      const admission = await limits.admit({ userId, callsPerMinute: Infinity, concurrentCalls, signal })
      if (!admission.allowed) throw new Error(admission.message)
      await use()
      admission.release()
    }
  }

  const aWhile = () => new Promise((resolve) => setTimeout(resolve, 15))

  it('let as many calls of a user run at once as there are slots on all nodes together', async () => {
    let running = 0
    let most = 0
    const work = async () => {
      running += 1
      most = Math.max(most, running)
      await aWhile()
      running -= 1
    }
    const nodes = [1, 2, 3].map(() => slotsOf('slots-ada', 2))
    await Promise.all(nodes.flatMap((each) => Array.from({ length: 5 }, () => each(work))))
    expect(most).toBe(2)
    const client = clients.at(-1)
    await expect.poll(() => client?.keys('switchyard:slots:slots-ada*')).toEqual([])
  })

  it('let nobody wait behind those who came later on another node', async () => {
    const [busy, other] = [slotsOf('fair-ada', 1), slotsOf('fair-ada', 1)]
    let passed = 0
    const end = new AbortController()
    const hog = (async () => {
      // Asks again the moment that it is done, as a process with a long queue does.
      while (!end.signal.aborted && passed < 200) {
        await busy(aWhile)
        passed += 1
      }
    })()
    await expect.poll(() => passed).toBeGreaterThan(1)
    const before = passed
    await other(() => end.abort())
    expect(passed - before).toBeLessThan(40)
    await hog
  })

  it('use up nothing with a call that is refused: each dispatcher is judged by its own number', async () => {
    const [strict, lax] = [1, 3].map((callsPerMinutePerUser) => node('judged-ada', { callsPerMinutePerUser }))
    const codes: string[] = []
    for (const each of [strict, strict, strict, strict, lax, lax, lax]) {
      codes.push(codeOf((await each?.executeTool('add')) as never))
    }
    const [ran, refused] = ['success: 3', 'rate_limited']
    expect(codes).toEqual([ran, refused, refused, refused, ran, ran, refused])
  })

  it('leave the time of a call to its tool while Redis is frozen for long', async () => {
    const allowing = node('long-ada', { callsPerMinutePerUser: 100, concurrentCallsPerUser: 5 }, [add], 'allow')
    expect((await allowing.executeTool('add')).success).toBe(true)
    server.pause()
    try {
      await allowing.executeTool('add')
      expect(codeOf(await allowing.executeTool('add', {}, { timeoutMs: 900 }))).toBe('success: 3')
    } finally {
      server.resume()
    }
  })

  it('end the wait for a slot with the time of the call, and leave nothing behind', async () => {
    const held = gate<string>()
    const hold = { name: 'hold', execute: () => held.promise }
    const [here, there] = [1, 2].map(() => node('wait-ada', { concurrentCallsPerUser: 1 }, [hold, add]))
    const first = here?.executeTool('hold')
    const client = clients.at(-1)
    await expect.poll(() => client?.zcard('switchyard:slots:wait-ada')).toBe(1)
    expect(codeOf((await there?.executeTool('add', {}, { timeoutMs: 60 })) as never)).toBe('timeout')
    held.open('done')
    expect((await first)?.success).toBe(true)
    expect((await there?.executeTool('add'))?.success).toBe(true)
    await expect.poll(() => client?.zcard('switchyard:slots:wait-ada')).toBe(0)
  })

  it('give away the slots of a node that died when their leases end', async () => {
    const client = new Redis(server.url)
    clients.push(client)
    const here = node('dead-ada', { concurrentCallsPerUser: 1 })
    // What a node that died two leases ago left there.
    await client.zadd('switchyard:slots:dead-ada', Date.now() - 1, 'of the dead')
    expect((await here.executeTool('add')).success).toBe(true)
    // And one whose lease still runs keeps its slot.
    await client.zadd('switchyard:slots:dead-ada', Date.now() + 60_000, 'of the living')
    expect(codeOf(await here.executeTool('add', {}, { timeoutMs: 100 }))).toBe('timeout')
  })

  it('renew the lease of a slot for as long as it is used', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const client = new Redis(server.url)
      clients.push(client)
      const end = () =>
        client.zrange('switchyard:slots:long-ada', '0', '-1', 'WITHSCORES').then(([, score]) => Number(score))
      await slotsOf(
        'long-ada',
        1,
      )(async () => {
        const before = await end()
        // Again and again: the first renewal may come within the millisecond of the lease.
        const renewed = () => {
          vi.advanceTimersByTime(5_000)
          return end()
        }
        await expect.poll(renewed).toBeGreaterThan(before)
        expect(vi.getTimerCount()).toBe(1)
      })
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it.each([
    ['killed', (redis: RedisServer) => redis.kill(), (redis: RedisServer) => redis.restart()],
    ['frozen', async (redis: RedisServer) => redis.pause(), async (redis: RedisServer) => redis.resume()],
  ])('refuse or allow, as told, while Redis is %s, and never hang', async (_, away, back) => {
    const limits = { callsPerMinutePerUser: 3, concurrentCallsPerUser: 2 }
    const user = `away-${Math.random()}`
    const refusing = node(user, limits)
    const another = node(`${user}-too`, { callsPerMinutePerUser: 1_000 })
    const allowing = node(user, limits, [add], 'allow')
    expect((await refusing.executeTool('add')).success).toBe(true)
    await away(server)
    try {
      const [refused, ...allowed] = await Promise.all([
        refusing.executeTool('add'),
        ...Array.from({ length: 5 }, () => allowing.executeTool('add')),
      ])
      expect(refused?.error).toMatchObject({ code: 'rate_limited', retryAfterMs: 1_000 })
      // Each process holds the limit by itself meanwhile.
      const ran = 'success: 3'
      expect(allowed.map(codeOf).toSorted()).toEqual(['rate_limited', 'rate_limited', ran, ran, ran])
    } finally {
      await back(server)
    }
    await expect.poll(async () => (await another.executeTool('add')).success, { timeout: 5_000 }).toBe(true)
  })

  it('let calls through that wait for each other while Redis is frozen: one of them waits to see, not each', async () => {
    const allowing = node(`frozen-${Math.random()}`, { concurrentCallsPerUser: 1, timeoutMs: 2_500 }, [add], 'allow')
    expect((await allowing.executeTool('add')).success).toBe(true)
    server.pause()
    try {
      const calls = await Promise.all(Array.from({ length: 10 }, () => allowing.executeTool('add')))
      expect(calls.map(codeOf)).toEqual(Array.from({ length: 10 }, () => 'success: 3'))
    } finally {
      server.resume()
    }
  })
})
