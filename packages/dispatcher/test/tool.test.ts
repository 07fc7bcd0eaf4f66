import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineTool, InvalidToolError, ToolRegistry } from '../src/index.js'
import type { AnyTool } from '../src/tool.js'
import { toRegisteredTool } from '../src/tool.js'
import { codeOf } from './support/recorder.js'
import { contextOf, dispatcherWith } from './support/requests.js'

const execute = () => 'ran'

function refusal(tool: unknown): InvalidToolError {
  try {
    toRegisteredTool(tool)
  } catch (error) {
    if (error instanceof InvalidToolError) return error
    throw error
  }
  throw new Error('was not refused')
}

describe('the name of a tool', () => {
  it.each(['a', 'x'.repeat(100), 'with space', 'ünïcode', '🚂', 'a/b.c:d', '__proto__', 'constructor', '0'])(
    'may be %s',
    (name) => {
      expect(toRegisteredTool({ name, execute }).name).toBe(name)
    },
  )

  it.each(['', 'x'.repeat(101), 'a\nb', 'a\u0000', '\u007f', '\u0085', undefined, null, 7, ['a']])(
    'may not be %j',
    (name) => {
      const error = refusal({ name, execute })
      expect(error.message).toMatch(/^A tool's name is 1 to 100 characters without control characters; received /)
    },
  )
})

describe('a tool', () => {
  it.each<[unknown, string]>([
    [undefined, 'A tool is an object with a name and an execute function; received undefined.'],
    [null, 'received null.'],
    ['ping', 'received "ping".'],
    [() => 1, 'Wrap the function: defineTool({ name, execute }).'],
    [{ name: 'ping' }, 'Tool "ping" needs an execute function; received undefined.'],
    [{ name: 'ping', execute: 'run' }, 'received "run".'],
    [{ name: 'ping', execute, description: 7 }, 'The description of tool "ping" must be a string; received 7.'],
    [{ name: 'ping', execute, requiredRoles: 'admin' }, 'must be an array of strings; received "admin".'],
    [{ name: 'ping', execute, requiredRoles: [7] }, 'must be an array of strings; received an array of 1.'],
    [{ name: 'ping', execute, requiredRoles: null }, 'must be an array of strings; received null.'],
    [{ name: 'ping', execute, timeoutMs: -1 }, 'must be milliseconds, 0 or more; received -1.'],
    [{ name: 'ping', execute, timeoutMs: Number.NaN }, 'received NaN.'],
    [{ name: 'ping', execute, timeoutMs: '5' }, 'received "5".'],
    [{ name: 'ping', execute, inputSchema: { type: 'object' } }, 'must speak Standard Schema'],
    [{ name: 'ping', execute, inputSchema: null }, 'received null.'],
    [{ name: 'ping', execute, inputSchema: { '~standard': {} } }, 'must speak Standard Schema'],
  ])('is refused, saying what is wrong: case %#', (tool, message) => {
    const error = refusal(tool)
    expect(error.code).toBe('invalid_tool')
    expect(error.message).toContain(message)
  })

  it.each<[string, object]>([
    ['timeoutMs 0', { timeoutMs: 0 }],
    ['timeoutMs Infinity', { timeoutMs: Infinity }],
    ['no roles', { requiredRoles: [] }],
    [
      'what is undefined',
      { description: undefined, inputSchema: undefined, requiredRoles: undefined, timeoutMs: undefined },
    ],
  ])('is accepted with %s', (_, more) => {
    expect(toRegisteredTool({ name: 'ping', execute, ...more }).name).toBe('ping')
  })

  it('may be an instance of a class, whose method it is called as', async () => {
    class Counter {
      readonly name = 'count'
      #count = 0
      execute(): number {
        this.#count += 1
        return this.#count
      }
    }
    const dispatcher = dispatcherWith({ tools: [new Counter()] })
    await dispatcher.executeTool('count')
    expect((await dispatcher.executeTool('count')).result).toBe(2)
  })

  it('is copied when it is registered: later changes to the object do nothing', async () => {
    const requiredRoles = ['editor']
    const tool = {
      name: 'ping',
      description: 'Answers',
      requiredRoles,
      timeoutMs: 1_000,
      inputSchema: z.object({ a: z.number() }) as z.ZodType | undefined,
      execute: (): unknown => 'first',
    }
    const registry = new ToolRegistry([tool])
    Object.assign(tool, {
      name: 'other',
      description: 'x',
      timeoutMs: 1,
      inputSchema: undefined,
      execute: () => 'second',
    })
    requiredRoles.length = 0
    expect(registry.names()).toEqual(['ping'])
    expect(registry.get('ping')).toMatchObject({ description: 'Answers', requiredRoles: ['editor'], timeoutMs: 1_000 })
    const asNobody = dispatcherWith({ tools: registry })
    expect(codeOf(await asNobody.executeTool('ping', { a: 1 }))).toBe('permission_denied')
    const asEditor = dispatcherWith({ tools: registry }, contextOf({ roles: ['editor'] }))
    expect(codeOf(await asEditor.executeTool('ping', { a: 'x' }))).toBe('invalid_input')
    expect(codeOf(await asEditor.executeTool('ping', { a: 1 }))).toBe('success: first')
  })

  it('is frozen where it is handed out', () => {
    const tool = new ToolRegistry([{ name: 'ping', execute, requiredRoles: ['editor'] }]).get('ping')
    expect([tool, tool?.requiredRoles].every(Object.isFrozen)).toBe(true)
  })
})

describe('the schema of a tool', () => {
  const schemas: Record<string, AnyTool['inputSchema']> = {
    zod: z.object({ count: z.coerce.number(), unit: z.string().default('kg') }),
    valibot: v.object({
      count: v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.number()),
      unit: v.optional(v.string(), 'kg'),
    }),
    'a function that speaks Standard Schema': Object.assign(() => 1, {
      '~standard': {
        version: 1 as const,
        vendor: 'own',
        validate: async (value: unknown) => {
          const count: unknown = Reflect.get(Object(value) as object, 'count')
          return typeof count === 'string'
            ? { value: { count: Number(count), unit: 'kg' } }
            : { issues: [{ message: 'no count', path: ['count'] }] }
        },
      },
    }),
  }

  it.each(Object.keys(schemas))('may be of %s: the tool gets what it makes of the input', async (library) => {
    const echo = { name: 'echo', inputSchema: schemas[library], execute: (input: unknown) => input }
    const dispatcher = dispatcherWith({ tools: [echo] })
    expect((await dispatcher.executeTool('echo', { count: '3' })).result).toEqual({ count: 3, unit: 'kg' })
    const refused = await dispatcher.executeTool('echo', {})
    expect(codeOf(refused)).toBe('invalid_input')
    expect(refused.error?.issues).toEqual([expect.objectContaining({ message: expect.any(String) as string })])
    expect(refused.error?.message).toMatch(/^Invalid input for tool echo: count: /)
  })

  it('lets anything pass where there is none', async () => {
    const dispatcher = dispatcherWith({ tools: [{ name: 'echo', execute: (input: unknown) => input }] })
    for (const value of [1, 'a', null, [1], { a: 1 }]) {
      expect((await dispatcher.executeTool('echo', value)).result).toBe(value)
    }
    expect((await dispatcher.executeTool('echo')).result).toEqual({})
  })

  it('may check with what belongs to it', async () => {
    class Limit {
      readonly version = 1 as const
      readonly vendor = 'own'
      readonly #most = 10
      validate(value: unknown) {
        return Number(value) > this.#most ? { issues: [{ message: 'too many' }] } : { value }
      }
    }
    const tools = [{ name: 'take', inputSchema: { '~standard': new Limit() }, execute: (count: unknown) => count }]
    const dispatcher = dispatcherWith({ tools })
    expect(codeOf(await dispatcher.executeTool('take', 10))).toBe('success: 10')
    expect(codeOf(await dispatcher.executeTool('take', 11))).toBe('invalid_input')
  })

  it('may be an object without a prototype', () => {
    const inputSchema = Object.assign(Object.create(null), { '~standard': z.string()['~standard'] }) as z.ZodType
    expect(toRegisteredTool({ name: 'a', execute, inputSchema }).inputSchema).toBe(inputSchema)
  })
})

describe('defineTool()', () => {
  it('gives the very tool back', () => {
    const tool = { name: 'ping', execute }
    expect(defineTool(tool)).toBe(tool)
  })
})
