import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quote } from '../src/errors.js'
import {
  ContextIsolationError,
  DirectInstantiationError,
  DispatcherDisposedError,
  DuplicateToolError,
  InvalidContextError,
  InvalidToolError,
  PermissionDeniedError,
  SwitchyardError,
  ToolRegistry,
  UnifiedToolDispatcher,
  UserExecutionContext,
} from '../src/index.js'
import { contextOf, dispatcherWith } from './support/requests.js'

const ping = { name: 'ping', execute: () => 'pong' }
const ids = { userId: 'u-7291', threadId: 't-1', runId: 'r-1' }

/** Each class as the product throws it: code, what the message must tell, and the fields beside it. */
const CASES = [
  {
    type: InvalidContextError,
    code: 'invalid_context',
    provoke: () => UserExecutionContext.create({ ...ids, userId: 'placeholder' }),
    says: ['userId must be a real id', '"placeholder"', 'Pass the id of the signed-in user'],
    fields: { field: 'userId', value: 'placeholder' },
  },
  {
    type: ContextIsolationError,
    code: 'context_isolation',
    provoke: () => UserExecutionContext.create({ ...ids, metadata: { cart: { userId: 'u-666' } } }),
    says: ['metadata.cart belongs to user "u-666"', 'user "u-7291"', "never put another user's data"],
    fields: { field: 'metadata.cart.userId', value: 'u-666' },
  },
  {
    type: InvalidToolError,
    code: 'invalid_tool',
    provoke: () => new ToolRegistry([{ name: 'ping', execute: 'run' as never }]),
    says: ['Tool "ping" needs an execute function', 'received "run"'],
    fields: {},
  },
  {
    type: DuplicateToolError,
    code: 'duplicate_tool',
    provoke: () => new ToolRegistry([ping, ping]),
    says: ['"ping" is registered already', 'choose another name, or unregister'],
    fields: { toolName: 'ping' },
  },
  {
    type: PermissionDeniedError,
    code: 'permission_denied',
    provoke: () => UnifiedToolDispatcher.createForAdmin(contextOf({ userId: 'u-7291', roles: ['editor', 'viewer'] })),
    says: ['the role "admin"', 'user "u-7291" has "editor", "viewer"'],
    fields: {},
  },
  {
    type: DirectInstantiationError,
    code: 'direct_instantiation',
    provoke: (): unknown => Reflect.construct(UnifiedToolDispatcher, []),
    says: ['cannot be constructed directly', 'createForUser(context)', 'createForAdmin(context)', 'withScope('],
    fields: {},
  },
  {
    type: DispatcherDisposedError,
    code: 'dispatcher_disposed',
    provoke: () => {
      const dispatcher = dispatcherWith()
      void dispatcher.dispose()
      dispatcher.registerTool(ping)
    },
    says: ['registerTool() on dispatcher dsp_', 'has been disposed', 'create one for the current request'],
    fields: {},
  },
] as const

describe.each(CASES)('$type.name', ({ type, code, provoke, says, fields }) => {
  it('is an Error and a SwitchyardError with its name and its code', () => {
    const error = thrownBy(provoke)
    expect(error).toBeInstanceOf(type)
    expect(error).toBeInstanceOf(SwitchyardError)
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: type.name, code, ...fields })
    expect(String(error)).toBe(`${type.name}: ${error.message}`)
    expect(error.stack).toContain('errors.test.ts')
  })

  it('says what was wrong, the value received and what would be right', () => {
    const { message } = thrownBy(provoke)
    for (const part of says) expect(message).toContain(part)
  })
})

describe('the codes', () => {
  it('are different, one for each class', () => {
    expect(new Set(CASES.map(({ provoke }) => thrownBy(provoke).code)).size).toBe(CASES.length)
  })

  it('say which dispatcher is gone, and that a context without roles has none', async () => {
    const dispatcher = dispatcherWith()
    await dispatcher.dispose()
    const { dispatcherId } = dispatcher
    await expect(dispatcher.executeTool('ping')).rejects.toMatchObject({ dispatcherId, code: 'dispatcher_disposed' })
    await expect(dispatcher.executeTool('ping')).rejects.toThrow(`executeTool("ping") on dispatcher ${dispatcherId}`)
    expect(() => UnifiedToolDispatcher.createForAdmin(contextOf())).toThrow('has no roles')
  })
})

describe('quote()', () => {
  class Client {
    readonly name = 'north'
  }

  it.each<[string, unknown]>([
    ['"text"', 'text'],
    ['"say \\"hi\\""', 'say "hi"'],
    ['""', ''],
    ['7', 7],
    ['NaN', Number.NaN],
    ['10n', 10n],
    ['true', true],
    ['null', null],
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['an array of 2', [1, 2]],
    ['an object', { a: 1 }],
    ['an object', Object.create(null)],
    ['an instance of Client', new Client()],
    ['an instance of Map', new Map()],
    ['an object', { constructor: 'mine' }],
  ])('shows %s', (shown, value) => {
    expect(quote(value)).toBe(shown)
  })

  it('cuts what is long', () => {
    expect(quote('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`)
    expect(quote('x'.repeat(81))).toBe(`"${'x'.repeat(79)}…"`)
  })

  it('never throws and is never long, whatever the value', () => {
    const refuse = (): never => {
      throw new Error('no')
    }
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    const LongName = Object.defineProperty(class extends Client {}, 'name', { value: 'N'.repeat(500) })
    const NoName = Object.defineProperty(class extends Client {}, 'name', { value: Symbol('n') })
    const hostile: unknown[] = [proxy, new Proxy({}, { get: refuse }), new Proxy([], { get: refuse }), new LongName()]
    hostile.push(
      new NoName(),
      10n ** 500n,
      '\u0000'.repeat(80),
      '\ud800'.repeat(500),
      new Proxy(Client, { get: refuse }),
    )
    hostile.push(Object.defineProperty({}, 'constructor', { get: refuse }), { toString: refuse, valueOf: refuse })
    for (const value of hostile) expect(quote(value).length).toBeLessThanOrEqual(82)
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) => quote(value).length <= 82),
    )
  })
})

function thrownBy(provoke: () => unknown): SwitchyardError {
  try {
    provoke()
  } catch (error) {
    if (error instanceof SwitchyardError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
