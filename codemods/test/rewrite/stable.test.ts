import { describe, expect, it } from 'vitest'
import { isStable } from '../../src/rewrite/stable.js'
import { surveyed } from './surveyed.js'

const stable = [
  'probe(1)',
  'probe("a")',
  'probe(/a/)',
  'probe(undefined)',
  'probe((null as unknown)!)',
  'probe(this)',
  'const a = f(); probe(a)',
  'let a = 1; probe(a)',
  'function f(a: string) { probe(a) }',
  'function f({ a }: { a: string }) { probe(a) }',
  'function f() {}; probe(f)',
  'const a = 1; probe([a, "b"])',
  'const a = 1; probe({ a, b: 2, c: { d: [3] } })',
  'const a = 1; probe(`a-${a}`)',
  'enum E { A }; probe(E.A)',
  "const NAMES = { add: 'add' } as const; probe(NAMES.add)",
  'let a = 1; { let a = 2; a = 3; use(a) } probe(a)',
  'const o = { a: 1 }; let a = 1; o.a = 2; probe(a)',
]
const unstable = [
  'probe(f())',
  'probe(new Date())',
  'let a = 1; a = 2; probe(a)',
  'let a = 1; a += 2; probe(a)',
  'let a = 1; probe(a); a++',
  'let a = 1; probe(a); --a',
  'let a = 1; [a] = [2]; probe(a)',
  'let a = 1; ({ a } = { a: 2 }); probe(a)',
  'let a = 1; ({ b: a } = { b: 2 }); probe(a)',
  'let a = 1; [...[a]] = [2]; probe(a)',
  'let a: string; for (a of ["b"]) probe(a)',
  'function f(a: string) { probe(a); a = "b" }',
  'let a = 1; const change = () => { a = 2 }; change(); probe(a)',
  'let { a } = f(); a = 2; probe(a)',
  'const o = { a: 1 }; probe(o.a)',
  'probe(o.a.b)',
  'let a = 1; a = 2; probe([a])',
  'let a = 1; a = 2; probe({ a })',
  'probe({ ["a" + f()]: 1 })',
  'probe({ ...f() })',
  'probe([...f()])',
  'probe({ get a() { return f() } })',
  'const a = { toString: f }; probe(`${a}`)',
  'probe(a ? 1 : 2)',
  'probe(await f())',
  'probe(unknown)',
]
const { work, probeIn } = surveyed([...stable, ...unstable])
const argumentOf = (text: string) => {
  const [argument] = probeIn(text).arguments
  if (argument === undefined) throw new Error(`nothing given in ${text}`)
  return argument
}

describe('isStable()', () => {
  it.each(stable)('holds in %j', (text) => {
    expect(isStable(work, argumentOf(text))).toBe(true)
  })

  it.each(unstable)('does not hold in %j', (text) => {
    expect(isStable(work, argumentOf(text))).toBe(false)
  })
})
