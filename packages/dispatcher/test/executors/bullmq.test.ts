import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type BullMQExecutor, createBullMQExecutor, startToolWorker } from '../../src/bullmq.js'
import { ToolRegistry, type UnifiedToolDispatcher } from '../../src/index.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { redisExecutable, type RedisServer, startRedis } from '../support/redis-server.js'
import { contextOf, dispatcherWith } from '../support/requests.js'
import { ToolWorkers } from '../support/tool-worker.js'

const names = [
  'whoami',
  'echo',
  'fail',
  'functions',
  'steps',
  'hang',
  'dieOnce',
  'nested',
  'nowhere',
  'idempotent',
] as const
/** What the dispatcher knows of them: where they run is none of its business. */
const here = names.map((name) => ({ name, execute: () => 'ran in the wrong place' }))

describe('createBullMQExecutor()', () => {
  it.each([
    [{ connection: undefined, queue: 'q', tools: [] }, 'connection must be settings of ioredis'],
    [{ connection: {}, queue: 'a:b', tools: [] }, 'queue must be a non-empty string without ":"'],
    [{ connection: { keyPrefix: 'app:' }, queue: 'q', tools: [] }, 'connection must have no keyPrefix'],
    [{ connection: {}, queue: 'q', tools: 'echo' }, 'tools must be an array of the names'],
  ])('refuses wrong options', (options, message) => {
    expect(() => createBullMQExecutor(options as never)).toThrow(message)
  })
})

describe('startToolWorker()', () => {
  it.each([
    [{ connection: {}, queue: '', tools: new ToolRegistry() }, 'queue must be'],
    [{ connection: {}, queue: 'q', tools: [] }, 'tools must be a ToolRegistry'],
    [{ connection: {}, queue: 'q', tools: new ToolRegistry(), concurrency: 0 }, 'concurrency must be a whole number'],
  ])('refuses wrong options', (options, message) => {
    expect(() => startToolWorker(options as never)).toThrow(message)
  })
})

describe.skipIf(redisExecutable === undefined)('tools on BullMQ workers', () => {
  let redis: RedisServer
  let folder: string
  let queues = 0
  let workers: ToolWorkers
  let executor: BullMQExecutor
  const endings: (() => Promise<void>)[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-workers-'))
    redis = await startRedis(['--appendonly', 'no'])
  })
  afterAll(async () => {
    await redis.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(async () => {
    for (const end of endings.splice(0)) await end()
  })

  /** A queue of its own, with so many workers. */
  async function scene(count = 1, tools: readonly string[] = names): Promise<void> {
    queues += 1
    const queue = `tools-${queues}`
    workers = new ToolWorkers(redis.port, queue, join(folder, queue))
    executor = createBullMQExecutor({ connection: { port: redis.port, host: '127.0.0.1' }, queue, tools })
    const [own, ofTest] = [executor, workers]
    endings.push(
      () => own.close(),
      () => ofTest.stop(),
    )
    for (let index = 0; index < count; index += 1) await workers.start()
  }

  function dispatcherOf(userId: string, events = new Recorder()): UnifiedToolDispatcher {
    const limits = { concurrentCallsPerUser: 500, maxOutputBytes: 10_000_000 }
    return dispatcherWith({ tools: here, executor, events, limits }, contextOf({ userId }))
  }

  it('run there, for the user of the context and with the context as it is, and pair their events here', async () => {
    await scene()
    const events = new Recorder()
    const parent = contextOf({ userId: 'ada', roles: ['clerk'], metadata: { tenant: { id: 7 } } })
    const context = parent.child('lookup')
    const dispatcher = dispatcherWith({ tools: here, executor, events }, context)
    const result = await dispatcher.executeTool('whoami', 'x')
    const { threadId, runId, requestId } = context
    expect(result.result).toEqual({
      ...{ userId: 'ada', threadId, runId, requestId, roles: ['clerk'], metadata: { tenant: { id: 7 } } },
      ...{ operation: 'lookup', operationDepth: 1, frozen: true },
    })
    expectPair(events.events, result)
  })

  it('never mix up two users who call at once', async () => {
    await scene(2)
    const calls = Array.from({ length: 60 }, async (_, index) => {
      const userId = index % 2 === 0 ? 'ada' : 'bob'
      const { result } = await dispatcherOf(userId).executeTool('whoami', index)
      return (result as { userId: string }).userId === userId
    })
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 60 }, () => true))
  })

  it('give and get what structuredClone copies', async () => {
    await scene()
    const value = {
      at: new Date(0),
      map: new Map([[1n, new Set(['a'])]]),
      bytes: new Uint8Array([1, 2]),
      none: undefined,
    }
    const dispatcher = dispatcherOf('ada')
    expect((await dispatcher.executeTool('echo', value)).result).toEqual(value)
    expect((await dispatcher.executeTool('echo')).result).toEqual({})
    const wrong = await dispatcher.executeTool('echo', { call: () => {} })
    expect(wrong.error).toMatchObject({ code: 'tool_failed' })
    expect(wrong.error?.message).toContain('The call of tool echo cannot be sent to another process')
    const functions = await dispatcher.executeTool('functions')
    expect(functions.error?.message).toContain('The result of tool functions cannot be sent to another process')
  })

  it('fail as in process: the same code, message and name', async () => {
    await scene()
    const dispatcher = dispatcherOf('ada')
    const { error } = await dispatcher.executeTool('fail')
    expect(error).toMatchObject({ code: 'tool_failed', message: 'out of cheese' })
    expect(error?.cause).toMatchObject({ name: 'RangeError', message: 'out of cheese' })
    expect((await dispatcher.executeTool('nowhere')).error?.message).toBe(
      'Tool nowhere is not registered in the worker that took the call',
    )
    expect((await dispatcher.executeTool('nested')).error?.message).toContain('has no dispatcher to call "echo" with')
  })

  it('report progress in order, all of it before the result', async () => {
    await scene()
    const events = new Recorder()
    const result = await dispatcherOf('ada', events).executeTool('steps', 20)
    expect(result.success).toBe(true)
    expect(events.of('tool_progress').map(({ payload }) => payload.progress)).toEqual(
      Array.from({ length: 20 }, (_, index) => ({ step: index + 1 })),
    )
    expect(events.types.at(-1)).toBe('tool_completed')
  })

  it('hear of a timeout, of an abort and of the end of their dispatcher', async () => {
    await scene()
    const dispatcher = dispatcherOf('ada')
    const controller = new AbortController()
    const calls = [
      dispatcher.executeTool('hang', 1, { timeoutMs: 600 }),
      dispatcher.executeTool('hang', 2, { signal: controller.signal }),
    ]
    const ending = dispatcherOf('bob')
    calls.push(ending.executeTool('hang', 3))
    await expect.poll(() => workers.runs.length).toBe(3)
    controller.abort()
    await ending.dispose()
    expect((await Promise.all(calls)).map(codeOf)).toEqual(['timeout', 'aborted', 'aborted'])
    await expect
      .poll(() => workers.runs.filter((line) => line.startsWith('abort')).toSorted())
      .toEqual(['abort 1', 'abort 2', 'abort 3'])
  })

  it('do not begin any more once nobody waits: a call that timed out before a worker came never runs', async () => {
    await scene(0)
    const dispatcher = dispatcherOf('ada')
    expect(codeOf(await dispatcher.executeTool('whoami', 'late', { timeoutMs: 300 }))).toBe('timeout')
    await workers.start()
    expect((await dispatcher.executeTool('whoami', 'in time')).success).toBe(true)
    expect(workers.runs).toEqual(['whoami in time'])
  })

  it(
    'fail, and soon, when their worker is killed, or are begun once more when they say that they are idempotent',
    { timeout: 40_000 },
    async () => {
      await scene(1)
      const onceOnly = { workers, call: dispatcherOf('ada').executeTool('dieOnce', 1) }
      await expect.poll(() => onceOnly.workers.runs).toEqual(['die 1'])
      await scene(1)
      const tools = [{ name: 'dieOnce', idempotent: true, execute: () => 'here' }]
      const call = dispatcherWith({ tools, executor, limits: { timeoutMs: 35_000 } }).executeTool('dieOnce', 1)
      await expect.poll(() => workers.runs).toEqual(['die 1'])
      await workers.start({ SURVIVOR: '1' })
      const lost = await onceOnly.call
      expect(lost.error?.code).toBe('tool_failed')
      expect(lost.error?.message).toContain('The worker of tool dieOnce was lost')
      expect(onceOnly.workers.runs).toEqual(['die 1'])
      expect((await call).result).toBe('survived')
      expect(workers.runs).toEqual(['die 1', 'die 1'])
    },
  )

  it('end what runs before their worker leaves, and their callers know', async () => {
    await scene(0)
    const worker = await workers.start()
    const ended = once(worker, 'exit')
    const call = dispatcherOf('ada').executeTool('hang', 1)
    await expect.poll(() => workers.runs).toEqual(['begin 1'])
    worker.kill('SIGTERM')
    expect((await call).error).toMatchObject({
      code: 'tool_failed',
      message: 'Tool hang did not end before its worker was closed',
    })
    expect(await ended).toEqual([0, null])
    expect(workers.runs).toEqual(['begin 1', 'abort 1'])
  })

  it('each run once at most, a thousand of them while workers are killed', { timeout: 60_000 }, async () => {
    await scene(0)
    const doomed = [await workers.start(), await workers.start()]
    await workers.start()
    const dispatcher = dispatcherOf('ada')
    const calls = Array.from({ length: 1_000 }, (_, index) => dispatcher.executeTool('whoami', index))
    for (const [index, worker] of doomed.entries()) {
      await expect.poll(() => workers.runs.length, { timeout: 20_000 }).toBeGreaterThan(100 + index * 300)
      worker.kill('SIGKILL')
    }
    const results = await Promise.all(calls)
    const runs = workers.runs
    expect(new Set(runs).size).toBe(runs.length)
    const failed = results.flatMap(({ error }, index) => (error === undefined ? [] : [{ index, error }]))
    for (const { error } of failed) expect(error.message).toContain('The worker of tool whoami was lost')
    // Ten at a time in each, and no other is lost.
    expect(failed.length).toBeLessThanOrEqual(20)
    const ran = new Set(runs)
    const ended = new Set(failed.map(({ index }) => index))
    expect(results.every((_, index) => ended.has(index) || ran.has(`whoami ${index}`))).toBe(true)
  })

  it.each([{ commandTimeout: 100 }, { enableOfflineQueue: false }])(
    'answer over a connection with %j, and at once',
    async (setting) => {
      queues += 1
      const shared = {
        connection: new Redis({ port: redis.port, lazyConnect: true, ...setting }),
        queue: `q-${queues}`,
      }
      executor = createBullMQExecutor({ ...shared, tools: ['double'] })
      const worker = startToolWorker({
        ...shared,
        tools: new ToolRegistry([{ name: 'double', execute: (input) => Number(input) * 2 }]),
      })
      const [own] = [executor]
      endings.push(() => Promise.all([own.close(), worker.close(1_000)]).then(() => shared.connection.disconnect()))
      await worker.ready
      // Longer than the time-out of commands, for which both sides have waited by then.
      await new Promise((resolve) => setTimeout(resolve, 300))
      const dispatcher = dispatcherWith(
        { tools: [{ name: 'double', execute: () => 'here' }], executor, limits: { timeoutMs: 1_500 } },
        contextOf({ userId: 'ada' }),
      )
      expect(await dispatcher.executeTool('double', 21)).toMatchObject({ success: true, result: 42 })
    },
  )

  it('are tool_failed at once when the executor is closed', async () => {
    await scene(0)
    const call = dispatcherOf('ada').executeTool('echo')
    await new Promise((resolve) => setTimeout(resolve, 50))
    await executor.close()
    expect((await call).error).toMatchObject({ code: 'tool_failed', message: 'The executor was closed.' })
    expect((await dispatcherOf('ada').executeTool('echo')).error?.message).toBe('The executor is closed; make another.')
  })
})
