import { describe, expect, it } from 'vitest'
import { found, messages } from './found.js'

const rule = 'registry-bypass'

describe('registry-bypass', () => {
  it.each([
    ["registry.get('a').execute({})", "registry.get('a').execute() runs a tool past the dispatcher"],
    [
      'this.toolRegistry.get(name)?.execute({})',
      'this.toolRegistry.get(name).execute() runs a tool past the dispatcher',
    ],
    ['ToolRegistry.get(name)!.execute()', 'ToolRegistry.get(name)!.execute() runs a tool past the dispatcher'],
    [
      '(registry.get(name) as Tool).execute()',
      '(registry.get(name) as Tool).execute() runs a tool past the dispatcher',
    ],
    ['(await registry.get(name)).execute()', '(await registry.get(name)).execute() runs a tool past the dispatcher'],
    ['const tool = registry.get(name)\nawait tool.execute({})', 'tool.execute() runs a tool past the dispatcher'],
    ['const tool = await registry.get(name)\ntool?.execute({})', 'tool.execute() runs a tool past the dispatcher'],
    [
      'function f() { const tool = registry.get(n); return () => tool.execute() }',
      'tool.execute() runs a tool past the dispatcher',
    ],
    ["const { execute } = registry.get('c')!\nawait execute({})", 'execute() runs a tool past the dispatcher'],
    ['const { execute: run } = tools.get(name)\nrun({})', 'run() runs a tool past the dispatcher'],
    [
      'const { name, execute = never }: Tool = await server.tools.get(id)\nexecute({})',
      'execute() runs a tool past the dispatcher',
    ],
    ["const { 'execute': run } = registry.get(name)\nrun?.({})", 'run() runs a tool past the dispatcher'],
    [
      'const tool = registry.get(name)\nconst { execute } = tool\nexecute({})',
      'execute() runs a tool past the dispatcher',
    ],
    ['const run = registry.get(name).execute\nconst f = () => run({})', 'run() runs a tool past the dispatcher'],
    ['tools.get(name)?.execute({})', 'tools.get(name).execute() runs a tool past the dispatcher'],
    ['dispatcher.tools[0].execute({})', 'dispatcher.tools[0].execute() runs a tool past the dispatcher'],
    ['this.dispatcher.tools.add.execute({})', 'this.dispatcher.tools.add.execute() runs a tool past the dispatcher'],
  ])('finds %j', (text, message) => {
    expect(messages(rule, text)).toEqual([message])
  })

  it.each([
    'registry.get(name)',
    "dispatcher.executeTool('a', {})",
    "registry.get('a').executeTool()",
    'registry.execute()',
    'commands.get(name).execute() // no registry',
    'statement.execute(); registry.get(name)',
    'const tool = registry.get(name)\nother.execute({})',
    'function a() { const tool = registry.get(n); return tool }\nfunction b(tool) { return tool.execute() }',
    'tools.map((tool) => tool.execute()); { const tool = registry.get(n); use(tool) }',
    'menu.tools[0].execute()',
    'const { execute } = registry.get(name)\nuse(execute)',
    'const { description: execute } = registry.get(name)\nexecute({})',
    'const { execute } = statement\nexecute({}); registry.get(name)',
    'const { execute } = registry.get(name)\n{ const { execute } = statement; execute() }',
    'const { execute } = registry.get(name)\nconst f = ({ execute }) => execute()',
    'const { execute } = registry.get(name)\nfunction f() { function execute() {} return execute() }',
    'devtools.get(name).execute()',
    'class Own { run(name) { return this.#tools.get(name).execute() + this.tools.get(name).execute() } }',
  ])('finds nothing in %j', (text) => {
    expect(messages(rule, text)).toEqual([])
  })

  it('points at the call', () => {
    const text = "async function f() {\n\treturn registry.get('a').execute()\n}"
    expect(found(rule, { 'a.ts': text })).toMatchObject([
      { at: 'a.ts:2:9', snippet: "return registry.get('a').execute()" },
    ])
  })
})
