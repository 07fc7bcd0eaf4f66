import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type AgentEvent, AgentRun, type EventSink, UnifiedToolDispatcher } from '../../src/index.js'
import type { AnyTool } from '../../src/tool.js'
import { gate, settleMicrotasks } from '../support/gate.js'
import { lostEvents } from '../support/lost-events.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

const ping = { name: 'ping', execute: () => 'pong' }
const echo = { name: 'echo', execute: (input: unknown) => input }
const refuse = (): never => {
  throw new Error('no')
}

/** The events of one call of one tool. */
async function eventsOf(tool: AnyTool, parameters?: unknown, redact?: string[]): Promise<Recorder> {
  const events = new Recorder()
  const result = await dispatcherWith({ tools: [tool], events, redact }).executeTool(tool.name, parameters)
  expectPair(events.events, result)
  return events
}

describe('the two events of a call', () => {
  it('carry the payloads of a call that worked', async () => {
    const events = new Recorder()
    const result = await dispatcherWith({ tools: [echo], events }).executeTool('echo', { a: 1 })
    const { callId, executionTimeMs } = result
    expect(events.events.map(({ type, payload }) => [type, payload])).toEqual([
      ['tool_executing', { callId, toolName: 'echo', parameters: { a: 1 } }],
      ['tool_completed', { callId, toolName: 'echo', status: 'success', result: { a: 1 }, executionTimeMs }],
    ])
  })

  it('carry the payloads of a call that failed', async () => {
    const events = new Recorder()
    const result = await dispatcherWith({ tools: [{ name: 'bad', execute: refuse }], events }).executeTool('bad')
    const { callId, executionTimeMs } = result
    const error = { code: 'tool_failed', message: 'no' }
    expect(events.only('tool_completed').payload).toEqual({
      ...{ callId, toolName: 'bad', status: 'error', error, executionTimeMs },
    })
  })

  it('carry the ids of the context, an id of their own and the time', async () => {
    const events = new Recorder()
    const context = contextOf({ requestId: 'request-1' })
    await dispatcherWith({ tools: [ping], events }, context).executeTool('ping')
    const { userId, threadId, runId, requestId } = context
    for (const event of events.events) {
      expect(event).toMatchObject({ userId, threadId, runId, requestId })
      expect(new Date(event.timestamp).toISOString()).toBe(event.timestamp)
      expect(event).not.toHaveProperty('agentName')
    }
    expect(new Set(events.events.map(({ id }) => id)).size).toBe(2)
  })

  it('carry the time at which each of them happened', async () => {
    vi.useFakeTimers({ now: new Date('2026-03-01T12:00:00.000Z') })
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const door = gate()
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools: [{ name: 'wait', execute: () => door.promise }], events })
    const call = dispatcher.executeTool('wait')
    vi.advanceTimersByTime(250)
    door.open('x')
    const { executionTimeMs } = await call
    expect(events.events.map(({ timestamp }) => timestamp)).toEqual([
      '2026-03-01T12:00:00.000Z',
      '2026-03-01T12:00:00.250Z',
    ])
    expect(executionTimeMs).toBe(250)
  })

  it('show the parameters as they were when the call began', async () => {
    const parameters = { list: [1] }
    const change: AnyTool = {
      name: 'change',
      execute: (input: typeof parameters) => {
        input.list.push(2)
        return input
      },
    }
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools: [change], events })
    const call = dispatcher.executeTool('change', parameters)
    parameters.list.push(3)
    await call
    expect(events.shownParameters).toEqual({ list: [1] })
  })

  it("leave the caller's own parameters and result untouched", async () => {
    const result = { password: 'hunter2', text: 'x'.repeat(1_000) }
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools: [{ name: 'give', execute: () => result }], events })
    const parameters = { token: 'hunter2' }
    const settled = await dispatcher.executeTool('give', parameters)
    expect(settled.result).toBe(result)
    expect(result).toEqual({ password: 'hunter2', text: 'x'.repeat(1_000) })
    expect(parameters).toEqual({ token: 'hunter2' })
    expect(JSON.stringify(events.events)).not.toContain('hunter2')
  })

  it('mask secrets and cut long values, in parameters and results', async () => {
    const events = await eventsOf(echo, { password: 'hunter2', page: 1 })
    expect([events.shownParameters, events.shownResult]).toEqual([
      { password: '[REDACTED]', page: 1 },
      { password: '[REDACTED]', page: 1 },
    ])
    const long = await eventsOf(echo, { text: 'x'.repeat(1_000) })
    expect(long.shownParameters).toBe(`{"text":"${'x'.repeat(490)}…`)
    expect(long.shownResult).toBe(long.shownParameters)
  })

  it('mask the further keys of the option redact, in parameters, results and progress', async () => {
    const report: AnyTool = {
      name: 'report',
      execute: (input: unknown, { reportProgress }) => {
        reportProgress(input)
        return input
      },
    }
    const events = await eventsOf(report, { ssn: '078-05-1120', iban: 'DE1' }, ['ssn'])
    const shown = { ssn: '[REDACTED]', iban: 'DE1' }
    expect([events.shownParameters, events.only('tool_progress').payload.progress, events.shownResult]).toEqual([
      shown,
      shown,
      shown,
    ])
  })

  it("mask credentials in an exception's text, which the caller gets whole", async () => {
    const message = 'connect postgres://ada:hunter2@db failed, token=hunter2, Bearer hunter2.hunter2'
    const bad = { name: 'bad', execute: () => Promise.reject(new Error(message)) }
    const events = new Recorder()
    const result = await dispatcherWith({ tools: [bad], events }).executeTool('bad')
    expect(result.error?.message).toBe(message)
    expect(events.only('tool_completed').payload.error?.message).toBe(
      'connect postgres://[REDACTED]@db failed, token=[REDACTED], Bearer [REDACTED]',
    )
  })

  it.each<[string, unknown]>([
    ['a BigInt', { big: 10n }],
    ['a cycle', loop()],
    ['functions and symbols', { run: () => 1, tag: Symbol('x') }],
    ['a proxy that hides its keys', new Proxy({}, { ownKeys: refuse })],
    ['a proxy that hides its prototype', new Proxy({}, { getPrototypeOf: refuse })],
    ['a proxy that hides its values', new Proxy({ a: 1 }, { get: (target, key) => (key === 'a' ? refuse() : target) })],
  ])('come as a pair with %s as parameters, and as result of either kind of tool', async (_, value) => {
    for (const execute of [() => value, async () => value]) {
      for (const given of [value, {}]) {
        const events = await eventsOf({ name: 'give', execute }, given)
        expect(() => JSON.stringify(events.events)).not.toThrow()
      }
    }
  })

  it.each<[string, unknown]>([
    ['an error whose message is a number', Object.assign(new Error('x'), { message: 42 })],
    ['an error whose message is an object', Object.assign(new Error('x'), { message: { a: 1 } })],
    ['an error without a message', Object.assign(new Error('x'), { message: undefined })],
    ['null', null],
    ['a symbol', Symbol('no')],
    ['an object that cannot be text', Object.create(null)],
  ])('come as a pair when a tool throws %s', async (_, cause) => {
    const bodies = [
      () => {
        throw cause
      },
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- whatever a tool may reject with
      () => Promise.reject(cause),
    ]
    for (const execute of bodies) {
      const events = new Recorder()
      const result = await dispatcherWith({ tools: [{ name: 'bad', execute }], events }).executeTool('bad')
      expectPair(events.events, result)
      expect(result.error).toMatchObject({ code: 'tool_failed', cause })
      expect(result.error?.message).toBeTypeOf('string')
    }
  })

  it('go nowhere without a sink', async () => {
    const dispatcher = dispatcherWith({ tools: [ping] })
    expect((await dispatcher.executeTool('ping')).success).toBe(true)
    expect(dispatcher.hasEvents).toBe(false)
    expect(dispatcher.metrics).toMatchObject({ eventsEmitted: 0, eventsFailed: 0 })
  })
})

describe('the order of the events of a run', () => {
  it('is the order in which things happened, whatever each call takes', async () => {
    const events = new Recorder()
    const doors = new Map([
      ['slow', gate<string>()],
      ['fast', gate<string>()],
    ])
    const wait: AnyTool = {
      name: 'wait',
      execute: ({ door }: { door: string }, { reportProgress }) => {
        reportProgress('began')
        return doors.get(door)?.promise
      },
    }
    const context = contextOf()
    const dispatcher = dispatcherWith({ tools: [wait], events }, context)
    const run = new AgentRun(context, events, 'agent')
    void run.started()
    const slow = dispatcher.executeTool('wait', { door: 'slow' })
    const fast = dispatcher.executeTool('wait', { door: 'fast' })
    doors.get('fast')?.open('second')
    await fast
    doors.get('slow')?.open('first')
    await slow
    void run.completed()
    expect(events.types.join(' ')).toBe(
      'agent_started tool_executing tool_progress tool_executing tool_progress tool_completed tool_completed agent_completed',
    )
    expect(events.of('tool_completed').map(({ payload }) => payload.result)).toEqual(['second', 'first'])
  })

  it('puts a nested call inside the one that made it', async () => {
    const events = new Recorder()
    const outer: AnyTool = { name: 'outer', execute: (_: unknown, call) => call.executeTool('ping') }
    await dispatcherWith({ tools: [outer, ping], events }).executeTool('outer')
    expect(events.events.map((event) => ('toolName' in event.payload ? event.payload.toolName : ''))).toEqual([
      'outer',
      'ping',
      'ping',
      'outer',
    ])
  })

  it('holds when the sink ends the dispatcher at the first event', async () => {
    const types: string[] = []
    const holder: { dispatcher?: UnifiedToolDispatcher } = {}
    const events: EventSink = {
      emit: (event) => {
        types.push(event.type)
        void holder.dispatcher?.dispose()
      },
    }
    holder.dispatcher = dispatcherWith({ tools: [ping], events })
    expect(codeOf(await holder.dispatcher.executeTool('ping'))).toBe('aborted')
    expect(types).toEqual(['tool_executing', 'tool_completed'])
  })
})

describe('a sink that fails', () => {
  it.each<[string, () => void | Promise<void>]>([
    ['throws', refuse],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['rejects late', async () => settleMicrotasks().then(refuse)],
    // oxlint-disable-next-line unicorn/no-thenable -- a promise of a library that fails at once
    ['gives a thenable that throws', () => ({ then: refuse }) as never],
    // oxlint-disable-next-line unicorn/no-thenable -- a promise that refuses to be read
    ['gives what throws when it is asked for then', () => Object.defineProperty({}, 'then', { get: refuse }) as never],
  ])('never fails the call when it %s; it is counted, and each lost event published', async (_, emit) => {
    const lost = lostEvents()
    const dispatcher = dispatcherWith({ tools: [ping], events: { emit } })
    const before = UnifiedToolDispatcher.globalMetrics()
    expect(await dispatcher.executeTool('ping')).toMatchObject({ success: true, result: 'pong' })
    await settleMicrotasks()
    await settleMicrotasks()
    expect(dispatcher.metrics).toMatchObject({ eventsFailed: 2, eventsEmitted: 0, successfulExecutions: 1 })
    expect(UnifiedToolDispatcher.globalMetrics().eventsFailed).toBe(before.eventsFailed + 2)
    expect(lost.map(({ event, cause }) => [event.type, String(cause)])).toEqual([
      ['tool_executing', 'Error: no'],
      ['tool_completed', 'Error: no'],
    ])
  })

  it('never delays the call when it hangs', async () => {
    const dispatcher = dispatcherWith({ tools: [ping], events: { emit: () => new Promise<void>(() => undefined) } })
    expect((await dispatcher.executeTool('ping')).success).toBe(true)
    expect(dispatcher.metrics).toMatchObject({ eventsFailed: 0, eventsEmitted: 0 })
  })

  it('counts an event as emitted once the sink has taken it', async () => {
    const door = gate<void>()
    const dispatcher = dispatcherWith({ tools: [ping], events: { emit: () => door.promise } })
    await dispatcher.executeTool('ping')
    expect(dispatcher.metrics.eventsEmitted).toBe(0)
    door.open()
    await settleMicrotasks()
    expect(dispatcher.metrics.eventsEmitted).toBe(2)
  })

  it('loses its own events alone, and the others reach it', async () => {
    const lost = lostEvents()
    const taken: string[] = []
    const emit = (event: AgentEvent) => {
      if (event.type === 'tool_executing') refuse()
      taken.push(event.type)
    }
    const dispatcher = dispatcherWith({ tools: [ping], events: { emit } })
    await dispatcher.executeTool('ping')
    expect([taken, lost.map(({ event }) => event.type)]).toEqual([['tool_completed'], ['tool_executing']])
    expect(dispatcher.metrics).toMatchObject({ eventsFailed: 1, eventsEmitted: 1 })
  })

  it('is called as the method that it is', async () => {
    class Sink implements EventSink {
      #taken = 0
      emit(): void {
        this.#taken += 1
      }
      get taken(): number {
        return this.#taken
      }
    }
    const events = new Sink()
    await dispatcherWith({ tools: [ping], events }).executeTool('ping')
    expect(events.taken).toBe(2)
  })

  it.each([null, 'sink', {}, { emit: 1 }, () => undefined])('is refused when it is %j', (events) => {
    expect(() => dispatcherWith({ events: events as never })).toThrow(/^events must be an EventSink/)
  })
})

function loop(): object {
  const value: Record<string, unknown> = { a: 1 }
  value['self'] = value
  return value
}
