import { DuplicateToolError, ToolRegistry, UnifiedToolDispatcher, UserExecutionContext } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { distinctTools, registerOnce } from '../src/index.js'
import { untyped } from './support/untyped.js'
import { codeOf, warningsOf } from './support/warnings.js'

const context = UserExecutionContext.create({ userId: 'ada', threadId: 'thread-1', runId: 'run-1' })
const first = { name: 'add', description: 'the first', execute: () => 1 }
const second = { name: 'add', description: 'the second', execute: () => 2 }
const other = { name: 'subtract', execute: () => 3 }

describe('registerOnce()', () => {
  it('registers a tool', async () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context)
    const warnings = await warningsOf(() => registerOnce(dispatcher, first))
    expect(dispatcher.availableTools).toEqual(['add'])
    expect(warnings).toEqual([])
  })

  it('skips a name that is taken, with one process warning that names it', async () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools: [first] })
    const warnings = await warningsOf(() => registerOnce(dispatcher, second))
    expect((await dispatcher.executeTool('add')).result).toBe(1)
    expect(warnings.map(codeOf)).toEqual(['SWITCHYARD_DUPLICATE_TOOL'])
    expect(warnings[0]?.message).toContain('"add"')
  })

  it('takes a dispatcher whose tools are typed', () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools: [first] })
    registerOnce(dispatcher, other)
    expect(dispatcher.hasTool('subtract')).toBe(true)
  })

  it('throws what is no duplicate', () => {
    const dispatcher = UnifiedToolDispatcher.createForUser(context)
    expect(() => untyped(registerOnce, dispatcher, { name: 'broken' })).toThrow(
      expect.objectContaining({ code: 'invalid_tool' }),
    )
  })
})

describe('distinctTools()', () => {
  it('drops later tools of a name, with a process warning each', async () => {
    let distinct: readonly unknown[] = []
    const warnings = await warningsOf(() => {
      distinct = distinctTools([first, other, second, second])
    })
    expect(distinct).toEqual([first, other])
    expect(warnings.map(codeOf)).toEqual(['SWITCHYARD_DUPLICATE_TOOL', 'SWITCHYARD_DUPLICATE_TOOL'])
  })

  it('reads an iterable that can be read only once', () => {
    function* tools() {
      yield first
      yield second
    }
    expect(distinctTools(tools())).toEqual([first])
  })

  it('knows tools that carry their name as id', async () => {
    const tool = { id: 'weather', description: 'as another library makes them', execute: async () => 'rain' }
    let distinct: unknown
    const warnings = await warningsOf(() => {
      distinct = untyped(distinctTools, [tool, tool])
    })
    expect(distinct).toEqual([tool])
    expect(warnings).toHaveLength(1)
  })

  it('gives a record and a registry back as they are, and nothing as undefined', () => {
    const record = { add: first }
    const registry = new ToolRegistry([first])
    expect(distinctTools(record)).toBe(record)
    expect(distinctTools(registry)).toBe(registry)
    expect(distinctTools(null)).toBeUndefined()
    expect(distinctTools(undefined)).toBeUndefined()
  })

  it('leaves what is no tool to whoever registers it', () => {
    const tools = untyped(distinctTools, [null, 7, {}])
    expect(() => untyped(UnifiedToolDispatcher.createForUser, context, { tools })).toThrow(
      expect.objectContaining({ code: 'invalid_tool' }),
    )
  })

  it('makes of duplicates what a dispatcher takes', () => {
    expect(() => UnifiedToolDispatcher.createForUser(context, { tools: [first, second] })).toThrow(DuplicateToolError)
    expect(
      UnifiedToolDispatcher.createForUser(context, { tools: distinctTools([first, second]) }).availableTools,
    ).toEqual(['add'])
  })
})
