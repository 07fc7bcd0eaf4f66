import { describe, expect, it } from 'vitest'
import { AgentRun, type EventSink, EventRouter, InvalidContextError } from '../../src/index.js'
import { gate, settleMicrotasks, stateOf } from '../support/gate.js'
import { lostEvents } from '../support/lost-events.js'
import { Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

const context = contextOf({ requestId: 'request-1' })

function runOn(events: EventSink): AgentRun {
  return new AgentRun(context, events, 'researcher')
}

describe('an AgentRun', () => {
  it('and its tool calls emit the golden path, in order, all with the ids of the context', async () => {
    const events = new Recorder()
    const run = runOn(events)
    const dispatcher = dispatcherWith({ tools: [{ name: 'search', execute: () => ['a'] }], events }, context)
    await run.started()
    await run.thinking('What is late?', 1)
    await dispatcher.executeTool('search')
    await run.completed({ late: 3 })
    expect(events.types).toEqual([
      'agent_started',
      'agent_thinking',
      'tool_executing',
      'tool_completed',
      'agent_completed',
    ])
    const { userId, threadId, runId, requestId } = context
    for (const event of events.events) expect(event).toMatchObject({ userId, threadId, runId, requestId })
    expect(new Set(events.events.map(({ id }) => id)).size).toBe(5)
  })

  it('carries the payloads and the name of the agent', async () => {
    const events = new Recorder()
    const run = runOn(events)
    await run.started({ goal: 'find' })
    await run.thinking('Hm', 2)
    await run.completed({ late: 3 })
    await run.failed(new TypeError('no'))
    expect(events.events.map(({ type, payload, agentName }) => [type, payload, agentName])).toEqual([
      ['agent_started', { goal: 'find' }, 'researcher'],
      ['agent_thinking', { reasoning: 'Hm', step: 2 }, 'researcher'],
      ['agent_completed', { result: { late: 3 } }, 'researcher'],
      ['agent_error', { error: { name: 'TypeError', message: 'no' } }, 'researcher'],
    ])
  })

  it('leaves out what is not given', async () => {
    const events = new Recorder()
    const run = runOn(events)
    await run.started()
    await run.thinking('Hm')
    await run.completed()
    expect(events.events.map(({ payload }) => payload)).toEqual([{}, { reasoning: 'Hm' }, {}])
  })

  it('stamps each event with an ISO 8601 time in UTC', async () => {
    const events = new Recorder()
    await runOn(events).started()
    const { timestamp } = events.only('agent_started')
    expect(new Date(timestamp).toISOString()).toBe(timestamp)
  })

  it('masks secrets and cuts what is long', async () => {
    const events = new Recorder()
    const run = runOn(events)
    await run.started({ apiKey: 'hunter2' })
    await run.thinking('x'.repeat(1_000))
    await run.completed({ token: 'hunter2', text: 'x'.repeat(1_000) })
    await run.failed(new Error('postgres://ada:hunter2@db failed'))
    await run.started({ text: 'x'.repeat(1_000) })
    expect(JSON.stringify(events.events)).not.toContain('hunter2')
    expect(events.only('agent_thinking').payload.reasoning).toBe(`${'x'.repeat(499)}…`)
    expect(events.only('agent_completed').payload.result).toHaveLength(500)
    expect(events.only('agent_error').payload.error.message).toBe('postgres://[REDACTED]@db failed')
    expect(JSON.stringify(events.of('agent_started')[1]?.payload).length).toBeLessThan(700)
  })

  it('lets no payload put other ids on the event', async () => {
    const events = new Recorder()
    await runOn(events).started({ userId: 'u-666', runId: 'r-666', threadId: 't-666' })
    const { userId, runId, threadId } = context
    expect(events.only('agent_started')).toMatchObject({ userId, runId, threadId })
  })

  it('keeps its context and its name, whoever tries to give it others', async () => {
    const events = new Recorder()
    const run = runOn(events)
    const others = { context: contextOf({ userId: 'u-666', runId: 'r-666' }), agentName: 'impostor' }
    for (const [key, value] of Object.entries(others)) {
      expect(Reflect.set(run, key, value)).toBe(false)
      Object.defineProperty(run, key, { value, configurable: true })
    }
    await run.started()
    const { userId, runId } = context
    expect(events.only('agent_started')).toMatchObject({ userId, runId, agentName: 'researcher' })
  })
})

describe('the methods of an AgentRun', () => {
  it('resolve when the sink has the event, not before', async () => {
    const door = gate<void>()
    const run = runOn({ emit: () => door.promise })
    const started = run.started().then(() => 'has it')
    expect(await stateOf(started)).toBe('pending')
    door.open()
    expect(await stateOf(started)).toBe('has it')
    const router = new EventRouter()
    await runOn(router).started()
    expect((await router.store.head(context.userId)).seq).toBe(1)
  })

  it.each<[string, () => void | Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('never reject when the sink %s, and publish each lost event', async (_, emit) => {
    const lost = lostEvents()
    const run = runOn({ emit })
    await expect(Promise.all([run.started(), run.thinking('Hm'), run.completed(), run.failed('no')])).resolves.toEqual(
      Array.from({ length: 4 }),
    )
    expect(lost.map(({ event }) => event.type)).toEqual([
      'agent_started',
      'agent_thinking',
      'agent_completed',
      'agent_error',
    ])
    expect(lost.every(({ cause }) => cause instanceof Error && cause.message === 'no')).toBe(true)
    expect(lost[0]?.event).toMatchObject({ userId: context.userId, agentName: 'researcher' })
  })

  it('never reject or throw, whatever they are given', async () => {
    const refuse = (): never => {
      throw new Error('no')
    }
    class Shifty extends Error {
      override get name(): string {
        return refuse()
      }
      override get message(): string {
        return refuse()
      }
    }
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const values: unknown[] = [proxy, new Proxy({}, { ownKeys: refuse, get: refuse, getPrototypeOf: refuse })]
    values.push(new Shifty(), Object.assign(new Error('x'), { message: 7, name: Symbol('n') }), null, 7, Symbol('s'))
    values.push({ toString: 1, valueOf: 2 }, [1], 10n, undefined)
    const events = new Recorder()
    const run = runOn(events)
    for (const value of values) {
      await run.started(value as never)
      await run.thinking(value as never, value as never)
      await run.completed(value)
      await run.failed(value)
    }
    expect(events.events).toHaveLength(values.length * 4)
    expect(() => JSON.stringify(events.events)).not.toThrow()
    for (const { payload } of events.of('agent_thinking')) expect(payload.reasoning).toBeTypeOf('string')
    for (const { payload } of events.of('agent_error')) {
      expect([typeof payload.error.name, typeof payload.error.message]).toEqual(['string', 'string'])
    }
  })

  it('reach the sink in the order of their calls, without waiting for one another', async () => {
    const arrived: string[] = []
    const run = runOn({
      emit: (event) => {
        arrived.push(event.type)
        return new Promise<void>(() => undefined)
      },
    })
    void run.started()
    void run.thinking('Hm')
    void run.completed()
    await settleMicrotasks()
    expect(arrived).toEqual(['agent_started', 'agent_thinking', 'agent_completed'])
  })
})

describe('new AgentRun()', () => {
  it('refuses what is no context', () => {
    const lookalike = { ...context.toJSON() } as never
    expect(() => new AgentRun(lookalike, new Recorder(), 'a')).toThrow(InvalidContextError)
    expect(() => new AgentRun(undefined as never, new Recorder(), 'a')).toThrow(
      'AgentRun needs a UserExecutionContext; received undefined.',
    )
  })

  it.each([undefined, null, {}, { emit: 'x' }, () => undefined])('refuses %j as a sink', (sink) => {
    expect(() => new AgentRun(context, sink as never, 'a')).toThrow(/^events must be an EventSink.*received/)
  })

  it.each(['', '  ', undefined, 7])('refuses %j as the name of the agent', (name) => {
    expect(() => new AgentRun(context, new Recorder(), name as string)).toThrow(/^agentName must be a non-blank string/)
  })
})
