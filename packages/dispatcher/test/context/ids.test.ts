import { afterEach, describe, expect, it, vi } from 'vitest'
import { InvalidContextError, UserExecutionContext, type UserExecutionContextInit } from '../../src/index.js'

const PLACEHOLDERS =
  'registry placeholder default temp none null undefined 0 1 xxx yyy example test demo sample template mock fake dummy'.split(
    ' ',
  )
const PREFIXES = 'placeholder_ registry_ temp_ example_ demo_ sample_ template_ mock_ fake_ default_'.split(' ')
const ALLOWED =
  'default_user default_admin default_system default_account default_service default_client default_guest'.split(' ')
const CHECKED = ['userId', 'threadId', 'runId', 'requestId'] as const

const GOOD = { userId: 'u-7291', threadId: 't-1', runId: 'r-1' }

function create(init: Record<string, unknown>): UserExecutionContext {
  return UserExecutionContext.create({ ...GOOD, ...init } as unknown as UserExecutionContextInit)
}

function refusal(init: Record<string, unknown>): InvalidContextError {
  try {
    create(init)
  } catch (error) {
    if (error instanceof InvalidContextError) return error
    throw error
  }
  throw new Error(`was not refused: ${JSON.stringify(init)}`)
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe.each(CHECKED)('create() with a bad %s', (field) => {
  it.each(PLACEHOLDERS)('refuses the placeholder %s in any case, naming the field and the value', (placeholder) => {
    for (const value of [placeholder, placeholder.toUpperCase()]) {
      const error = refusal({ [field]: value })
      expect([error.code, error.field, error.value]).toEqual(['invalid_context', field, value])
      expect(error.message).toContain(field)
      expect(error.message).toContain(JSON.stringify(value))
    }
  })

  it.each(PREFIXES)('refuses the prefix %s in any case below 20 characters, and lets it pass from there', (prefix) => {
    expect(refusal({ [field]: `${prefix}abc` }).field).toBe(field)
    expect(refusal({ [field]: `${prefix.toUpperCase()}abc` }).field).toBe(field)
    expect(refusal({ [field]: prefix.padEnd(19, 'x') }).field).toBe(field)
    expect(create({ [field]: prefix.padEnd(20, 'x') })[field]).toBe(prefix.padEnd(20, 'x'))
  })

  it.each(ALLOWED)('allows %s', (value) => {
    expect(create({ [field]: value })[field]).toBe(value)
  })

  it('allows only those seven of the values that begin with default_', () => {
    expect(refusal({ [field]: 'default_users' }).value).toBe('default_users')
    expect(refusal({ [field]: 'default_' }).value).toBe('default_')
  })

  it('refuses test_ unless NODE_ENV is test, and below 20 characters only', () => {
    for (const environment of ['production', 'development', '', undefined]) {
      vi.stubEnv('NODE_ENV', environment)
      expect(refusal({ [field]: 'test_abc' }).field).toBe(field)
      expect(refusal({ [field]: 'TEST_abc' }).field).toBe(field)
      expect(create({ [field]: 'test_'.padEnd(20, 'x') })[field]).toHaveLength(20)
    }
    vi.stubEnv('NODE_ENV', 'test')
    expect(create({ [field]: 'test_abc' })[field]).toBe('test_abc')
  })

  it('refuses what is blank or no string', () => {
    for (const value of ['', '   ', '\t\n', null, 0, 42, true, {}, ['a'], Symbol('id'), () => 'id']) {
      expect(refusal({ [field]: value }).field, String(value)).toBe(field)
    }
  })

  it('takes 256 characters and refuses 257', () => {
    expect(create({ [field]: 'a'.repeat(256) })[field]).toHaveLength(256)
    const error = refusal({ [field]: 'a'.repeat(257) })
    expect(error.field).toBe(field)
    expect(error.message).toContain('256')
    expect(error.message.length).toBeLessThan(400)
  })

  it('takes an id that only contains a placeholder, or begins like one', () => {
    for (const value of ['mytemp', 'demo-1', 'templates', 'tester', '10', '00', 'nonesuch', 'my_test_id', 'fakery_1']) {
      expect(create({ [field]: value })[field]).toBe(value)
    }
  })

  it('keeps the id as it was given', () => {
    expect(create({ [field]: ' Ünïque 🚂 ' })[field]).toBe(' Ünïque 🚂 ')
  })
})

describe('create()', () => {
  it.each(['userId', 'threadId', 'runId'])('requires %s', (field) => {
    expect(refusal({ [field]: undefined }).field).toBe(field)
  })

  it('generates a different requestId for each context when none is given', () => {
    const ids = new Set(Array.from({ length: 100 }, () => create({}).requestId))
    expect(ids.size).toBe(100)
  })

  it.each([undefined, null, 'u-1', 7])('refuses %s in place of an object', (init) => {
    expect(() => UserExecutionContext.create(init as unknown as UserExecutionContextInit)).toThrow(InvalidContextError)
  })

  it('keeps the optional ids, and refuses them blank', () => {
    const context = create({ sessionId: 's-1', websocketClientId: 'w-1', parentRequestId: 'p-1' })
    expect([context.sessionId, context.websocketClientId, context.parentRequestId]).toEqual(['s-1', 'w-1', 'p-1'])
    expect(create({})).not.toHaveProperty('sessionId')
    for (const field of ['sessionId', 'websocketClientId', 'parentRequestId']) {
      expect(refusal({ [field]: ' ' }).field).toBe(field)
    }
  })

  it('joins the ids, each cut to 8 characters, into the correlation id', () => {
    const context = create({ userId: 'user-123456', threadId: 't-1', runId: 'run-7654321', requestId: 'request-9' })
    expect(context.correlationId).toBe('user-123:t-1:run-7654:request-')
  })

  it('stamps the time of creation, which nobody can move', () => {
    vi.useFakeTimers({ now: new Date('2026-03-01T12:00:00.000Z') })
    const context = create({})
    vi.useRealTimers()
    context.createdAt.setFullYear(1999)
    expect(context.createdAt.toISOString()).toBe('2026-03-01T12:00:00.000Z')
  })

  it('writes itself as JSON with its ids, roles and metadata', () => {
    const context = create({ requestId: 'q-1', roles: ['admin'], metadata: { tenant: 'north' } })
    expect(JSON.parse(JSON.stringify(context))).toEqual({
      ...GOOD,
      requestId: 'q-1',
      roles: ['admin'],
      metadata: { tenant: 'north' },
      createdAt: context.createdAt.toISOString(),
      operationDepth: 0,
      correlationId: 'u-7291:t-1:r-1:q-1',
    })
    const child = create({ sessionId: 's-1', websocketClientId: 'w-1', requestId: 'q-1' }).child('part')
    expect(child.toJSON()).toMatchObject({
      ...{ sessionId: 's-1', websocketClientId: 'w-1', parentRequestId: 'q-1', operation: 'part', operationDepth: 1 },
    })
  })

  it('writes itself as JSON that changes nothing when it is changed', () => {
    const context = create({ roles: ['editor'] })
    const json = context.toJSON()
    json['userId'] = 'u-666'
    if (Array.isArray(json['roles'])) json['roles'].push('admin')
    expect([context.userId, context.roles]).toEqual(['u-7291', ['editor']])
  })

  it('does not change with the object it was made from, nor by assignment', () => {
    const init = { ...GOOD, sessionId: 's-1' }
    const context = UserExecutionContext.create(init)
    init.userId = 'u-666'
    expect(context.userId).toBe('u-7291')
    for (const field of ['userId', 'threadId', 'runId', 'requestId', 'sessionId', 'roles', 'metadata', 'createdAt']) {
      expect(() => Object.assign(context, { [field]: 'u-666' }), field).toThrow(TypeError)
    }
    expect(() => Object.assign(context, { extra: 1 })).toThrow(TypeError)
    expect(context.toJSON()).toMatchObject({ ...GOOD, sessionId: 's-1' })
  })

  it('is the only way to a context', () => {
    expect(UserExecutionContext.isContext(create({}))).toBe(true)
    const lookalikes = [
      Object.assign({}, create({})),
      create({}).toJSON(),
      Object.create(create({})),
      null,
      undefined,
      'u-1',
    ]
    for (const value of lookalikes) expect(UserExecutionContext.isContext(value)).toBe(false)
  })
})
