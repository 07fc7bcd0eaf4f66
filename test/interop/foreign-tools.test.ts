import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DispatcherOptions,
  InvalidToolError,
  type ToolLike,
  UnifiedToolDispatcher,
  type UnnamedTool,
  type UserExecutionContext,
} from '@switchyard/dispatcher'
import { approve } from '@switchyard/dispatcher/interop'
import { beforeAll, describe, expect, it } from 'vitest'
import type * as Zod from 'zod'
import { somebody, tried } from './calls.js'
import { complaintsOfCompiler, installLibraries, load, pinned } from './libraries.js'

type Make<Tool> = (...parameters: never[]) => Tool

let z: typeof Zod.z
let langChainTool: Make<ToolLike>
let LangChain: { StructuredTool: new () => object }
let RunnableLambda: { from(body: unknown): { asTool(fields: object): ToolLike } }
let aiTool: Make<UnnamedTool>
let jsonSchema: (schema: object, more?: object) => unknown
let openAiTool: Make<ToolLike>
let createTool: Make<ToolLike>

beforeAll(async () => {
  installLibraries()
  ;({ z } = await load<typeof Zod>('zod'))
  LangChain = await load('@langchain/core/tools')
  langChainTool = Reflect.get(LangChain, 'tool') as typeof langChainTool
  ;({ RunnableLambda } = await load<{ RunnableLambda: typeof RunnableLambda }>('@langchain/core/runnables'))
  ;({ tool: aiTool, jsonSchema } = await load<{ tool: typeof aiTool; jsonSchema: typeof jsonSchema }>('ai'))
  ;({ tool: openAiTool } = await load<{ tool: typeof openAiTool }>('@openai/agents-core'))
  ;({ createTool } = await load<{ createTool: typeof createTool }>('@mastra/core/tools'))
}, 600_000)

/** A zod schema whose transform counts how often it ran. */
function countedAmount() {
  const seen: string[] = []
  const schema = z.object({
    amount: z.string().transform((text) => {
      seen.push(text)
      return Number(text)
    }),
  })
  return { schema, seen }
}

const SHOWN = { type: 'object', properties: { amount: { type: 'string' } }, required: ['amount'] }

describe('a tool() of LangChain', () => {
  it('gets the input as its zod schema made it, once, the signal and the context', async () => {
    const { schema, seen } = countedAmount()
    const got: unknown[] = []
    const body = (input: unknown, config: { signal: AbortSignal; context: unknown }) => {
      got.push(input, config.signal, config.context)
      return { refunded: true }
    }
    const tool = langChainTool(body as never, { name: 'refund', description: 'Gives money back', schema } as never)
    const { result, dispatcher, context } = await tried([tool], { amount: '12' })
    expect(result.result).toEqual({ refunded: true })
    expect(seen).toEqual(['12'])
    expect(got).toEqual([{ amount: 12 }, expect.any(AbortSignal), context])
    const [definition] = dispatcher.toolDefinitions()
    expect(definition).toMatchObject({ name: 'refund', description: 'Gives money back', inputSchema: SHOWN })
  })

  it('refuses invalid input with the issues of its schema', async () => {
    const { schema } = countedAmount()
    const tool = langChainTool((() => 'ran') as never, { name: 'refund', schema } as never)
    const { result } = await tried([tool], { amount: 12 })
    expect(result.error).toMatchObject({ code: 'invalid_input', issues: [{ path: ['amount'] }] })
  })

  it('with a JSON Schema is shown by it and checked against it', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
    const tool = langChainTool(((input: { city: string }) => input.city) as never, { name: 'weather', schema } as never)
    const { result, dispatcher } = await tried([tool], { city: 'Delft' })
    expect(result.result).toBe('Delft')
    expect(dispatcher.toolDefinitions()[0]?.inputSchema).toEqual(schema)
    expect((await dispatcher.executeTool('weather', { city: 7 })).error).toMatchObject({
      code: 'invalid_input',
      issues: [{ message: 'must be string', path: ['city'] }],
    })
  })

  it('without a schema takes one string', async () => {
    const { result, dispatcher } = await tried(
      [
        langChainTool(
          ((text: unknown) => `said ${String(text)}`) as never,
          { name: 'say', description: 'Says' } as never,
        ),
      ],
      { input: 'hello' },
    )
    expect(result.result).toBe('said hello')
    expect(dispatcher.toolDefinitions()[0]?.inputSchema).toEqual({
      type: 'object',
      properties: { input: { type: 'string' } },
    })
  })

  it('calls its callbacks, and fails with what it throws', async () => {
    const heard: string[] = []
    const callbacks = [{ handleToolStart: () => heard.push('start'), handleToolError: () => heard.push('error') }]
    const cause = new Error('no money left')
    const body = () => Promise.reject(cause)
    const tool = langChainTool(body as never, { name: 'refund', schema: z.object({}), callbacks } as never)
    const { result } = await tried([tool], {})
    expect(result.error).toEqual({ code: 'tool_failed', message: 'no money left', cause })
    expect(heard).toEqual(['start', 'error'])
  })

  it('gives the content of a tool that answers with content and artifact', async () => {
    const fields = { name: 'chart', schema: z.object({}), responseFormat: 'content_and_artifact' }
    const { result } = await tried([langChainTool((() => ['drawn', { svg: '' }]) as never, fields as never)], {})
    expect(result.result).toBe('drawn')
  })

  it('ends with its call: its signal aborts', async () => {
    let reason: unknown
    const body = (_input: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise(() => signal.addEventListener('abort', () => void (reason = signal.reason)))
    const tool = langChainTool(body as never, { name: 'wait', schema: z.object({}) } as never)
    const { result } = await tried([tool], {}, { limits: { timeoutMs: 5 } })
    expect(result.error?.code).toBe('timeout')
    expect(reason).toMatchObject({ name: 'TimeoutError' })
  })
})

describe('a StructuredTool of LangChain', () => {
  it('runs as itself, private fields and all', async () => {
    const { schema, seen } = countedAmount()
    class Refund extends LangChain.StructuredTool {
      readonly #bank = 'bank'
      name = 'refund'
      description = 'Gives money back'
      schema = schema
      protected _call(input: unknown): Promise<unknown> {
        return Promise.resolve([this.#bank, input])
      }
    }
    const { result } = await tried([new Refund() as unknown as ToolLike], { amount: '12' })
    expect(result.result).toEqual(['bank', { amount: 12 }])
    expect(seen).toEqual(['12'])
  })

  it('may be a runnable that was made a tool', async () => {
    const { schema, seen } = countedAmount()
    const runnable = RunnableLambda.from(({ amount }: { amount: number }) => amount * 2)
    const { result, dispatcher } = await tried([runnable.asTool({ name: 'double', schema })], { amount: '21' })
    expect(result.result).toBe(42)
    expect(seen).toEqual(['21'])
    expect((await dispatcher.executeTool('double', { amount: 21 })).error?.code).toBe('invalid_input')
  })
})

describe('a tool() of the AI SDK', () => {
  it('gets the input as its zod schema made it, once, and the options of the SDK', async () => {
    const { schema, seen } = countedAmount()
    const got: Record<string, unknown>[] = []
    const execute = (input: unknown, options: Record<string, unknown>) => {
      got.push({ input, ...options })
      return 'refunded'
    }
    const tool = aiTool({ description: 'Gives money back', inputSchema: schema, execute } as never)
    const { result, dispatcher, context } = await tried({ refund: tool }, { amount: '12' })
    expect(result.result).toBe('refunded')
    expect(seen).toEqual(['12'])
    expect(got[0]).toMatchObject({
      input: { amount: 12 },
      toolCallId: result.callId,
      messages: [],
      experimental_context: context,
      abortSignal: expect.any(AbortSignal) as AbortSignal,
    })
    const [definition] = dispatcher.toolDefinitions()
    expect(definition).toMatchObject({ name: 'refund', description: 'Gives money back', inputSchema: SHOWN })
  })

  it('with jsonSchema() is checked, which the SDK does not do', async () => {
    const schema = { type: 'object', properties: { city: { enum: ['Delft', 'Leiden'] } }, required: ['city'] }
    const tool = aiTool({ inputSchema: jsonSchema(schema), execute: () => 'sunny' } as never)
    const { result, dispatcher } = await tried({ weather: tool }, { city: 'Delft' })
    expect(result.result).toBe('sunny')
    expect(dispatcher.toolDefinitions()[0]?.inputSchema).toEqual(schema)
    expect((await dispatcher.executeTool('weather', { city: 'Rome' })).error).toMatchObject({
      code: 'invalid_input',
      issues: [{ path: ['city'] }],
    })
  })

  it('with a jsonSchema() that validates itself is checked by that', async () => {
    const validate = (value: { city: string }) =>
      value.city === 'Delft'
        ? { success: true, value: { city: 'DELFT' } }
        : { success: false, error: new Error('no such city') }
    const inputSchema = jsonSchema({ type: 'object' }, { validate })
    const tool = aiTool({ inputSchema, execute: ({ city }: { city: string }) => city } as never)
    const { result, dispatcher } = await tried({ weather: tool }, { city: 'Delft' })
    expect(result.result).toBe('DELFT')
    const refused = await dispatcher.executeTool('weather', { city: 'Rome' })
    expect(refused.error).toMatchObject({ code: 'invalid_input', issues: [{ message: 'no such city' }] })
  })

  it('reports what its async iterable yields, and ends with the last', async () => {
    const execute = async function* () {
      yield 'looking'
      yield 'found'
    }
    const { result, events } = await tried({ find: aiTool({ inputSchema: z.object({}), execute } as never) }, {})
    expect(result.result).toBe('found')
    const progress = events.filter((event) => event.type === 'tool_progress')
    expect(progress.map((event) => event.payload.progress)).toEqual(['looking', 'found'])
  })

  it('asks for approval, by a value or by a function of the input', async () => {
    const asked: unknown[] = []
    const needsApproval = (input: { amount: number }, options: { toolCallId: string }) => {
      asked.push(input.amount, options.toolCallId)
      return input.amount > 100
    }
    const inputSchema = z.object({ amount: z.number() })
    const tool = aiTool({ inputSchema, needsApproval, execute: () => 'paid' } as never)
    const { result, dispatcher } = await tried({ pay: tool }, { amount: 10 })
    expect(result.result).toBe('paid')
    expect(asked).toEqual([10, result.callId])
    expect((await dispatcher.executeTool('pay', { amount: 1000 })).error?.code).toBe('permission_denied')
    const always = aiTool({ inputSchema, needsApproval: true, execute: () => 'paid' } as never)
    expect((await tried({ pay: always }, { amount: 10 })).result.error?.code).toBe('permission_denied')
  })

  it('is refused when the client is to run it', () => {
    const tool = aiTool({ inputSchema: z.object({}), outputSchema: z.string() } as never)
    expect(() => UnifiedToolDispatcher.createForUser(somebody(), { tools: { ask: tool } })).toThrow(/execute function/)
  })
})

describe('a tool() of the OpenAI Agents SDK', () => {
  const parameters = () => z.object({ amount: z.number(), note: z.string().nullable().optional() })

  it('gets JSON, and the user in its run context', async () => {
    const got: unknown[] = []
    const execute = (input: unknown, runContext: { context: unknown }, details: { toolCall: { callId: string } }) => {
      got.push(input, runContext.context, details.toolCall.callId)
      return { paid: true }
    }
    const tool = openAiTool({ name: 'pay', description: 'Pays', parameters: parameters(), execute } as never)
    const { result, dispatcher, context } = await tried([tool], { amount: 3 })
    expect(result.result).toEqual({ paid: true })
    expect(got).toEqual([{ amount: 3 }, context, result.callId])
    const [definition] = dispatcher.toolDefinitions()
    expect(definition).toEqual({
      name: 'pay',
      description: 'Pays',
      inputSchema: Reflect.get(tool, 'parameters') as object,
    })
    expect(definition?.inputSchema).toMatchObject({ required: ['amount', 'note'], additionalProperties: false })
  })

  it('refuses invalid input with issues, whichever kind its parameters are', async () => {
    const json = {
      type: 'object',
      properties: { amount: { type: 'number' }, note: { type: 'string' } },
      required: ['amount'],
      additionalProperties: false,
    }
    for (const options of [{ parameters: parameters() }, { parameters: json }, { parameters: json, strict: false }]) {
      const tool = openAiTool({ name: 'pay', description: 'Pays', execute: () => 'paid', ...options } as never)
      const { result, dispatcher } = await tried([tool], { amount: 'three' })
      expect(result.error).toMatchObject({ code: 'invalid_input', issues: [{ path: ['amount'] }] })
      expect((await dispatcher.executeTool('pay', { amount: 3 })).result).toBe('paid')
      expect((await dispatcher.executeTool('pay', { note: 'x' })).error?.issues).toMatchObject([{ path: ['amount'] }])
    }
  })

  it("refuses what only the tool's own schema finds wrong", async () => {
    const positive = z.object({ amount: z.number().refine((amount) => amount % 2 === 0) })
    for (const errorFunction of [undefined, null]) {
      const fields = { name: 'pay', description: 'Pays', parameters: positive, execute: () => 'paid', errorFunction }
      const { result } = await tried([openAiTool(fields as never)], { amount: 3 })
      expect(result.error?.code).toBe('invalid_input')
    }
  })

  it('stays a failure when it fails, although its library makes a text of it', async () => {
    const execute = () => Promise.reject(new TypeError('no: money left'))
    const tool = openAiTool({ name: 'pay', description: 'Pays', parameters: parameters(), execute } as never)
    const { result } = await tried([tool], { amount: 3 })
    expect(result.error).toMatchObject({ code: 'tool_failed', message: 'no: money left' })
  })

  it('fails with the exception itself where errorFunction is null, and answers what its own errorFunction answers', async () => {
    const cause = new Error('no money left')
    const fields = { name: 'pay', description: 'Pays', parameters: parameters(), execute: () => Promise.reject(cause) }
    const throwing = openAiTool({ ...fields, errorFunction: null } as never)
    const failed = await tried([throwing], { amount: 3 })
    expect(failed.result.error).toEqual({ code: 'tool_failed', message: 'no money left', cause })
    const answering = openAiTool({ ...fields, errorFunction: () => 'ask the bank' } as never)
    expect((await tried([answering], { amount: 3 })).result.result).toBe('ask the bank')
  })

  it('times out by its own timeoutMs, whatever its library makes of that', async () => {
    const execute = () => new Promise(() => {})
    for (const timeoutBehavior of ['error_as_result', 'raise_exception']) {
      const fields = {
        name: 'pay',
        description: 'Pays',
        parameters: parameters(),
        execute,
        timeoutMs: 5,
        timeoutBehavior,
      }
      const tool = openAiTool(fields as never)
      const { result, dispatcher } = await tried([tool], { amount: 3 })
      expect(result.error?.code).toBe('timeout')
      const longer = await dispatcher.executeTool('pay', { amount: 3 }, { timeoutMs: 10_000 })
      expect(longer.error?.code).toBe('timeout')
    }
  })

  it('is denied when it is not enabled, or needs approval, for this call', async () => {
    const isEnabled = ({ runContext }: { runContext: { context: UserExecutionContext } }) =>
      runContext.context.roles.includes('clerk')
    const needsApproval = (_context: unknown, input: { amount: number }) => Promise.resolve(input.amount > 100)
    const fields = { name: 'pay', description: 'Pays', parameters: parameters(), execute: () => 'paid' }
    const disabled = await tried([openAiTool({ ...fields, isEnabled } as never)], { amount: 3 })
    expect(disabled.result.error).toMatchObject({
      code: 'permission_denied',
      message: expect.stringContaining('enabled') as string,
    })
    const tool = openAiTool({ ...fields, needsApproval } as never)
    const { result, dispatcher } = await tried([tool], { amount: 3 })
    expect(result.result).toBe('paid')
    expect((await dispatcher.executeTool('pay', { amount: 300 })).error?.code).toBe('permission_denied')
  })

  it('runs once it is approved, by a policy or by a middleware', async () => {
    const fields = { name: 'pay', description: 'Pays', parameters: parameters(), execute: () => 'paid' }
    const tool = openAiTool({ ...fields, needsApproval: true } as never)
    const byPolicy = await tried(
      [tool],
      { amount: 3 },
      {
        permissions: (request) => {
          approve(request)
          return { allow: true }
        },
      },
    )
    expect(byPolicy.result.result).toBe('paid')
    const byMiddleware = await tried(
      [tool],
      { amount: 3 },
      {
        middleware: [
          (call, next) => {
            approve(call)
            return next()
          },
        ],
      },
    )
    expect(byMiddleware.result.result).toBe('paid')
  })

  it('is refused with guardrails, which only a run of an agent asks', () => {
    const guardrail = { name: 'no-secrets', run: () => ({ behavior: { type: 'allow' } }) }
    const fields = { name: 'pay', description: 'Pays', parameters: parameters(), execute: () => 'paid' }
    for (const more of [{ inputGuardrails: [guardrail] }, { outputGuardrails: [guardrail] }]) {
      const tool = openAiTool({ ...fields, ...more } as never)
      expect(() => UnifiedToolDispatcher.createForUser(somebody(), { tools: [tool] })).toThrow(InvalidToolError)
    }
  })
})

describe('a createTool() of Mastra', () => {
  it('gets the input as its zod schema made it, once, and the ids of the user', async () => {
    const { schema, seen } = countedAmount()
    const got: Record<string, unknown>[] = []
    const execute = (parameters: Record<string, unknown>, options: Record<string, unknown>) => {
      got.push(parameters, options)
      return Promise.resolve('refunded')
    }
    const fields = { id: 'refund', description: 'Gives money back', inputSchema: schema, execute }
    const { result, dispatcher, context } = await tried([createTool(fields as never)], { amount: '12' })
    expect(result.result).toBe('refunded')
    expect(seen).toEqual(['12'])
    expect(got[0]).toMatchObject({ context: { amount: 12 }, resourceId: context.userId, threadId: context.threadId })
    expect(got[1]).toMatchObject({ toolCallId: result.callId, abortSignal: expect.any(AbortSignal) as AbortSignal })
    const [definition] = dispatcher.toolDefinitions()
    expect(definition).toMatchObject({ name: 'refund', description: 'Gives money back', inputSchema: SHOWN })
  })

  it('refuses invalid input with issues, although its library answers with an object', async () => {
    const inputSchema = z.object({ order: z.object({ lines: z.array(z.number()) }) })
    const tool = createTool({ id: 'price', description: 'Prices', inputSchema, execute: () => 'ran' } as never)
    const { result } = await tried([tool], { order: { lines: [1, 'two'] } })
    expect(result.error).toMatchObject({ code: 'invalid_input', issues: [{ path: ['order', 'lines', '1'] }] })
  })

  it('checks also the input whose fields are all optional, which its library passes by', async () => {
    const inputSchema = z.object({ limit: z.number().default(5) })
    const execute = ({ context }: { context: unknown }) => Promise.resolve(context)
    const tool = createTool({ id: 'list', description: 'Lists', inputSchema, execute } as never)
    const { result, dispatcher } = await tried([tool], {})
    expect(result.result).toEqual({ limit: 5 })
    expect((await dispatcher.executeTool('list', { limit: 'all' })).error?.code).toBe('invalid_input')
  })

  it('needs approval where it says so', async () => {
    const fields = { id: 'pay', description: 'Pays', inputSchema: z.object({}), execute: () => Promise.resolve('paid') }
    const tool = createTool({ ...fields, requireApproval: true } as never)
    expect((await tried([tool], {})).result.error).toMatchObject({
      code: 'permission_denied',
      message: expect.stringContaining('requireApproval') as string,
    })
    const permissions: DispatcherOptions['permissions'] = (request) => {
      approve(request)
      return { allow: true }
    }
    expect((await tried([tool], {}, { permissions })).result.result).toBe('paid')
    expect((await tried([createTool(fields as never)], {})).result.result).toBe('paid')
  })

  it('cannot suspend, and says so', async () => {
    const execute = (_: unknown, { suspend }: { suspend(): Promise<void> }) => suspend()
    const tool = createTool({ id: 'ask', description: 'Asks', inputSchema: z.object({}), execute } as never)
    expect((await tried([tool], {})).result.error).toMatchObject({
      code: 'tool_failed',
      message: expect.stringContaining('cannot suspend') as string,
    })
  })
})

describe('the types of what a dispatcher takes', () => {
  it('fit what the real libraries make, and nothing else', async () => {
    const project = await mkdtemp(join(tmpdir(), 'switchyard-typed-'))
    try {
      expect(complaintsOfCompiler('typed', project)).toBe('')
    } finally {
      await rm(project, { recursive: true, force: true })
    }
  }, 120_000)
})

describe('the README of the dispatcher', () => {
  it('names the versions that this is tried with', () => {
    const readme = readFileSync(new URL('../../packages/dispatcher/README.md', import.meta.url), 'utf8')
    const versions = pinned()
    for (const name of ['@langchain/core', 'ai', '@openai/agents-core', '@mastra/core', '@modelcontextprotocol/sdk']) {
      expect(readme).toContain(`\`${name}\` ${versions[name]}`)
    }
  })
})
