import type { ToolCall } from '@switchyard/dispatcher'
import type { FacadeDispatcher } from '@switchyard/facade-kit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { Recorder } from '../support/transports.js'

const echo = { name: 'echo', execute: (parameters: unknown) => parameters }

/** The three old ways to call a tool: what it gave, and in which words it failed. */
const ways: Record<
  string,
  (facade: FacadeDispatcher, toolName: string, parameters: Record<string, unknown>) => unknown
> = {
  dispatch: async (facade, toolName, parameters) => {
    const { payload, message } = await facade.dispatch(toolName, parameters)
    return { result: payload?.result, error: message === '' ? null : message }
  },
  dispatchTool: async (facade, toolName, parameters) => {
    const { result, error } = await facade.dispatchTool(
      toolName,
      parameters,
      { userId: 'of the state' },
      facade.userContext.runId,
    )
    return { result, error }
  },
  executeTool: async (facade, toolName, parameters) => {
    const { result, error } = await facade.executeTool(toolName, parameters)
    return { result, error }
  },
}

describe.each(entryPoints)('what goes through $name', ({ create }) => {
  it.each(Object.entries(ways))('by %s() reaches the tool as the one call it is', async (_, call) => {
    const seen: unknown[] = []
    const look = {
      name: 'look',
      execute: async (input: unknown, { toolName, context }: ToolCall) => {
        seen.push([input, toolName, context])
        await Promise.resolve()
        return 'looked'
      },
    }
    const context = contextOf()
    const facade = await create(context, [look])
    expect(await call(facade, 'look', { a: 1 })).toEqual({ result: 'looked', error: null })
    expect(seen).toEqual([[{ a: 1 }, 'look', context]])
  })

  it.each(Object.entries(ways))('comes back by %s() with its type, and survives JSON', async (_, call) => {
    const values = ['text', '', 0, 1.5, -1, true, false, null, [], [1, ['two']], {}, { deep: { list: [null] } }]
    const give = { name: 'give', execute: ({ at }: { at: number }) => values[at] }
    const facade = await create(contextOf(), [give])
    for (const [at, value] of values.entries()) {
      const answer = await call(facade, 'give', { at })
      expect(answer).toEqual({ result: value, error: null })
      expect(JSON.parse(JSON.stringify(answer))).toEqual(answer)
    }
  })

  it.each(Object.entries(ways))('may be by %s() a hundred parameters, nested, empty or null', async (_, call) => {
    const facade = await create(contextOf(), [echo])
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (__, at) => [`p${at}`, at % 2 === 0 ? { at: [at] } : null]),
    )
    for (const parameters of [many, {}, { empty: {}, none: null, text: '' }]) {
      expect(await call(facade, 'echo', parameters)).toEqual({ result: parameters, error: null })
    }
  })

  it.each(Object.entries(ways))('fails by %s() with words, though the tool had none', async (_, call) => {
    const thrown: unknown[] = [new Error(), new RangeError(), '', undefined, null, {}]
    const facade = await create(contextOf(), [
      { name: 'fail', execute: ({ at }: { at: number }) => Promise.reject(thrown[at] as Error) },
    ])
    for (const at of thrown.keys()) {
      const { result, error } = (await call(facade, 'fail', { at })) as { result: unknown; error: string | null }
      expect(result ?? null).toBeNull()
      expect(error, `thrown: ${String(thrown[at])}`).toMatch(/\w/u)
    }
  })
})

describe.each(entryPoints)('a workflow over $name', ({ create }) => {
  const price = { name: 'price', execute: ({ item }: { item: string }) => item.length }
  const sum = { name: 'sum', execute: ({ prices }: { prices: number[] }) => prices.reduce((all, one) => all + one, 0) }
  const broken = { name: 'broken', execute: () => Promise.reject(new Error('out of order')) }

  it('fans out, goes on without the step that failed, and keeps the order', async () => {
    const events = new Recorder()
    const facade = await create(contextOf(), [price, sum, broken], events)
    const steps = await Promise.all([
      facade.executeTool('price', { item: 'ab' }),
      facade.executeTool('broken'),
      facade.executeTool('price', { item: 'abc' }),
    ])
    expect(steps.map(({ success }) => success)).toEqual([true, false, true])
    const prices = steps.filter(({ success }) => success).map(({ result }) => result)
    expect((await facade.executeTool('sum', { prices })).result).toBe(5)
    expect(events.events).toHaveLength(8)
  })

  it('can fall back on another tool', async () => {
    const facade = await create(contextOf(), [price, broken])
    const first = await facade.executeTool('broken')
    const last = first.success ? first : await facade.executeTool('price', { item: 'abcd' })
    expect(last.result).toBe(4)
  })
})

describe.each(entryPoints)('the time of a slow call through $name', ({ create }) => {
  afterEach(() => vi.useRealTimers())

  it('is in the result, in the event and in the metrics', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] })
    const events = new Recorder()
    const slow = { name: 'slow', execute: () => new Promise((resolve) => setTimeout(resolve, 300, 'done')) }
    const facade = await create(contextOf(), [slow], events)
    const call = facade.executeTool('slow')
    await vi.advanceTimersByTimeAsync(300)
    expect(await call).toMatchObject({ result: 'done', executionTimeMs: 300 })
    expect(events.events.at(-1)?.payload).toMatchObject({ status: 'success', executionTimeMs: 300 })
    expect(facade.getMetrics()).toMatchObject({ totalExecutionTimeMs: 300, avgExecutionTimeMs: 300 })
    const again = facade.dispatch('slow')
    await vi.advanceTimersByTimeAsync(500)
    const { startTime, endTime } = await again
    expect(endTime - startTime).toBeCloseTo(0.3, 5)
  })
})
