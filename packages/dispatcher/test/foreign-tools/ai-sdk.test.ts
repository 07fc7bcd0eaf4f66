import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { InvalidToolError, type ToolCall } from '../../src/index.js'
import { fromAiSdkTool } from '../../src/interop.js'
import { gate, settleMicrotasks, stateOf } from '../support/gate.js'
import { codeOf, Recorder } from '../support/recorder.js'
import { dispatcherWith } from '../support/requests.js'

const inputSchema = z.object({ a: z.number().default(1) })
const echo = (input: unknown) => input as unknown

interface Options extends ToolCall {
  readonly toolCallId: string
  readonly abortSignal: AbortSignal
  readonly messages: readonly unknown[]
  readonly experimental_context: unknown
}

describe('a tool of a record that has no name', () => {
  it('is called with what own tools and those of the AI SDK expect', async () => {
    let given: Options | undefined
    const execute = (_input: unknown, options: Options) => void (given = options)
    const dispatcher = dispatcherWith({ tools: { tool: { inputSchema, execute } } })
    const { callId } = await dispatcher.executeTool('tool')
    const { context } = dispatcher
    expect(given).toMatchObject({ callId, toolName: 'tool', context, toolCallId: callId, messages: [] })
    expect(given?.experimental_context).toBe(context)
    expect(given?.abortSignal).toBe(given?.signal)
    expect(Object.keys({ ...given })).toContain('abortSignal')
  })

  it('calls other tools and reports progress, as own tools do', async () => {
    const events = new Recorder()
    const outer = {
      inputSchema,
      execute: async (_input: unknown, { reportProgress, executeTool }: ToolCall) => {
        reportProgress('half')
        return (await executeTool('inner', { a: 2 })).result
      },
    }
    const tools = { outer, inner: { inputSchema, execute: echo } }
    expect((await dispatcherWith({ tools, events }).executeTool('outer')).result).toEqual({ a: 2 })
    expect(events.only('tool_progress').payload.progress).toBe('half')
  })

  it('answers at once when it is synchronous, as own tools do', async () => {
    const events = new Recorder()
    const tools = { tool: { inputSchema, execute: echo } }
    const call = dispatcherWith({ tools, events }).executeTool('tool')
    expect(events.types).toEqual(['tool_executing', 'tool_completed'])
    expect((await call).result).toEqual({ a: 1 })
  })

  it('may come with the schema as its parameters', async () => {
    const dispatcher = dispatcherWith({ tools: { tool: { parameters: inputSchema, execute: echo } } })
    expect((await dispatcher.executeTool('tool')).result).toEqual({ a: 1 })
    expect(dispatcher.toolDefinitions()[0]?.inputSchema).toMatchObject({ properties: { a: { type: 'number' } } })
  })
})

describe('a tool whose schema is its parameters, and that was given a name', () => {
  const named = { name: 'tool', parameters: inputSchema, execute: echo }

  it.each([
    { where: 'a list', tools: [named] },
    { where: 'a record', tools: { tool: named } },
  ])('is checked by its schema in $where too', async ({ tools }) => {
    const dispatcher = dispatcherWith({ tools })
    expect(codeOf(await dispatcher.executeTool('tool', { a: 'no number' }))).toBe('invalid_input')
    expect((await dispatcher.executeTool('tool')).result).toEqual({ a: 1 })
    expect(dispatcher.toolDefinitions()[0]?.inputSchema).toMatchObject({ properties: { a: { type: 'number' } } })
  })

  it('is checked by its inputSchema where it has both', async () => {
    const both = { ...named, inputSchema: z.object({ b: z.string() }) }
    expect(codeOf(await dispatcherWith({ tools: [both] }).executeTool('tool', { a: 1 }))).toBe('invalid_input')
  })
})

describe('an async iterable', () => {
  it('is reported value by value, as they come', async () => {
    const events = new Recorder()
    const second = gate()
    async function* execute() {
      yield { percent: 10 }
      await second.promise
      yield { percent: 100 }
    }
    const call = dispatcherWith({ tools: { tool: { inputSchema, execute } }, events }).executeTool('tool')
    await settleMicrotasks()
    expect(events.of('tool_progress').map(({ payload }) => payload.progress)).toEqual([{ percent: 10 }])
    second.open(undefined)
    expect((await call).result).toEqual({ percent: 100 })
    expect(events.types).toEqual(['tool_executing', 'tool_progress', 'tool_progress', 'tool_completed'])
  })

  it('may be promised, may be empty, and fails when it throws', async () => {
    async function* nothing() {}
    async function* broken() {
      yield 1
      throw new Error('the line is dead')
    }
    const tools = {
      nothing: { inputSchema, execute: nothing },
      promised: { inputSchema, execute: () => Promise.resolve(nothing()) },
      broken: { inputSchema, execute: broken },
    }
    const dispatcher = dispatcherWith({ tools })
    expect(await dispatcher.executeTool('nothing')).toMatchObject({ success: true, result: undefined })
    expect(await dispatcher.executeTool('promised')).toMatchObject({ success: true, result: undefined })
    expect((await dispatcher.executeTool('broken')).error).toMatchObject({
      code: 'tool_failed',
      message: 'the line is dead',
    })
  })

  it('ends with its call: nothing is taken from it afterwards', async () => {
    const taken: number[] = []
    const ended = gate()
    const second = gate()
    const never = gate()
    async function* execute() {
      try {
        for (let value = 1; ; value += 1) {
          taken.push(value)
          yield value
          await (value === 1 ? second.promise : never.promise)
        }
      } finally {
        ended.open('ended')
      }
    }
    const controller = new AbortController()
    const dispatcher = dispatcherWith({ tools: { tool: { inputSchema, execute } } })
    const call = dispatcher.executeTool('tool', {}, { signal: controller.signal })
    await settleMicrotasks()
    controller.abort()
    expect(codeOf(await call)).toBe('aborted')
    second.open(undefined)
    expect(await stateOf(ended.promise)).toBe('ended')
    expect(taken).toEqual([1, 2])
  })
})

describe('a schema of the AI SDK', () => {
  it('may be lazy, and validate as it likes', async () => {
    const schema = {
      jsonSchema: { type: 'object' },
      validate: (value: unknown) =>
        Promise.resolve(value === 'good' ? { success: true, value: 'better' } : { success: false, error: 'bad' }),
    }
    const dispatcher = dispatcherWith({ tools: { tool: { inputSchema: () => schema, execute: echo } } })
    expect((await dispatcher.executeTool('tool', 'good')).result).toBe('better')
    expect((await dispatcher.executeTool('tool', 'worse')).error).toMatchObject({
      code: 'invalid_input',
      issues: [{ message: 'bad' }],
    })
    expect(dispatcher.toolDefinitions()[0]?.inputSchema).toEqual({ type: 'object' })
  })

  it('gives the issues of zod', async () => {
    const schema = { jsonSchema: {}, validate: (value: unknown) => z.object({ a: z.number() }).safeParse(value) }
    const dispatcher = dispatcherWith({ tools: { tool: { inputSchema: schema, execute: echo } } })
    expect((await dispatcher.executeTool('tool', {})).error?.issues).toMatchObject([{ path: ['a'] }])
  })

  it('that is still a promise is refused', () => {
    const schema = { jsonSchema: Promise.resolve({ type: 'object' }) }
    expect(() => dispatcherWith({ tools: { tool: { inputSchema: schema, execute: echo } } })).toThrow(
      'The JSON Schema of tool "tool" is a promise; await it: jsonSchema(await schema).',
    )
  })
})

describe('a tool of the AI SDK that was given a name', () => {
  it('keeps its approval and its schema', async () => {
    const schema = { jsonSchema: { type: 'object', required: ['a'] } }
    const gated = { name: 'gated', inputSchema, needsApproval: true, execute: echo }
    const checked = { name: 'checked', inputSchema: schema, execute: echo }
    const dispatcher = dispatcherWith({ tools: [gated, checked as never] })
    expect(codeOf(await dispatcher.executeTool('gated'))).toBe('permission_denied')
    expect(codeOf(await dispatcher.executeTool('checked'))).toBe('invalid_input')
  })
})

describe('fromAiSdkTool()', () => {
  it('makes a tool for a list', async () => {
    const dispatcher = dispatcherWith({ tools: [fromAiSdkTool({ inputSchema, execute: echo }, 'tool')] })
    expect((await dispatcher.executeTool('tool')).result).toEqual({ a: 1 })
  })

  it('refuses a tool that the client or the provider runs', () => {
    const tool = { type: 'provider', id: 'openai.web_search', args: {}, inputSchema }
    expect(() => fromAiSdkTool(tool, 'search')).toThrow(InvalidToolError)
    expect(() => fromAiSdkTool(tool, 'search')).toThrow(/one that the client or the provider runs/u)
  })

  it('runs a tool of a provider that is executed here', async () => {
    const tool = { type: 'provider', id: 'anthropic.bash', args: {}, inputSchema, execute: echo }
    expect((await dispatcherWith({ tools: { bash: tool } }).executeTool('bash')).result).toEqual({ a: 1 })
  })
})
