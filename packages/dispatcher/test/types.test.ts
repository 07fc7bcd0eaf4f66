import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  defineTool,
  type Tool,
  type ToolExecutionResult,
  UnifiedToolDispatcher,
  UserExecutionContext,
} from '../src/index.js'

const context = UserExecutionContext.create({ userId: 'u-1', threadId: 't-1', runId: 'r-1' })
const add = defineTool({
  name: 'add',
  inputSchema: z.object({ a: z.number(), b: z.number().default(1) }),
  execute: async ({ a, b }) => a + b,
})
const greet = defineTool({ name: 'greet', execute: (input: { who: string }) => `Hello ${input.who}` })
const ping = defineTool({ name: 'ping', execute: () => 'pong' as const })

describe('the types of a dispatcher', () => {
  it('know input, raw input and output of the tools given as a tuple', async () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools: [add, greet, ping] })
    expectTypeOf(await dispatcher.executeTool('add', { a: 1 })).toEqualTypeOf<ToolExecutionResult<number>>()
    expectTypeOf(await dispatcher.executeTool('greet', { who: 'Ada' })).toEqualTypeOf<ToolExecutionResult<string>>()
    expectTypeOf(await dispatcher.executeTool('ping')).toEqualTypeOf<ToolExecutionResult<'pong'>>()
    // @ts-expect-error a string is no number
    const wrong = await dispatcher.executeTool('add', { a: '1' })
    // @ts-expect-error the input is required
    const missing = await dispatcher.executeTool('add')
    expect([wrong.success, missing.success]).toEqual([false, false])
  })

  it('fall back to unknown for a name that is not known', async () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools: [add] })
    const name: string = 'add'
    expectTypeOf(await dispatcher.executeTool(name, { anything: true })).toEqualTypeOf<ToolExecutionResult>()
    expectTypeOf(await dispatcher.executeTool('other', 1)).toEqualTypeOf<ToolExecutionResult>()
  })

  it('let a dispatcher of known tools stand where any dispatcher may', () => {
    const any: UnifiedToolDispatcher = UnifiedToolDispatcher.createForUser(context, { tools: [add, greet] })
    expectTypeOf(any.executeTool).toBeFunction()
    expect(any.hasTool('add')).toBe(true)
  })

  it('let a tool of any types stand where any tool may', () => {
    const tools: Tool[] = [add, greet, ping]
    expectTypeOf(tools).toEqualTypeOf<Tool[]>()
    expect(UnifiedToolDispatcher.createForUser(context, { tools }).availableTools).toEqual(['add', 'greet', 'ping'])
  })

  it('do not allow a direct construction', () => {
    expect(() => {
      // @ts-expect-error the constructor is private
      void new UnifiedToolDispatcher()
    }).toThrow('createForUser')
  })
})
