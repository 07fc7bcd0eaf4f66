import { UnifiedToolDispatcher, type AgentEvent, type DispatcherOptions } from '@switchyard/dispatcher'
import type { FacadeDispatcher, ToolResult } from '@switchyard/facade-kit'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { Recorder } from '../support/transports.js'

const tools = {
  greet: { execute: () => 'hello' },
  add: { inputSchema: z.object({ a: z.number() }), execute: ({ a }: { a: number }) => a + 1 },
  echo: { execute: (parameters: unknown) => parameters },
  fail: { execute: () => Promise.reject(new Error('the shelf is empty')) },
  guarded: { requiredRoles: ['clerk'], execute: () => 'ran' },
  hang: { execute: () => new Promise(() => {}) },
}

/** How a call may end, the code that says so, and what it takes to get there. */
interface Outcome {
  readonly code?: string
  readonly options?: DispatcherOptions
  call(facade: FacadeDispatcher): Promise<unknown>
}

const outcomes: Readonly<Record<string, Outcome>> = {
  success: { call: (facade) => facade.dispatch('greet') },
  'a tool that throws': { code: 'tool_failed', call: (facade) => facade.dispatch('fail') },
  'an unknown tool': { code: 'tool_not_found', call: (facade) => facade.dispatch('missing') },
  'another run': { code: 'tool_not_found', call: (facade) => facade.dispatchTool('greet', {}, null, 'run-of-another') },
  'bad input': { code: 'invalid_input', call: (facade) => facade.dispatch('add', { a: 'one' }) },
  'a denial': { code: 'permission_denied', call: (facade) => facade.dispatch('guarded') },
  'a denial that throws': {
    code: 'permission_denied',
    call: (facade) => expect(facade.executeTool('guarded')).rejects.toThrow('clerk'),
  },
  'a rate that is used up': {
    code: 'rate_limited',
    options: { limits: { callsPerMinutePerUser: 1 } },
    call: (facade) => facade.dispatch('greet'),
  },
  'no free slot': {
    code: 'concurrency_limited',
    options: { limits: { concurrentCallsPerUser: 1, queuedCallsPerUser: 0 } },
    call: (facade) => facade.dispatch('greet'),
  },
  'too large an input': {
    code: 'input_too_large',
    options: { limits: { maxInputBytes: 10 } },
    call: (facade) => facade.dispatch('echo', { text: 'more than ten bytes' }),
  },
  'too large a result': {
    code: 'output_too_large',
    options: { limits: { maxOutputBytes: 10 } },
    call: (facade) => facade.dispatch('echo', { text: 'more than ten bytes' }),
  },
  'a timeout': { code: 'timeout', call: (facade) => facade.dispatch('hang', {}, { timeoutMs: 1 }) },
  'an abort': { code: 'aborted', call: (facade) => facade.dispatch('hang', {}, { signal: AbortSignal.abort() }) },
  'the end of its dispatcher': {
    code: 'aborted',
    call: async (facade) => {
      const result = facade.dispatch('hang')
      await facade.unified.dispose()
      await result
    },
  },
}

/** What has to be so before the call of an outcome. */
async function prepare(outcome: string, facade: FacadeDispatcher): Promise<void> {
  if (outcome === 'a rate that is used up') await facade.dispatch('greet')
  if (outcome === 'no free slot') void facade.dispatch('hang')
}

const announced = (events: readonly AgentEvent[]) =>
  events.flatMap((event) => (event.type === 'tool_executing' ? [event.payload] : []))
const completed = (events: readonly AgentEvent[]) =>
  events.flatMap((event) => (event.type === 'tool_completed' ? [event.payload] : []))

describe.each(entryPoints)('the events of $name', ({ create, from }) => {
  it.each(Object.entries(outcomes))('of a call that ends with %s are one pair in order', async (name, outcome) => {
    const events = new Recorder()
    const context = contextOf()
    const facade = from(UnifiedToolDispatcher.createForUser(context, { tools, events, ...outcome.options }))
    await prepare(name, facade)
    events.events.length = 0
    await outcome.call(facade)
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
    const [begun] = announced(events.events)
    const [ended] = completed(events.events)
    expect(ended).toMatchObject(
      outcome.code === undefined ? { status: 'success' } : { status: 'error', error: { code: outcome.code } },
    )
    expect(begun?.callId).toBe(ended?.callId)
    const { userId, threadId, runId, requestId } = context
    for (const event of events.events) expect(event).toMatchObject({ userId, threadId, runId, requestId })
  })

  it('of a result that JSON cannot hold are one pair, too, and count once', async () => {
    const cycle: Record<string, unknown> = {}
    cycle['self'] = cycle
    const values = [cycle, 10n, new Error('inside'), new Map([['a', 1]]), () => {}, Symbol('s'), Number.NaN]
    const events = new Recorder()
    const facade = await create(contextOf(), { give: { execute: ({ at }: { at: number }) => values[at] } }, events)
    for (const at of values.keys()) {
      expect((await facade.executeTool('give', { at })).result).toBe(values[at])
    }
    expect(completed(events.events).map(({ status }) => status)).toEqual(values.map(() => 'success'))
    expect(JSON.parse(JSON.stringify(events.events))).toHaveLength(2 * values.length)
    expect(facade.getMetrics()).toMatchObject({ successfulExecutions: values.length, failedExecutions: 0 })
  })

  it('take parameters that JSON cannot hold', async () => {
    const events = new Recorder()
    const facade = await create(contextOf(), tools, events)
    const parameters = { many: 10n, when: new Date(0), call: () => {}, list: new Set([1]) }
    expect((await facade.dispatch('echo', parameters)).payload?.result).toEqual(parameters)
    expect(() => JSON.stringify(events.events)).not.toThrow()
    expect(announced(events.events)[0]?.parameters).toMatchObject({
      many: '10',
      when: '1970-01-01T00:00:00.000Z',
      list: [1],
    })
  })

  it('show no secret, whether it goes in or comes out, and hide nothing else', async () => {
    const events = new Recorder()
    const facade = await create(contextOf(), tools, events)
    const secrets = { user_password: 'hunter2', nested: [{ accessToken: 'hunter2' }], 'API-Keys': 'hunter2' }
    const open = { monkey: 'banana', tokenCount: 3, keyboard: 'qwerty' }
    expect((await facade.dispatch('echo', { ...secrets, ...open })).payload?.result).toEqual({ ...secrets, ...open })
    expect(JSON.stringify(events.events)).not.toContain('hunter2')
    const shown = { ...open, user_password: '[REDACTED]', nested: [{ accessToken: '[REDACTED]' }] }
    expect(announced(events.events)[0]?.parameters).toMatchObject(shown)
    expect(completed(events.events)[0]?.result).toMatchObject(shown)
  })

  it('cut what is long, and leave the result whole', async () => {
    const events = new Recorder()
    const facade = await create(contextOf(), tools, events)
    const text = 'long '.repeat(1000)
    expect((await facade.executeTool('echo', { text })).result).toEqual({ text })
    for (const cut of [announced(events.events)[0]?.parameters, completed(events.events)[0]?.result]) {
      expect(cut).toMatch(/^\{"text":"long .*…$/u)
      expect(cut).toHaveLength(500)
    }
  })

  it('are all there when the call returns', async () => {
    const events = new Recorder()
    const facade = await create(contextOf(), tools, events)
    for (let call = 1; call <= 20; call += 1) {
      await facade.dispatch('greet')
      expect(events.events).toHaveLength(2 * call)
    }
  })

  it('of calls at once are a pair for each, the first before the second', async () => {
    const events = new Recorder()
    const facade = await create(contextOf(), tools, events)
    const names = Array.from({ length: 100 }, (_, at) => (at % 3 === 0 ? 'fail' : 'echo'))
    const results = await Promise.all(names.map((name, at): Promise<ToolResult> => facade.dispatch(name, { at })))
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(66)
    const started = announced(events.events).map(({ callId }) => callId)
    const ended = completed(events.events).map(({ callId }) => callId)
    expect(new Set(started).size).toBe(100)
    expect(ended.toSorted()).toEqual(started.toSorted())
    for (const callId of started) {
      const types = events.events.filter(({ payload }) => 'callId' in payload && payload.callId === callId)
      expect(types.map(({ type }) => type)).toEqual(['tool_executing', 'tool_completed'])
    }
  })
})
