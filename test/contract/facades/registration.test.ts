import { InvalidToolError, ToolRegistry } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { untyped } from '../support/untyped.js'
import { codeOf, warningsOf } from '../support/warnings.js'

const greet = { name: 'greet', execute: () => 'hello' }

describe.each(entryPoints)('registerTool() of $name', ({ create }) => {
  it('takes a tool, which can be run at once', async () => {
    const facade = await create(contextOf())
    facade.registerTool(greet)
    expect((await facade.executeTool('greet')).result).toBe('hello')
  })

  it('takes a name and a function of one parameters object, and says what it is', async () => {
    const facade = await create(contextOf())
    facade.registerTool('add', ({ a, b }: { a: number; b: number }) => a + b)
    facade.registerTool('later', async ({ what }: { what: string }) => what, 'Comes later')
    expect((await facade.executeTool('add', { a: 1, b: 2 })).result).toBe(3)
    expect((await facade.executeTool('later', { what: 'now' })).result).toBe('now')
    expect(facade.tools['add']?.description).toBe('Dynamic tool: add')
    expect(facade.tools['later']?.description).toBe('Comes later')
  })

  it('gives a function the parameters and nothing else', async () => {
    const facade = await create(contextOf())
    facade.registerTool('count', (...received: unknown[]) => received.length)
    expect((await facade.executeTool('count', { a: 1 })).result).toBe(1)
  })

  it('skips a name that is taken, with a process warning', async () => {
    const facade = await create(contextOf(), [greet])
    const warnings = await warningsOf(() => {
      facade.registerTool({ ...greet, execute: () => 'another' })
      facade.registerTool('greet', () => 'yet another')
    })
    expect(warnings.map(codeOf)).toEqual(['SWITCHYARD_DUPLICATE_TOOL', 'SWITCHYARD_DUPLICATE_TOOL'])
    expect(warnings[0]?.message).toContain('"greet"')
    expect((await facade.executeTool('greet')).result).toBe('hello')
    expect(facade.getAvailableTools()).toEqual(['greet'])
  })

  const nameless = { execute: () => 'hello' }
  it.each<[unknown]>([
    [undefined],
    [null],
    [{}],
    [{ name: 'greet' }],
    [nameless],
    [{ ...nameless, name: '' }],
    [greet.execute],
  ])('refuses %o as a tool, and stays usable', async (tool) => {
    const facade = await create(contextOf())
    expect(() => untyped(facade.registerTool, facade, tool)).toThrow(InvalidToolError)
    facade.registerTool(greet)
    expect(facade.getAvailableTools()).toEqual(['greet'])
  })

  it('takes names with dots, dashes, colons, blanks and letters of any script', async () => {
    const facade = await create(contextOf())
    const names = ['a.b', 'a-b', 'a:b', 'a b', 'a/b', 'größe', '検索', 'x'.repeat(100)]
    for (const name of names) facade.registerTool(name, () => name)
    expect(facade.getAvailableTools()).toEqual(names)
    for (const name of names) expect((await facade.executeTool(name)).result).toBe(name)
    expect(() => facade.registerTool('x'.repeat(101), () => 'too long')).toThrow(InvalidToolError)
  })

  it('leaves a name to the shared registry that has it', async () => {
    const facade = await create(contextOf(), new ToolRegistry([greet]))
    const warnings = await warningsOf(() => facade.registerTool('greet', () => 'another'))
    expect(warnings.map(codeOf)).toEqual(['SWITCHYARD_DUPLICATE_TOOL'])
    expect((await facade.executeTool('greet')).result).toBe('hello')
  })

  it('refuses a name without a function', async () => {
    const facade = await create(contextOf())
    expect(() => untyped(facade.registerTool, facade, 'greet')).toThrow(TypeError)
    expect(() => untyped(facade.registerTool, facade, 'greet', greet)).toThrow(
      'registerTool(name, fn) takes a function',
    )
  })
})

describe.each(entryPoints)('the initial tools of $name', ({ create }) => {
  it('come in order, from whatever holds them', async () => {
    const add = { name: 'add', execute: () => 3 }
    for (const tools of [[greet, add], new Set([greet, add]), { greet, add }, new ToolRegistry([greet, add])]) {
      expect((await create(contextOf(), tools)).getAvailableTools()).toEqual(['greet', 'add'])
    }
    expect((await create(contextOf(), null)).getAvailableTools()).toEqual([])
  })

  it('skip a name that came earlier, with a process warning', async () => {
    const warnings = await warningsOf(async () => {
      const facade = await create(contextOf(), [greet, { ...greet, execute: () => 'another' }])
      expect((await facade.executeTool('greet')).result).toBe('hello')
    })
    expect(warnings.map(codeOf)).toContain('SWITCHYARD_DUPLICATE_TOOL')
  })

  it('are refused where one is none, also a plain object', async () => {
    const shapes: unknown[] = [[{ name: 'greet' }], [null], ['greet'], [() => 'hello'], 'greet', 7, new Map()]
    for (const tools of shapes) {
      await expect(create(contextOf(), tools as []), String(tools)).rejects.toBeInstanceOf(InvalidToolError)
    }
  })

  it('of a shared registry are seen and never written to', async () => {
    const registry = new ToolRegistry([greet])
    const [one, other] = [await create(contextOf(), registry), await create(contextOf(), registry)]
    one.registerTool('own', () => 'mine')
    expect(one.getAvailableTools()).toEqual(['greet', 'own'])
    expect(other.getAvailableTools()).toEqual(['greet'])
    expect(registry.names()).toEqual(['greet'])
  })
})
