import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { Recorder } from '../support/transports.js'
import { untyped } from '../support/untyped.js'

const greet = { name: 'greet', execute: () => 'hello' }
const unifiedWith = (events = new Recorder()) =>
  UnifiedToolDispatcher.createForUser(contextOf(), { tools: [greet], events })

describe.each(entryPoints)('from() of $name', ({ from, ended }) => {
  it('looks at the dispatcher that it was given', async () => {
    const events = new Recorder()
    const unified = unifiedWith(events)
    const view = from(unified)
    expect(view.unified).toBe(unified)
    expect(view.dispatcherId).toBe(unified.dispatcherId)
    expect(view.hasWebsocketSupport).toBe(true)
    expect((await view.executeTool('greet')).result).toBe('hello')
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
    expect(view.getMetrics()).toMatchObject({ toolsExecuted: 1, websocketEventsSent: 2, hasWebsocketSupport: true })
  })

  it('shares everything with another view', async () => {
    const unified = unifiedWith()
    const [one, other] = [from(unified), from(unified)]
    one.registerTool('own', () => 'ours')
    expect((await other.executeTool('own')).result).toBe('ours')
    expect(one.getMetrics().toolsExecuted).toBe(1)
  })

  it('disposes nothing on cleanup', async () => {
    const unified = unifiedWith()
    const view = from(unified)
    await view.cleanup()
    await view[Symbol.asyncDispose]()
    expect([view.isActive(), unified.isActive]).toEqual([true, true])
    expect((await view.dispatch('greet')).status).toBe('success')
  })

  it('ends with the dispatcher', async () => {
    const unified = unifiedWith()
    const view = from(unified)
    await unified.dispose()
    expect(view.isActive()).toBe(false)
    await expect(view.dispatch('greet')).rejects.toThrow(ended)
  })

  it('says that there is no web socket support where the dispatcher has no sink', () => {
    const view = from(UnifiedToolDispatcher.createForUser(contextOf()))
    expect(view.hasWebsocketSupport).toBe(false)
    expect(view.getMetrics().hasWebsocketSupport).toBe(false)
  })

  it('holds the limits and the policy of the dispatcher', async () => {
    const unified = UnifiedToolDispatcher.createForUser(contextOf(), {
      tools: [greet],
      limits: { callsPerMinutePerUser: 1 },
      permissions: ({ toolName }) =>
        toolName === 'greet' ? { allow: true } : { allow: false, reason: 'not that one' },
    })
    unified.registerTool({ name: 'other', execute: () => 'ran' })
    const view = from(unified)
    await expect(view.executeTool('other')).rejects.toThrow('not that one')
    expect((await view.dispatch('greet')).status).toBe('success')
    const limited = await view.dispatch('greet')
    expect(limited.errorDetails).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) as unknown })
  })

  it.each([[undefined], [null], [{}], ['dispatcher']])('refuses %o', (unified) => {
    expect(() => untyped(from, undefined, unified)).toThrow(TypeError)
  })
})
