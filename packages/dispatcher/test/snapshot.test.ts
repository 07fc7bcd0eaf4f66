import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMutableBuiltIn, isPlainObject, setOwn, snapshot } from '../src/snapshot.js'
import { dispatcherWith } from './support/requests.js'

class Client {
  name = 'north'
}

describe('snapshot()', () => {
  it.each<[string, unknown]>([
    ['an object', { a: 1, b: { c: [2, { d: 3 }] } }],
    ['an array', [1, [2, { a: 3 }]]],
    ['a Date', { at: new Date(5) }],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', { b: 1 }],
        [{ key: 1 }, 2],
      ]),
    ],
    ['a Set', new Set([1, { a: 1 }])],
    ['binary data', { bytes: new Uint8Array([1, 2, 3]), raw: new Uint8Array([4]).buffer }],
    [
      'a Map that holds what cannot be cloned',
      new Map<string, unknown>([
        ['run', Math.max],
        ['list', [1]],
      ]),
    ],
    ['a Map of a Set of a Map', new Map([['a', new Set([new Map([['b', 1]])])]])],
    ['an object without a prototype', Object.assign(Object.create(null), { a: { b: 1 } })],
  ])('copies %s so that no part of it is shared', (_, value) => {
    const copied = snapshot(value)
    expect(copied).toEqual(value)
    expect(sharedParts(value, copied)).toEqual([])
  })

  it.each<[string, unknown]>([
    ['text', 'a'],
    ['a number', 1],
    ['null', null],
    ['undefined', undefined],
    ['a function', () => 1],
    ['an instance of a class', new Client()],
    ['an error', new Error('x')],
    ['a promise', Promise.resolve(1)],
    ['a regular expression', /a/],
  ])('gives %s back as it is, alone and inside of a value', (_, value) => {
    expect(snapshot(value)).toBe(value)
    const [inList] = snapshot([value]) as unknown[]
    expect(inList).toBe(value)
    expect((snapshot({ value }) as { value: unknown }).value).toBe(value)
    expect((snapshot(new Map([['value', value]])) as Map<string, unknown>).get('value')).toBe(value)
  })

  it('keeps cycles, through objects, arrays, maps and sets', () => {
    const value: Record<string, unknown> = { name: 'loop' }
    value['list'] = [value]
    value['map'] = new Map([['self', value]])
    value['set'] = new Set([value])
    const copied = snapshot(value) as typeof value
    expect(copied).not.toBe(value)
    expect((copied['list'] as unknown[])[0]).toBe(copied)
    expect((copied['map'] as Map<string, unknown>).get('self')).toBe(copied)
    expect((copied['set'] as Set<unknown>).has(copied)).toBe(true)
    const map = new Map<string, unknown>()
    map.set('self', map)
    const copiedMap = snapshot(map) as typeof map
    expect(copiedMap.get('self')).toBe(copiedMap)
    expect(copiedMap).not.toBe(map)
  })

  it('keeps a part that is used twice one part', () => {
    const shared = { a: [1] }
    const copied = snapshot({ first: shared, list: [shared, shared.a] }) as { first: typeof shared; list: unknown[] }
    expect(copied.list[0]).toBe(copied.first)
    expect(copied.list[1]).toBe(copied.first.a)
  })

  it('reads a getter once and keeps what it gave', () => {
    let read = 0
    const value = {
      get count() {
        read += 1
        return read
      },
    }
    const copied = snapshot(value) as { count: number }
    expect([copied.count, copied.count, read]).toEqual([1, 1, 1])
  })

  it('keeps a key named __proto__ a key', () => {
    const copied = snapshot(JSON.parse('{"__proto__": {"polluted": true}}'))
    expect(Object.keys(copied as object)).toEqual(['__proto__'])
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(Object.getPrototypeOf(copied)).toBe(Object.prototype)
  })

  it('equals any JSON value and shares nothing with it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copied = snapshot(value)
        expect(copied).toEqual(value)
        expect(sharedParts(value, copied)).toEqual([])
      }),
    )
  })

  it('is what a policy is shown, and what runs, whatever the caller changes meanwhile', async () => {
    const parameters = { path: '/public', tags: new Map<string, unknown>([['run', Math.max]]) }
    const seen: unknown[] = []
    const read = { name: 'read', execute: (input: unknown) => seen.push(input) }
    const dispatcher = dispatcherWith({
      tools: [read],
      permissions: async (request) => {
        seen.push(request.parameters)
        parameters.path = '/secret'
        parameters.tags.clear()
        return { allow: true }
      },
    })
    await dispatcher.executeTool('read', parameters)
    expect(seen).toHaveLength(2)
    for (const value of seen) expect(value).toEqual({ path: '/public', tags: new Map([['run', Math.max]]) })
  })
})

describe('isPlainObject()', () => {
  it.each<[unknown, boolean]>([
    [{}, true],
    [Object.create(null), true],
    [[], false],
    [new Client(), false],
    [new Map(), false],
    [null, false],
    ['text', false],
    [() => 1, false],
  ])('of %j is %j', (value, plain) => {
    expect(isPlainObject(value)).toBe(plain)
  })
})

describe('isMutableBuiltIn()', () => {
  it.each([new Map(), new Set(), new Date(), new ArrayBuffer(1), new Uint8Array(1), new DataView(new ArrayBuffer(1))])(
    'knows %s',
    (value) => {
      expect(isMutableBuiltIn(value)).toBe(true)
    },
  )

  it.each([{}, [], new Client(), /a/, new Error('x')])('does not take %s for one', (value) => {
    expect(isMutableBuiltIn(value)).toBe(false)
  })
})

describe('setOwn()', () => {
  it('sets an own property whatever its name', () => {
    const target: Record<string, unknown> = {}
    for (const key of ['a', '__proto__', 'constructor']) setOwn(target, key, 1)
    expect(Object.keys(target)).toEqual(['a', '__proto__', 'constructor'])
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype)
    setOwn(target, '__proto__', 2)
    expect(Object.values(target)).toEqual([1, 2, 1])
  })
})

/** The objects that two values have in common. */
function sharedParts(first: unknown, second: unknown): object[] {
  const parts = partsOf(first)
  return [...partsOf(second)].filter((part) => parts.has(part))
}

function partsOf(value: unknown, found: Set<object> = new Set()): Set<object> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found
  found.add(value)
  const inside: unknown[] =
    value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value)
  for (const part of inside) partsOf(part, found)
  return found
}
