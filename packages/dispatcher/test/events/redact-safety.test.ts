import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact, REDACTED, redactText } from '../../src/events/redact.js'

describe('redact() makes JSON-safe', () => {
  const loop: Record<string, unknown> = { name: 'loop' }
  loop['self'] = loop
  const array: unknown[] = [1]
  array.push(array)
  const map = new Map<string, unknown>([['a', 1]])
  map.set('self', map)

  it.each<[string, unknown, unknown]>([
    ['a cycle', loop, { name: 'loop', self: '[Circular]' }],
    ['a cycle of an array', array, [1, '[Circular]']],
    ['a cycle of a Map', map, { a: 1, self: '[Circular]' }],
    ['a BigInt', { big: 12345678901234567890n }, { big: '12345678901234567890' }],
    ['an Error', { error: new TypeError('no') }, { error: { name: 'TypeError', message: 'no' } }],
    [
      'a Map',
      new Map<unknown, unknown>([
        ['a', { b: 1 }],
        [2, 3],
      ]),
      { a: { b: 1 }, 2: 3 },
    ],
    ['a Set', { set: new Set([1, 'a']) }, { set: [1, 'a'] }],
    ['a function', { run: function run() {} }, { run: '[Function run]' }],
    ['a symbol', { tag: Symbol('x') }, { tag: 'Symbol(x)' }],
    ['numbers that JSON lacks', [Number.NaN, Infinity, -Infinity], [null, null, null]],
    ['a Date', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['an invalid Date', { at: new Date(Number.NaN) }, { at: null }],
    [
      'binary data',
      { bytes: new Uint8Array(3), raw: new ArrayBuffer(4) },
      { bytes: '[Uint8Array of 3 bytes]', raw: '[ArrayBuffer of 4 bytes]' },
    ],
    ['undefined', { a: undefined, list: [undefined] }, { list: [null] }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a URL', { url: new URL('https://example.org/') }, { url: 'https://example.org/' }],
  ])('of %s', (_, value, shown) => {
    expect(redact(value)).toEqual(shown)
    expect(JSON.parse(JSON.stringify(redact(value)))).toEqual(shown)
  })

  it.each<[unknown, unknown]>([
    [10n, '10'],
    [Number.NaN, null],
    [null, null],
    [undefined, undefined],
    [true, true],
    [Symbol('x'), 'Symbol(x)'],
  ])('of %s alone', (value, shown) => {
    expect(redact(value)).toBe(shown)
  })

  it("masks credentials in an error's text", () => {
    expect(redact({ errors: [new Error('redis://:hunter2@cache is down')] })).toEqual({
      errors: [{ name: 'Error', message: 'redis://[REDACTED]@cache is down' }],
    })
  })

  it('shows the same object twice when it is no cycle', () => {
    const shared = { a: 1 }
    expect(redact({ first: shared, second: [shared] })).toEqual({ first: { a: 1 }, second: [{ a: 1 }] })
  })

  it('keeps a key named __proto__ a key', () => {
    const value: unknown = JSON.parse('{"__proto__": {"polluted": true}, "list": []}')
    expect(JSON.stringify(redact(value))).toBe('{"__proto__":{"polluted":true},"list":[]}')
    expect(JSON.stringify(redact(JSON.parse('{"__proto__": 1}')))).toBe('{"__proto__":1}')
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  it('shows what cannot be read as such, and the rest of the value', () => {
    const flat = {
      ok: 1,
      get bad(): never {
        throw new Error('no')
      },
    }
    expect(redact(flat)).toEqual({ ok: 1, bad: '[Unreadable]' })
    expect(redact({ deep: [flat] })).toEqual({ deep: [{ ok: 1, bad: '[Unreadable]' }] })
    const broken = {
      toJSON: () => {
        throw new Error('no')
      },
    }
    expect(redact({ ok: 1, broken })).toEqual({ ok: 1, broken: '[Unreadable]' })
  })

  it.each(hostile())('never throws: %s', (_, value) => {
    expect(() => JSON.stringify([redact(value), redact({ value }), redact([value])])).not.toThrow()
    expect(JSON.stringify(redact({ ok: 1, value })).replaceAll('\\', '')).toContain('{"ok":1,"value":')
  })

  it('ends at a hundred levels', () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < 100_000; level += 1) deep = [deep]
    const shown = JSON.stringify(redact(deep))
    expect(shown).toContain('[Nested too deep]')
    expect(shown).not.toContain('bottom')
  })

  it("leaves the caller's own objects untouched, and shares none of them", () => {
    const value = Object.freeze({
      password: 'hunter2',
      list: Object.freeze([Object.freeze({ token: 'abc' })]),
      map: new Map([['secret', 1]]),
    })
    const shown = redact(value)
    expect(value).toEqual({ password: 'hunter2', list: [{ token: 'abc' }], map: new Map([['secret', 1]]) })
    expect(shown).toEqual({ password: REDACTED, list: [{ token: REDACTED }], map: { secret: REDACTED } })
    const given = { list: [{ a: 1 }] }
    const copied = redact(given)
    given.list[0] = { a: 2 }
    expect(copied).toEqual({ list: [{ a: 1 }] })
  })

  it('of any value at all, at most 500 characters, with nothing left of what stands under a secret key', () => {
    const planted = 'S3CR3T'
    const secretKey = fc
      .tuple(fc.constantFrom('', 'user', 'x_', 'my-'), fc.constantFrom('password', 'api_key', 'Token', 'COOKIES'))
      .map((parts) => parts.join(''))
    const harmless = fc.string().filter((text) => !text.includes(planted))
    const { tree } = fc.letrec<{ tree: unknown; leaf: unknown; guarded: unknown }>((tie) => ({
      leaf: fc.oneof(harmless, fc.double(), fc.bigInt(), fc.boolean(), fc.constantFrom(null, undefined, Symbol('s'))),
      guarded: fc
        .tuple(secretKey, fc.constantFrom(planted, [planted], { a: planted }))
        .map(([key, value]) => ({ [key]: value })),
      tree: fc.oneof(
        { maxDepth: 6 },
        tie('leaf'),
        tie('guarded'),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(harmless, tie('tree'), { maxKeys: 4 }),
        fc.array(tie('tree'), { maxLength: 3 }).map((items) => new Set(items)),
        fc.array(fc.tuple(harmless, tie('tree')), { maxLength: 3 }).map((entries) => new Map(entries)),
        fc.tuple(tie('tree'), tie('guarded')).map(([a, b]) => ({ a, ...Object(b) }) as unknown),
      ),
    }))
    fc.assert(
      fc.property(tree, (value) => {
        const shown = redact(value)
        const json = JSON.stringify(shown) ?? ''
        expect(json).not.toContain(planted)
        expect(typeof shown === 'string' ? shown.length : json.length).toBeLessThanOrEqual(500)
        expect(json === '' ? undefined : JSON.parse(json)).toEqual(withPlainZero(shown))
      }),
      { numRuns: 500 },
    )
  })

  it('of plain JSON without secrets the very value, or its beginning', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue())),
        (value) => {
          const json = JSON.stringify(value)
          expect(JSON.stringify(redact(value))).toBe(
            json.length <= 500 ? json : JSON.stringify(`${json.slice(0, 499)}…`),
          )
        },
      ),
      { numRuns: 500 },
    )
  })
})

/** JSON has no -0, which `toEqual` tells from 0. */
function withPlainZero(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value
  if (Array.isArray(value)) return value.map(withPlainZero)
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withPlainZero(item)]))
}

function hostile(): [string, unknown][] {
  const refuse = (): never => {
    throw new Error('no')
  }
  const traps = ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'] as const
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const endless = {
    toJSON() {
      return { again: { toJSON: this.toJSON } }
    },
  }
  class Shifty extends Error {
    override get message(): string {
      return refuse()
    }
  }
  return [
    ...traps.map((trap): [string, unknown] => [
      `a proxy that throws at ${trap}`,
      new Proxy({ a: 1 }, { [trap]: refuse }),
    ]),
    ...traps.map((trap): [string, unknown] => [
      `a proxy of an array that throws at ${trap}`,
      new Proxy([1], { [trap]: refuse }),
    ]),
    ['a revoked proxy', proxy],
    ['a toJSON without end', endless],
    ['an error whose message throws', new Shifty()],
    [
      'an error whose message is no string',
      Object.assign(new Error('x'), { message: Symbol('m'), name: { toString: refuse } }),
    ],
    ['a Map with a key that cannot be text', new Map([[Object.create(null), 1]])],
    ['a function whose name is no string', Object.defineProperty(() => 1, 'name', { value: Symbol('n') })],
    ['a function whose name throws', Object.defineProperty(() => 1, 'name', { get: refuse })],
    [
      'an iterator without end',
      Object.assign([1], {
        [Symbol.iterator]: function* () {
          for (;;) yield 1
        },
      }),
    ],
    ['an array of a billion holes', Array.from({ length: 0 }).concat(Object.assign([], { length: 1_000_000_000 }))],
    ['a lone half of a surrogate pair', '\ud800'.repeat(1_000)],
  ]
}

describe('redactText()', () => {
  it.each([
    [
      'connect postgres://ada:hunter2@db.internal:5432/app failed',
      'connect postgres://[REDACTED]@db.internal:5432/app failed',
    ],
    ['redis://:hunter2@cache', 'redis://[REDACTED]@cache'],
    ['MONGODB+SRV://ada:hunter2@db', 'MONGODB+SRV://[REDACTED]@db'],
    ['amqp://ada:hunt@er2@mq/vhost', 'amqp://[REDACTED]@mq/vhost'],
    ['401 for Bearer abc.def-ghi', '401 for Bearer [REDACTED]'],
    ['bearer   abcdef', 'bearer [REDACTED]'],
    ['Authorization: Bearer abc.def', 'Authorization: [REDACTED]'],
    ['authorization=Basic YWRhOmh1bnRlcjI=', 'authorization=[REDACTED]'],
    ['password=hunter2', 'password=[REDACTED]'],
    ['password = "hunter 2" rejected', 'password = [REDACTED] rejected'],
    ['DB_PASSWORD: hunter2', 'DB_PASSWORD: [REDACTED]'],
    ['{"apiKey":"hunter2","n":1}', '{"apiKey":[REDACTED],"n":1}'],
    ["secret_key='hunter2'", 'secret_key=[REDACTED]'],
    ['password="hunt\\"er2" rejected', 'password=[REDACTED] rejected'],
    ['password="hunter2 and more, cut', 'password=[REDACTED]'],
    [JSON.stringify('{"password":"hunter 2","n":1}'), '"{\\"password\\":[REDACTED],\\"n\\":1}"'],
    ["secret_key='hunter2'", 'secret_key=[REDACTED]'],
    ['?access_token=hunter2&page=2', '?access_token=[REDACTED]&page=2'],
    ['Cookie: sid=hunter2', 'Cookie: [REDACTED]'],
    ['Cookie: sid=hunter2; other=hunter3 was refused', 'Cookie: [REDACTED] was refused'],
    ['Server=db;Password=hunter2;Database=app', 'Server=db;Password=[REDACTED];Database=app'],
  ])('masks %s', (text, masked) => {
    expect(redactText(text)).toBe(masked)
  })

  it.each([
    'Tool add not found',
    'GET https://example.org:8080/path failed',
    'mail ada@example.org',
    'used tokens: 17 of 20',
    'the bearer of this',
    'password required',
    'monkey=banana',
  ])('leaves %s as it is', (text) => {
    expect(redactText(text)).toBe(text)
  })

  it('masks every credential of a text, and long ones to their end', () => {
    const long = 'x'.repeat(3_000)
    const texts = [
      `Bearer ${long}`,
      `token=${long}`,
      `token="${long}"`,
      `s3://ada:${long}@host`,
      `authorization: Basic ${long}`,
    ]
    for (const text of texts) expect(redactText(`${text} and ${text}`)).not.toContain('xxx')
  })

  it('cuts to 500 characters after masking', () => {
    expect(redactText('x'.repeat(500))).toBe('x'.repeat(500))
    expect(redactText('x'.repeat(501))).toBe(`${'x'.repeat(499)}…`)
    expect(redactText(`${'y '.repeat(245)}password=${'h'.repeat(20)}`)).not.toContain('h')
  })

  it('ends soon for a quote that was escaped, followed by nothing but backslashes', () => {
    const started = performance.now()
    expect(redactText(`token=\\"${'\\'.repeat(9_990)}`)).toBe('token=[REDACTED]')
    expect(performance.now() - started).toBeLessThan(50)
  })

  it.each([
    ...['a', '-', 'a:', 'a://', 'a://a:', 'secret', 'token="', "cookie='", 'token=\\"', 'bearer ', 'cookie=a;', '@:'],
  ])('ends soon for a text of nothing but %s', (part) => {
    expect(redactText(part.repeat(100_000)).length).toBeLessThanOrEqual(500)
  })
})
