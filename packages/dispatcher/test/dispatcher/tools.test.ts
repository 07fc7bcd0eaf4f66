import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  defineTool,
  type DispatcherOptions,
  DuplicateToolError,
  InvalidToolError,
  type ToolLike,
  ToolRegistry,
} from '../../src/index.js'
import { gate } from '../support/gate.js'
import { codeOf } from '../support/recorder.js'
import { dispatcherWith } from '../support/requests.js'

const says = (name: string, text = name) => ({ name, execute: () => text })

function* generated(): Generator<ToolLike> {
  yield says('one')
  yield says('two')
}

describe('the option tools', () => {
  it.each<{ form: string; tools: DispatcherOptions['tools'] }>([
    { form: 'an array', tools: [says('one'), says('two')] },
    { form: 'a set', tools: new Set([says('one'), says('two')]) },
    { form: 'a generator', tools: generated() },
    { form: 'a registry', tools: new ToolRegistry([says('one'), says('two')]) },
    { form: 'a record', tools: { one: says('one'), two: { execute: () => 'two' } } },
    { form: 'a record whose keys are the names', tools: { one: says('uno', 'one'), two: says('due', 'two') } },
    {
      form: 'a record without a prototype',
      tools: Object.assign(Object.create(null) as object, { one: says('one'), two: says('two') }),
    },
  ])('may be $form', async ({ tools }) => {
    const dispatcher = dispatcherWith({ tools })
    expect(dispatcher.availableTools).toEqual(['one', 'two'])
    expect(codeOf(await dispatcher.executeTool('one'))).toBe('success: one')
    expect(codeOf(await dispatcher.executeTool('two'))).toBe('success: two')
    expect(codeOf(await dispatcher.executeTool('uno'))).toBe('tool_not_found')
  })

  it('may hold instances whose execute needs its this', async () => {
    class Own {
      readonly name = 'own'
      readonly #text = 'private'
      execute() {
        return this.#text
      }
    }
    const dispatcher = dispatcherWith({ tools: [new Own()] })
    expect(codeOf(await dispatcher.executeTool('own'))).toBe('success: private')
  })

  it.each<{ what: string; tools: unknown }>([
    { what: 'a Map', tools: new Map([['one', says('one')]]) },
    { what: 'null', tools: null },
    { what: 'a number', tools: 7 },
    { what: 'a function', tools: says },
    { what: 'a promise of tools', tools: Promise.resolve([says('one')]) },
    { what: 'an object of a class that holds none', tools: new WeakMap([[says, says('one')]]) },
    { what: 'a list of names', tools: ['one'] },
    { what: 'a record of functions', tools: { one: () => 'one' } },
    { what: 'a tool without a body', tools: [{ name: 'one' }] },
    { what: 'a record with an empty name', tools: { '': says('one') } },
  ])('is refused with InvalidToolError when it is $what', ({ tools }) => {
    expect(() => dispatcherWith({ tools: tools as ToolLike[] })).toThrow(InvalidToolError)
  })

  it('asks for await where it is a promise, as a list of MCP tools is', () => {
    const tools: unknown = Promise.resolve([says('one')])
    expect(() => dispatcherWith({ tools: tools as ToolLike[] })).toThrow('received a promise; await it first')
  })

  it('may be an object of a class whose properties are tools, or an empty record', () => {
    class Box {
      readonly one = says('one')
    }
    const tools: unknown = new Box()
    expect(dispatcherWith({ tools: tools as Record<string, ToolLike> }).availableTools).toEqual(['one'])
    for (const none of [{}, Object.create(null) as Record<string, ToolLike>]) {
      expect(dispatcherWith({ tools: none }).availableTools).toEqual([])
    }
  })

  it('is refused with DuplicateToolError when it names two tools the same', () => {
    expect(() => dispatcherWith({ tools: [says('one'), says('one')] })).toThrow(DuplicateToolError)
  })

  it('is copied: later changes to the objects do nothing', async () => {
    const tool = { name: 'one', description: 'before', timeoutMs: 5, execute: () => 'before' }
    const list = [tool]
    const dispatcher = dispatcherWith({ tools: list })
    Object.assign(tool, { name: 'changed', description: 'after', timeoutMs: 'soon', execute: () => 'after' })
    list.push(says('two') as typeof tool)
    expect(dispatcher.availableTools).toEqual(['one'])
    expect(dispatcher.tools['one']).toMatchObject({ name: 'one', description: 'before', timeoutMs: 5 })
    expect(codeOf(await dispatcher.executeTool('one'))).toBe('success: before')
  })
})

describe('registerTool()', () => {
  it('adds to this dispatcher alone, never to the registry it shares', async () => {
    const registry = new ToolRegistry([says('shared')])
    const [one, two] = [dispatcherWith({ tools: registry }), dispatcherWith({ tools: registry })]
    one.registerTool(says('own'))
    expect(codeOf(await one.executeTool('own'))).toBe('success: own')
    expect(codeOf(await two.executeTool('own'))).toBe('tool_not_found')
    expect([one.availableTools, two.availableTools, registry.names()]).toEqual([
      ['shared', 'own'],
      ['shared'],
      ['shared'],
    ])
    two.registerTool(says('own', 'of two'))
    expect(codeOf(await two.executeTool('own'))).toBe('success: of two')
    expect(codeOf(await one.executeTool('own'))).toBe('success: own')
  })

  it('adds to a dispatcher that was made without tools', async () => {
    const [one, two] = [dispatcherWith(), dispatcherWith()]
    one.registerTool(says('own'))
    expect([one.hasTool('own'), two.hasTool('own')]).toEqual([true, false])
  })

  it('throws DuplicateToolError where the name is taken, in its own layer or the shared one', () => {
    const dispatcher = dispatcherWith({ tools: new ToolRegistry([says('shared')]) })
    dispatcher.registerTool(says('own'))
    for (const name of ['shared', 'own']) {
      const register = () => dispatcher.registerTool(says(name, 'another'))
      expect(register).toThrow(DuplicateToolError)
      expect(register).toThrow(expect.objectContaining({ code: 'duplicate_tool', toolName: name }))
    }
  })

  it.each([null, 'one', { name: 'one' }, { name: '', execute: () => 1 }, { name: 'a\nb', execute: () => 1 }])(
    'throws InvalidToolError for what is no tool: %j',
    (tool) => {
      const dispatcher = dispatcherWith()
      expect(() => dispatcher.registerTool(tool as ToolLike)).toThrow(InvalidToolError)
      expect(dispatcher.availableTools).toEqual([])
    },
  )
})

describe('unregisterTool()', () => {
  it('takes a tool out of this dispatcher’s own layer, and says whether it was there', async () => {
    const dispatcher = dispatcherWith({ tools: [says('one')] })
    expect(dispatcher.unregisterTool('one')).toBe(true)
    expect(codeOf(await dispatcher.executeTool('one'))).toBe('tool_not_found')
    expect([dispatcher.unregisterTool('one'), dispatcher.unregisterTool('missing')]).toEqual([false, false])
    expect(dispatcherWith().unregisterTool('one')).toBe(false)
    dispatcher.registerTool(says('one', 'again'))
    expect(codeOf(await dispatcher.executeTool('one'))).toBe('success: again')
  })

  it('leaves the tools of a shared registry where they are', () => {
    const registry = new ToolRegistry([says('shared')])
    const dispatcher = dispatcherWith({ tools: registry })
    dispatcher.registerTool(says('own'))
    expect(dispatcher.unregisterTool('shared')).toBe(false)
    expect([dispatcher.hasTool('shared'), registry.has('shared')]).toEqual([true, true])
  })

  it('lets calls end that run already', async () => {
    const body = gate()
    const dispatcher = dispatcherWith({ tools: { slow: { execute: () => body.promise } } })
    const call = dispatcher.executeTool('slow')
    dispatcher.unregisterTool('slow')
    body.open('done all the same')
    expect(codeOf(await call)).toBe('success: done all the same')
  })
})

describe('the layers of tools', () => {
  it('show at once what the shared registry gains', async () => {
    const registry = new ToolRegistry()
    const dispatcher = dispatcherWith({ tools: registry })
    registry.register(says('late'))
    expect(dispatcher.hasTool('late')).toBe(true)
    expect(codeOf(await dispatcher.executeTool('late'))).toBe('success: late')
  })

  it('keep a dispatcher’s own tool where the shared registry gains the same name later', async () => {
    const registry = new ToolRegistry()
    const dispatcher = dispatcherWith({ tools: registry })
    dispatcher.registerTool(says('both', 'own'))
    registry.register(says('both', 'shared'))
    expect(codeOf(await dispatcher.executeTool('both'))).toBe('success: own')
    expect(dispatcher.availableTools).toEqual(['both'])
    expect(Object.keys(dispatcher.tools)).toEqual(['both'])
    expect(dispatcher.toolDefinitions()).toHaveLength(1)
    dispatcher.unregisterTool('both')
    expect(codeOf(await dispatcher.executeTool('both'))).toBe('success: shared')
  })

  it('are as many as the registry has parents', async () => {
    const company = new ToolRegistry([says('company')])
    const team = new ToolRegistry([says('team')], company)
    const dispatcher = dispatcherWith({ tools: team })
    dispatcher.registerTool(says('own'))
    expect(dispatcher.availableTools).toEqual(['company', 'team', 'own'])
    for (const name of dispatcher.availableTools) {
      expect(codeOf(await dispatcher.executeTool(name))).toBe(`success: ${name}`)
    }
  })
})

describe('tools', () => {
  it('is a frozen record of the registered copies, without a prototype', () => {
    const dispatcher = dispatcherWith({ tools: [says('one')] })
    const { tools } = dispatcher
    expect(Object.isFrozen(tools)).toBe(true)
    expect(Object.getPrototypeOf(tools)).toBeNull()
    expect(Object.isFrozen(tools['one'])).toBe(true)
    dispatcher.registerTool(says('two'))
    expect(Object.keys(tools)).toEqual(['one'])
    expect(Object.keys(dispatcher.tools)).toEqual(['one', 'two'])
  })

  it('gives tools that another registry takes', async () => {
    const dispatcher = dispatcherWith({ tools: [says('one')] })
    const copy = dispatcherWith({ tools: dispatcher.tools })
    expect(codeOf(await copy.executeTool('one'))).toBe('success: one')
  })
})

describe('toolDefinitions()', () => {
  const order = defineTool({
    name: 'order',
    description: 'Orders fruit',
    inputSchema: z.object({ fruit: z.string().describe('Which one'), count: z.number().default(1) }),
    execute: () => 'ordered',
  })

  it('shows a model the names, the descriptions and the JSON Schemas of what callers pass', () => {
    const dispatcher = dispatcherWith({ tools: [order, says('ping')] })
    const [ordering, ping] = dispatcher.toolDefinitions()
    expect(ordering).toEqual({
      name: 'order',
      description: 'Orders fruit',
      inputSchema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        properties: { fruit: { type: 'string', description: 'Which one' }, count: { type: 'number', default: 1 } },
        required: ['fruit'],
      },
    })
    expect(ping).toEqual({ name: 'ping', inputSchema: { type: 'object' } })
    expect(JSON.parse(JSON.stringify(ordering))).toEqual(ordering)
  })

  it.each([
    { what: 'cannot say it in JSON Schema', inputSchema: z.object({ at: z.date(), big: z.bigint() }) },
    { what: 'knows no JSON Schema', inputSchema: v.object({ fruit: v.string() }) },
  ])('says that parameters are an object where a schema $what', ({ inputSchema }) => {
    const dispatcher = dispatcherWith({ tools: [{ ...order, inputSchema }] })
    expect(dispatcher.toolDefinitions()[0]?.inputSchema).toEqual({ type: 'object' })
  })

  it('asks a schema once, whoever asks how often', () => {
    let asked = 0
    const inputSchema = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => ({ value }),
        jsonSchema: {
          input: () => {
            asked += 1
            return { type: 'object', title: 'Mine' }
          },
          output: () => ({}),
        },
      },
    }
    const registry = new ToolRegistry([{ ...order, inputSchema }])
    for (let user = 0; user < 3; user += 1) {
      const dispatcher = dispatcherWith({ tools: registry })
      for (let time = 0; time < 3; time += 1) {
        expect(dispatcher.toolDefinitions()[0]?.inputSchema).toEqual({ type: 'object', title: 'Mine' })
      }
    }
    expect(asked).toBe(1)
  })

  it('cannot be changed for others by who got it', () => {
    const registry = new ToolRegistry([order])
    const first = dispatcherWith({ tools: registry }).toolDefinitions()
    first.length = 0
    const [definition] = dispatcherWith({ tools: registry }).toolDefinitions()
    expect(definition?.name).toBe('order')
    expect(Object.isFrozen(definition)).toBe(true)
    expect(() => Object.assign(definition?.inputSchema ?? {}, { type: 'string' })).toThrow(TypeError)
    const properties: unknown = Reflect.get(definition?.inputSchema ?? {}, 'properties')
    expect(() => Object.assign(properties as object, { injected: {} })).toThrow(TypeError)
  })

  it('follows what is registered and unregistered', () => {
    const dispatcher = dispatcherWith({ tools: [order] })
    dispatcher.registerTool(says('ping'))
    dispatcher.unregisterTool('order')
    expect(dispatcher.toolDefinitions().map(({ name }) => name)).toEqual(['ping'])
  })
})
