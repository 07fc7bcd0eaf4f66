import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitsIn } from '../src/json-size.js'
import { codeOf } from './support/recorder.js'
import { dispatcherWith } from './support/requests.js'

/** The smallest limit that a value fits in. */
function weigh(value: unknown): number {
  let low = 0
  let high = 1
  while (!fitsIn(value, high)) high *= 2
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (fitsIn(value, middle)) high = middle
    else low = middle + 1
  }
  return low
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}

describe('fitsIn() of plain JSON', () => {
  it.each<[string, unknown]>([
    ['an empty string', ''],
    ['text', 'hello'],
    ['text with quotes and backslashes', '"\\"\\'],
    ['text with control characters', '\u0000\u0001\b\t\n\f\r\u001f\u007f'],
    ['text of two and three bytes', 'äß€語'],
    ['an emoji', '🚂'],
    ['halves of surrogate pairs', '\ud83d \ude82 \ude82\ud83d \ud83d'],
    ['long text', '語'.repeat(1_000)],
    ['long text with halves of pairs', '\ud83d'.repeat(100)],
    ['small numbers', [0, 1, 9, 10, -1, -0]],
    ['the longest numbers', [-1.2345678901234567e-6, -1.7976931348623157e308, -1.2345678901234567e-123]],
    ['other numbers', [1.5, 1e21, -1e-7, 123456789, Number.MAX_VALUE]],
    ['true', true],
    ['false', false],
    ['null', null],
    ['an empty array', []],
    ['an array', [1, 'a', null, true, false]],
    ['an empty object', {}],
    ['an object', { a: 1, b: 'x', c: null, d: true }],
    ['keys that need escapes', { '"': 1, '\n': 2, ä: 3 }],
    ['what is nested', { list: [{ a: [] }, {}, [[]]] }],
    ['a part that is used twice', ((part: object) => [part, part])({ a: 1 })],
  ])('counts %s to the byte', (_, value) => {
    expect(weigh(value)).toBe(jsonBytes(value))
  })

  it('is right on either side of the limit, whatever the value', () => {
    const text = fc.string({ unit: 'binary' })
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        text,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('tree')),
        fc.dictionary(text, tie('tree')),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        const bytes = jsonBytes(value)
        expect([fitsIn(value, bytes), fitsIn(value, bytes - 1)]).toEqual([true, false])
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('fitsIn() of what JSON leaves out or replaces', () => {
  it.each<[string, unknown]>([
    ['undefined in an object', { a: undefined, b: 1 }],
    ['functions and symbols in an object', { a: () => 1, b: Symbol('x'), c: 1 }],
    ['undefined, functions and symbols in an array', [undefined, () => 1, Symbol('x')]],
    ['holes', Object.assign([], { length: 3 })],
    ['numbers that JSON lacks', [Number.NaN, Infinity, -Infinity]],
    ['a Date', { at: new Date(0) }],
    ['a Date after the year 9999', new Date(1e15)],
    ['an invalid Date', new Date(Number.NaN)],
    ['keys that are inherited', Object.create({ inherited: 'x' })],
    ['a toJSON', { url: new URL('https://example.org/a'), custom: { toJSON: () => 'short', long: 'x'.repeat(50) } }],
  ])('counts as JSON does: %s', (_, value) => {
    expect(weigh(value)).toBe(jsonBytes(value))
  })

  it('counts what JSON cannot hold by what it weighs', () => {
    expect(weigh(12345678901234567890n)).toBe(20)
    expect(weigh(new Map([['a', 'x'.repeat(100)]]))).toBeGreaterThan(100)
    expect(weigh(new Set(['x'.repeat(100)]))).toBeGreaterThan(100)
    expect(weigh(new Uint8Array(1_000))).toBe(1_000)
    expect(weigh({ raw: new ArrayBuffer(1_000) })).toBeGreaterThanOrEqual(1_000)
    expect(fitsIn(undefined, 0)).toBe(true)
    expect(fitsIn(() => 1, 0)).toBe(true)
  })

  it('counts a cycle once', () => {
    const loop: Record<string, unknown> = { name: 'loop' }
    loop['self'] = loop
    loop['list'] = [loop]
    loop['map'] = new Map([['self', loop]])
    expect(fitsIn(loop, 200)).toBe(true)
  })

  it('leaves out a property whose getter throws', () => {
    const value = {
      a: 1,
      get bad(): never {
        throw new Error('no')
      },
    }
    expect(fitsIn(value, 10)).toBe(true)
  })
})

describe('the cost of fitsIn()', () => {
  it('is the cost of the limit for a value that shares its parts a million times', () => {
    let shared: unknown = 'leaf'
    for (let level = 0; level < 60; level += 1) shared = [shared, shared]
    expect(fitsIn(shared, 100_000)).toBe(false)
  })

  it('ends at the limit', () => {
    let read = 0
    const items = Array.from({ length: 100_000 }, () => ({
      get value() {
        read += 1
        return 'x'
      },
    }))
    expect(fitsIn(items, 1_000)).toBe(false)
    expect(read).toBeLessThan(200)
  })

  it('is bounded in depth: more than 500 levels never fit', () => {
    const nested = (levels: number) => {
      let value: unknown = 1
      for (let level = 0; level < levels; level += 1) value = [value]
      return value
    }
    expect(fitsIn(nested(500), Number.MAX_SAFE_INTEGER)).toBe(true)
    expect(fitsIn(nested(100_000), Number.MAX_SAFE_INTEGER)).toBe(false)
  })
})

describe('the limits of a call', () => {
  const echo = { name: 'echo', execute: (input: unknown) => input }
  const give = { name: 'give', execute: ({ size }: { size: number }) => 'x'.repeat(size) }

  it('let pass exactly maxInputBytes and maxOutputBytes of JSON', async () => {
    const dispatcher = dispatcherWith({ tools: [echo, give], limits: { maxInputBytes: 100, maxOutputBytes: 50 } })
    const long = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) })
    expect(codeOf(await dispatcher.executeTool('echo', long(50)))).toContain('success')
    expect(codeOf(await dispatcher.executeTool('echo', long(51)))).toBe('output_too_large')
    expect(codeOf(await dispatcher.executeTool('echo', long(100)))).toBe('output_too_large')
    expect(codeOf(await dispatcher.executeTool('echo', long(101)))).toBe('input_too_large')
    expect(codeOf(await dispatcher.executeTool('give', { size: 48 }))).toContain('success')
    expect(codeOf(await dispatcher.executeTool('give', { size: 49 }))).toBe('output_too_large')
  })

  it('are 100 KiB and 1 MiB by default', async () => {
    const dispatcher = dispatcherWith({ tools: [{ name: 'take', execute: () => 'taken' }, give] })
    expect(codeOf(await dispatcher.executeTool('take', 'x'.repeat(100 * 1_024 - 2)))).toBe('success: taken')
    expect(codeOf(await dispatcher.executeTool('take', 'x'.repeat(100 * 1_024 - 1)))).toBe('input_too_large')
    expect((await dispatcher.executeTool('give', { size: 1_024 * 1_024 - 2 })).success).toBe(true)
    expect(codeOf(await dispatcher.executeTool('give', { size: 1_024 * 1_024 - 1 }))).toBe('output_too_large')
  })
})
