import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  createRequestScopedToolDispatcher,
  RequestScopedToolDispatcher,
  requestScopedToolDispatcherScope,
} from '../src/index.js'
import { contextOf } from './support/people.js'

const greet = { name: 'greet', execute: () => 'hello' }
const tools = [greet]
const context = contextOf()
const transport = { sendEvent: () => {} }
const creation = { userContext: context, tools, websocketEmitter: transport }

const made = {
  'new RequestScopedToolDispatcher(context, tools, emitter)': () =>
    new RequestScopedToolDispatcher(context, tools, transport),
  'new RequestScopedToolDispatcher({ ... })': () => new RequestScopedToolDispatcher(creation),
  'createRequestScopedToolDispatcher(context, tools, emitter)': () =>
    createRequestScopedToolDispatcher(context, tools, transport),
  'createRequestScopedToolDispatcher({ ... })': () => createRequestScopedToolDispatcher(creation),
  'requestScopedToolDispatcherScope(context, tools, emitter)': () =>
    requestScopedToolDispatcherScope(context, tools, transport),
  'requestScopedToolDispatcherScope({ ... })': () => requestScopedToolDispatcherScope(creation),
}

describe('the entry points of @switchyard/request-scoped', () => {
  it.each(Object.entries(made))('%s makes a dispatcher of the context, with tools and transport', async (_, make) => {
    const dispatcher = await make()
    expect(dispatcher).toBeInstanceOf(RequestScopedToolDispatcher)
    expect(dispatcher.userContext).toBe(context)
    expect(dispatcher.getAvailableTools()).toEqual(['greet'])
    expect(dispatcher.hasWebsocketSupport).toBe(true)
    expect((await dispatcher.dispatch('greet')).payload).toEqual({ result: 'hello' })
  })

  it('are sync or async as they were', () => {
    expectTypeOf(createRequestScopedToolDispatcher).returns.toEqualTypeOf<Promise<RequestScopedToolDispatcher>>()
    expectTypeOf(requestScopedToolDispatcherScope).returns.toEqualTypeOf<Promise<RequestScopedToolDispatcher>>()
    expectTypeOf(RequestScopedToolDispatcher.from).returns.toEqualTypeOf<RequestScopedToolDispatcher>()
  })

  it.each([[undefined], [null], [{}], ['ada'], [{ userId: 'ada', threadId: 't', runId: 'r' }]])(
    'refuse %o as a context with a TypeError',
    async (received) => {
      const wrong = received as unknown as typeof context
      const refused = {
        name: 'TypeError',
        message: expect.stringContaining('userContext must be a UserExecutionContext; received') as unknown,
      }
      expect(() => new RequestScopedToolDispatcher(wrong)).toThrow(expect.objectContaining(refused) as Error)
      await expect(createRequestScopedToolDispatcher(wrong)).rejects.toMatchObject(refused)
      await expect(requestScopedToolDispatcherScope(wrong)).rejects.toMatchObject(refused)
    },
  )

  it('refuse tools and transport in each other’s place', () => {
    const [swappedTools, swappedTransport] = [
      transport as unknown as typeof tools,
      tools as unknown as typeof transport,
    ]
    expect(() => new RequestScopedToolDispatcher(context, swappedTools)).toThrow('Check the order')
    expect(() => new RequestScopedToolDispatcher(context, null, swappedTransport)).toThrow(TypeError)
  })

  it('dispose the dispatcher at the end of a scope', async () => {
    let kept: RequestScopedToolDispatcher
    {
      await using dispatcher = await requestScopedToolDispatcherScope(context, tools)
      kept = dispatcher
      expect(kept.isActive()).toBe(true)
    }
    expect(kept.isActive()).toBe(false)
    expect(() => kept.hasTool('greet')).toThrow(`Dispatcher ${kept.dispatcherId} has been disposed`)
  })

  it('make instances of a subclass, whose members work', () => {
    class Desk extends RequestScopedToolDispatcher {
      get desk(): string {
        return `desk of ${this.userContext.userId}`
      }
    }
    expect(new Desk(context).desk).toBe(`desk of ${context.userId}`)
    expect(Desk.from(new Desk(context).unified)).toBeInstanceOf(Desk)
  })
})
