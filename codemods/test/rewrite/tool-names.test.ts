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
