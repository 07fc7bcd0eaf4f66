import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { FacadeDispatcher, LegacyMetrics, LegacyToolExecutionResult, ToolResult } from '@switchyard/facade-kit'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { Recorder } from '../support/transports.js'

const greet = { name: 'greet', execute: () => 'hello' }

describe.each(entryPoints)('an instance of $name', ({ create }) => {
  it('stands on one canonical dispatcher, whose id and context it has', async () => {
    const context = contextOf()
    const facade = await create(context, [greet])
    expect(facade.unified).toBeInstanceOf(UnifiedToolDispatcher)
    expect(facade.dispatcherId).toBe(facade.unified.dispatcherId)
    expect(facade.userContext).toBe(context)
    expect(facade.getContext()).toBe(context)
    expect(facade.unified.context).toBe(context)
  })

  it('says when it was created, and nobody can move that', async () => {
    const before = Date.now()
    const facade = await create(contextOf())
    expect(facade.createdAt).toBeInstanceOf(Date)
    expect(facade.createdAt.getTime()).toBeGreaterThanOrEqual(before)
    expect(facade.createdAt).toEqual(facade.unified.metrics.createdAt)
    const created = facade.createdAt.getTime()
    facade.createdAt.setTime(0)
    expect(facade.createdAt.getTime()).toBe(created)
  })

  it('has web socket support when there is a transport', async () => {
    expect((await create(contextOf(), [greet], new Recorder())).hasWebsocketSupport).toBe(true)
    expect((await create(contextOf(), [greet], null)).hasWebsocketSupport).toBe(false)
    expect((await create(contextOf(), [greet])).hasWebsocketSupport).toBe(false)
  })

  it('hands its tools out by name, as a copy', async () => {
    const facade = await create(contextOf(), [greet])
    expect(Object.keys(facade.tools)).toEqual(['greet'])
    expect(facade.tools['greet']).toMatchObject({ name: 'greet' })
    delete facade.tools['greet']
    facade.tools['other'] = { name: 'other', execute: () => 'other' }
    expect(facade.getAvailableTools()).toEqual(['greet'])
    expect(Object.keys(facade.tools)).toEqual(['greet'])
  })

  it('knows tools by their own names only', async () => {
    const facade = await create(contextOf(), [greet])
    for (const inherited of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(facade.hasTool(inherited), inherited).toBe(false)
      expect(inherited in facade.tools, inherited).toBe(false)
      expect((await facade.dispatch(inherited)).message).toBe(`Tool ${inherited} not found`)
    }
  })

  it('lists its tools, as an array of its own', async () => {
    const facade = await create(contextOf(), [greet, { name: 'add', execute: () => 3 }])
    expect(facade.getAvailableTools()).toEqual(['greet', 'add'])
    facade.getAvailableTools().length = 0
    expect(facade.getAvailableTools()).toEqual(['greet', 'add'])
    expect([facade.hasTool('greet'), facade.hasTool('missing')]).toEqual([true, false])
  })

  it('has a name of its own for each dispatcher, also of one run', async () => {
    const context = contextOf()
    const ids = new Set<string>()
    for (let made = 0; made < 100; made += 1) ids.add((await create(context)).dispatcherId)
    expect(ids.size).toBe(100)
  })

  it('answers at once what always was answered at once, and by a promise what was awaited', async () => {
    const facade = await create(contextOf(), [greet])
    expect(facade.isActive()).toBe(true)
    expect(facade.registerTool({ name: 'add', execute: () => 3 })).toBeUndefined()
    expect(facade.getMetrics()).not.toBeInstanceOf(Promise)
    for (const awaited of [
      facade.dispatch('greet'),
      facade.dispatchTool('greet', {}),
      facade.executeTool('greet'),
      facade.cleanup(),
      facade[Symbol.asyncDispose](),
    ]) {
      expect(awaited).toBeInstanceOf(Promise)
      await awaited.catch(() => {})
    }
  })
})

describe('the types of an instance', () => {
  it('are those of the old code', () => {
    type Method<Name extends keyof FacadeDispatcher> = FacadeDispatcher[Name]
    expectTypeOf<Method<'dispatch'>>().returns.resolves.toEqualTypeOf<ToolResult>()
    expectTypeOf<Method<'executeTool'>>().returns.resolves.toEqualTypeOf<LegacyToolExecutionResult>()
    expectTypeOf<Method<'getMetrics'>>().returns.toEqualTypeOf<LegacyMetrics>()
    expectTypeOf<Method<'getAvailableTools'>>().returns.toEqualTypeOf<string[]>()
    expectTypeOf<Method<'isActive'>>().returns.toEqualTypeOf<boolean>()
    expectTypeOf<FacadeDispatcher['createdAt']>().toEqualTypeOf<Date>()
    expectTypeOf<FacadeDispatcher['hasWebsocketSupport']>().toEqualTypeOf<boolean>()
    expectTypeOf<FacadeDispatcher>().toExtend<AsyncDisposable>()
  })
})
