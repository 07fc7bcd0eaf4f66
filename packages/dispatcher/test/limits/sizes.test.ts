import { describe, expect, it } from 'vitest'
import type { DispatcherOptions, ToolCall } from '../../src/index.js'
import { codeOf } from '../support/recorder.js'
import { dispatcherWith } from '../support/requests.js'

/** A dispatcher whose tool gives back what it gets. */
function echoing(limits: DispatcherOptions['limits'], more: DispatcherOptions = {}) {
  return dispatcherWith({ ...more, limits, tools: { echo: { execute: async (input: unknown) => input } } })
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value), 'utf8')

/** A string whose JSON takes so many bytes. */
const textOf = (bytes: number): string => 'x'.repeat(bytes - 2)

const SIZED: { what: string; value: unknown }[] = [
  { what: 'an empty object', value: {} },
  { what: 'an empty array', value: [] },
  { what: 'an object', value: { a: 1, b: 'two', c: [true, false, null] } },
  { what: 'nested arrays', value: [[], [[]], [1, [2, [3]]]] },
  { what: 'letters of two bytes', value: { name: 'Größe' } },
  { what: 'letters of three bytes', value: { 名前: '東京' } },
  { what: 'letters of four bytes', value: ['👩‍🚀', '𝒳'] },
  { what: 'quotes, backslashes and line ends', value: { text: 'a "b" \\ c\n\r\t\b\f\u0001\u007f\u2028' } },
  { what: 'half of a letter', value: ['\ud83d', '\ude00 \ud83d'] },
  { what: 'a long text', value: 'ä"\n'.repeat(100) },
  { what: 'numbers', value: [0, -0, 1.5, -273.15, 1e21, 5e-324, Number.MAX_SAFE_INTEGER, -1.2345678901234567e-123] },
  { what: 'numbers that JSON does not know', value: [Number.NaN, Infinity, -Infinity] },
  { what: 'a date', value: { at: new Date(0) } },
  { what: 'what JSON leaves out', value: { a: undefined, b: () => 1, c: Symbol('c'), d: 1 } },
  { what: 'what JSON shows as null', value: [undefined, () => 1, Symbol('c')] },
  { what: 'the primitive true', value: true },
  { what: 'the primitive null', value: null },
]

describe.each(SIZED)('the size of $what', ({ value }) => {
  it('is the bytes of its JSON in UTF-8, to the byte', async () => {
    const bytes = bytesOf(value)
    const given = async (limits: DispatcherOptions['limits']) =>
      (await echoing(limits).executeTool('echo', value)).error?.code
    expect(await given({ maxInputBytes: bytes, maxOutputBytes: bytes })).toBeUndefined()
    expect(await given({ maxInputBytes: bytes - 1 })).toBe('input_too_large')
    expect(await given({ maxOutputBytes: bytes - 1 })).toBe('output_too_large')
  })
})

describe('parameters that are nested deeper than calls can be', () => {
  const deep: unknown = JSON.parse(`${'['.repeat(40_000)}${']'.repeat(40_000)}`)

  it.each<{ where: string; options: DispatcherOptions }>([
    { where: 'nobody keeps a copy', options: {} },
    { where: 'a policy is asked', options: { permissions: () => ({ allow: true }) } },
    {
      where: 'a policy is asked and there is no limit',
      options: { permissions: () => ({ allow: true }), limits: { maxInputBytes: 0 } },
    },
    { where: 'a middleware is there', options: { middleware: [(_call, next) => next()] } },
  ])('are input_too_large where $where', async ({ options: { limits, ...more } }) => {
    expect(codeOf(await echoing(limits, more).executeTool('echo', deep))).toBe('input_too_large')
  })

  it('are input_too_large where the call would wait for a slot, and leave the queue', async () => {
    const dispatcher = echoing({ concurrentCallsPerUser: 1 })
    const running = dispatcher.executeTool('echo')
    expect(codeOf(await dispatcher.executeTool('echo', deep))).toBe('input_too_large')
    expect(dispatcher.metrics.queuedCalls).toBe(0)
    expect((await running).success).toBe(true)
  })

  it('are the fault of a getter where that threw', async () => {
    const parameters = {
      get broken() {
        throw new RangeError('out of range')
      },
    }
    const result = await echoing({}, { permissions: () => ({ allow: true }) }).executeTool('echo', parameters)
    expect(result.error).toMatchObject({ code: 'tool_failed', message: 'out of range' })
  })
})

describe('the size of a value', () => {
  const ring: unknown[] = ['around']
  ring.push(ring)
  const deep = Array.from({ length: 400 }).reduce<unknown>((inner) => [inner], 'bottom')
  const bottomless = Array.from({ length: 100_000 }).reduce<unknown>((inner) => [inner], 'bottom')
  const shared = Array.from({ length: 60 }).reduce<unknown>((inner) => [inner, inner], 'leaf')
  const unreadable = Object.defineProperty({ a: 1 }, 'b', {
    enumerable: true,
    get: () => {
      throw new Error('not for you')
    },
  })

  it.each([
    { what: 'undefined', value: undefined, fits: true },
    { what: 'a cycle', value: ring, fits: true },
    { what: 'a bigint', value: 10n ** 20n, fits: true },
    { what: 'four hundred levels', value: deep, fits: true },
    { what: 'levels without end', value: bottomless, fits: false },
    { what: 'one part shared a million million million times', value: shared, fits: false },
    { what: 'a property that throws', value: unreadable, fits: true },
    { what: 'a map of much', value: new Map([['key', textOf(2_000)]]), fits: false },
    { what: 'a set of much', value: new Set([textOf(2_000)]), fits: false },
    { what: 'many bytes', value: new Uint8Array(2_000), fits: false },
    { what: 'few bytes', value: new Uint8Array(500), fits: true },
  ])('is found, and found soon, for $what', async ({ value, fits }) => {
    const dispatcher = dispatcherWith({
      limits: { maxOutputBytes: 1_000 },
      tools: { give: { execute: () => value } },
    })
    expect(codeOf(await dispatcher.executeTool('give'))).toMatch(fits ? /^success/ : /^output_too_large$/)
  })
})

describe('maxInputBytes', () => {
  it('is 100 KiB unless it is given', async () => {
    const dispatcher = echoing({})
    expect((await dispatcher.executeTool('echo', textOf(100 * 1024))).success).toBe(true)
    expect(codeOf(await dispatcher.executeTool('echo', textOf(100 * 1024 + 1)))).toBe('input_too_large')
  })

  it.each([0, Infinity])('is off when it is %s', async (maxInputBytes) => {
    const dispatcher = echoing({ maxInputBytes, maxOutputBytes: 0 })
    expect((await dispatcher.executeTool('echo', textOf(3_000_000))).success).toBe(true)
  })

  it('is about the parameters as they are given, not about what a schema makes of them', async () => {
    const dispatcher = dispatcherWith({
      limits: { maxInputBytes: 100 },
      tools: {
        expand: {
          inputSchema: { '~standard': { version: 1, vendor: 'test', validate: () => ({ value: 'x'.repeat(1_000) }) } },
          execute: (input: string) => input.length,
        },
      },
    })
    expect(codeOf(await dispatcher.executeTool('expand', 'small'))).toBe('success: 1000')
  })
})

describe('maxOutputBytes', () => {
  it('is 1 MiB unless it is given', async () => {
    const dispatcher = echoing({ maxInputBytes: 0 })
    expect((await dispatcher.executeTool('echo', textOf(1024 * 1024))).success).toBe(true)
    expect(codeOf(await dispatcher.executeTool('echo', textOf(1024 * 1024 + 1)))).toBe('output_too_large')
  })

  it.each([0, Infinity])('is off when it is %s', async (maxOutputBytes) => {
    const dispatcher = echoing({ maxInputBytes: 0, maxOutputBytes })
    expect((await dispatcher.executeTool('echo', textOf(3_000_000))).success).toBe(true)
  })

  it('is checked after middleware, which may make a result smaller or larger', async () => {
    const shorten = echoing(
      { maxOutputBytes: 100 },
      {
        middleware: [async (_call, next) => ({ ...(await next()), success: true, result: 'short', error: undefined })],
      },
    )
    expect(codeOf(await shorten.executeTool('echo', textOf(500)))).toBe('success: short')
    const lengthen = echoing(
      { maxOutputBytes: 100 },
      {
        middleware: [
          async (_call, next) => ({ ...(await next()), success: true, result: textOf(500), error: undefined }),
        ],
      },
    )
    expect(codeOf(await lengthen.executeTool('echo', 'short'))).toBe('output_too_large')
  })

  it('holds for the results of nested calls, which a tool may shorten', async () => {
    const dispatcher = dispatcherWith({
      limits: { maxOutputBytes: 100 },
      tools: {
        long: { execute: () => textOf(500) },
        outer: { execute: async (_input: unknown, call: ToolCall) => codeOf(await call.executeTool('long')) },
      },
    })
    expect((await dispatcher.executeTool('outer')).result).toBe('output_too_large')
  })
})
