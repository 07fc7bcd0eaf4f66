import { describe, expect, it } from 'vitest'
import { ContextIsolationError, InvalidContextError, UserExecutionContext } from '../../src/index.js'

function withMetadata(metadata: unknown, more: object = {}): UserExecutionContext {
  return UserExecutionContext.create({
    userId: 'u-7291',
    threadId: 't-1',
    runId: 'r-1',
    metadata: metadata as Record<string, unknown>,
    ...more,
  })
}

describe('the metadata of a context', () => {
  it.each(['userId', 'threadId', 'runId', 'requestId', 'createdAt'])('may not hold the key %s', (key) => {
    expect(() => withMetadata({ [key]: 'u-7291' })).toThrow(InvalidContextError)
    expect(() => withMetadata({ [key]: 'u-7291' })).toThrow(key)
    expect(() => withMetadata({ [key]: undefined })).toThrow(InvalidContextError)
    expect(() => withMetadata({}).child('part', { [key]: 'u-7291' })).toThrow(InvalidContextError)
  })

  it.each([null, 'text', 7, ['a'], new Map([['a', 1]]), new Set(['a']), () => 1])('may not be %s', (metadata) => {
    expect(() => withMetadata(metadata)).toThrow(InvalidContextError)
  })

  it("refuses another user's id in a nested object, naming the place", () => {
    const session = { userId: 'u-666', cart: [] }
    for (const metadata of [{ session }, { a: { b: { session } } }, { list: [{ ok: true }, session] }]) {
      let refused: unknown
      try {
        withMetadata(metadata)
      } catch (error) {
        refused = error
      }
      expect(refused).toBeInstanceOf(ContextIsolationError)
      expect(refused).toMatchObject({ code: 'context_isolation', value: 'u-666' })
      expect(String(refused)).toContain('u-666')
    }
    expect(() => withMetadata({}).child('part', { session })).toThrow(ContextIsolationError)
  })

  it("takes the user's own id in a nested object", () => {
    expect(withMetadata({ session: { userId: 'u-7291' } }).metadata).toEqual({ session: { userId: 'u-7291' } })
  })

  it("refuses another user's id in a Map or in an instance of a class too", () => {
    class Session {
      userId = 'u-666'
    }
    expect(() => withMetadata({ session: new Session() })).toThrow(ContextIsolationError)
    expect(() => withMetadata({ session: new Map([['userId', 'u-666']]) })).toThrow(ContextIsolationError)
  })

  it("refuses another user's id wherever it stands in a Map or a Set", () => {
    const session = { userId: 'u-666' }
    for (const value of [
      new Map([['session', session]]),
      new Map([[session, 'key']]),
      new Map([['outer', new Map([['session', [session]]])]]),
      new Set([session]),
      [new Set([[session]])],
    ]) {
      expect(() => withMetadata({ value }), JSON.stringify(value)).toThrow(ContextIsolationError)
    }
    const mine = { userId: 'u-7291' }
    expect(withMetadata({ map: new Map([['session', mine]]), set: new Set([mine]) }).metadata).toEqual({
      map: new Map([['session', mine]]),
      set: new Set([mine]),
    })
  })

  it('does not change with maps and sets whatever they hold', () => {
    const run = () => 'ran'
    const given = {
      map: new Map<string, unknown>([['run', run]]),
      set: new Set<unknown>([run]),
      deep: new Map([['a', [1]]]),
    }
    const context = withMetadata(given)
    given.map.set('x', 1)
    given.set.add(1)
    given.deep.get('a')?.push(2)
    expect(context.metadata).toEqual({ map: new Map([['run', run]]), set: new Set([run]), deep: new Map([['a', [1]]]) })
    const { map, deep } = context.metadata
    if (map instanceof Map) map.clear()
    if (deep instanceof Map) deep.set('a', [3])
    expect(context.metadata).toMatchObject({ map: new Map([['run', run]]), deep: new Map([['a', [1]]]) })
  })

  it('takes long keys and keys with dots', () => {
    const metadata = { ['k'.repeat(5_000)]: { a: { b: 1 } }, ['a.'.repeat(100)]: { c: 2 } }
    expect(withMetadata(metadata).metadata).toEqual(metadata)
  })

  it('takes 60 levels', () => {
    let deep: Record<string, unknown> = { bottom: true }
    for (let level = 0; level < 58; level += 1) deep = { deep }
    expect(withMetadata(deep).metadata).toEqual(deep)
  })

  it('does not change with the object that was passed in, at any depth', () => {
    const given = { tenant: { name: 'north', tags: ['a'] }, since: new Date(0), seen: new Map([['x', 1]]) }
    const context = withMetadata(given)
    given.tenant.name = 'south'
    given.tenant.tags.push('b')
    given.since.setTime(1)
    given.seen.set('x', 2)
    Object.assign(given, { extra: true })
    expect(context.metadata).toEqual({
      tenant: { name: 'north', tags: ['a'] },
      since: new Date(0),
      seen: new Map([['x', 1]]),
    })
  })

  it('freezes the context at every level and leaves what was passed in as it was', () => {
    const given = { tenant: { name: 'north', tags: ['a'] } }
    const roles = ['editor']
    const context = withMetadata(given, { roles })
    const tenant = context.metadata['tenant']
    expect(
      [context, context.metadata, tenant, Reflect.get(Object(tenant), 'tags'), context.roles].every(Object.isFrozen),
    ).toBe(true)
    expect([given, given.tenant, given.tenant.tags, roles].some(Object.isFrozen)).toBe(false)
    expect(() => Reflect.defineProperty(context, 'userId', { value: 'u-666' })).not.toThrow()
    expect(context.userId).toBe('u-7291')
    roles.push('admin')
    expect(context.roles).toEqual(['editor'])
  })

  it('gives out dates and maps that change nothing when they are changed', () => {
    const context = withMetadata({ since: new Date(0), seen: new Map([['x', 1]]) })
    const { since, seen } = context.metadata
    if (since instanceof Date) since.setTime(1)
    if (seen instanceof Map) seen.clear()
    expect(context.metadata).toEqual({ since: new Date(0), seen: new Map([['x', 1]]) })
  })

  it('holds functions and instances of classes as they are', () => {
    class Client {
      readonly name = 'north'
    }
    const client = new Client()
    const run = () => 1
    const { metadata } = withMetadata({ client, run })
    expect([metadata['client'], metadata['run']]).toEqual([client, run])
    expect(metadata['client']).toBe(client)
  })

  it('is an empty, frozen object when there is none', () => {
    expect(withMetadata(undefined).metadata).toEqual({})
    expect(Object.isFrozen(withMetadata(undefined).metadata)).toBe(true)
  })

  it('keeps cycles, and a key named __proto__ as a key', () => {
    const loop: Record<string, unknown> = { name: 'loop' }
    loop['self'] = loop
    const copied = withMetadata({ loop }).metadata['loop']
    expect(Reflect.get(Object(copied), 'self')).toBe(copied)
    const metadata = withMetadata(JSON.parse('{"__proto__": {"polluted": true}}')).metadata
    expect(Reflect.get(metadata, 'polluted')).toBeUndefined()
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  it('is refused, not overflowed, when it is nested without end', () => {
    let deep: Record<string, unknown> = {}
    for (let level = 0; level < 10_000; level += 1) deep = { deep }
    expect(() => withMetadata(deep)).toThrow(InvalidContextError)
  })
})

describe('the roles of a context', () => {
  it('come from init.roles', () => {
    expect(withMetadata({}, { roles: ['editor', 'admin'] }).roles).toEqual(['editor', 'admin'])
  })

  it('come from metadata.roles, an array or one string, only when init.roles is absent', () => {
    expect(withMetadata({ roles: ['editor'] }).roles).toEqual(['editor'])
    expect(withMetadata({ roles: 'admin' }).roles).toEqual(['admin'])
    expect(withMetadata({ roles: ['admin'] }, { roles: [] }).roles).toEqual([])
    expect(withMetadata({ roles: ['admin'] }, { roles: ['viewer'] }).roles).toEqual(['viewer'])
  })

  it('are none when metadata.roles is neither an array nor a string', () => {
    for (const roles of [{ 0: 'admin' }, 7, true, null, [['admin']]]) expect(withMetadata({ roles }).roles).toEqual([])
    expect(withMetadata({}).roles).toEqual([])
  })

  it.each(['admin', { 0: 'admin' }, [7], null])('refuses init.roles of %j', (roles) => {
    expect(() => withMetadata({}, { roles })).toThrow(InvalidContextError)
  })
})
