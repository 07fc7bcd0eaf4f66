import { once } from 'node:events'
import { createServer } from 'node:net'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createBullMQExecutor, startToolWorker, type ToolWorker } from '../../src/bullmq.js'
import { ToolRegistry, type ToolCall, type UnifiedToolDispatcher } from '../../src/index.js'
import { gate } from '../support/gate.js'
import { codeOf, Recorder } from '../support/recorder.js'
import { redisExecutable, type RedisServer, startRedis } from '../support/redis-server.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

type Body = (input: never, call: ToolCall) => unknown

describe.skipIf(redisExecutable === undefined)('tools on BullMQ workers, when something goes wrong', () => {
  let redis: RedisServer
  let queues = 0
  const endings: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())
  afterEach(async () => {
    for (const end of endings.splice(0)) await end()
  })

  /** A dispatcher whose tools are bodies on a worker of this process, joined by nothing but a queue of their own. */
  async function scene(bodies: Record<string, Body>, options: { concurrency?: number; events?: Recorder } = {}) {
    queues += 1
    const connection = { port: redis.port, host: '127.0.0.1' }
    const queue = `endings-${queues}`
    const names = Object.keys(bodies)
    const tools = new ToolRegistry(
      Object.entries(bodies).map(([name, execute]) => ({ name, execute: execute as never })),
    )
    const worker = startToolWorker({ connection, queue, tools, concurrency: options.concurrency })
    const executor = createBullMQExecutor({ connection, queue, tools: names })
    endings.push(
      () => executor.close(),
      () => worker.close(0),
    )
    await worker.ready
    const here = names.map((name) => ({ name, execute: () => 'ran in the wrong place' }))
    const dispatcher: UnifiedToolDispatcher = dispatcherWith(
      {
        tools: here,
        executor,
        events: options.events,
        limits: { concurrentCallsPerUser: 500, maxInputBytes: 0, maxOutputBytes: 0 },
      },
      contextOf({ userId: 'ada' }),
    )
    return { dispatcher, executor, worker, queue }
  }

  /** How much there is in Redis, whatever it is. */
  async function bytesInRedis(): Promise<number> {
    const client = new Redis(redis.url)
    const sizes = (await client.keys('*')).map((key) => client.memory('USAGE', key, 'SAMPLES', 0))
    const bytes = (await Promise.all(sizes)).reduce<number>((sum, size) => sum + Number(size ?? 0), 0)
    client.disconnect()
    return bytes
  }

  it('leave nothing of their input, progress and result in Redis', async () => {
    const megabyte = 'x'.repeat(1_000_000)
    const events = new Recorder()
    const { dispatcher } = await scene(
      {
        big: (input, call) => {
          call.reportProgress({ input, more: megabyte })
          return { input, more: megabyte }
        },
      },
      { events },
    )
    const result = await dispatcher.executeTool('big', { input: megabyte })
    expect(result.error).toBeUndefined()
    expect(JSON.stringify(result.result)).toHaveLength(2_000_000 + '{"input":{"input":""},"more":""}'.length)
    expect(events.of('tool_progress')).toHaveLength(1)
    await expect.poll(bytesInRedis).toBeLessThan(100_000)
  })

  it('give their worker back when they ignore their signal', async () => {
    const never = gate()
    const { dispatcher } = await scene({ stuck: () => never.promise, quick: () => 'ran' }, { concurrency: 1 })
    expect(codeOf(await dispatcher.executeTool('stuck', {}, { timeoutMs: 300 }))).toBe('timeout')
    expect(codeOf(await dispatcher.executeTool('quick', {}, { timeoutMs: 5_000 }))).toBe('success: ran')
    never.open(0)
  })

  it('let their worker close although they ignore their signal, and their callers know', async () => {
    const begun = gate()
    const never = gate()
    const stuck = () => {
      begun.open(0)
      return never.promise
    }
    const { dispatcher, worker } = await scene({ stuck })
    const call = dispatcher.executeTool('stuck')
    await begun.promise
    await worker.close(20)
    expect((await call).error).toMatchObject({
      code: 'tool_failed',
      message: 'Tool stuck did not end before its worker was closed',
    })
    never.open(0)
  })

  it('report progress that cannot be copied as events show it', async () => {
    const events = new Recorder()
    const body: Body = (_, call) => {
      call.reportProgress({ step: 1, undo: () => {} })
      return 'done'
    }
    const { dispatcher } = await scene({ body }, { events })
    expect(codeOf(await dispatcher.executeTool('body'))).toBe('success: done')
    expect(events.of('tool_progress')[0]?.payload.progress).toMatchObject({ step: 1 })
  })

  it('are aborted whenever the call settles, be it as they begin', async () => {
    let begun = 0
    let aborted = 0
    const hang: Body = (_, { signal }) => {
      begun += 1
      return new Promise((resolve) => {
        const end = () => resolve((aborted += 1))
        if (signal.aborted) end()
        else signal.addEventListener('abort', end)
      })
    }
    const { dispatcher } = await scene({ hang, warm: () => 1 }, { concurrency: 80 })
    await dispatcher.executeTool('warm')
    const calls = Array.from({ length: 80 }, (_, index) =>
      dispatcher.executeTool('hang', {}, { timeoutMs: 20 + ((index * 37) % 400) }),
    )
    expect(new Set((await Promise.all(calls)).map(codeOf))).toEqual(new Set(['timeout']))
    expect(begun).toBeGreaterThan(0)
    await expect.poll(() => begun - aborted).toBe(0)
  })

  it('do not begin for a dispatcher of another version, and say so', async () => {
    let runs = 0
    const { queue } = await scene({ count: () => (runs += 1) })
    const client = new Redis(redis.url)
    await client.set(`switchyard:${queue}:executor:old`, '1')
    const old = new Queue(queue, { connection: { port: redis.port, host: '127.0.0.1' } })
    await old.add('count', { version: 0, callId: 'call-1', executorId: 'old', body: '' }, { jobId: 'old-1' })
    await old.close()
    const said = () => client.zrange(`switchyard:${queue}:said:old-1`, '0', '-1')
    await expect.poll(async () => (await said())[0]).toContain('understands calls of version 1, not 0')
    client.disconnect()
    expect(runs).toBe(0)
  })

  it('give the result of a call during which Redis was killed and came back', { timeout: 30_000 }, async () => {
    const begun = gate()
    const end = gate()
    let runs = 0
    const slow: Body = async () => {
      runs += 1
      begun.open(0)
      return end.promise
    }
    const { dispatcher } = await scene({ slow })
    const call = dispatcher.executeTool('slow')
    await begun.promise
    await redis.kill()
    end.open('in spite of all')
    await redis.restart()
    expect(codeOf(await call)).toBe('success: in spite of all')
    expect(codeOf(await dispatcher.executeTool('slow'))).toBe('success: in spite of all')
    expect(runs).toBe(2)
  })

  it('fail when Redis is away, or time out, and do not run when it is back', { timeout: 30_000 }, async () => {
    let runs = 0
    const { dispatcher } = await scene({ count: () => (runs += 1) })
    expect((await dispatcher.executeTool('count')).success).toBe(true)
    redis.pause()
    expect(codeOf(await dispatcher.executeTool('count', {}, { timeoutMs: 200 }))).toBe('timeout')
    redis.resume()
    await redis.kill()
    expect(['timeout', 'tool_failed']).toContain(
      codeOf(await dispatcher.executeTool('count', {}, { timeoutMs: 400 })).split(':')[0],
    )
    await redis.restart()
    await expect
      .poll(async () => (await dispatcher.executeTool('count', {}, { timeoutMs: 2_000 })).success, { timeout: 15_000 })
      .toBe(true)
    expect(runs).toBe(2)
  })

  it.each(['killed', 'frozen', 'never there'])('can be closed while Redis is %s', { timeout: 20_000 }, async (away) => {
    let own: { executor: { close(): Promise<void> }; worker: ToolWorker }
    if (away === 'never there') {
      const server = createServer().listen(0, '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close()
      const connection = { port, host: '127.0.0.1' }
      const worker = startToolWorker({ connection, queue: 'q', tools: new ToolRegistry() })
      own = { worker, executor: createBullMQExecutor({ connection, queue: 'q', tools: [] }) }
    } else {
      own = await scene({ none: () => 0 })
      if (away === 'killed') await redis.kill()
      else redis.pause()
    }
    const closed = Promise.all([own.executor.close(), own.worker.close(100)]).then(() => 'closed')
    const late = new Promise((resolve) => setTimeout(resolve, 6_000, 'still open'))
    const outcome = await Promise.race([closed, late])
    if (away === 'frozen') redis.resume()
    if (away === 'killed') await redis.restart()
    expect(outcome).toBe('closed')
    const client = new Redis(redis.url)
    // Longer than the pause between two attempts to connect.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(
      String(await client.client('LIST'))
        .trim()
        .split('\n'),
    ).toHaveLength(1)
    client.disconnect()
  })
})
