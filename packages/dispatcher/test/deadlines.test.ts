import { afterEach, describe, expect, it, vi } from 'vitest'
import { pendingDeadlines } from '../src/deadlines.js'
import type { ExecuteOptions, ToolExecutionResult } from '../src/index.js'
import { useFakeClock } from './support/fake-clock.js'
import { type Gate, gate, settleMicrotasks, stateOf } from './support/gate.js'
import { DIST, runModule } from './support/node-process.js'
import { codeOf, expectPair } from './support/recorder.js'
import { dispatcherWith } from './support/requests.js'
import { slow } from './support/slow.js'

afterEach(() => {
  expect(pendingDeadlines()).toBe(0)
})
useFakeClock()

describe('timeoutMs', () => {
  const CASES: { end: number; options?: ExecuteOptions; tool?: number; limit?: number }[] = [
    { end: 10, options: { timeoutMs: 10 }, tool: 20, limit: 30 },
    { end: 50, options: { timeoutMs: 50 }, tool: 20, limit: 30 },
    { end: 20, options: {}, tool: 20, limit: 30 },
    { end: 20, options: { timeoutMs: undefined }, tool: 20, limit: 30 },
    { end: 40, tool: 40, limit: 30 },
    { end: 30, limit: 30 },
    { end: 30_000 },
    { end: 0.5, options: { timeoutMs: 0.5 } },
    { end: 10, options: { timeoutMs: 10 }, tool: 0, limit: 0 },
    { end: 3_000_000_000, limit: 3_000_000_000 },
  ]

  it.each(CASES)(
    'is the option, else the tool’s, else the limit: $end for $options, $tool, $limit',
    async ({ end, options, tool, limit }) => {
      const { dispatcher } = slow({ limits: { timeoutMs: limit }, toolMs: tool })
      const call = dispatcher.executeTool('slow', {}, options)
      vi.advanceTimersByTime(Math.ceil(end) - 1)
      expect(await stateOf(call)).toBe('pending')
      vi.advanceTimersByTime(1)
      expect(codeOf(await call)).toBe('timeout')
    },
  )

  it.each<{ options?: ExecuteOptions; tool?: number; limit?: number }>([
    { options: { timeoutMs: 0 }, tool: 20, limit: 30 },
    { options: { timeoutMs: Infinity }, tool: 20, limit: 30 },
    { tool: 0, limit: 30 },
    { tool: Infinity, limit: 30 },
    { limit: 0 },
    { limit: Infinity },
  ])('of 0 or Infinity means no end: $options, $tool, $limit', async ({ options, tool, limit }) => {
    const { dispatcher, body } = slow({ limits: { timeoutMs: limit }, toolMs: tool })
    const call = dispatcher.executeTool('slow', {}, options)
    expect([pendingDeadlines(), vi.getTimerCount()]).toEqual([0, 0])
    vi.advanceTimersByTime(10_000_000_000)
    expect(await stateOf(call)).toBe('pending')
    body.open('done at last')
    expect(codeOf(await call)).toBe('success: done at last')
  })

  it('settles the call in the moment its time is up, aborts its signal and says so', async () => {
    const { dispatcher, calls, events } = slow()
    const call = dispatcher.executeTool('slow', {}, { timeoutMs: 100 })
    const signal = calls[0]?.signal
    expect(signal?.aborted).toBe(false)
    vi.advanceTimersByTime(100)
    // Before anything was awaited:
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
    expect(signal?.aborted).toBe(true)
    expect(signal?.reason).toMatchObject({ name: 'TimeoutError', message: 'Tool slow timed out after 100 ms' })
    const result = await call
    expect(result.error).toEqual({ code: 'timeout', message: 'Tool slow timed out after 100 ms' })
    expectPair(events.events, result)
  })

  it('counts from the call, what a policy and the queue take included', async () => {
    const answer = gate<{ allow: true }>()
    const { dispatcher } = slow({
      permissions: ({ toolName }) => (toolName === 'slow' ? { allow: true } : answer.promise),
      limits: { concurrentCallsPerUser: 1 },
    })
    void dispatcher.executeTool('slow', {}, { timeoutMs: 0 })
    const waiting = dispatcher.executeTool('echo', {}, { timeoutMs: 100 })
    vi.advanceTimersByTime(60)
    answer.open({ allow: true })
    expect(await stateOf(waiting)).toBe('pending')
    vi.advanceTimersByTime(40)
    const result = await waiting
    expect(codeOf(result)).toBe('timeout')
    expect(result.executionTimeMs).toBe(100)
  })

  it('ends a call as soon as its body has: what it had left is not waited for', async () => {
    const { dispatcher, body } = slow()
    const call = dispatcher.executeTool('slow', {}, { timeoutMs: 1_000 })
    body.open('early')
    expect(codeOf(await call)).toBe('success: early')
    expect(pendingDeadlines()).toBe(0)
  })
})

describe('what comes after the end of a call', () => {
  const ENDS: { end: string; code: string; run: (controller: AbortController) => void }[] = [
    { end: 'a timeout', code: 'timeout', run: () => vi.advanceTimersByTime(50) },
    { end: 'an abort', code: 'aborted', run: (controller) => controller.abort() },
  ]
  const LATE: { what: string; late: (body: Gate) => void }[] = [
    { what: 'result', late: (body) => body.open({ secret: 'too late' }) },
    { what: 'rejection', late: (body) => body.fail(new Error('too late')) },
  ]

  it.each(ENDS.flatMap((end) => LATE.map((late) => ({ ...end, ...late }))))(
    'the late $what after $end is dropped and never emitted',
    async ({ code, run, late }) => {
      const { dispatcher, body, events } = slow()
      const controller = new AbortController()
      const call = dispatcher.executeTool('slow', {}, { timeoutMs: 50, signal: controller.signal })
      run(controller)
      const result = await call
      const before = dispatcher.metrics
      late(body)
      await settleMicrotasks()
      expect(codeOf(result)).toBe(code)
      expect(events.types).toEqual(['tool_executing', 'tool_completed'])
      expect(JSON.stringify(events.events)).not.toContain('too late')
      expect(dispatcher.metrics).toEqual({ ...before, unsettledCalls: 0, unsettledCallsByTool: {} })
    },
  )

  it('progress is not emitted', async () => {
    const { dispatcher, calls, events } = slow()
    const call = dispatcher.executeTool('slow', {}, { timeoutMs: 50 })
    calls[0]?.reportProgress('in time')
    vi.advanceTimersByTime(50)
    await call
    calls[0]?.reportProgress('too late')
    expect(events.types).toEqual(['tool_executing', 'tool_progress', 'tool_completed'])
  })

  it('an abort changes nothing', async () => {
    const { dispatcher, events, calls } = slow()
    const controller = new AbortController()
    const call = dispatcher.executeTool('slow', {}, { timeoutMs: 50, signal: controller.signal })
    vi.advanceTimersByTime(50)
    controller.abort()
    expect(codeOf(await call)).toBe('timeout')
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
    expect(calls[0]?.signal.reason).toMatchObject({ name: 'TimeoutError' })
  })
})

describe('the timer of all deadlines', () => {
  it('is one, however many calls run and however different their times', async () => {
    const { dispatcher, body } = slow({ limits: { concurrentCallsPerUser: 0 } })
    const calls = Array.from({ length: 200 }, (_, n) => dispatcher.executeTool('slow', {}, { timeoutMs: 10 + (n % 7) }))
    expect([pendingDeadlines(), vi.getTimerCount()]).toEqual([200, 1])
    vi.advanceTimersByTime(12)
    await settleMicrotasks()
    expect(vi.getTimerCount()).toBe(1)
    body.open('done')
    const codes = (await Promise.all(calls)).map(codeOf)
    expect(codes.filter((code) => code === 'timeout')).toHaveLength(29 * 3)
    expect(pendingDeadlines()).toBe(0)
    expect(vi.getTimerCount()).toBe(1)
    vi.runAllTimers()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is set anew where a later call has less time', async () => {
    const { dispatcher } = slow()
    const ended: string[] = []
    const long = dispatcher.executeTool('slow', {}, { timeoutMs: 1_000 }).then(() => ended.push('long'))
    const short = dispatcher.executeTool('slow', {}, { timeoutMs: 10 }).then(() => ended.push('short'))
    expect(vi.getTimerCount()).toBe(1)
    vi.advanceTimersByTime(10)
    await short
    expect(ended).toEqual(['short'])
    vi.advanceTimersByTime(990)
    await long
    expect(ended).toEqual(['short', 'long'])
  })

  it('serves calls that are made while others expire', async () => {
    const calls: { timeoutMs: number; result: Promise<ToolExecutionResult> }[] = []
    const begin = () => {
      for (const timeoutMs of [10, 20, 30]) {
        calls.push({ timeoutMs, result: dispatcher.executeTool('endless', {}, { timeoutMs }) })
      }
    }
    const dispatcher = dispatcherWith({
      limits: { concurrentCallsPerUser: 0 },
      tools: { endless: { execute: () => new Promise<never>(() => {}) } },
      events: {
        emit: (event) => {
          // With less time than the one that expires now, with the same, and with more.
          if (event.type === 'tool_completed' && calls.length < 100) begin()
        },
      },
    })
    begin()
    vi.advanceTimersByTime(1_000)
    expect(pendingDeadlines()).toBe(0)
    for (const { timeoutMs, result } of calls) expect((await result).executionTimeMs).toBe(timeoutMs)
    expect(calls.length).toBeGreaterThan(90)
  })

  it('keeps no process alive once the calls have settled', async () => {
    const { stdout } = await runModule(`
      import { UnifiedToolDispatcher, UserExecutionContext } from ${JSON.stringify(`${DIST}index.js`)}
      const context = UserExecutionContext.create({ userId: 'u-7291', threadId: 't-1', runId: 'r-1' })
      let end
      const tools = { slow: { execute: () => new Promise((resolve) => { end = resolve }) } }
      const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools })
      const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
      const call = dispatcher.executeTool('slow', {}, { timeoutMs: 3_600_000 })
      const during = timers()
      end('done')
      await call
      console.log(JSON.stringify({ during, after: timers() }))
    `)
    expect(JSON.parse(stdout)).toEqual({ during: 1, after: 0 })
  })
})
