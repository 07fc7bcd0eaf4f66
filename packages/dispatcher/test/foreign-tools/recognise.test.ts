import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineTool, DuplicateToolError, InvalidToolError, type ToolLike, ToolRegistry } from '../../src/index.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

const inputSchema = z.object({ a: z.number() })
const echo = (input: unknown) => input

const openAi = {
  type: 'function' as const,
  name: 'openai',
  description: 'of OpenAI',
  parameters: { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
  invoke: (_context: unknown, json: string) => JSON.parse(json) as unknown,
}
const langChain = { name: 'langchain', description: 'of LangChain', schema: inputSchema, invoke: echo }
const mastra = {
  id: 'mastra',
  description: 'of Mastra',
  inputSchema,
  execute: ({ context }: { context: unknown }) => context,
}
const aiSdk = { description: 'of the AI SDK', inputSchema, execute: echo }
const own = defineTool({ name: 'own', description: 'of our own', inputSchema, execute: echo })

describe('ToolRegistry', () => {
  it('takes tools of every library beside its own, by their names', () => {
    const registry = new ToolRegistry([openAi, langChain, own])
    registry.register(mastra)
    expect(registry.names()).toEqual(['openai', 'langchain', 'own', 'mastra'])
    expect(() => registry.register({ ...langChain, name: 'own' })).toThrow(DuplicateToolError)
  })

  it('says of a tool without a name that a record names it', () => {
    expect(() => new ToolRegistry([aiSdk as unknown as ToolLike])).toThrow(
      'A tool without a name, as those of the AI SDK are, is given in a record, whose key is its name: ' +
        'tools: { name: tool }.',
    )
  })

  it.each([
    ['no execute and no invoke', { name: 'x', schema: inputSchema }],
    ['nothing to run', { name: 'x', inputSchema }],
    ['a schema that is none', { name: 'x', execute: echo, inputSchema: { type: 'object' } }],
  ])('refuses what has %s', (_what, tool) => {
    expect(() => new ToolRegistry([tool as unknown as ToolLike])).toThrow(InvalidToolError)
  })
})

describe('the option tools', () => {
  it('takes a record of tools of every library, whose keys are their names', async () => {
    const dispatcher = dispatcherWith({ tools: { one: openAi, two: langChain, three: mastra, four: aiSdk, five: own } })
    expect(dispatcher.toolDefinitions().map(({ name, description }) => `${name} ${description}`)).toEqual([
      'one of OpenAI',
      'two of LangChain',
      'three of Mastra',
      'four of the AI SDK',
      'five of our own',
    ])
    for (const name of dispatcher.availableTools) {
      expect((await dispatcher.executeTool(name, { a: 1 })).result).toEqual({ a: 1 })
    }
    for (const name of ['one', 'two', 'four', 'five']) {
      expect((await dispatcher.executeTool(name, { a: '1' })).error?.code).toBe('invalid_input')
    }
  })

  it('keeps the roles and the time that somebody gave to the tool of a library', async () => {
    const more = { requiredRoles: ['clerk'], timeoutMs: 5 }
    const never = () => new Promise(() => {})
    const tools = {
      openai: { ...openAi, ...more, invoke: never },
      langchain: { ...langChain, ...more, invoke: never },
      mastra: { ...mastra, ...more, execute: never },
      aisdk: { ...aiSdk, ...more, execute: never },
    }
    const stranger = dispatcherWith({ tools })
    const clerk = dispatcherWith({ tools }, contextOf({ roles: ['clerk'] }))
    for (const name of Object.keys(tools)) {
      expect((await stranger.executeTool(name, { a: 1 })).error?.code).toBe('permission_denied')
      expect((await clerk.executeTool(name, { a: 1 })).error?.code).toBe('timeout')
    }
  })

  it('copies the tool of a library: what is changed later changes nothing', async () => {
    const openai = { ...openAi, needsApproval: true }
    const mastraTool = { ...mastra, requireApproval: true }
    const dispatcher = dispatcherWith({ tools: { openai, mastra: mastraTool } })
    openai.needsApproval = false
    mastraTool.requireApproval = false
    expect((await dispatcher.executeTool('openai', { a: 1 })).error?.code).toBe('permission_denied')
    expect((await dispatcher.executeTool('mastra', { a: 1 })).error?.code).toBe('permission_denied')
  })
})
