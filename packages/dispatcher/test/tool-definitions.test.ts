import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ToolRegistry } from '../src/index.js'
import type { AnyTool } from '../src/tool.js'
import { dispatcherWith } from './support/requests.js'

const execute = () => 'ran'

function definitionOf(tool: AnyTool) {
  const [definition] = dispatcherWith({ tools: [tool] }).toolDefinitions()
  return definition
}

/** A schema that counts how often it is asked for its JSON Schema. */
function countingSchema(convert: () => unknown) {
  const asked: unknown[] = []
  const inputSchema = {
    '~standard': {
      version: 1 as const,
      vendor: 'own',
      validate: (value: unknown) => ({ value }),
      jsonSchema: {
        input: (options: unknown) => {
          asked.push(options)
          return convert()
        },
      },
    },
  }
  return { asked, inputSchema }
}

describe('toolDefinitions()', () => {
  it('gives name, description and JSON Schema of every tool, in their order', () => {
    const dispatcher = dispatcherWith({
      tools: new ToolRegistry([
        { name: 'add', description: 'Adds', inputSchema: z.object({ a: z.number().describe('first') }), execute },
      ]),
    })
    dispatcher.registerTool({ name: 'ping', execute })
    expect(dispatcher.toolDefinitions()).toEqual([
      {
        name: 'add',
        description: 'Adds',
        inputSchema: expect.objectContaining({
          type: 'object',
          properties: { a: { type: 'number', description: 'first' } },
          required: ['a'],
        }) as object,
      },
      { name: 'ping', inputSchema: { type: 'object' } },
    ])
  })

  it('leaves out a description that is not there', () => {
    expect(definitionOf({ name: 'ping', execute })).not.toHaveProperty('description')
  })

  it('shows what callers pass, before defaults and conversions', () => {
    const inputSchema = z.object({ page: z.number().default(1), since: z.string().transform((text) => new Date(text)) })
    expect(definitionOf({ name: 'list', inputSchema, execute })?.inputSchema).toMatchObject({
      properties: { page: { type: 'number', default: 1 }, since: { type: 'string' } },
      required: ['since'],
    })
  })

  it("asks arktype's own method where the schema has it", () => {
    const inputSchema = Object.assign(() => 1, {
      '~standard': { version: 1 as const, vendor: 'arktype', validate: (value: unknown) => ({ value }) },
      toJsonSchema: () => ({ type: 'object', required: ['a'] }),
    })
    expect(definitionOf({ name: 'a', inputSchema, execute })?.inputSchema).toEqual({ type: 'object', required: ['a'] })
  })

  it.each<[string, AnyTool['inputSchema']]>([
    ['no schema', undefined],
    ['a schema that cannot tell', v.object({ a: v.number() })],
    [
      'a schema that throws when it is asked',
      countingSchema(() => {
        throw new Error('no')
      }).inputSchema,
    ],
    ['a schema that answers rubbish', countingSchema(() => 'object').inputSchema],
    ['a schema of what JSON Schema lacks', z.object({ at: z.custom(() => true).transform(String), big: z.bigint() })],
  ])('says { "type": "object" } for %s', (_, inputSchema) => {
    expect(definitionOf({ name: 'a', inputSchema, execute })?.inputSchema).toEqual({ type: 'object' })
  })

  it('converts each schema once, for all dispatchers of a registry', () => {
    const { asked, inputSchema } = countingSchema(() => ({ type: 'object' }))
    const registry = new ToolRegistry([{ name: 'a', inputSchema, execute }])
    const [first] = dispatcherWith({ tools: registry }).toolDefinitions()
    const [second] = dispatcherWith({ tools: registry }).toolDefinitions()
    expect(asked).toEqual([{ target: 'draft-2020-12' }])
    expect(second).toEqual(first)
  })

  it('hands out what no user can change for another, at any depth', () => {
    const converted = { type: 'object', properties: { a: { enum: ['x'] } } }
    const { inputSchema } = countingSchema(() => converted)
    const registry = new ToolRegistry([{ name: 'a', inputSchema, execute }])
    const mine = dispatcherWith({ tools: registry }).toolDefinitions()
    const properties = Reflect.get(mine[0]?.inputSchema ?? {}, 'properties') as typeof converted.properties
    expect(() => Object.assign(properties.a, { enum: ['y'] })).toThrow(TypeError)
    expect(() => properties.a.enum.push('y')).toThrow(TypeError)
    converted.properties.a.enum.push('z')
    mine.pop()
    expect(dispatcherWith({ tools: registry }).toolDefinitions()).toEqual([
      { name: 'a', inputSchema: { type: 'object', properties: { a: { enum: ['x'] } } } },
    ])
    expect(Object.isFrozen(converted)).toBe(false)
  })
})
