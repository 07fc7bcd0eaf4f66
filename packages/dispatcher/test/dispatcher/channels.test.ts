import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ToolCall } from '../../src/index.js'
import { useFakeClock } from '../support/fake-clock.js'
import { codeOf, Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

useFakeClock()

const listeners: [string, (message: unknown) => void][] = []
afterEach(() => {
  for (const [name, listener] of listeners.splice(0)) unsubscribe(name, listener)
})

/** What is published on the channels of calls until the test ends, as `[start or end, message]`. */
function listen(): [string, unknown][] {
  const told: [string, unknown][] = []
  for (const part of ['start', 'end']) {
    const listener = (message: unknown) => void told.push([part, message])
    subscribe(`switchyard:call:${part}`, listener)
    listeners.push([`switchyard:call:${part}`, listener])
  }
  return told
}

const tools = {
  echo: { execute: async (input: unknown) => input },
  endless: { execute: () => new Promise<never>(() => {}) },
  corpus_list: { execute: () => 'never' },
  outer: { execute: (_input: unknown, call: ToolCall) => call.executeTool('echo', 'inner') },
}

describe('switchyard:call:start and switchyard:call:end', () => {
  it('are told of a call when it begins and when it settles, without a sink too', async () => {
    const told = listen()
    const context = contextOf()
    const dispatcher = dispatcherWith({ tools }, context)
    const parameters = { text: 'hello' }
    const call = dispatcher.executeTool('echo', parameters)
    expect(told.map(([part]) => part)).toEqual(['start'])
    const result = await call
    const { callId } = result
    expect(told).toEqual([
      ['start', { callId, toolName: 'echo', context, parameters }],
      ['end', { callId, context, result }],
    ])
  })

  it.each([
    { name: 'missing', code: 'tool_not_found' },
    { name: 'corpus_list', code: 'permission_denied' },
    { name: 'endless', code: 'timeout' },
  ])('are told once each of a call that comes to $code', async ({ name, code }) => {
    const told = listen()
    const dispatcher = dispatcherWith({ tools })
    const call = dispatcher.executeTool(name, {}, { timeoutMs: 5 })
    vi.advanceTimersByTime(5)
    const result = await call
    expect(codeOf(result)).toBe(code)
    expect(told.map(([part]) => part)).toEqual(['start', 'end'])
    expect(told[1]?.[1]).toMatchObject({ callId: result.callId, result })
  })

  it('are told of nested calls within their callers', async () => {
    const told = listen()
    const outer = await dispatcherWith({ tools }).executeTool('outer')
    const inner = outer.result as { callId: string }
    const ids = told.map(([part, message]) => [part, (message as { callId: string }).callId])
    expect(ids).toEqual([
      ['start', outer.callId],
      ['start', inner.callId],
      ['end', inner.callId],
      ['end', outer.callId],
    ])
  })

  it('are told nothing of misuse', async () => {
    const told = listen()
    const dispatcher = dispatcherWith({ tools })
    await dispatcher.dispose()
    await expect(dispatcher.executeTool('echo')).rejects.toThrow(/disposed/)
    expect(told).toEqual([])
  })

  it('agree with the events of a sink', async () => {
    const told = listen()
    const events = new Recorder()
    await dispatcherWith({ tools, events }).executeTool('echo')
    const { callId } = events.only('tool_executing').payload
    expect(told.map(([, message]) => (message as { callId: string }).callId)).toEqual([callId, callId])
  })
})
