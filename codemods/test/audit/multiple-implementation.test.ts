import { describe, expect, it } from 'vitest'
import { found, messages } from './found.js'

const rule = 'multiple-implementation'

describe(rule, () => {
  it.each([
    ['class MyToolDispatcher { dispatch() {} }', 'MyToolDispatcher is a dispatcher of its own'],
    ['class ToolDispatcherV2 { executeTool = async () => {} }', 'ToolDispatcherV2 is a dispatcher of its own'],
    ['class Runner { dispatch() {} executeTool() {} registerTool() {} }', 'Runner is a dispatcher of its own'],
    ['class Runner { dispatch_tool() {} execute_tool() {} register_tool() {} }', 'Runner is a dispatcher of its own'],
    ['class Runner { "dispatch"() {} ["executeTool"]() {} registerTool() {} }', 'Runner is a dispatcher of its own'],
    [
      'export default class { dispatch() {} executeTool() {} registerTool() {} }',
      'this class is a dispatcher of its own',
    ],
    ['const A = class ToolDispatcherA { dispatchTool() {} }', 'ToolDispatcherA is a dispatcher of its own'],
    [
      'function createToolDispatcher() { return { dispatch() {} } }',
      'createToolDispatcher() makes a dispatcher of its own',
    ],
    [
      'const makeToolDispatcher = () => ({ executeTool: async () => {} })',
      'makeToolDispatcher() makes a dispatcher of its own',
    ],
    ['const ToolDispatcher = class { dispatch() {} }', 'ToolDispatcher is a dispatcher of its own'],
    ['function f() { class InnerToolDispatcher { dispatch() {} } }', 'InnerToolDispatcher is a dispatcher of its own'],
  ])('finds %j', (text, message) => {
    expect(messages(rule, text)).toEqual([message])
  })

  it.each([
    'class Runner { dispatch() {} executeTool() {} }',
    'class Registry { registerTool() {} dispatch() {} }',
    'class ToolDispatcherError extends Error {}',
    'interface ToolDispatcher { dispatch(): void; executeTool(): void; registerTool(): void }',
    'type ToolDispatcher = { dispatch(): void }',
    "import { ToolDispatcher } from './elsewhere.js'\nnew ToolDispatcher().dispatch()",
    'function useToolDispatcher() { return context.dispatcher }',
    'const text = "class MyToolDispatcher { dispatch() {} }"',
    '// class MyToolDispatcher { dispatch() {} }',
    'class Store { dispatch() {} }',
  ])('finds nothing in %j', (text) => {
    expect(messages(rule, text)).toEqual([])
  })

  it('points at the name, with the line of code', () => {
    const text = '\n  export class MyToolDispatcher {\n    dispatch() {}\n  }\n'
    expect(found(rule, { 'src/a.ts': text })).toMatchObject([
      { at: 'src/a.ts:2:16', snippet: 'export class MyToolDispatcher {' },
    ])
  })
})
