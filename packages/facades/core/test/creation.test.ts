import { InvalidContextError } from '@switchyard/dispatcher'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { ToolDispatcher, ToolDispatcherCore } from '../src/index.js'
import { contextOf } from './support/people.js'

const greet = { name: 'greet', execute: () => 'hello' }
const tools = [greet]
const context = contextOf()
const transport = { sendEvent: () => {} }
const creation = { userContext: context, tools, websocketManager: transport }

const made = {
  'createRequestScopedDispatcher(context, tools, manager)': () =>
    ToolDispatcher.createRequestScopedDispatcher(context, tools, transport),
  'createRequestScopedDispatcher({ ... })': () => ToolDispatcher.createRequestScopedDispatcher(creation),
  'createScopedDispatcherContext(context, tools, manager)': () =>
    ToolDispatcher.createScopedDispatcherContext(context, tools, transport),
  'createScopedDispatcherContext({ ... })': () => ToolDispatcherCore.createScopedDispatcherContext(creation),
}

describe('new ToolDispatcher()', () => {
  it.each([[[]], [[context]], [[tools, transport]]])('throws with the arguments %o, naming both factories', (given) => {
    const construct = () => Reflect.construct(ToolDispatcher, given) as unknown
    expect(construct).toThrow(Error)
    expect(construct).toThrow('no longer supported')
    expect(construct).toThrow('ToolDispatcher.createRequestScopedDispatcher')
    expect(construct).toThrow('ToolDispatcher.createScopedDispatcherContext')
    expect(construct).toThrow('user isolation')
  })

  it('is forbidden by its type, and can be extended all the same', () => {
    // @ts-expect-error the constructor is protected
    expect(() => new ToolDispatcher(context)).toThrow('no longer supported')
    class Desk extends ToolDispatcher {}
    // @ts-expect-error so is an inherited one
    expect(() => new Desk(context)).toThrow('no longer supported')
  })
})

describe('the factories of @switchyard/core', () => {
  it.each(Object.entries(made))('%s makes a dispatcher of the context, with tools and transport', async (_, make) => {
    const dispatcher = await make()
    expect(dispatcher).toBeInstanceOf(ToolDispatcher)
    expect(dispatcher.userContext).toBe(context)
    expect(dispatcher.getAvailableTools()).toEqual(['greet'])
    expect(dispatcher.hasWebsocketSupport).toBe(true)
    expect(dispatcher.getWebsocketBridge()).toBe(transport)
    expect((await dispatcher.dispatch('greet')).payload).toEqual({ result: 'hello' })
  })

  it('are sync or async as they were', () => {
    expect(ToolDispatcher.createScopedDispatcherContext(context)).toBeInstanceOf(ToolDispatcher)
    expectTypeOf(ToolDispatcher.createRequestScopedDispatcher).returns.toEqualTypeOf<Promise<ToolDispatcher>>()
    expectTypeOf(ToolDispatcher.createScopedDispatcherContext).returns.toExtend<AsyncDisposable>()
  })

  it.each([[undefined], [null], [{}], ['ada'], [{ userId: 'ada', threadId: 't', runId: 'r' }]])(
    'refuse %o as a context with an InvalidContextError',
    async (received) => {
      const wrong = received as unknown as typeof context
      const creating = ToolDispatcher.createRequestScopedDispatcher(wrong)
      await expect(creating).rejects.toBeInstanceOf(InvalidContextError)
      await expect(creating).rejects.toMatchObject({ code: 'invalid_context', field: 'userContext' })
      expect(() => ToolDispatcher.createScopedDispatcherContext(wrong)).toThrow(InvalidContextError)
    },
  )

  it('refuse tools and manager in each other’s place', async () => {
    const [manager, list] = [transport as unknown as typeof tools, tools as unknown as typeof transport]
    await expect(ToolDispatcher.createRequestScopedDispatcher(context, manager)).rejects.toThrow('Check the order')
    expect(() => ToolDispatcher.createScopedDispatcherContext(context, null, list)).toThrow(TypeError)
  })

  it('serve a scope, with and without await', async () => {
    const kept: ToolDispatcher[] = []
    {
      await using one = ToolDispatcher.createScopedDispatcherContext(context, tools)
      // oxlint-disable-next-line typescript/await-thenable -- migrated code may await it, and must be able to
      await using other = await ToolDispatcher.createScopedDispatcherContext(context, tools)
      kept.push(one, other)
      expect(kept.map((dispatcher) => dispatcher.isActive())).toEqual([true, true])
    }
    expect(kept.map((dispatcher) => dispatcher.isActive())).toEqual([false, false])
  })

  it('make instances of a subclass, whose members work', async () => {
    class Desk extends ToolDispatcher {
      get desk(): string {
        return `desk of ${this.userContext.userId}`
      }
    }
    const desk = await Desk.createRequestScopedDispatcher(context)
    expect(desk).toBeInstanceOf(Desk)
    expect(desk).toHaveProperty('desk', `desk of ${context.userId}`)
    expect(Desk.createScopedDispatcherContext(context)).toBeInstanceOf(Desk)
    expect(Desk.from(desk.unified)).toBeInstanceOf(Desk)
  })
})
