import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { InvalidToolError } from '../../src/index.js'
import { dispatcherWith } from '../support/requests.js'
import { DIST, runModule } from '../support/node-process.js'

/** What a tool with this JSON Schema says about an input: its issues, or `fine`. */
async function issuesOf(schema: object, input: unknown): Promise<unknown> {
  const tool = { name: 'tool', schema, invoke: () => 'fine' }
  const { success, result, error } = await dispatcherWith({ tools: [tool] }).executeTool('tool', input)
  return success ? result : error?.issues
}

const endless: { type: string; properties: Record<string, unknown> } = { type: 'object', properties: {} }
endless.properties['again'] = endless

describe('a JSON Schema', () => {
  it.each([
    [
      'a wrong type',
      { properties: { a: { type: 'number' } } },
      { a: 'x' },
      [{ message: 'must be number', path: ['a'] }],
    ],
    ['a missing property', { required: ['a'] }, {}, [{ message: "must have required property 'a'", path: ['a'] }]],
    [
      'a property too many',
      { properties: {}, additionalProperties: false },
      { b: 1 },
      [{ message: 'must NOT have additional properties: b', path: [] }],
    ],
    [
      'a value out of a list',
      { properties: { a: { enum: ['x', 'y'] } } },
      { a: 'z' },
      [{ message: 'must be equal to one of the allowed values: ["x","y"]', path: ['a'] }],
    ],
    [
      'several faults, deep inside, under keys of any kind',
      { properties: { 'a/b~c': { items: { type: 'number' } } } },
      { 'a/b~c': ['x', 1, 'y'] },
      [
        { message: 'must be number', path: ['a/b~c', '0'] },
        { message: 'must be number', path: ['a/b~c', '2'] },
      ],
    ],
  ])('tells %s', async (_fault, schema, input, issues) => {
    expect(await issuesOf({ type: 'object', ...schema }, input)).toEqual(issues)
  })

  it.each([
    ['draft 7, said', { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'number' }] }],
    ['draft 7, unsaid', { items: [{ type: 'number' }] }],
    ['2019-09', { $schema: 'https://json-schema.org/draft/2019-09/schema', items: [{ type: 'number' }] }],
    ['2020-12, said', { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'number' }] }],
    ['2020-12, unsaid', { prefixItems: [{ type: 'number' }] }],
  ])('may be of %s', async (_draft, items) => {
    const schema = { type: 'array', ...items }
    expect(await issuesOf(schema, [1])).toBe('fine')
    expect(await issuesOf(schema, ['x'])).toEqual([{ message: 'must be number', path: ['0'] }])
  })

  it('may be used by several tools, and have the ids of another', async () => {
    const of = (type: string) => ({
      $id: 'https://example.org/thing',
      type: 'object',
      properties: { a: { $ref: 'https://example.org/part' } },
      $defs: { part: { $id: 'https://example.org/part', type } },
    })
    const numbers = of('number')
    for (const schema of [numbers, numbers, of('number')]) expect(await issuesOf(schema, { a: 1 })).toBe('fine')
    expect(await issuesOf(of('string'), { a: 'x' })).toBe('fine')
    expect(await issuesOf(of('string'), { a: 1 })).toEqual([{ message: 'must be string', path: ['a'] }])
    const { $id: _, ...part } = of('boolean')
    expect(await issuesOf(part, { a: true })).toBe('fine')
    expect(await issuesOf(part, { a: 'x' })).toEqual([{ message: 'must be boolean', path: ['a'] }])
  })

  it.each(['#', '', '#/$defs/tree'])('refers by %j to itself, whatever was compiled before', async ($ref) => {
    expect(await issuesOf({ type: 'object', $defs: { tree: { type: 'null' } } }, {})).toBe('fine')
    const properties = { value: { type: 'number' }, next: { $ref } }
    const tree = { type: 'object', properties, $defs: { tree: { type: 'object', properties } } }
    expect(await issuesOf(tree, { value: 1, next: { value: 2, next: {} } })).toBe('fine')
    expect(await issuesOf(tree, { next: { next: { value: 'x' } } })).toMatchObject([
      { path: ['next', 'next', 'value'] },
    ])
  })

  it('reaches nothing that is not in it, though another schema has that id', async () => {
    const $ref = 'https://example.org/elsewhere'
    const other = { $id: 'https://example.org/other', $defs: { elsewhere: { $id: $ref, type: 'number' } } }
    expect(await issuesOf(other, 1)).toBe('fine')
    const tool = { name: 'tool', schema: { type: 'object', properties: { a: { $ref } } }, invoke: () => 'fine' }
    expect(() => dispatcherWith({ tools: [tool] })).toThrow(/cannot be checked: can't resolve reference/u)
  })

  it('that claims to be a draft of JSON Schema is refused, and harms no other', async () => {
    const draft = 'https://json-schema.org/draft/2020-12/schema'
    const hostile = { name: 'hostile', schema: { $id: draft, type: 'object' }, invoke: () => 'fine' }
    expect(() => dispatcherWith({ tools: [hostile] })).toThrow(/cannot be checked.*already exists/u)
    expect(await issuesOf({ $schema: draft, type: 'object' }, {})).toBe('fine')
  })

  it('checks and converts nothing: defaults, formats and surplus properties are left alone', async () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'number', default: 1 }, at: { type: 'string', format: 'date' } },
    }
    const tool = { name: 'tool', schema, invoke: (input: unknown) => input }
    const { result } = await dispatcherWith({ tools: [tool] }).executeTool('tool', { at: 'noon', more: true })
    expect(result).toEqual({ at: 'noon', more: true })
  })

  it.each([
    ['is no schema', { type: 'thing' }, /cannot be checked.*type must be/su],
    ['is asynchronous', { $async: true, type: 'object' }, /must be a synchronous one/u],
    [
      'is of a draft that nobody knows',
      { $schema: 'http://json-schema.org/draft-04/schema#' },
      /cannot be checked.*draft-04/su,
    ],
    ['is missing', undefined, /must be a JSON Schema; received undefined/u],
    ['holds itself', endless, /cannot be checked/u],
  ])('is refused when it %s', (_why, schema, message) => {
    const tool = { name: 'tool', schema, invoke: () => 'fine' }
    expect(() => dispatcherWith({ tools: [tool] })).toThrow(InvalidToolError)
    expect(() => dispatcherWith({ tools: [tool] })).toThrow(message)
  })

  it('is shown as it is, in a copy', () => {
    const schema = { type: 'object', properties: {} }
    const dispatcher = dispatcherWith({ tools: [{ name: 'tool', schema, invoke: () => 'fine' }] })
    expect(dispatcher.toolDefinitions()[0]?.inputSchema).toEqual(schema)
    expect(Object.isFrozen(schema)).toBe(false)
  })

  it('is refused without Ajv, with the command that installs it; other tools do not miss it', async () => {
    // A copy of the package outside of the repository finds no Ajv.
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-without-ajv-'))
    try {
      await cp(DIST, folder, { recursive: true })
      const { stdout } = await runModule(`
        const { ToolRegistry } = await import(${JSON.stringify(pathToFileURL(join(folder, 'index.js')).href)})
        const registry = new ToolRegistry([{ name: 'own', execute: () => 1 }])
        try {
          registry.register({ name: 'weather', schema: { type: 'object' }, invoke: () => 1 })
        } catch (error) {
          console.log(JSON.stringify([error.code, error.message, registry.size]))
        }`)
      expect(JSON.parse(stdout)).toEqual([
        'invalid_tool',
        expect.stringMatching(/^Tool "weather" describes its input by a JSON Schema.*: npm install ajv /u),
        1,
      ])
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
