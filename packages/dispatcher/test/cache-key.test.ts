import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DispatchMiddleware } from '../src/index.js'
import { cacheKey } from '../src/middleware.js'
import { contextOf, dispatcherWith } from './support/requests.js'

function keyOf(parameters: unknown): string {
  return cacheKey('u-1', 'search', parameters)
}

describe('the cacheKey of a call', () => {
  it('is never the same for two users, with the same tool and parameters', async () => {
    const keys: string[] = []
    const middleware: DispatchMiddleware[] = [
      (call, next) => {
        keys.push(call.cacheKey)
        return next()
      },
    ]
    const tools = [{ name: 'search', execute: () => [] }]
    const ada = contextOf()
    for (const context of [ada, ada, contextOf()]) {
      await dispatcherWith({ tools, middleware }, context).executeTool('search', { query: 'late' })
    }
    expect(keys[0]).toBe(keys[1])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('is never the same for two users, whatever their ids, tools and parameters', () => {
    const part = fc.oneof(fc.string(), fc.constantFrom('"', ',', '\\', '["a"', 'a","b', '__proto__', 'null'))
    fc.assert(
      fc.property(part, part, part, part, fc.jsonValue(), fc.jsonValue(), (user, other, tool, tool2, value, value2) => {
        fc.pre(user !== other)
        expect(cacheKey(user, tool, value)).not.toBe(cacheKey(other, tool2, value2))
      }),
    )
    fc.assert(
      fc.property(part, part, fc.jsonValue(), (tool, tool2, value) => {
        fc.pre(tool !== tool2)
        expect(cacheKey('u-1', tool, value)).not.toBe(cacheKey('u-1', tool2, value))
      }),
    )
  })

  it('is the same for equal parameters, whatever the order of their keys', () => {
    expect(keyOf({ a: 1, b: { c: 2, d: [3] } })).toBe(keyOf({ b: { d: [3], c: 2 }, a: 1 }))
    const entries = fc.array(fc.tuple(fc.string(), fc.jsonValue()))
    fc.assert(
      fc.property(entries, (given) => {
        const unique = [...new Map(given)]
        const first = Object.fromEntries(unique)
        const second = Object.fromEntries(unique.toReversed())
        expect(keyOf({ deep: [first] })).toBe(keyOf({ deep: [second] }))
      }),
    )
  })

  it('differs for different JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (first, second) => {
        const equal = keyOf(first) === keyOf(second)
        expect(equal).toBe(canonicalJson(first) === canonicalJson(second))
      }),
    )
  })

  it.each<[string, unknown, unknown]>([
    ['the order of a list', [1, 2], [2, 1]],
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['a BigInt and its number', 1n, 1],
    ['a BigInt and its text', 1n, '1'],
    ['null and undefined', [null], [undefined]],
    ['a hole and null', Object.assign([], { length: 1 }), [null]],
    ['NaN and null', Number.NaN, null],
    ['Infinity and -Infinity', Infinity, -Infinity],
    ['a Date and its text', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['two dates', new Date(0), new Date(1)],
    ['a Map and an object', new Map([['a', 1]]), { a: 1 }],
    ['two maps', new Map([['a', 1]]), new Map([['a', 2]])],
    ['a Set and a list', new Set([1]), [1]],
    ['an empty object and an empty list', {}, []],
    ['an object that imitates a BigInt', { $bigint: '1' }, 1n],
    ['an object that imitates an object', { $object: [['a', 1]] }, { a: 1 }],
    ['an object that imitates a Date', { $date: 0 }, new Date(0)],
    ['bytes', new Uint8Array([1]), new Uint8Array([2])],
    ['the widths of bytes', new Uint8Array([1, 0]), new Uint16Array([1])],
    ['raw buffers', new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
    ['URLs', new URL('https://a.example/'), new URL('https://b.example/')],
    ['a URL and its text', new URL('https://a.example/'), 'https://a.example/'],
    ['regular expressions', /a/, /b/],
    ['errors', new Error('a'), new Error('b')],
    ['functions of the same text', closure(1), closure(2)],
    ['instances with private state', new Secretive(1), new Secretive(2)],
    ['the same state of two classes', new Celsius(1), new Kelvin(1)],
    ['where a cycle goes back to', loop(0), loop(1)],
  ])('tells apart %s', (_, first, second) => {
    expect(keyOf(first)).not.toBe(keyOf(second))
    expect(keyOf({ deep: [first] })).not.toBe(keyOf({ deep: [second] }))
  })

  it.each<[string, unknown, unknown]>([
    ['dates', new Date(5), new Date(5)],
    ['maps', new Map([['a', { b: 1, c: 2 }]]), new Map([['a', { c: 2, b: 1 }]])],
    ['bytes', new Uint8Array([1, 2]), new Uint8Array([0, 1, 2]).subarray(1)],
    ['URLs', new URL('https://a.example/'), new URL('https://a.example/')],
    ['cycles', loop(0), loop(0)],
    ['objects without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  ])('is the same for equal %s', (_, first, second) => {
    expect(keyOf(first)).toBe(keyOf(second))
  })

  it('is the same for one function, or one instance in one state, each time', () => {
    const run = closure(1)
    const instance = new Secretive(1)
    expect(keyOf({ run, instance })).toBe(keyOf({ instance, run }))
    const celsius = { degrees: new Celsius(1) }
    const before = keyOf(celsius)
    Object.assign(celsius.degrees, { value: 2 })
    expect(keyOf(celsius)).not.toBe(before)
  })
})

class Secretive {
  readonly #value: number
  constructor(value: number) {
    this.#value = value
  }
  get doubled(): number {
    return this.#value * 2
  }
}

class Celsius {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

class Kelvin {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

function closure(value: number): () => number {
  return () => value
}

/** A cycle that goes back one level, or two. */
function loop(levels: number): object {
  const inner: Record<string, unknown> = {}
  const outer = { inner }
  inner['back'] = levels === 0 ? inner : outer
  return outer
}

/** JSON with its keys in order; `JSON.stringify` writes -0 as 0, and so do the keys. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
