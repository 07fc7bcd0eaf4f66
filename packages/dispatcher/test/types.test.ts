import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  type AgentEvent,
  defineTool,
  type DispatcherOptions,
  type ExecuteOptions,
  type Issue,
  type Tool,
  type ToolCall,
  type ToolErrorCode,
  type ToolExecutionError,
  type ToolExecutionResult,
  type ToolLike,
  ToolRegistry,
  UnifiedToolDispatcher,
  UserExecutionContext,
  type UserExecutionContextInit,
} from '../src/index.js'

const context = UserExecutionContext.create({ userId: 'u-1', threadId: 't-1', runId: 'r-1', roles: ['admin'] })
const add = defineTool({
  name: 'add',
  inputSchema: z.object({ a: z.number(), b: z.number().default(1) }),
  execute: async ({ a, b }) => a + b,
})
const greet = defineTool({ name: 'greet', execute: (input: { who: string }) => `Hello ${input.who}` })
const ping = defineTool({ name: 'ping', execute: () => 'pong' as const })
const search = defineTool({
  name: 'search',
  inputSchema: v.object({ query: v.optional(v.string(), 'all'), limit: v.optional(v.number()) }),
  execute: ({ query }): string[] => [query],
})
const parse = defineTool({
  name: 'parse',
  inputSchema: z.string().transform((text) => text.length),
  execute: (length) => length,
})

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

  it('make a key that is unknown, or a part that is missing, a compile error', async () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools: [add, greet] })
    // @ts-expect-error there is no c
    const unknownKey = await dispatcher.executeTool('add', { a: 1, c: 3 })
    // @ts-expect-error a is missing
    const missing = await dispatcher.executeTool('add', { b: 1 })
    // @ts-expect-error the input of another tool
    const other = await dispatcher.executeTool('add', { who: 'Ada' })
    // @ts-expect-error null is no input
    const none = await dispatcher.executeTool('add', null)
    expect([unknownKey, missing, other, none].map(({ success }) => success)).toEqual([true, false, false, false])
  })

  it('take what callers pass, before defaults and conversions', async () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools: [search, parse] })
    expectTypeOf(await dispatcher.executeTool('parse', 'four')).toEqualTypeOf<ToolExecutionResult<number>>()
    // @ts-expect-error a number is what the schema makes, not what it takes
    const wrong = await dispatcher.executeTool('parse', 4)
    expect(wrong.success).toBe(false)
    // Every part has a default: the parameters may be left out.
    const all = await dispatcher.executeTool('search')
    expectTypeOf(all).toEqualTypeOf<ToolExecutionResult<string[]>>()
    expect(all.result).toEqual(['all'])
    expect((await dispatcher.executeTool('search', { query: 'late' }, { timeoutMs: 100 })).result).toEqual(['late'])
  })

  it('know the tools of a tuple that was declared before, of an admin dispatcher and of a scope', async () => {
    const tools = [add, ping] as const
    const admin = UnifiedToolDispatcher.createForAdmin(context, { tools })
    expectTypeOf(await admin.executeTool('add', { a: 1 })).toEqualTypeOf<ToolExecutionResult<number>>()
    // @ts-expect-error a string is no number
    await admin.executeTool('add', { a: '1' })
    const sum = await UnifiedToolDispatcher.withScope(context, { tools }, async (dispatcher) => {
      // @ts-expect-error a string is no number
      await dispatcher.executeTool('add', { a: '1' })
      return dispatcher.executeTool('add', { a: 1 })
    })
    expectTypeOf(sum).toEqualTypeOf<ToolExecutionResult<number>>()
    expect(sum.result).toBe(2)
    expectTypeOf(await UnifiedToolDispatcher.withScope(context, undefined, () => 7)).toEqualTypeOf<number>()
  })

  it('fall back to unknown for a name that is not known', async () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools: [add] })
    const name: string = 'add'
    expectTypeOf(await dispatcher.executeTool(name, { anything: true })).toEqualTypeOf<ToolExecutionResult>()
    expectTypeOf(await dispatcher.executeTool('other', 1)).toEqualTypeOf<ToolExecutionResult>()
    expectTypeOf(await dispatcher.executeTool('other')).toEqualTypeOf<ToolExecutionResult>()
  })

  it('fall back to unknown where the tools are a registry, a record or a list', async () => {
    const list: ToolLike[] = [add]
    for (const tools of [new ToolRegistry([add]), { add }, new Set([add]), list]) {
      const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools })
      expectTypeOf(dispatcher).toEqualTypeOf<UnifiedToolDispatcher>()
      const result = await dispatcher.executeTool('add', { a: 1 })
      expectTypeOf(result).toEqualTypeOf<ToolExecutionResult>()
      expect(result.result).toBe(2)
    }
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
    expect(() => {
      // @ts-expect-error the constructor is private
      void new UserExecutionContext({ userId: 'placeholder', threadId: 't-1', runId: 'r-1' })
    }).toThrow('userId')
  })
})

describe('the types of defineTool()', () => {
  it('are the input from the schema, the output from execute, the literal name and the raw input', () => {
    expectTypeOf(add).toEqualTypeOf<
      Tool<{ a: number; b: number }, number, 'add', { a: number; b?: number | undefined }>
    >()
    expectTypeOf(greet).toEqualTypeOf<Tool<{ who: string }, string, 'greet', { who: string }>>()
    expectTypeOf(parse).toEqualTypeOf<Tool<number, number, 'parse', string>>()
    expectTypeOf(ping.name).toEqualTypeOf<'ping'>()
  })

  it('give execute the input and the call', () => {
    defineTool({
      name: 'typed',
      inputSchema: z.object({ at: z.string().transform((text) => new Date(text)) }),
      execute: (input, call) => {
        expectTypeOf(input).toEqualTypeOf<{ at: Date }>()
        expectTypeOf(call).toEqualTypeOf<ToolCall>()
        expectTypeOf(call.executeTool('add')).resolves.toEqualTypeOf<ToolExecutionResult>()
      },
    })
    // @ts-expect-error execute does not take what the schema makes
    defineTool({ name: 'wrong', inputSchema: z.number(), execute: (input: string) => input })
    // @ts-expect-error there is no name
    defineTool({ execute: () => 1 })
    // @ts-expect-error there is nothing to execute
    defineTool({ name: 'nothing' })
    expect(add.name).toBe('add')
  })
})

describe('the types of a result', () => {
  it('are told apart by success', async () => {
    const result = await UnifiedToolDispatcher.createForUser(context, { tools: [add] }).executeTool('add', { a: 1 })
    if (result.success) {
      expectTypeOf(result.result).toEqualTypeOf<number>()
      expectTypeOf(result.error).toEqualTypeOf<undefined>()
    } else {
      expectTypeOf(result.error).toEqualTypeOf<ToolExecutionError>()
      expectTypeOf(result.error.code).toEqualTypeOf<ToolErrorCode>()
      expectTypeOf(result.error.issues).toEqualTypeOf<readonly Issue[] | undefined>()
    }
    expect(result.result).toBe(2)
  })

  it('name the eleven codes', () => {
    expectTypeOf<ToolErrorCode>().toEqualTypeOf<
      | 'tool_not_found'
      | 'invalid_input'
      | 'permission_denied'
      | 'rate_limited'
      | 'concurrency_limited'
      | 'input_too_large'
      | 'output_too_large'
      | 'timeout'
      | 'aborted'
      | 'tool_failed'
      | 'nesting_too_deep'
    >()
  })
})

describe('the types of an event', () => {
  it('tell the payloads apart by type', () => {
    const read = (event: AgentEvent): unknown => {
      switch (event.type) {
        case 'tool_executing':
          return expectTypeOf(event.payload).toExtend<{ callId: string; toolName: string; parameters: unknown }>()
        case 'tool_completed':
          expectTypeOf(event.payload.status).toEqualTypeOf<'success' | 'error'>()
          return expectTypeOf(event.payload.executionTimeMs).toEqualTypeOf<number>()
        case 'agent_thinking':
          return expectTypeOf(event.payload.reasoning).toEqualTypeOf<string>()
        case 'agent_error':
          return expectTypeOf(event.payload.error.message).toEqualTypeOf<string>()
        case 'agent_started':
        case 'agent_completed':
        case 'tool_progress':
          return event.payload
        default:
          return event satisfies never
      }
    }
    expect(read).toBeTypeOf('function')
  })
})

describe('every optional property', () => {
  it('takes undefined, for callers with exactOptionalPropertyTypes', async () => {
    const init: UserExecutionContextInit = {
      ...{ userId: 'u-1', threadId: 't-1', runId: 'r-1', requestId: undefined, sessionId: undefined },
      ...{ websocketClientId: undefined, parentRequestId: undefined, roles: undefined, metadata: undefined },
    }
    const options: DispatcherOptions = {
      ...{ tools: undefined, events: undefined, limits: undefined, permissions: undefined, middleware: undefined },
      ...{ adminTools: undefined, redact: undefined, executor: undefined },
    }
    const limits: DispatcherOptions['limits'] = {
      ...{ timeoutMs: undefined, concurrentCallsPerUser: undefined, queuedCallsPerUser: undefined },
      ...{ callsPerMinutePerUser: undefined, maxInputBytes: undefined, maxOutputBytes: undefined },
    }
    const call: ExecuteOptions = { signal: undefined, timeoutMs: undefined, runId: undefined }
    const tool: Tool = {
      ...{ name: 'ping', execute: () => 'pong' },
      ...{ description: undefined, inputSchema: undefined, requiredRoles: undefined, timeoutMs: undefined },
    }
    const dispatcher = UnifiedToolDispatcher.createForUser(UserExecutionContext.create(init), { ...options, limits })
    dispatcher.registerTool(tool)
    expect((await dispatcher.executeTool('ping', undefined, call)).success).toBe(true)
    await dispatcher.dispose({ drainMs: undefined })
  })
})
