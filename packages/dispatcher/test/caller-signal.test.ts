import { getEventListeners } from 'node:events'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { ExecuteOptions } from '../src/index.js'
import { useFakeClock } from './support/fake-clock.js'
import { codeOf, expectPair } from './support/recorder.js'
import { dispatcherWith } from './support/requests.js'
import { slow } from './support/slow.js'

useFakeClock()

describe('the option signal', () => {
  it('settles the call in the moment it aborts, with its reason, which the tool’s signal has too', async () => {
    const { dispatcher, calls, events } = slow()
    const controller = new AbortController()
    const call = dispatcher.executeTool('slow', {}, { signal: controller.signal })
    const signal = calls[0]?.signal
    const reason = new Error('the user pressed stop')
    controller.abort(reason)
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
    expect(signal?.aborted).toBe(true)
    expect(signal?.reason).toBe(reason)
    const result = await call
    expect(result.error).toEqual({ code: 'aborted', message: 'Tool slow was aborted', cause: reason })
    expectPair(events.events, result)
  })

  it('that has aborted already lets nothing run, neither the policy nor the tool', async () => {
    const asked: string[] = []
    const { dispatcher, calls, events } = slow({
      permissions: ({ toolName }) => {
        asked.push(toolName)
        return { allow: true }
      },
    })
    const result = await dispatcher.executeTool('slow', {}, { signal: AbortSignal.abort('gone') })
    expect(result.error).toEqual({ code: 'aborted', message: 'Tool slow was aborted', cause: 'gone' })
    expect([asked, calls]).toEqual([[], []])
    expectPair(events.events, result)
  })

  it('aborted by the tool itself settles its call, whatever the tool then returns', async () => {
    const controller = new AbortController()
    const dispatcher = dispatcherWith({
      tools: {
        stop: {
          execute: () => {
            controller.abort()
            return 'returned all the same'
          },
        },
      },
    })
    expect(codeOf(await dispatcher.executeTool('stop', {}, { signal: controller.signal }))).toBe('aborted')
  })

  const OUTCOMES: { name: string; code: string; options?: ExecuteOptions; before?: string; meanwhile?: () => void }[] =
    [
      { name: 'echo', code: 'success: [object Object]' },
      { name: 'missing', code: 'tool_not_found' },
      { name: 'corpus_delete', code: 'permission_denied' },
      { name: 'broken', code: 'tool_failed' },
      { name: 'endless', code: 'timeout', meanwhile: () => vi.advanceTimersByTime(50) },
      { name: 'echo', code: 'concurrency_limited', before: 'endless' },
    ]

  it.each(OUTCOMES)('has nothing left on it after $code', async ({ name, code, before, meanwhile }) => {
    const dispatcher = dispatcherWith({
      limits: { concurrentCallsPerUser: 1, queuedCallsPerUser: 0 },
      tools: {
        echo: { execute: (input: unknown) => input },
        corpus_delete: { execute: () => 'deleted' },
        broken: { execute: () => Promise.reject(new Error('broken')) },
        endless: { execute: () => new Promise<never>(() => {}) },
      },
    })
    if (before !== undefined) void dispatcher.executeTool(before)
    const { signal } = new AbortController()
    const call = dispatcher.executeTool(name, {}, { signal, timeoutMs: 50 })
    meanwhile?.()
    expect(codeOf(await call)).toBe(code)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('has one listener for all the calls that run, none after them, and causes no warning of a leak', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const { dispatcher, body } = slow({ limits: { concurrentCallsPerUser: 0 } })
    const controller = new AbortController()
    const calls = Array.from({ length: 50 }, () => dispatcher.executeTool('slow', {}, { signal: controller.signal }))
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    body.open('done')
    await Promise.all(calls)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    const aborted = Array.from({ length: 50 }, () => dispatcher.executeTool('slow', {}, { signal: controller.signal }))
    controller.abort()
    await Promise.all(aborted)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    expect(warned).not.toHaveBeenCalled()
    warned.mockRestore()
  })
})

describe('the controller of a call', () => {
  let made = 0
  beforeEach(() => {
    made = 0
    const Original = AbortController
    vi.stubGlobal(
      'AbortController',
      class extends Original {
        constructor() {
          super()
          made += 1
        }
      },
    )
    return () => vi.unstubAllGlobals()
  })

  it('is not made for a tool that does not read call.signal, even when the call is timed and has a caller’s signal', async () => {
    const { signal } = new AbortController()
    const { dispatcher } = slow()
    const call = dispatcher.executeTool('slow', {}, { timeoutMs: 10, signal })
    vi.advanceTimersByTime(10)
    await call
    await dispatcher.executeTool('echo', {}, { timeoutMs: 10, signal })
    expect(made).toBe(1)
  })

  it('is made once, when the tool reads call.signal, and never the caller’s own', async () => {
    const { signal } = new AbortController()
    const { dispatcher, calls, body } = slow()
    const call = dispatcher.executeTool('slow', {}, { signal })
    expect(made).toBe(1)
    const own = calls[0]?.signal
    expect(made).toBe(2)
    expect(calls[0]?.signal).toBe(own)
    expect(own).not.toBe(signal)
    expect(made).toBe(2)
    body.open('done')
    await call
  })

  it('has aborted where it is read only after the call was', async () => {
    const controller = new AbortController()
    const { dispatcher, calls } = slow()
    const call = dispatcher.executeTool('slow', {}, { signal: controller.signal })
    controller.abort('stopped')
    await call
    expect(calls[0]?.signal.aborted).toBe(true)
    expect(calls[0]?.signal.reason).toBe('stopped')
  })

  it('does not abort when its call succeeds', async () => {
    const { dispatcher, calls, body } = slow()
    const call = dispatcher.executeTool('slow')
    const signal = calls[0]?.signal
    body.open('done')
    await call
    expect(signal?.aborted).toBe(false)
    expect(calls[0]?.signal.aborted).toBe(false)
  })

  it('never comes from AbortSignal.any or AbortSignal.timeout', async () => {
    const any = vi.spyOn(AbortSignal, 'any')
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    const { dispatcher, calls } = slow()
    const call = dispatcher.executeTool('slow', {}, { timeoutMs: 10, signal: new AbortController().signal })
    expect(calls[0]?.signal.aborted).toBe(false)
    vi.advanceTimersByTime(10)
    await call
    expect([any.mock.calls, timeout.mock.calls]).toEqual([[], []])
    vi.restoreAllMocks()
  })
})
