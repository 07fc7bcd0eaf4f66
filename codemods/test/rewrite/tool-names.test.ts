import { describe, expect, it } from 'vitest'
import { distinctToolNames } from '../../src/rewrite/tool-names.js'
import { surveyed } from './surveyed.js'

const known: [string, string[]][] = [
  ['probe([])', []],
  ["probe([{ name: 'a', execute: f }, { execute: f, name: `b` }])", ['a', 'b']],
  ["const a = { name: 'a' }; const tools = [a, { name: 'b' }]; probe(tools)", ['a', 'b']],
  ["import { defineTool } from '@switchyard/dispatcher'\nprobe([defineTool({ name: 'a', execute: () => 1 })])", ['a']],
  ["const a = { name: 'a' }; const one = a; const tools = [one]; const all = tools; probe(all)", ['a']],
  ["probe([{ name: 'a' } as const, ({ name: 'b' })] satisfies object[])", ['a', 'b']],
  ["const tools = [{ name: 'a' }]; tools.map(f); probe(tools)", ['a']],
  ["const first = () => [{ name: 'a' }]; probe(first())", ['a']],
  [
    "function both() { const x = 1; return [{ name: 'a', x }, ...more()] }\nfunction more() { return [{ name: 'b' }] }\nprobe(both())",
    ['a', 'b'],
  ],
  [
    "async function later() { return [{ name: 'a', execute: () => { return 1 } }] }\nasync function use() { probe(await later()) }",
    ['a'],
  ],
  [
    "const tools = [{ name: 'a' }]; function count(list: object[]) { return list.length }\ncount(tools); probe(tools)",
    ['a'],
  ],
]
const unknown = [
  'probe(f())',
  "probe([{ name: 'a' }, { name: 'a' }])",
  "const a = { name: 'a' }; probe([a, a])",
  'probe([{ name: f() }])',
  "probe([{ name: 'a' }, ...f()])",
  "probe([{ ['name']: 'a' }])",
  "let tools = [{ name: 'a' }]; probe(tools)",
  "const tools = [{ name: 'a' }]; tools.push(f()); probe(tools)",
  "const tools = [{ name: 'a' }]; tools[1] = f(); probe(tools)",
  "const tools = [{ name: 'a' }]; tools.splice(0, 0, f()); probe(tools)",
  "const tools = [{ name: 'a' }]; probe(tools); setTimeout(() => tools.unshift(f()))",
  "probe([{ name: 'a', ...f() }])",
  'probe([a])',
  "const renamed = (tool: object) => ({ ...tool, name: 'b' }); probe([renamed({ name: 'a' }), { name: 'b' }])",
  "const tools = [{ name: 'a' }]; function add(list: object[]) { list.push({ name: 'a' }) }\nadd(tools); probe(tools)",
  "function some(all: boolean) { if (all) return [{ name: 'a' }]\nreturn [{ name: 'b' }, { name: 'b' }] }\nprobe(some(true))",
  "const part = () => [{ name: 'a' }]; probe([...part(), ...part()])",
  "function* each() { return [{ name: 'a' }] }\nprobe(each())",
  'function g(tools: object[]) { probe(tools) }',
]
const { work, probeIn } = surveyed([...known.map(([text]) => text), ...unknown])

function namesIn(text: string): string[] | undefined {
  const [tools] = probeIn(text).arguments
  if (tools === undefined) throw new Error(`nothing given in ${text}`)
  const names = distinctToolNames(work, tools)
  return names && [...names]
}

describe('distinctToolNames()', () => {
  it.each(known)('of %j are %j', (text, names) => {
    expect(namesIn(text)).toEqual(names)
  })

  it.each(unknown)('are not known, or not distinct, in %j', (text) => {
    expect(namesIn(text)).toBeUndefined()
  })
})
