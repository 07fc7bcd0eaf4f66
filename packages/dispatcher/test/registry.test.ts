import { describe, expect, it } from 'vitest'
import { DuplicateToolError, InvalidToolError, type ToolLike, ToolRegistry } from '../src/index.js'
import { toRegistry } from '../src/registry.js'
import { codeOf } from './support/recorder.js'
import { contextOf, dispatcherWith } from './support/requests.js'

function tool(name: string, answer: string = name): ToolLike {
  return { name, execute: () => answer }
}

/** What the tool of a name says when it is run. */
async function answerOf(tools: ToolRegistry, name: string): Promise<string> {
  return codeOf(await dispatcherWith({ tools }).executeTool(name))
}

describe('a ToolRegistry', () => {
  it('holds the tools it was given and those registered later, in that order', () => {
    const registry = new ToolRegistry([tool('b'), tool('a')])
    registry.register(tool('c'))
    expect([registry.names(), registry.size]).toEqual([['b', 'a', 'c'], 3])
    expect(['a', 'b', 'c', 'd'].map((name) => registry.has(name))).toEqual([true, true, true, false])
    expect(registry.get('a')?.name).toBe('a')
    expect(registry.get('d')).toBeUndefined()
  })

  it('may be empty, and takes any iterable', () => {
    expect(new ToolRegistry().names()).toEqual([])
    expect(new ToolRegistry(new Set([tool('a')])).names()).toEqual(['a'])
    expect(new ToolRegistry(new Map([['x', tool('a')]]).values()).names()).toEqual(['a'])
  })

  it.each<[unknown, string]>([
    [{ a: tool('a') }, 'an iterable of tools; received an object'],
    [7, 'an iterable of tools; received 7'],
    [Promise.resolve([tool('a')]), 'received a promise; await it first'],
  ])('refuses %j, and says what it takes', (tools, message) => {
    const make = () => new ToolRegistry(tools as ToolLike[])
    expect(make).toThrow(InvalidToolError)
    expect(make).toThrow(message)
  })

  it.each<[unknown]>([[{}], [[]], ['parent'], [{ has: () => false }]])(
    'refuses the parent %j, which is no registry',
    (parent) => {
      const make = () => new ToolRegistry([], parent as unknown as ToolRegistry)
      expect(make).toThrow(TypeError)
      expect(make).toThrow('parent must be a ToolRegistry; received')
    },
  )

  it('refuses a Map, whose entries are pairs', () => {
    const map = new Map([['a', tool('a')]])
    expect(() => new ToolRegistry(map as never)).toThrow(InvalidToolError)
    expect(() => new ToolRegistry(map as never)).toThrow('pass map.values() or Object.fromEntries(map)')
  })

  it('refuses a name that is taken, and keeps the tool that has it', async () => {
    const registry = new ToolRegistry([tool('a', 'first')])
    expect(() => registry.register(tool('a', 'second'))).toThrow(DuplicateToolError)
    expect(() => new ToolRegistry([tool('a'), tool('a')])).toThrow('"a" is registered already')
    expect(await answerOf(registry, 'a')).toBe('success: first')
  })

  it('refuses what is no tool', () => {
    const registry = new ToolRegistry()
    expect(() => registry.register({ name: 'a' } as never)).toThrow(InvalidToolError)
    expect(registry.size).toBe(0)
  })

  it('knows own names only', async () => {
    const registry = new ToolRegistry()
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect([registry.has(name), registry.get(name)]).toEqual([false, undefined])
      expect(await answerOf(registry, name)).toBe('tool_not_found')
    }
    registry.register(tool('constructor', 'mine'))
    expect(await answerOf(registry, 'constructor')).toBe('success: mine')
  })

  it('takes a tool out again', () => {
    const registry = new ToolRegistry([tool('a')])
    expect([registry.unregister('a'), registry.unregister('a'), registry.has('a')]).toEqual([true, false, false])
    registry.register(tool('a'))
    expect(registry.names()).toEqual(['a'])
  })
})

describe('a child of a ToolRegistry', () => {
  it("sees its parent's tools, and the parent never the child's", async () => {
    const parent = new ToolRegistry([tool('shared')])
    const child = new ToolRegistry([tool('own')], parent)
    expect([child.names(), child.size]).toEqual([['shared', 'own'], 2])
    expect([parent.names(), parent.size, parent.has('own'), parent.get('own')]).toEqual([
      ['shared'],
      1,
      false,
      undefined,
    ])
    expect(await answerOf(child, 'shared')).toBe('success: shared')
    expect(await answerOf(parent, 'own')).toBe('tool_not_found')
  })

  it('sees what the parent gains and loses later', () => {
    const parent = new ToolRegistry()
    const child = new ToolRegistry(undefined, parent)
    parent.register(tool('late'))
    expect([child.has('late'), child.size]).toEqual([true, 1])
    parent.unregister('late')
    expect([child.has('late'), child.size]).toEqual([false, 0])
  })

  it("may not take a name of the parent's, nor of the parent's parent", () => {
    const grandparent = new ToolRegistry([tool('a')])
    const child = new ToolRegistry([], new ToolRegistry([tool('b')], grandparent))
    for (const name of ['a', 'b']) expect(() => child.register(tool(name))).toThrow(DuplicateToolError)
    expect(child.names()).toEqual(['a', 'b'])
  })

  it('keeps its own tool when the parent gains the same name, counted once', async () => {
    const parent = new ToolRegistry([tool('z')])
    const child = new ToolRegistry([tool('a', "child's")], parent)
    parent.register(tool('a', "parent's"))
    expect(await answerOf(child, 'a')).toBe("success: child's")
    expect(await answerOf(parent, 'a')).toBe("success: parent's")
    expect([child.size, child.names().toSorted()]).toEqual([2, ['a', 'z']])
    expect(child.unregister('a')).toBe(true)
    expect(await answerOf(child, 'a')).toBe("success: parent's")
  })

  it("takes no tool out of the parent's", () => {
    const parent = new ToolRegistry([tool('a')])
    expect(new ToolRegistry(undefined, parent).unregister('a')).toBe(false)
    expect(parent.has('a')).toBe(true)
  })
})

describe('the tools option of a dispatcher', () => {
  it('may be a shared registry, which is layered and never written to', async () => {
    const registry = new ToolRegistry([tool('shared')])
    const first = dispatcherWith({ tools: registry })
    const second = dispatcherWith({ tools: registry })
    first.registerTool(tool('own'))
    expect([first.availableTools, second.availableTools, registry.names()]).toEqual([
      ['shared', 'own'],
      ['shared'],
      ['shared'],
    ])
    expect(() => first.registerTool(tool('shared'))).toThrow(DuplicateToolError)
    expect([first.unregisterTool('shared'), first.unregisterTool('own'), first.unregisterTool('own')]).toEqual([
      false,
      true,
      false,
    ])
    registry.register(tool('late'))
    expect([first.hasTool('late'), second.hasTool('late')]).toEqual([true, true])
    expect(codeOf(await first.executeTool('late'))).toBe('success: late')
  })

  it('may be an iterable, or a record whose keys are the names', async () => {
    expect(dispatcherWith({ tools: [tool('a')] }).availableTools).toEqual(['a'])
    expect(dispatcherWith({ tools: new Set([tool('a')]) }).availableTools).toEqual(['a'])
    const record = dispatcherWith({ tools: { greet: { execute: () => 'hello' }, renamed: tool('original') } })
    expect(record.availableTools).toEqual(['greet', 'renamed'])
    expect(codeOf(await record.executeTool('renamed'))).toBe('success: original')
    expect(codeOf(await record.executeTool('original'))).toBe('tool_not_found')
    expect(record.tools['renamed']?.name).toBe('renamed')
  })

  it.each([new Map([['a', tool('a')]]), null, 7, 'tools', { a: 1 }, [undefined], { '': tool('a') }])(
    'is refused as case %#',
    (tools) => {
      expect(() => dispatcherWith({ tools: tools as never })).toThrow(InvalidToolError)
    },
  )

  it('leaves no dispatcher behind when it is refused', () => {
    const context = contextOf()
    expect(() => dispatcherWith({ tools: [tool('a'), tool('a')] }, context)).toThrow(DuplicateToolError)
    expect(dispatcherWith({ tools: [tool('a')] }, context).hasTool('a')).toBe(true)
  })

  it('gives a registry back as it is', () => {
    const registry = new ToolRegistry()
    expect(toRegistry(registry)).toBe(registry)
  })
})

describe('the tools of a dispatcher', () => {
  it('are a frozen copy by name, without anything inherited', () => {
    const dispatcher = dispatcherWith({ tools: [tool('a'), tool('constructor')] })
    const { tools } = dispatcher
    expect(Object.keys(tools)).toEqual(['a', 'constructor'])
    expect([Object.isFrozen(tools), Object.getPrototypeOf(tools), tools['toString']]).toEqual([true, null, undefined])
    dispatcher.registerTool(tool('b'))
    expect([Object.keys(tools), Object.keys(dispatcher.tools)]).toEqual([
      ['a', 'constructor'],
      ['a', 'constructor', 'b'],
    ])
  })
})
