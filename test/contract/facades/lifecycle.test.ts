import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import type { FacadeDispatcher } from '@switchyard/facade-kit'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { Recorder } from '../support/transports.js'

const greet = { name: 'greet', execute: () => 'hello' }
const hang = { name: 'hang', execute: () => new Promise(() => {}) }

/** Every method that a dispatcher which is gone must refuse. */
const refusing: Record<string, (facade: FacadeDispatcher) => unknown> = {
  dispatch: (facade) => facade.dispatch('greet'),
  dispatchTool: (facade) => facade.dispatchTool('greet', {}),
  executeTool: (facade) => facade.executeTool('greet'),
  hasTool: (facade) => facade.hasTool('greet'),
  getAvailableTools: (facade) => facade.getAvailableTools(),
  registerTool: (facade) => facade.registerTool({ name: 'late', execute: () => {} }),
}

describe.each(entryPoints)('cleanup() of $name', ({ create, ended }) => {
  it.each(Object.entries(refusing))('makes %s() throw, saying which dispatcher is gone', async (_, use) => {
    const facade = await create(contextOf(), [greet])
    await facade.cleanup()
    const message = await Promise.resolve()
      .then(() => use(facade))
      .then(
        () => 'nothing was thrown',
        (error: unknown) => (error instanceof Error ? error.message : 'no error'),
      )
    expect(message).toContain(ended)
    expect(message).toContain(facade.dispatcherId)
  })

  it('lets getMetrics, getContext, isActive and cleanup work on', async () => {
    const context = contextOf()
    const facade = await create(context, [greet])
    await facade.dispatch('greet')
    await facade.cleanup()
    expect(facade.isActive()).toBe(false)
    expect(facade.getContext()).toBe(context)
    expect(facade.getMetrics()).toMatchObject({ toolsExecuted: 1, isActive: false })
    expect(Object.keys(facade.tools)).toEqual(['greet'])
    await expect(facade.cleanup()).resolves.toBeUndefined()
  })

  it('aborts what runs, and settles it', async () => {
    const transport = new Recorder()
    const facade = await create(contextOf(), [hang], transport)
    const calls = [facade.dispatch('hang'), facade.dispatchTool('hang', {}), facade.executeTool('hang')]
    await facade.cleanup()
    for (const result of await Promise.all(calls)) {
      expect(JSON.stringify(result)).toContain('Tool hang was aborted: its dispatcher was disposed')
    }
    expect(transport.types.filter((type) => type === 'tool_completed')).toHaveLength(3)
  })

  it('leaves other dispatchers of the same user and of others alone', async () => {
    const context = contextOf()
    const [gone, same, other] = [
      await create(context, [greet]),
      await create(context, [greet]),
      await create(contextOf(), [greet]),
    ]
    await gone.cleanup()
    expect([gone.isActive(), same.isActive(), other.isActive()]).toEqual([false, true, true])
    expect((await same.dispatch('greet')).status).toBe('success')
    expect((await other.dispatch('greet')).status).toBe('success')
  })

  it('leaves the transport alone, which may be shared', async () => {
    let cleaned = 0
    const transport = { emit: () => {}, cleanup: () => void (cleaned += 1), dispose: () => void (cleaned += 1) }
    await (await create(contextOf(), [greet], transport)).cleanup()
    expect(cleaned).toBe(0)
  })

  it('happens at the end of a scope, and when its body throws', async () => {
    let kept: FacadeDispatcher | undefined
    const body = async (fails: boolean) => {
      await using facade = await create(contextOf(), [greet])
      kept = facade
      expect((await facade.dispatch('greet')).status).toBe('success')
      if (fails) throw new Error('the body failed')
    }
    await body(false)
    expect(kept?.isActive()).toBe(false)
    await expect(body(true)).rejects.toThrow('the body failed')
    expect(kept?.isActive()).toBe(false)
  })

  it('leaves nothing behind', async () => {
    const before = UnifiedToolDispatcher.globalMetrics().activeDispatchers
    for (let request = 0; request < 20; request += 1) {
      await using facade = await create(contextOf(), [greet])
      await facade.dispatch('greet')
    }
    expect(UnifiedToolDispatcher.globalMetrics().activeDispatchers).toBe(before)
  })
})

describe.each(entryPoints)('an instance of $name', ({ create, ended }) => {
  it('is gone, too, when all dispatchers of its user are disposed', async () => {
    const context = contextOf()
    const facade = await create(context, [greet])
    await UnifiedToolDispatcher.disposeAllForUser(context.userId)
    expect(facade.isActive()).toBe(false)
    await expect(facade.dispatch('greet')).rejects.toThrow(ended)
  })

  it('loses its running calls with the dispatchers of its user, and no other user loses any', async () => {
    let open = () => {}
    const wait = { name: 'wait', execute: () => new Promise<void>((resolve) => (open = resolve)) }
    const context = contextOf()
    const [facade, same] = [await create(context, [hang]), await create(context, [hang])]
    const other = await create(contextOf(), [wait])
    const lost = [facade.dispatch('hang'), same.dispatch('hang')]
    const kept = other.dispatch('wait')
    expect(await UnifiedToolDispatcher.disposeAllForUser(context.userId)).toBe(2)
    expect((await Promise.all(lost)).map(({ errorDetails }) => errorDetails)).toEqual([
      { code: 'aborted' },
      { code: 'aborted' },
    ])
    open()
    expect((await kept).status).toBe('success')
  })

  it('is never ended to make room, however many its user has', async () => {
    const context = contextOf()
    const facades = await Promise.all(Array.from({ length: 200 }, () => create(context, [greet])))
    const results = await Promise.all(facades.map((facade) => facade.dispatch('greet')))
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(200)
    expect(facades.filter((facade) => facade.isActive())).toHaveLength(200)
    await Promise.all(facades.map((facade) => facade.cleanup()))
  })

  it('that was refused leaves nothing behind, and breaches nothing', async () => {
    const before = UnifiedToolDispatcher.globalMetrics()
    const noTools = [{ name: 'greet' }] as unknown as (typeof greet)[]
    const noTransport = {} as Recorder
    await expect(create(contextOf(), noTools)).rejects.toThrow('execute')
    await expect(create(contextOf(), [greet], noTransport)).rejects.toThrow(TypeError)
    await expect(create({} as ReturnType<typeof contextOf>)).rejects.toThrow('UserExecutionContext')
    expect(UnifiedToolDispatcher.globalMetrics()).toEqual(before)
  })

  it('cannot be had past its constructor', async () => {
    const facade = await create(contextOf(), [greet])
    const forged = Object.create(Object.getPrototypeOf(facade) as object) as FacadeDispatcher
    await expect(Promise.resolve().then(() => forged.dispatch('greet'))).rejects.toThrow(TypeError)
    expect(() => forged.hasTool('greet')).toThrow(TypeError)
  })

  it('stays usable after a failure', async () => {
    const facade = await create(contextOf(), [greet, { name: 'fail', execute: () => Promise.reject(new Error('no')) }])
    expect((await facade.dispatch('fail')).status).toBe('error')
    expect(facade.isActive()).toBe(true)
    expect((await facade.dispatch('greet')).status).toBe('success')
  })

  it('rejects a name that is no string, and does not hang', async () => {
    const facade = await create(contextOf(), [greet])
    for (const name of [undefined, null, 7, {}, Symbol.iterator]) {
      await expect(facade.dispatch(name as string)).rejects.toBeInstanceOf(TypeError)
      await expect(facade.executeTool(name as string)).rejects.toBeInstanceOf(TypeError)
      await expect(facade.dispatchTool(name as string, {})).rejects.toBeInstanceOf(TypeError)
    }
  })
})
