import { PermissionError } from '@switchyard/facade-kit'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  createRequestScopedDispatcher,
  createRequestScopedToolDispatcher,
  ToolDispatcher,
  UnifiedToolDispatcherFactory,
} from '../src/index.js'
import { contextOf } from './support/people.js'

const greet = { name: 'greet', execute: () => 'hello' }
const tools = [greet]
const context = contextOf()
const transport = { sendEvent: () => {} }
const NO_CONTEXT = 'Where there is none, createToolDispatcher(tools) makes a dispatcher of the user legacy_user.'

const made = {
  'new ToolDispatcher(context, tools, emitter)': () => new ToolDispatcher(context, tools, transport),
  'new ToolDispatcher({ ... })': () => new ToolDispatcher({ userContext: context, tools, websocketEmitter: transport }),
  'ToolDispatcher.createForUser(context, options)': () =>
    ToolDispatcher.createForUser(context, { tools, websocketBridge: transport }),
  'ToolDispatcher.createForUser({ ... })': () =>
    ToolDispatcher.createForUser({ userContext: context, tools, websocketBridge: transport }),
  'ToolDispatcher.createScoped(context, options)': () =>
    ToolDispatcher.createScoped(context, { tools, websocketBridge: transport }),
  'ToolDispatcher.createScoped({ ... })': () =>
    ToolDispatcher.createScoped({ userContext: context, tools, websocketBridge: transport }),
  'UnifiedToolDispatcherFactory.createForRequest(context, tools, emitter)': () =>
    UnifiedToolDispatcherFactory.createForRequest(context, tools, transport),
  'UnifiedToolDispatcherFactory.createForRequest({ websocketManager })': () =>
    UnifiedToolDispatcherFactory.createForRequest({ userContext: context, tools, websocketManager: transport }),
  'UnifiedToolDispatcherFactory.createForRequest({ websocketEmitter })': () =>
    UnifiedToolDispatcherFactory.createForRequest({ userContext: context, tools, websocketEmitter: transport }),
  'createRequestScopedToolDispatcher(context, manager, tools)': () =>
    createRequestScopedToolDispatcher(context, transport, tools),
  'createRequestScopedToolDispatcher({ ... })': () =>
    createRequestScopedToolDispatcher({ userContext: context, websocketManager: transport, tools }),
  'createRequestScopedDispatcher(context, manager, tools)': () =>
    createRequestScopedDispatcher(context, transport, tools),
  'createRequestScopedDispatcher({ ... })': () =>
    createRequestScopedDispatcher({ userContext: context, websocketManager: transport, tools }),
}

describe('the entry points of @switchyard/legacy', () => {
  it.each(Object.entries(made))('%s makes a dispatcher of the context, with tools and transport', async (_, make) => {
    const dispatcher = await make()
    expect(dispatcher).toBeInstanceOf(ToolDispatcher)
    expect(dispatcher.userContext).toBe(context)
    expect(dispatcher.getAvailableTools()).toEqual(['greet'])
    expect(dispatcher.hasWebsocketSupport).toBe(true)
    expect((await dispatcher.dispatch('greet')).payload).toEqual({ result: 'hello' })
  })

  it('are sync or async as they were', () => {
    expect(UnifiedToolDispatcherFactory.createForRequest(context)).toBeInstanceOf(ToolDispatcher)
    expect(createRequestScopedToolDispatcher(context)).toBeInstanceOf(ToolDispatcher)
    expectTypeOf(UnifiedToolDispatcherFactory.createForRequest).returns.toEqualTypeOf<ToolDispatcher>()
    expectTypeOf(createRequestScopedToolDispatcher).returns.toEqualTypeOf<ToolDispatcher>()
    expectTypeOf(createRequestScopedDispatcher).returns.toEqualTypeOf<Promise<ToolDispatcher>>()
    expectTypeOf(ToolDispatcher.createForUser).returns.toEqualTypeOf<Promise<ToolDispatcher>>()
    expectTypeOf(ToolDispatcher.createScoped).returns.toEqualTypeOf<Promise<ToolDispatcher>>()
  })

  it.each([[undefined], [null], [{}], ['ada'], [{ userId: 'ada', threadId: 't', runId: 'r' }], [[greet]]])(
    'refuse %o as a context, and say what to do without one',
    async (received) => {
      const wrong = received as unknown as typeof context
      const refused = { name: 'TypeError', message: expect.stringContaining(NO_CONTEXT) as unknown }
      const attempts = [
        () => new ToolDispatcher(wrong),
        () => UnifiedToolDispatcherFactory.createForRequest(wrong),
        () => createRequestScopedToolDispatcher(wrong),
      ]
      for (const attempt of attempts) expect(attempt).toThrow(expect.objectContaining(refused) as Error)
      await expect(ToolDispatcher.createForUser(wrong)).rejects.toMatchObject(refused)
      await expect(ToolDispatcher.createScoped(wrong)).rejects.toMatchObject(refused)
      await expect(createRequestScopedDispatcher(wrong)).rejects.toMatchObject(refused)
    },
  )

  it('refuse a manager in the place of the tools, instead of taking it for a list', () => {
    const manager = transport as unknown as typeof tools
    expect(() => UnifiedToolDispatcherFactory.createForRequest(context, manager)).toThrow('Check the order')
    expect(() => createRequestScopedToolDispatcher(context, null, manager)).toThrow('Check the order')
  })

  it('refuse tools in the place of the manager', () => {
    expect(() => createRequestScopedToolDispatcher(context, tools as unknown as typeof transport)).toThrow(TypeError)
  })

  it('refuse admin tools to a context without the right', async () => {
    await expect(ToolDispatcher.createForUser(context, { enableAdminTools: true })).rejects.toThrow(PermissionError)
    const admin = contextOf({ roles: ['admin'] })
    expect((await ToolDispatcher.createForUser(admin, { enableAdminTools: true })).isActive()).toBe(true)
  })

  it('make instances of a subclass, whose members work', async () => {
    class Desk extends ToolDispatcher {
      get desk(): string {
        return `desk of ${this.userContext.userId}`
      }
    }
    expect(new Desk(context).desk).toBe(`desk of ${context.userId}`)
    expect(await Desk.createForUser(context)).toBeInstanceOf(Desk)
    expect(await Desk.createScoped(context)).toBeInstanceOf(Desk)
    expect(Desk.from(new Desk(context).unified)).toBeInstanceOf(Desk)
  })
})
