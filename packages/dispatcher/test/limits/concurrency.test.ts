import { describe, expect, it, vi } from 'vitest'
import {
  type DispatcherOptions,
  type ExecuteOptions,
  type ToolExecutionResult,
  UnifiedToolDispatcher,
  type UserExecutionContext,
} from '../../src/index.js'
import { useFakeClock } from '../support/fake-clock.js'
import { type Gate, gate, settleMicrotasks } from '../support/gate.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

useFakeClock()

/** A user's tool `work`, which runs until the test ends it, and the order in which its calls began to run. */
class Workplace {
  readonly context: UserExecutionContext
  readonly events = new Recorder()
  readonly started: unknown[] = []
  readonly #bodies = new Map<unknown, Gate>()

  constructor(context: UserExecutionContext = contextOf()) {
    this.context = context
  }

  dispatcher(limits: DispatcherOptions['limits']): UnifiedToolDispatcher {
    const execute = (name: unknown) => {
      this.started.push(name)
      const body = gate()
      this.#bodies.set(name, body)
      return body.promise
    }
    return dispatcherWith({ limits, events: this.events, tools: { work: { execute } } }, this.context)
  }

  async end(...names: unknown[]): Promise<void> {
    for (const name of names) this.#bodies.get(name)?.open(`${String(name)} is done`)
    await settleMicrotasks()
  }
}

function call(dispatcher: UnifiedToolDispatcher, name: string, options?: ExecuteOptions): Promise<ToolExecutionResult> {
  return dispatcher.executeTool('work', name, options)
}

/** Calls that the test does not wait for, one for each word. */
function begin(dispatcher: UnifiedToolDispatcher, names: string): void {
  for (const name of names.split(' ')) void call(dispatcher, name)
}

function beginMany(dispatcher: UnifiedToolDispatcher, count: number): void {
  for (let index = 0; index < count; index += 1) void call(dispatcher, `call-${index}`)
}

describe('concurrentCallsPerUser', () => {
  it('lets so many calls run, and the next one as soon as one of them settles', async () => {
    const place = new Workplace()
    const dispatcher = place.dispatcher({ concurrentCallsPerUser: 2 })
    const calls = ['a', 'b', 'c', 'd'].map((name) => call(dispatcher, name))
    expect(place.started).toEqual(['a', 'b'])
    await place.end('b')
    expect(place.started).toEqual(['a', 'b', 'c'])
    await place.end('a', 'c')
    expect(place.started).toEqual(['a', 'b', 'c', 'd'])
    await place.end('d')
    expect((await Promise.all(calls)).map(codeOf)).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => `success: ${name} is done`),
    )
  })

  it('is 10 unless it is given', () => {
    const place = new Workplace()
    const dispatcher = place.dispatcher({})
    begin(dispatcher, 'a b c d e f g h i j k l')
    expect(place.started).toHaveLength(10)
    expect(dispatcher.metrics.queuedCalls).toBe(2)
  })

  it('holds across all dispatchers of a user, whatever their run', async () => {
    const place = new Workplace()
    const other = new Workplace(contextOf({ userId: place.context.userId, runId: 'run-2', threadId: 'thread-2' }))
    begin(place.dispatcher({ concurrentCallsPerUser: 2 }), 'a')
    const second = other.dispatcher({ concurrentCallsPerUser: 2 })
    begin(second, 'b c')
    expect([place.started, other.started]).toEqual([['a'], ['b']])
    await place.end('a')
    expect(other.started).toEqual(['b', 'c'])
  })

  it('holds for each user alone', () => {
    const places = [new Workplace(), new Workplace(), new Workplace()]
    for (const place of places) begin(place.dispatcher({ concurrentCallsPerUser: 1 }), 'a b')
    expect(places.map(({ started }) => started)).toEqual([['a'], ['a'], ['a']])
  })

  it.each([0, Infinity])('is off when it is %s', (concurrentCallsPerUser) => {
    const place = new Workplace()
    const dispatcher = place.dispatcher({ concurrentCallsPerUser, queuedCallsPerUser: 0 })
    beginMany(dispatcher, 1_500)
    expect(place.started).toHaveLength(1_500)
  })

  it('that is off lets calls run whatever waits in other dispatchers of the user', async () => {
    const place = new Workplace()
    begin(place.dispatcher({ concurrentCallsPerUser: 1 }), 'a b')
    begin(place.dispatcher({ concurrentCallsPerUser: 0, queuedCallsPerUser: 0 }), 'free')
    expect(place.started).toEqual(['a', 'free'])
    // It counts all the same: two run, and only one may.
    await place.end('a')
    expect(place.started).toEqual(['a', 'free'])
    await place.end('free')
    expect(place.started).toEqual(['a', 'free', 'b'])
  })

  it('is for each call the one of its own dispatcher, against what runs in all of them', async () => {
    const place = new Workplace()
    const narrow = place.dispatcher({ concurrentCallsPerUser: 1, queuedCallsPerUser: 0 })
    const wide = place.dispatcher({ concurrentCallsPerUser: 3, queuedCallsPerUser: 0 })
    begin(narrow, 'a')
    const refusedNarrow = call(narrow, 'b')
    begin(wide, 'c d')
    const refusedWide = call(wide, 'e')
    expect(place.started).toEqual(['a', 'c', 'd'])
    const results = await Promise.all([refusedNarrow, refusedWide])
    expect(results.map((result) => result.error?.message)).toEqual([
      '1 calls of this user run and 0 wait already; await some before calling more',
      '3 calls of this user run and 0 wait already; await some before calling more',
    ])
    await place.end('a', 'c')
    const stillRefused = await call(narrow, 'f')
    expect(stillRefused.error?.message).toContain('1 calls of this user run')
  })

  const ENDINGS: {
    code: string
    parameters?: unknown
    toolName?: string
    options?: ExecuteOptions
    end?: () => void
  }[] = [
    { code: 'success: ended' },
    { code: 'tool_failed', toolName: 'broken' },
    { code: 'invalid_input', toolName: 'refusing' },
    { code: 'input_too_large', parameters: 'x'.repeat(100) },
    { code: 'output_too_large', toolName: 'talkative' },
    { code: 'timeout', toolName: 'endless', end: () => vi.advanceTimersByTime(10) },
    { code: 'aborted', options: { signal: AbortSignal.abort() } },
    { code: 'permission_denied', toolName: 'corpus_list' },
    { code: 'tool_not_found', toolName: 'missing' },
  ]

  it.each(ENDINGS)('has its slot back after $code', async ({ code, toolName = 'ended', parameters, options, end }) => {
    const dispatcher = dispatcherWith({
      limits: {
        concurrentCallsPerUser: 1,
        queuedCallsPerUser: 0,
        timeoutMs: 10,
        maxInputBytes: 50,
        maxOutputBytes: 50,
      },
      tools: {
        ended: { execute: () => 'ended' },
        broken: { execute: () => Promise.reject(new Error('broken')) },
        refusing: {
          inputSchema: {
            '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) },
          },
          execute: () => 'never',
        },
        talkative: { execute: () => 'x'.repeat(100) },
        endless: { execute: () => new Promise<never>(() => {}) },
        corpus_list: { execute: () => 'never' },
      },
    })
    for (let round = 0; round < 3; round += 1) {
      const result = dispatcher.executeTool(toolName, parameters, options)
      end?.()
      expect(codeOf(await result)).toBe(code)
    }
    expect(codeOf(await dispatcher.executeTool('ended'))).toBe('success: ended')
  })
})

describe('queuedCallsPerUser', () => {
  it('lets so many calls wait, and refuses the next one at once', async () => {
    const place = new Workplace()
    const dispatcher = place.dispatcher({ concurrentCallsPerUser: 1, queuedCallsPerUser: 2 })
    begin(dispatcher, 'a b c')
    const refused = await call(dispatcher, 'd')
    expect(refused.error).toEqual({
      code: 'concurrency_limited',
      message: '1 calls of this user run and 2 wait already; await some before calling more',
    })
    expectPair(place.events.events, refused)
    await place.end('a')
    const waits = call(dispatcher, 'e')
    expect(dispatcher.metrics.queuedCalls).toBe(2)
    await place.end('b')
    await place.end('c')
    await place.end('e')
    expect(codeOf(await waits)).toBe('success: e is done')
    expect(place.started).toEqual(['a', 'b', 'c', 'e'])
  })

  it('is 1,000 unless it is given', async () => {
    const place = new Workplace()
    const dispatcher = place.dispatcher({ concurrentCallsPerUser: 1 })
    beginMany(dispatcher, 1_001)
    expect(dispatcher.metrics.queuedCalls).toBe(1_000)
    expect(codeOf(await call(dispatcher, 'refused'))).toBe('concurrency_limited')
  })

  it('of 0 means no waiting', async () => {
    const place = new Workplace()
    const dispatcher = place.dispatcher({ concurrentCallsPerUser: 1, queuedCallsPerUser: 0 })
    const a = call(dispatcher, 'a')
    expect(codeOf(await call(dispatcher, 'b'))).toBe('concurrency_limited')
    await place.end('a')
    expect(codeOf(await a)).toBe('success: a is done')
  })

  it('of Infinity has no end', () => {
    const place = new Workplace()
    const dispatcher = place.dispatcher({ concurrentCallsPerUser: 1, queuedCallsPerUser: Infinity })
    beginMany(dispatcher, 3_000)
    expect(dispatcher.metrics.queuedCalls).toBe(2_999)
  })

  it('holds across all dispatchers of a user, and first come is first served across them', async () => {
    const place = new Workplace()
    const limits = { concurrentCallsPerUser: 1, queuedCallsPerUser: 3 }
    const one = new Workplace(place.context).dispatcher(limits)
    const two = place.dispatcher(limits)
    begin(two, 'first')
    const waiting = [call(one, 'a'), call(two, 'b'), call(one, 'c')]
    expect(codeOf(await call(two, 'refused'))).toBe('concurrency_limited')
    expect([one.metrics.queuedCalls, two.metrics.queuedCalls]).toEqual([2, 1])
    await place.end('first')
    expect(place.started).toEqual(['first'])
    await one.dispose()
    await settleMicrotasks()
    expect(place.started).toEqual(['first', 'b'])
    await place.end('b')
    expect((await Promise.all(waiting)).map(codeOf)).toEqual(['aborted', 'success: b is done', 'aborted'])
  })

  const LEAVING: {
    how: string
    code: string
    leave: (all: { caller: AbortController; dispatcher: UnifiedToolDispatcher }) => unknown
  }[] = [
    { how: 'an abort', code: 'aborted', leave: ({ caller }) => caller.abort() },
    { how: 'its deadline', code: 'timeout', leave: () => vi.advanceTimersByTime(100) },
    { how: 'the end of its dispatcher', code: 'aborted', leave: ({ dispatcher }) => dispatcher.dispose() },
    {
      how: 'the end of all dispatchers of its user',
      code: 'aborted',
      leave: ({ dispatcher }) => UnifiedToolDispatcher.disposeAllForUser(dispatcher.context.userId),
    },
  ]

  it.each(LEAVING)('is left at once on $how: the call settles and never runs', async ({ code, leave }) => {
    const place = new Workplace()
    const holder = place.dispatcher({ concurrentCallsPerUser: 1, timeoutMs: 0 })
    begin(holder, 'a')
    const dispatcher = place.dispatcher({ concurrentCallsPerUser: 1, queuedCallsPerUser: 1 })
    const caller = new AbortController()
    const waiting = call(dispatcher, 'b', { signal: caller.signal, timeoutMs: 100 })
    expect(dispatcher.metrics.queuedCalls).toBe(1)
    leave({ caller, dispatcher })
    expect(dispatcher.metrics.queuedCalls).toBe(0)
    const result = await waiting
    expect(codeOf(result)).toBe(code)
    expectPair(place.events.events, result)
    await place.end('a')
    expect(place.started).toEqual(['a'])
  })

  it('lets the next call run that may, once a call leaves that may not', async () => {
    const place = new Workplace()
    const narrow = place.dispatcher({ concurrentCallsPerUser: 1 })
    const wide = place.dispatcher({ concurrentCallsPerUser: 2 })
    const caller = new AbortController()
    begin(narrow, 'a')
    void call(narrow, 'b', { signal: caller.signal })
    begin(wide, 'c')
    expect(place.started).toEqual(['a'])
    caller.abort()
    await settleMicrotasks()
    expect(place.started).toEqual(['a', 'c'])
  })

  it('has the place free that a call left', async () => {
    const place = new Workplace()
    const dispatcher = place.dispatcher({ concurrentCallsPerUser: 1, queuedCallsPerUser: 1 })
    const caller = new AbortController()
    begin(dispatcher, 'a')
    void call(dispatcher, 'b', { signal: caller.signal })
    caller.abort()
    begin(dispatcher, 'c')
    expect(dispatcher.metrics.queuedCalls).toBe(1)
    await place.end('a')
    expect(place.started).toEqual(['a', 'c'])
  })
})
