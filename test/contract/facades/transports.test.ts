import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { transports } from '../support/transports.js'

const tools = {
  add: { execute: ({ a, b }: { a: number; b: number }) => a + b },
  fail: { execute: () => Promise.reject(new Error('the shelf is empty')) },
}
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u
const text: unknown = expect.any(String)
const timestamp: unknown = expect.stringMatching(ISO)
const number: unknown = expect.any(Number)

describe.each(entryPoints)('the transport of $name', ({ create }) => {
  it('with emitCriticalEvent gets the user, the type and flat data', async () => {
    const { critical, deliveries } = transports()
    const context = contextOf()
    const { userId, runId, threadId } = context
    await (await create(context, tools, critical)).dispatch('add', { a: 1, b: 2 })
    const ids = { userId, runId, threadId, timestamp, eventId: text }
    expect(deliveries).toEqual([
      ['emitCriticalEvent', userId, 'tool_executing', { toolName: 'add', parameters: { a: 1, b: 2 }, ...ids }],
      [
        'emitCriticalEvent',
        userId,
        'tool_completed',
        { toolName: 'add', status: 'success', result: 3, executionTimeMs: number, ...ids },
      ],
    ])
  })

  it('with sendEvent gets the type and the same data, a failure as its text', async () => {
    const { sending, deliveries } = transports()
    const context = contextOf()
    const { userId, runId, threadId } = context
    await (await create(context, tools, sending)).executeTool('fail', { shelf: 4 })
    const ids = { userId, runId, threadId, timestamp, eventId: text }
    expect(deliveries).toEqual([
      ['sendEvent', 'tool_executing', { toolName: 'fail', parameters: { shelf: 4 }, ...ids }],
      [
        'sendEvent',
        'tool_completed',
        { toolName: 'fail', status: 'error', error: 'the shelf is empty', executionTimeMs: number, ...ids },
      ],
    ])
  })

  it('with the two notify methods gets run, agent and tool, in that order', async () => {
    const { notifying, deliveries } = transports()
    const context = contextOf()
    const facade = await create(context, tools, notifying)
    await facade.dispatch('add', { a: 1, b: 2 })
    await facade.dispatch('fail')
    expect(deliveries).toEqual([
      ['notifyToolExecuting', context.runId, 'ToolDispatcher', 'add', { a: 1, b: 2 }],
      ['notifyToolCompleted', context.runId, 'ToolDispatcher', 'add', { output: 3 }, number],
      ['notifyToolExecuting', context.runId, 'ToolDispatcher', 'fail', {}],
      ['notifyToolCompleted', context.runId, 'ToolDispatcher', 'fail', { error: 'the shelf is empty' }, number],
    ])
  })

  it('that is a canonical sink gets canonical events', async () => {
    const { sink, deliveries } = transports()
    const context = contextOf()
    await (await create(context, tools, sink)).dispatch('add', { a: 1, b: 2 })
    expect(deliveries).toMatchObject([
      ['emit', { type: 'tool_executing', userId: context.userId, payload: { toolName: 'add' } }],
      ['emit', { type: 'tool_completed', userId: context.userId, payload: { status: 'success', result: 3 } }],
    ])
  })

  it('is taken by the first of its methods', async () => {
    const { critical, sending, notifying, sink, deliveries } = transports()
    const methods = async (transport: object) => {
      deliveries.length = 0
      await (await create(contextOf(), tools, transport as typeof sink)).dispatch('add', { a: 1, b: 2 })
      return [...new Set(deliveries.map(([method]) => method))]
    }
    expect(await methods({ ...sink, ...notifying, ...sending, ...critical })).toEqual(['emitCriticalEvent'])
    expect(await methods({ ...sink, ...notifying, ...sending })).toEqual(['sendEvent'])
    expect(await methods({ ...sink, ...notifying })).toEqual(['notifyToolExecuting', 'notifyToolCompleted'])
  })

  it.each([
    ['without methods', {}],
    ['with a send of its own', { send: () => {} }],
    ['with half a bridge', { notifyToolExecuting: () => {} }],
    ['that is an EventEmitter', new EventEmitter()],
    ['that is text', 'ws://localhost'],
  ])('%s is a TypeError', async (_, transport) => {
    await expect(create(contextOf(), tools, transport as { emit(): void })).rejects.toBeInstanceOf(TypeError)
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('gone')
      },
    ],
    ['rejects', () => Promise.reject(new Error('gone'))],
    ['answers false', () => false],
    ['promises false', () => Promise.resolve(false)],
    ['never answers', () => new Promise(() => {})],
  ])('that %s never changes a result', async (_, answer) => {
    const facade = await create(contextOf(), tools, { sendEvent: answer })
    expect((await facade.executeTool('add', { a: 1, b: 2 })).result).toBe(3)
    await expect(facade.dispatch('fail')).resolves.toMatchObject({ message: 'the shelf is empty' })
  })

  it('may be missing: tools run, and a failure keeps its own words', async () => {
    const facade = await create(contextOf(), tools)
    expect((await facade.dispatch('add', { a: 1, b: 2 })).payload).toEqual({ result: 3 })
    expect((await facade.dispatchTool('add', { a: 1, b: 2 }, { step: 1 })).result).toBe(3)
    expect((await facade.executeTool('fail')).error).toBe('the shelf is empty')
    expect((await facade.dispatchTool('fail', {}, { step: 1 })).error).toBe('the shelf is empty')
  })

  it('gets nothing of another user', async () => {
    const [one, other] = [transports(), transports()]
    const [ada, eve] = [contextOf(), contextOf()]
    const first = await create(ada, tools, one.sending)
    const second = await create(eve, tools, other.sending)
    await Promise.all([
      first.dispatch('add', { a: 1, b: 2 }),
      second.dispatch('add', { a: 3, b: 4 }),
      first.dispatch('fail'),
    ])
    expect(one.deliveries).toHaveLength(4)
    expect(other.deliveries).toHaveLength(2)
    expect(JSON.stringify(one.deliveries)).not.toContain(eve.userId)
    expect(JSON.stringify(other.deliveries)).not.toContain(ada.userId)
  })
})
