import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  AuthenticationError,
  createEnhancedDispatcher,
  createRequestScopedDispatcher,
  EnhancedToolDispatcher,
  EnhancedToolDispatcherFactory,
  PermissionError,
} from '../src/index.js'
import { contextOf } from './support/people.js'

const greet = { name: 'greet', execute: () => 'hello' }
const tools = [greet]
const context = contextOf()
const transport = { sendEvent: () => {} }
const Factory = EnhancedToolDispatcherFactory

/** The entry points that take a context and options, or both as one object. */
const factories = {
  'EnhancedToolDispatcher.createForUser': EnhancedToolDispatcher.createForUser,
  'EnhancedToolDispatcher.createScoped': EnhancedToolDispatcher.createScoped,
  'Factory.createEnhancedDispatcher': Factory.createEnhancedDispatcher,
  'Factory.createForUser': Factory.createForUser,
  'Factory.createForRequest': Factory.createForRequest,
  createEnhancedDispatcher,
}

describe('new EnhancedToolDispatcher()', () => {
  it.each([[[]], [[context]], [[context, { tools }]]])(
    'throws with the arguments %o, naming the factories',
    (given) => {
      const construct = () => Reflect.construct(EnhancedToolDispatcher, given) as unknown
      for (const words of [
        'forbidden',
        'createForUser',
        'createScoped',
        'createForRequest',
        'createForAdmin',
        'isolation',
      ]) {
        expect(construct).toThrow(words)
      }
    },
  )

  it('is forbidden by its type, and can be extended all the same', () => {
    // @ts-expect-error the constructor is protected
    expect(() => new EnhancedToolDispatcher(context)).toThrow('forbidden')
    class Desk extends EnhancedToolDispatcher {}
    // @ts-expect-error so is an inherited one
    expect(() => new Desk(context)).toThrow('forbidden')
  })
})

describe.each(Object.entries(factories))('%s()', (_, create) => {
  it.each(['websocketBridge', 'websocketManager', 'websocketEmitter'])(
    'takes context and options with the transport as %s',
    async (name) => {
      const dispatcher = await create(context, { tools, [name]: transport })
      expect(dispatcher).toBeInstanceOf(EnhancedToolDispatcher)
      expect(dispatcher.userContext).toBe(context)
      expect(dispatcher.getAvailableTools()).toEqual(['greet'])
      expect(dispatcher.hasWebsocketSupport).toBe(true)
      expect((await dispatcher.dispatch('greet')).payload).toEqual({ result: 'hello' })
    },
  )

  it('takes everything in one object', async () => {
    const dispatcher = await create({ userContext: context, tools, websocketManager: transport })
    expect(dispatcher.userContext).toBe(context)
    expect(dispatcher.getAvailableTools()).toEqual(['greet'])
    expect(dispatcher.hasWebsocketSupport).toBe(true)
  })

  it('takes a context alone', async () => {
    const dispatcher = await create(context)
    expect([dispatcher.getAvailableTools(), dispatcher.hasWebsocketSupport]).toEqual([[], false])
  })

  it('promises a dispatcher', () => {
    expectTypeOf(create).returns.toEqualTypeOf<Promise<EnhancedToolDispatcher>>()
  })

  it.each([[undefined], [null], [{}], [''], ['ada'], [{ userId: '', threadId: 't', runId: 'r' }]])(
    'refuses %o as a context with an AuthenticationError',
    async (received) => {
      const creating = create(received as unknown as typeof context)
      await expect(creating).rejects.toBeInstanceOf(AuthenticationError)
      await expect(creating).rejects.toThrow('valid UserExecutionContext')
    },
  )

  it('refuses admin tools to a context without the role, and grants them to one with it', async () => {
    await expect(create(context, { tools, enableAdminTools: true })).rejects.toBeInstanceOf(PermissionError)
    const admin = contextOf({ roles: ['admin'] })
    const dispatcher = await create(admin, {
      tools: { system_config: { execute: () => 'configured' } },
      enableAdminTools: true,
    })
    expect((await dispatcher.executeTool('system_config')).result).toBe('configured')
  })

  it('refuses transports without methods and tools that are none', async () => {
    await expect(create(context, { websocketBridge: {} as typeof transport })).rejects.toBeInstanceOf(TypeError)
    await expect(create(context, { tools: [{ name: 'greet' }] as never })).rejects.toThrow('needs an execute function')
  })
})

describe('createRequestScopedDispatcher()', () => {
  it.each([
    ['(context, manager, tools)', () => createRequestScopedDispatcher(context, transport, tools)],
    ['({ ... })', () => createRequestScopedDispatcher({ userContext: context, websocketManager: transport, tools })],
  ])('takes %s and serves a scope', async (_, create) => {
    let kept: EnhancedToolDispatcher
    {
      await using dispatcher = await create()
      kept = dispatcher
      expect(kept.getAvailableTools()).toEqual(['greet'])
      expect(kept.hasWebsocketSupport).toBe(true)
    }
    expect(kept.isActive()).toBe(false)
  })

  it('refuses a missing context with an AuthenticationError', async () => {
    await expect(createRequestScopedDispatcher(null as never)).rejects.toBeInstanceOf(AuthenticationError)
  })

  it('refuses tools in the place of the manager', async () => {
    await expect(createRequestScopedDispatcher(context, tools as never)).rejects.toBeInstanceOf(TypeError)
    await expect(createRequestScopedDispatcher(context, null, transport as never)).rejects.toThrow('Check the order')
  })
})

describe('setWebsocketManager()', () => {
  const recorder = () => {
    const types: string[] = []
    return { types, sendEvent: (type: string) => void types.push(type) }
  }

  it('sends later events to the new manager only, and to nobody with null', async () => {
    const [first, second] = [recorder(), recorder()]
    const dispatcher = await EnhancedToolDispatcher.createForUser(context, { tools, websocketBridge: first })
    await dispatcher.dispatch('greet')
    dispatcher.setWebsocketManager(second)
    await dispatcher.dispatch('greet')
    dispatcher.setWebsocketManager(null)
    await dispatcher.dispatch('greet')
    expect([first.types.length, second.types.length, dispatcher.hasWebsocketSupport]).toEqual([2, 2, false])
    expect(dispatcher.getMetrics().websocketEventsSent).toBe(4)
  })

  it('refuses what is no transport', async () => {
    const dispatcher = await EnhancedToolDispatcher.createForUser(context)
    expect(() => dispatcher.setWebsocketManager({} as typeof transport)).toThrow(TypeError)
  })

  it('throws on a view and after cleanup', async () => {
    const view = EnhancedToolDispatcher.from(UnifiedToolDispatcher.createForUser(context))
    expect(() => view.setWebsocketManager(transport)).toThrow('belongs to whoever created it')
    const dispatcher = await EnhancedToolDispatcher.createForUser(context)
    await dispatcher.cleanup()
    expect(() => dispatcher.setWebsocketManager(transport)).toThrow('has been cleaned up')
  })
})

describe('a subclass of EnhancedToolDispatcher', () => {
  class Desk extends EnhancedToolDispatcher {}

  it('gets instances of its own from the statics', async () => {
    expect(await Desk.createForUser(context)).toBeInstanceOf(Desk)
    expect(await Desk.createScoped(context)).toBeInstanceOf(Desk)
    expect(Desk.from(UnifiedToolDispatcher.createForUser(context))).toBeInstanceOf(Desk)
  })
})
