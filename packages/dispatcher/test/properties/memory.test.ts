import { describe, expect, it, vi } from 'vitest'
import { DIST, runModule } from '../support/node-process.js'

// Each test is a Node process of its own, with a garbage collector that can be called.
vi.setConfig({ testTimeout: 60_000 })

/** What every script starts with. `collect()` gives promises and finalizers their turns between collections. */
const PRELUDE = `
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { UnifiedToolDispatcher, UserExecutionContext } from '${DIST}index.js'
import { MOST_IDLE_USERS, rememberedUsers } from '${DIST}limits.js'
import { pendingDeadlines } from '${DIST}deadlines.js'

async function collect() {
  for (let round = 0; round < 4; round += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    gc()
  }
}
const contextOf = (userId) => UserExecutionContext.create({ userId, threadId: 'thread-1', runId: 'run-1' })
const create = (options, userId = 'user-1') => UnifiedToolDispatcher.createForUser(contextOf(userId), options)
const report = (found) => console.log(JSON.stringify(found))
`

/** Runs a script that reports something, and nothing on stderr: no warning of a leak either. */
async function reportOf(script: string, flags: readonly string[] = []): Promise<unknown> {
  const { stdout, stderr } = await runModule(PRELUDE + script, ['--expose-gc', ...flags])
  expect(stderr).toBe('')
  return JSON.parse(stdout) as unknown
}

/** 200 calls of a tool that only listens to its signal; nobody else holds on to the signals, the options or the calls. */
const LISTENING = `
const CALLS = 200
let heard = 0
const listens = {
  name: 'listens',
  execute: (_, { signal }) => void signal.addEventListener('abort', () => { heard += 1 }) ?? new Promise(() => {}),
}
const dispatcher = create({ tools: [listens], limits: { concurrentCallsPerUser: CALLS, timeoutMs: 0 } })
`

describe('the signal of a call', () => {
  it('aborts with its caller’s, which only its controller holds, after the garbage collector has run', async () => {
    const found = await reportOf(`${LISTENING}
      const controllers = Array.from({ length: CALLS }, () => new AbortController())
      for (const { signal } of controllers) void dispatcher.executeTool('listens', {}, { signal })
      await collect()
      for (const controller of controllers) controller.abort()
      report({ heard })
    `)
    expect(found).toEqual({ heard: 200 })
  })

  it('aborts at its deadline after the garbage collector has run', async () => {
    const found = await reportOf(`${LISTENING}
      const signal = new AbortController().signal
      for (let call = 1; call < CALLS; call += 1) void dispatcher.executeTool('listens', {}, { signal, timeoutMs: 200 })
      const last = dispatcher.executeTool('listens', {}, { signal, timeoutMs: 200 })
      await collect()
      const early = heard
      await last
      report({ early, heard })
    `)
    expect(found).toEqual({ early: 0, heard: 200 })
  })

  it('aborts with its dispatcher’s disposal after the garbage collector has run', async () => {
    const found = await reportOf(`${LISTENING}
      for (let call = 0; call < CALLS; call += 1) void dispatcher.executeTool('listens')
      await collect()
      await dispatcher.dispose()
      report({ heard })
    `)
    expect(found).toEqual({ heard: 200 })
  })

  // The reason why the package uses neither; newer versions of Node may do better.
  it.runIf(process.version.startsWith('v20.'))(
    'would be lost where AbortSignal.any follows AbortSignal.timeout',
    async () => {
      const found = await reportOf(`
      let heard = 0
      const caller = new AbortController().signal
      const listen = () => {
        AbortSignal.any([caller, AbortSignal.timeout(20)]).addEventListener('abort', () => { heard += 1 })
      }
      for (let call = 0; call < 200; call += 1) listen()
      await collect()
      await new Promise((resolve) => setTimeout(resolve, 100))
      report({ heard })
    `)
      expect(found).toEqual({ heard: 0 })
    },
  )
})

describe('what is left after 10,000 calls', () => {
  const ways = {
    'that succeed': `() => dispatcher.executeTool('works', { n: 1 }, { signal })`,
    'that fail': `() => dispatcher.executeTool('fails', { n: 1 }, { signal })`,
    'each with a time limit of its own': `(n) => dispatcher.executeTool('works', {}, { signal, timeoutMs: 60_000 + n / 7 })`,
    'that read their signal': `() => dispatcher.executeTool('reads', {}, { signal })`,
    'that are refused': `() => dispatcher.executeTool('unknown', {}, { signal })`,
    'that call others': `() => dispatcher.executeTool('nests', {}, { signal })`,
    'that wait in the queue': `() => dispatcher.executeTool('waits', {}, { signal })`,
    'that are aborted': `() => {
      const controller = new AbortController()
      const call = dispatcher.executeTool('works', {}, { signal: controller.signal })
      controller.abort()
      return call
    }`,
  }

  it.each(Object.entries(ways))('%s, all with one signal that stays, is nothing', async (_, call) => {
    const growth = (await reportOf(
      `
      const { signal } = new AbortController()
      const tools = [
        { name: 'works', execute: async (input) => input },
        { name: 'waits', execute: () => new Promise((resolve) => setImmediate(resolve)) },
        { name: 'fails', execute: () => { throw new Error('The tool is broken') } },
        { name: 'reads', execute: async (_, call) => call.signal.aborted },
        { name: 'nests', execute: (_, { executeTool }) => executeTool('works') },
      ]
      const dispatcher = create({ tools, events: { emit() {} } })
      const call = ${call}
      const heap = []
      for (let round = 0; round < 8; round += 1) {
        for (let batch = 0; batch < 50; batch += 1) {
          await Promise.all(Array.from({ length: 25 }, (_, index) => call(round * 1_250 + batch * 25 + index)))
        }
        assert.equal(getEventListeners(signal, 'abort').length, 0)
        assert.equal(pendingDeadlines(), 0)
        await collect()
        heap.push(process.memoryUsage().heapUsed)
      }
      // The first round makes what is made once.
      const growth = heap.slice(2).map((bytes, index) => (bytes - heap[index + 1]) / 1_250)
      report(growth.toSorted((a, b) => a - b))
    `,
      // Code that is compiled, or dropped, in between would count too.
      ['--no-opt', '--no-sparkplug', '--no-flush-bytecode'],
    )) as number[]
    // Bytes a call in the round of the middle: the heap itself grows and shrinks in steps, what stays grows in each round.
    expect(growth[3]).toBeLessThan(2)
  })
})

describe('what is left of dispatchers', () => {
  const tools = `[
    { name: 'works', execute: async () => 1 },
    { name: 'hangs', execute: () => new Promise(() => {}) },
  ]`

  it('that are disposed, 20,000 of 1,000 users, is a bounded number of users', async () => {
    const found = await reportOf(`
      const disposed = []
      async function use(number) {
        const dispatcher = create({ tools: ${tools} }, 'user-' + (number % 1_000))
        if (number % 2 === 0) await dispatcher.executeTool('works', {}, { timeoutMs: 60_000 })
        if (number % 10 === 1) void dispatcher.executeTool('works')
        await dispatcher.dispose()
        disposed.push(new WeakRef(dispatcher))
      }
      for (let number = 0; number < 20_000; number += 1) await use(number)
      await collect()
      const { activeDispatchers, activeUsers, dispatchersCreated } = UnifiedToolDispatcher.globalMetrics()
      report({
        activeDispatchers,
        activeUsers,
        dispatchersCreated,
        deadlines: pendingDeadlines(),
        fewUsers: rememberedUsers() <= MOST_IDLE_USERS,
        left: disposed.filter((ref) => ref.deref() !== undefined).length,
      })
    `)
    expect(found).toEqual({
      activeDispatchers: 0,
      activeUsers: 0,
      dispatchersCreated: 20_000,
      deadlines: 0,
      fewUsers: true,
      left: 0,
    })
  })

  it('that are dropped without dispose() is nothing, whatever they have done', async () => {
    const found = await reportOf(`
      const dropped = []
      async function drop(number) {
        const dispatcher = create({ tools: ${tools}, events: { emit() {} } }, 'user-' + (number % 10))
        dropped.push(new WeakRef(dispatcher), new WeakRef(dispatcher.context))
        if (number % 3 === 1) await dispatcher.executeTool('works')
        if (number % 3 === 2) await dispatcher.executeTool('hangs', {}, { timeoutMs: 1 })
      }
      for (let number = 0; number < 300; number += 1) await drop(number)
      await collect()
      report({ deadlines: pendingDeadlines(), left: dropped.filter((ref) => ref.deref() !== undefined).length })
    `)
    expect(found).toEqual({ deadlines: 0, left: 0 })
  })
})
