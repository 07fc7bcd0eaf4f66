import { describe, expect, it } from 'vitest'
import { createRedactor, redact, REDACTED } from '../../src/events/redact.js'
import { DIST, runModule } from '../support/node-process.js'

const ENDINGS = [
  ...['password', 'secret', 'token', 'apikey', 'privatekey', 'secretkey', 'accesskey'],
  ...['credential', 'authorization', 'cookie'],
]

describe('redact() by key', () => {
  it.each(ENDINGS)('masks a key that is or ends in %s, or in its plural', (ending) => {
    for (const key of [ending, `user${ending}`, `user_${ending}`, `user-${ending}s`, `user ${ending}s`]) {
      expect(redact({ [key]: 'hunter2' }), key).toEqual({ [key]: '[REDACTED]' })
    }
  })

  it.each([
    'user_password',
    'accessToken',
    'ACCESS_TOKEN',
    'access-token',
    'access token',
    'Api_Key',
    'X-API-KEY',
    'api keys',
    'p_a-s s_w-o r_d',
    'Set-Cookie',
    'Proxy-Authorization',
    'refreshTokens',
    'awsCredentials',
    'client_secret',
    '_password_',
  ])('masks %s', (key) => {
    expect(redact({ [key]: 'hunter2' })).toEqual({ [key]: REDACTED })
  })

  it.each([
    'monkey',
    'tokenCount',
    'tokens',
    'TOKENS',
    '_tokens',
    'key',
    'keys',
    'passwordless',
    'secretary',
    'cookieBanner',
    'author',
    'authorizationId',
    'public_key',
  ])('shows %s', (key) => {
    expect(redact({ [key]: 'bananas' })).toEqual({ [key]: 'bananas' })
  })

  it('masks whatever stands under such a key', () => {
    for (const value of [1, true, null, '', ['a'], { a: 1 }, new Map([['a', 1]]), 10n, () => 1, new Error('x')]) {
      expect(redact({ nested: { password: value } })).toEqual({ nested: { password: REDACTED } })
    }
  })

  it('does not even read what stands there', () => {
    const read: string[] = []
    redact({
      get password() {
        read.push('flat')
        return 'hunter2'
      },
    })
    redact({
      list: [],
      get password() {
        read.push('deep')
        return 'hunter2'
      },
    })
    expect(read).toEqual([])
  })

  it('masks at any depth: in objects, arrays, maps, sets, instances and what toJSON gives', () => {
    class Login {
      user = 'ada'
      password = 'hunter2'
    }
    const secret = { password: 'hunter2' }
    const masked = { password: REDACTED }
    expect(redact({ a: { b: [{ c: secret }] } })).toEqual({ a: { b: [{ c: masked }] } })
    expect(redact([[[secret]]])).toEqual([[[masked]]])
    expect(redact(new Map([['api_key', 'hunter2']]))).toEqual({ api_key: REDACTED })
    expect(redact(new Map([['a', secret]]))).toEqual({ a: masked })
    expect(redact(new Set([secret]))).toEqual([masked])
    expect(redact(new Login())).toEqual({ user: 'ada', password: REDACTED })
    expect(redact({ toJSON: () => secret })).toEqual(masked)
    let deep: Record<string, unknown> = secret
    for (let level = 0; level < 50; level += 1) deep = { d: deep }
    expect(JSON.stringify(redact(deep))).not.toContain('hunter2')
    expect(JSON.stringify(redact(deep))).toContain(REDACTED)
  })

  it('masks in what is cut too', () => {
    const shown = redact({ password: 'hunter2', text: 'x'.repeat(1_000) })
    expect(shown).toContain(`{"password":"${REDACTED}","text":"xxx`)
  })

  it('says nothing of how long the secret was', () => {
    expect(redact({ token: 'x'.repeat(10_000) })).toEqual({ token: REDACTED })
  })
})

describe('createRedactor()', () => {
  it('masks further endings by the same rule, and the built-in ones still', () => {
    const redactor = createRedactor(['ssn', 'Card_Number', 'pass phrase'])
    expect(
      redactor({
        ssn: 1,
        user_SSN: 2,
        ssns: 3,
        cardNumber: 4,
        'card-numbers': 5,
        passphrase: 6,
        ssnCount: 7,
        password: 8,
      }),
    ).toEqual({
      ssn: REDACTED,
      user_SSN: REDACTED,
      ssns: REDACTED,
      cardNumber: REDACTED,
      'card-numbers': REDACTED,
      passphrase: REDACTED,
      ssnCount: 7,
      password: REDACTED,
    })
    expect(redact({ ssn: 1 })).toEqual({ ssn: 1 })
  })

  it('does not take an ending that is empty, or only separators, for every key', () => {
    expect(createRedactor(['', ' _-'])({ name: 'ada' })).toEqual({ name: 'ada' })
  })

  it('gives the same answer about a key however many keys it has seen', () => {
    const redactor = createRedactor()
    for (let index = 0; index < 5_000; index += 1) redactor({ [`key${index}`]: index })
    expect(redactor({ brandNewPassword: 1, brandNewName: 2 })).toEqual({ brandNewPassword: REDACTED, brandNewName: 2 })
  })
})

describe('the memory of a redactor', () => {
  it('holds no long keys', async () => {
    const { stdout } = await runModule(
      `
      import { redact } from ${JSON.stringify(`${DIST}events/redact.js`)}
      gc()
      const before = process.memoryUsage().heapUsed
      for (let index = 0; index < 1_500; index += 1) redact({ [String(index).padEnd(50_000, 'x')]: index })
      for (let turn = 0; turn < 3; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve))
        gc()
      }
      console.log(process.memoryUsage().heapUsed - before)
      `,
      ['--expose-gc'],
    )
    expect(Number(stdout)).toBeLessThan(20_000_000)
  })
})

describe('redact() and the length of a value', () => {
  it('leaves a value of 500 characters of JSON structured, and cuts one of 501', () => {
    const flat = { text: 'x'.repeat(500 - '{"text":""}'.length) }
    expect(redact(flat)).toEqual(flat)
    const long = { text: `${flat.text}y` }
    const json = JSON.stringify(long)
    expect(json).toHaveLength(501)
    expect(redact(long)).toBe(`${json.slice(0, 499)}…`)
    expect(redact(long)).toHaveLength(500)
  })

  it('counts the JSON, escapes and all', () => {
    const escaped = { list: ['\n'.repeat(200)] }
    expect(redact(escaped)).toEqual(escaped)
    const json = JSON.stringify({ list: ['\u0001'.repeat(100)] })
    expect(json.length).toBeGreaterThan(500)
    expect(redact({ list: ['\u0001'.repeat(100)] })).toBe(`${json.slice(0, 499)}…`)
  })

  it('cuts a long string to its first 499 characters', () => {
    expect(redact('x'.repeat(498))).toBe('x'.repeat(498))
    expect(redact('x'.repeat(501))).toBe(`${'x'.repeat(499)}…`)
    expect(redact('x'.repeat(1_000_000))).toBe(`${'x'.repeat(499)}…`)
    expect(redact(10n ** 1_000n)).toBe(`1${'0'.repeat(498)}…`)
    expect(redact(Symbol('x'.repeat(1_000)))).toHaveLength(500)
  })

  it('shows the true beginning of a value that is nested and long', () => {
    let nested: unknown = Array.from({ length: 100 }, (_, index) => `item number ${index}`)
    for (let level = 0; level < 40; level += 1) nested = { k: [nested] }
    expect(redact(nested)).toBe(`${JSON.stringify(nested).slice(0, 499)}…`)
  })

  it('costs what the beginning costs, not what the whole would', () => {
    let shared: unknown = 'leaf'
    for (let level = 0; level < 60; level += 1) shared = [shared, shared]
    expect(redact(shared)).toHaveLength(500)
    const read: number[] = []
    const items = Array.from({ length: 100_000 }, (_, index) => ({
      get value() {
        read.push(index)
        return 'x'
      },
    }))
    redact(items)
    expect(read.length).toBeLessThan(500)
  })
})
