import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import {
  defineTool,
  type DispatcherOptions,
  type ExecuteOptions,
  type ToolErrorCode,
  type ToolExecutionResult,
  UnifiedToolDispatcher,
} from '../../src/index.js'
import { useFakeClock } from '../support/fake-clock.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { dispatcherWith } from '../support/requests.js'

useFakeClock()

const echo = defineTool({ name: 'echo', inputSchema: z.object({ text: z.string() }), execute: ({ text }) => text })
const guarded = defineTool({ name: 'guarded', requiredRoles: ['auditor'], execute: () => 'opened' })
const broken = defineTool({
  name: 'broken',
  execute: () => {
    throw new Error('the disk is full')
  },
})
const endless = defineTool({ name: 'endless', execute: () => new Promise<never>(() => {}) })
const deeper = defineTool({
  name: 'deeper',
  execute: async (_input, call) => call.executeTool('deeper'),
})
const tools = [echo, guarded, broken, endless, deeper]

interface Scene {
  readonly code: ToolErrorCode
  /** The whole message. */
  readonly message: string
  readonly limits?: DispatcherOptions['limits']
  readonly toolName?: string
  readonly parameters?: unknown
  readonly options?: ExecuteOptions
  /** Calls that are made before, and left running. */
  readonly before?: readonly string[]
  /** What happens while the call runs. */
  readonly meanwhile?: () => void
}

const caller = new AbortController()

const SCENES: readonly Scene[] = [
  { code: 'tool_not_found', toolName: 'missing', message: 'Tool missing not found' },
  {
    code: 'invalid_input',
    parameters: { text: 7 },
    message: 'Invalid input for tool echo: text: Invalid input: expected string, received number',
  },
  {
    code: 'permission_denied',
    toolName: 'guarded',
    message: 'Tool guarded requires the role "auditor", which the context does not have',
  },
  {
    code: 'rate_limited',
    limits: { callsPerMinutePerUser: 1 },
    before: ['endless'],
    message: 'At most 1 calls a minute are allowed; try again in 60000 ms',
  },
  {
    code: 'concurrency_limited',
    limits: { concurrentCallsPerUser: 1, queuedCallsPerUser: 0 },
    before: ['endless'],
    message: '1 calls of this user run and 0 wait already; await some before calling more',
  },
  {
    code: 'input_too_large',
    limits: { maxInputBytes: 30 },
    parameters: { text: 'x'.repeat(100) },
    message: 'The parameters of tool echo take more than 30 bytes of JSON; pass a reference instead',
  },
  {
    code: 'output_too_large',
    limits: { maxOutputBytes: 30 },
    parameters: { text: 'x'.repeat(100) },
    message: 'The result of tool echo takes more than 30 bytes of JSON; return less, or a reference',
  },
  {
    code: 'timeout',
    toolName: 'endless',
    options: { timeoutMs: 25 },
    meanwhile: () => vi.advanceTimersByTime(25),
    message: 'Tool endless timed out after 25 ms',
  },
  {
    code: 'aborted',
    toolName: 'endless',
    options: { signal: caller.signal },
    meanwhile: () => caller.abort(),
    message: 'Tool endless was aborted',
  },
  { code: 'tool_failed', toolName: 'broken', message: 'the disk is full' },
]

async function play(scene: Scene) {
  const events = new Recorder()
  const dispatcher = dispatcherWith({ tools, events, limits: scene.limits })
  for (const name of scene.before ?? []) void dispatcher.executeTool(name)
  const [before, globally] = [dispatcher.metrics, UnifiedToolDispatcher.globalMetrics()]
  const call = dispatcher.executeTool(scene.toolName ?? 'echo', scene.parameters ?? { text: 'hello' }, scene.options)
  scene.meanwhile?.()
  return { result: await call, events, dispatcher, before, globally }
}

describe('executeTool()', () => {
  it('resolves with what the tool returns, and the facts of the call', async () => {
    const { result, dispatcher, events } = await play({ code: 'tool_failed', message: '' })
    expect(result).toEqual({
      success: true,
      result: 'hello',
      toolName: 'echo',
      callId: events.only('tool_executing').payload.callId,
      userId: dispatcher.context.userId,
      runId: 'run-1',
      executionTimeMs: 0,
    })
    expectPair(events.events, result)
    expect(dispatcher.metrics).toMatchObject({ toolsExecuted: 1, successfulExecutions: 1, failedExecutions: 0 })
  })

  it.each(SCENES)('settles with $code: one tool_executing, one tool_completed, counted once', async (scene) => {
    const { result, events, dispatcher, before, globally } = await play(scene)
    expect(codeOf(result)).toBe(scene.code)
    expect(result.error?.message).toBe(scene.message)
    expectPair(events.events, result)
    expect(events.of('tool_completed').at(-1)?.payload.error).toEqual({ code: scene.code, message: scene.message })
    const after = dispatcher.metrics
    expect(after.toolsExecuted - before.toolsExecuted).toBe(1)
    expect(after.failedExecutions - before.failedExecutions).toBe(1)
    expect(after.successfulExecutions).toBe(before.successfulExecutions)
    const totals = UnifiedToolDispatcher.globalMetrics()
    expect(totals.toolsExecuted - globally.toolsExecuted).toBe(1)
    expect(totals.failedExecutions - globally.failedExecutions).toBe(1)
    expect(after.permissionDenials - before.permissionDenials).toBe(scene.code === 'permission_denied' ? 1 : 0)
  })

  it('settles with nesting_too_deep, one pair of events for each of the twelve calls', async () => {
    const { result, events, dispatcher } = await play({ code: 'nesting_too_deep', message: '', toolName: 'deeper' })
    const calls = unwrap(result)
    expect(calls).toHaveLength(12)
    const innermost = calls.at(-1)
    expect(innermost?.error).toEqual({
      code: 'nesting_too_deep',
      message: 'Tool deeper would be nested 11 deep; the limit is 10',
    })
    for (const call of calls) expectPair(events.events, call)
    expect(events.events).toHaveLength(24)
    expect(dispatcher.metrics).toMatchObject({ toolsExecuted: 12, successfulExecutions: 11, failedExecutions: 1 })
  })

  it('announces the end of a call when it settles, whatever else runs', async () => {
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools, events })
    const controller = new AbortController()
    const running = dispatcher.executeTool('endless', {}, { signal: controller.signal })
    const done = await dispatcher.executeTool('echo', { text: 'meanwhile' })
    controller.abort()
    const aborted = await running
    const told = events.events.map((event) => ('callId' in event.payload ? [event.type, event.payload['callId']] : []))
    expect(told).toEqual([
      ['tool_executing', aborted.callId],
      ['tool_executing', done.callId],
      ['tool_completed', done.callId],
      ['tool_completed', aborted.callId],
    ])
  })

  it('gives each call an id of its own', async () => {
    const dispatcher = dispatcherWith({ tools })
    const calls = Array.from({ length: 100 }, () => dispatcher.executeTool('echo', { text: 'x' }))
    const ids = (await Promise.all(calls)).map((result) => result.callId)
    expect(new Set(ids).size).toBe(100)
  })

  it('times a call from its beginning to its outcome', async () => {
    const { result, dispatcher } = await play({
      code: 'timeout',
      message: '',
      toolName: 'endless',
      options: { timeoutMs: 40 },
      meanwhile: () => vi.advanceTimersByTime(40),
    })
    expect(result.executionTimeMs).toBe(40)
    expect(dispatcher.metrics.totalExecutionTimeMs).toBe(40)
  })
})

describe('the result of a tool', () => {
  const values = [undefined, null, 0, '', false, Number.NaN, [], { deep: { down: [1] } }, new Date(0), 10n, Symbol('s')]

  it.each(values.map((value) => ({ value })))('is handed to the caller untouched: $value', async ({ value }) => {
    const dispatcher = dispatcherWith({
      tools: { now: { execute: () => value }, later: { execute: async () => value } },
    })
    for (const name of ['now', 'later']) {
      const result = await dispatcher.executeTool(name)
      expect(result.success).toBe(true)
      expect(result.result).toBe(value)
    }
  })

  it('is awaited where it only looks like a promise', async () => {
    // oxlint-disable-next-line unicorn/no-thenable -- the subject of this test
    const thenable = { then: (resolve: (value: string) => void) => resolve('from afar') }
    const dispatcher = dispatcherWith({ tools: { borrow: { execute: () => thenable } } })
    expect((await dispatcher.executeTool('borrow')).result).toBe('from afar')
  })
})

describe('what a tool throws', () => {
  class OutOfStock extends Error {
    override name = 'OutOfStock'
  }
  const unreadable = {
    toString: () => {
      throw new Error('no text')
    },
  }
  const odd = Object.assign(new Error('replaced'), { message: { code: 17 } as unknown as string })
  const thrown: [what: string, cause: unknown, message: string][] = [
    ['an error', new Error('the disk is full'), 'the disk is full'],
    ['an error of its own class', new OutOfStock('no pears'), 'no pears'],
    ['an error without a message', new RangeError(), 'RangeError was thrown without a message'],
    ['a string', 'plain words', 'plain words'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an object with a message', { message: 'from another realm' }, 'from another realm'],
    ['an error whose message is no string', odd, '[object Object]'],
    ['an object that cannot be read', unreadable, 'An exception that cannot be read was thrown'],
  ]

  it.each(thrown)('becomes tool_failed with its own message and cause: %s', async (_what, cause, message) => {
    const events = new Recorder()
    const dispatcher = dispatcherWith({
      events,
      tools: {
        throws: {
          execute: () => {
            throw cause
          },
        },
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- anything may be thrown
        rejects: { execute: () => Promise.reject(cause) },
      },
    })
    for (const name of ['throws', 'rejects']) {
      const result: ToolExecutionResult = await dispatcher.executeTool(name)
      expect(result.error).toEqual({ code: 'tool_failed', message, cause })
      expectPair(events.events, result)
    }
  })
})

/** A result, the result inside of it, and so on to the innermost one. */
function unwrap(result: ToolExecutionResult): ToolExecutionResult[] {
  return result.success && isResult(result.result) ? [result, ...unwrap(result.result)] : [result]
}

function isResult(value: unknown): value is ToolExecutionResult {
  return typeof value === 'object' && value !== null && 'callId' in value
}

describe('a name that is far too long to be a tool', () => {
  it('is answered as unknown, whole to the caller and cut in both events', async () => {
    const events = new Recorder()
    const name = 'x'.repeat(100_000)
    const result = await dispatcherWith({ events }).executeTool(name)
    expect(codeOf(result)).toBe('tool_not_found')
    expect(result.toolName).toBe(name)
    const shown = `${'x'.repeat(99)}…`
    expect(events.only('tool_executing').payload.toolName).toBe(shown)
    expect(events.only('tool_completed').payload.toolName).toBe(shown)
  })
})
