import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { DispatcherOptions, ExecuteOptions, UnifiedToolDispatcher, UserExecutionContext } from '../../src/index.js'
import { useFakeClock } from '../support/fake-clock.js'
import { gate, stateOf } from '../support/gate.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

useFakeClock()

function limited(
  callsPerMinutePerUser: number,
  { context, limits, ...more }: DispatcherOptions & { context?: UserExecutionContext } = {},
): UnifiedToolDispatcher {
  return dispatcherWith(
    {
      ...more,
      limits: { callsPerMinutePerUser, ...limits },
      tools: {
        echo: { execute: (input: unknown) => input },
        endless: { execute: () => new Promise<never>(() => {}) },
        broken: { execute: () => Promise.reject(new Error('broken')) },
        corpus_list: { execute: () => 'never' },
        strict: {
          inputSchema: {
            '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'no' }] }) },
          },
          execute: () => 'never',
        },
      },
    },
    context,
  )
}

async function codes(dispatcher: UnifiedToolDispatcher, count: number): Promise<string[]> {
  const calls = Array.from({ length: count }, () => dispatcher.executeTool('echo', 'ok'))
  return (await Promise.all(calls)).map(codeOf)
}

const OK = 'success: ok'

describe('callsPerMinutePerUser', () => {
  it('allows so many calls within any 60 seconds, and says when the next one is free', async () => {
    const events = new Recorder()
    const dispatcher = limited(2, { events })
    expect(await codes(dispatcher, 1)).toEqual([OK])
    vi.advanceTimersByTime(10_000)
    expect(await codes(dispatcher, 1)).toEqual([OK])
    vi.advanceTimersByTime(5_000)
    const refused = await dispatcher.executeTool('echo')
    expect(refused.error).toEqual({
      code: 'rate_limited',
      message: 'At most 2 calls a minute are allowed; try again in 45000 ms',
      retryAfterMs: 45_000,
    })
    expectPair(events.events, refused)
    vi.advanceTimersByTime(44_999)
    expect((await dispatcher.executeTool('echo')).error?.retryAfterMs).toBe(1)
    vi.advanceTimersByTime(1)
    // The first one is a minute old, the second one is not.
    expect(await codes(dispatcher, 2)).toEqual([OK, 'rate_limited'])
    expect((await dispatcher.executeTool('echo')).error?.retryAfterMs).toBe(10_000)
  })

  it.each([undefined, 0, Infinity])('is off when it is %s', async (callsPerMinutePerUser) => {
    const dispatcher = dispatcherWith({
      limits: { callsPerMinutePerUser, queuedCallsPerUser: Infinity },
      tools: { echo: { execute: (input: unknown) => input } },
    })
    expect(new Set(await codes(dispatcher, 2_000))).toEqual(new Set([OK]))
  })

  it('holds across all dispatchers of a user, disposed ones included, and for each user alone', async () => {
    const context = contextOf()
    const first = limited(3, { context })
    expect(await codes(first, 2)).toEqual([OK, OK])
    await first.dispose()
    const second = limited(3, { context: contextOf({ userId: context.userId, runId: 'run-2' }) })
    expect(await codes(second, 2)).toEqual([OK, 'rate_limited'])
    expect(await codes(limited(3), 4)).toEqual([OK, OK, OK, 'rate_limited'])
  })

  it('is for each call the one of its own dispatcher, against what all of them used up', async () => {
    const context = contextOf()
    const [narrow, wide, free] = [limited(2, { context }), limited(4, { context }), limited(0, { context })]
    expect(await codes(free, 1)).toEqual([OK])
    expect(await codes(narrow, 2)).toEqual([OK, 'rate_limited'])
    expect(await codes(wide, 3)).toEqual([OK, OK, 'rate_limited'])
    expect(await codes(free, 10)).toEqual(Array.from({ length: 10 }, () => OK))
    vi.advanceTimersByTime(60_000)
    expect(await codes(wide, 5)).toEqual([OK, OK, OK, OK, 'rate_limited'])
  })

  const UNALLOWED: {
    code: string
    toolName: string
    limits?: DispatcherOptions['limits']
    options?: ExecuteOptions
  }[] = [
    { code: 'tool_not_found', toolName: 'missing' },
    { code: 'tool_not_found', toolName: 'echo', options: { runId: 'run-2' } },
    { code: 'permission_denied', toolName: 'corpus_list' },
    { code: 'aborted', toolName: 'echo', options: { signal: AbortSignal.abort() } },
  ]

  it.each(UNALLOWED)('is not used up by calls that are not allowed: $code', async ({ code, toolName, options }) => {
    const dispatcher = limited(1)
    for (let call = 0; call < 3; call += 1) {
      expect(codeOf(await dispatcher.executeTool(toolName, {}, options))).toBe(code)
    }
    expect(await codes(dispatcher, 2)).toEqual([OK, 'rate_limited'])
  })

  it('is not used up by what a policy denies', async () => {
    const context = contextOf()
    const denying = limited(1, { context, permissions: () => ({ allow: false }) })
    expect(await codes(denying, 2)).toEqual(['permission_denied', 'permission_denied'])
    expect(await codes(limited(1, { context }), 2)).toEqual([OK, 'rate_limited'])
  })

  it('is not used up by calls for which there is no slot', async () => {
    const context = contextOf()
    const controller = new AbortController()
    const dispatcher = limited(1, { context, limits: { concurrentCallsPerUser: 1, queuedCallsPerUser: 0 } })
    const held = dispatcher.executeTool('endless', {}, { timeoutMs: 0, signal: controller.signal })
    vi.advanceTimersByTime(60_000)
    expect(await codes(dispatcher, 2)).toEqual(['concurrency_limited', 'concurrency_limited'])
    controller.abort()
    await held
    expect(await codes(dispatcher, 2)).toEqual([OK, 'rate_limited'])
  })

  it.each(['broken', 'strict'])(
    'is used up by calls that are allowed, whatever becomes of them: %s',
    async (toolName) => {
      const dispatcher = limited(1)
      await dispatcher.executeTool(toolName)
      expect(codeOf(await dispatcher.executeTool(toolName))).toBe('rate_limited')
    },
  )

  it('is used up from when an asynchronous policy allowed the call', async () => {
    const answer = gate<{ allow: true }>()
    const dispatcher = limited(1, { permissions: () => answer.promise, limits: { timeoutMs: 0 } })
    const call = dispatcher.executeTool('echo', 'ok')
    vi.advanceTimersByTime(50_000)
    answer.open({ allow: true })
    expect(await stateOf(call.then(codeOf))).toBe(OK)
    vi.advanceTimersByTime(10_000)
    expect((await dispatcher.executeTool('echo')).error?.retryAfterMs).toBe(50_000)
  })

  it('never lets more calls through than it says, and never fewer, whatever the times and limits', async () => {
    const steps = fc.array(
      fc.record({ wait: fc.oneof(fc.constant(0), fc.nat({ max: 30_000 })), limit: fc.constantFrom(1, 3, 7, 40) }),
      { minLength: 1, maxLength: 120, size: 'max' },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (taken) => {
        const context = contextOf()
        const dispatchers = new Map([1, 3, 7, 40].map((limit) => [limit, limited(limit, { context })]))
        const allowed: number[] = []
        for (const { wait, limit } of taken) {
          vi.advanceTimersByTime(wait)
          const now = performance.now()
          const recent = allowed.filter((time) => time > now - 60_000)
          const result = await dispatchers.get(limit)?.executeTool('echo')
          // The call is free once the one that is `limit` calls back is a minute old.
          const blocking = recent.at(-limit)
          expect(result?.success).toBe(blocking === undefined)
          expect(result?.error?.retryAfterMs).toBe(blocking === undefined ? undefined : blocking + 60_000 - now)
          if (blocking === undefined) allowed.push(now)
        }
      }),
      { numRuns: 100 },
    )
  })
})
