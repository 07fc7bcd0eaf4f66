import type { PermissionService } from '@switchyard/facade-kit'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  AuthenticationError,
  EnhancedToolDispatcher,
  EnhancedToolDispatcherFactory as Factory,
  PermissionError,
} from '../src/index.js'
import { contextOf } from './support/people.js'

const tools = { system_config: { execute: () => 'configured' }, greet: { execute: () => 'hello' } }
const yes: PermissionService = { hasAdminPermission: () => true }
const no: PermissionService = { hasAdminPermission: () => false }
const answering = (answer: unknown): PermissionService => ({ hasAdminPermission: () => answer })

describe('createForAdmin()', () => {
  it('grants admin tools to the role admin, and keeps db, user and service', async () => {
    const [db, user] = [{ connected: true }, { name: 'Ada' }]
    const userContext = contextOf({ roles: ['admin'] })
    const dispatcher = await Factory.createForAdmin({ userContext, db, user, tools, permissionService: no })
    expect(dispatcher).toBeInstanceOf(EnhancedToolDispatcher)
    expect(dispatcher).toMatchObject({ db, user, permissionService: no })
    expect((await dispatcher.executeTool('system_config')).result).toBe('configured')
    expectTypeOf(Factory.createForAdmin).returns.toEqualTypeOf<Promise<EnhancedToolDispatcher>>()
  })

  it.each([
    ['user.isAdmin', { user: { isAdmin: true } }],
    ['user.isAdmin, before a service that refuses', { user: { isAdmin: true }, permissionService: no }],
    ['a service', { user: { name: 'Ada' }, permissionService: yes }],
    ['a service that promises', { permissionService: answering(Promise.resolve(true)) }],
  ])('grants admin tools by %s', async (_, grant) => {
    const dispatcher = await Factory.createForAdmin({ userContext: contextOf(), tools, ...grant })
    expect((await dispatcher.executeTool('system_config')).result).toBe('configured')
    expect((await dispatcher.executeTool('greet')).result).toBe('hello')
  })

  it.each([
    ['nothing', {}],
    ['a database alone', { db: {} }],
    ['user.isAdmin false, which is final', { user: { isAdmin: false }, permissionService: yes }],
    ['a service that refuses', { user: {}, permissionService: no }],
    ['a service that promises false', { permissionService: answering(Promise.resolve(false)) }],
    ['no service, as null', { permissionService: null }],
  ])('throws a PermissionError with %s', async (_, grant) => {
    const userContext = contextOf()
    const creating = Factory.createForAdmin({ userContext, tools, ...grant })
    await expect(creating).rejects.toBeInstanceOf(PermissionError)
    await expect(creating).rejects.toThrow(userContext.userId)
  })

  it.each([[undefined], [null], [{}], [{ userContext: null, user: { isAdmin: true } }]])(
    'refuses %o with an AuthenticationError',
    async (creation) => {
      await expect(Factory.createForAdmin(creation as never)).rejects.toBeInstanceOf(AuthenticationError)
    },
  )

  it('does not pass a right on to another dispatcher of the same user', async () => {
    const userContext = contextOf()
    await Factory.createForAdmin({ userContext, tools, user: { isAdmin: true } })
    const plain = await Factory.createForUser(userContext, { tools })
    await expect(plain.executeTool('system_config')).rejects.toBeInstanceOf(PermissionError)
  })

  it('asks at each call, so that a right can be withdrawn', async () => {
    const user = { isAdmin: true }
    const dispatcher = await Factory.createForAdmin({ userContext: contextOf(), tools, user })
    expect((await dispatcher.executeTool('system_config')).success).toBe(true)
    user.isAdmin = false
    await expect(dispatcher.executeTool('system_config')).rejects.toBeInstanceOf(PermissionError)
    expect((await dispatcher.executeTool('greet')).success).toBe(true)
  })

  it('honours the manager', async () => {
    const types: string[] = []
    const websocketManager = { sendEvent: (type: string) => void types.push(type) }
    const userContext = contextOf({ roles: ['admin'] })
    const dispatcher = await Factory.createForAdmin({ userContext, tools, websocketManager })
    await dispatcher.dispatch('system_config')
    expect(types).toEqual(['tool_executing', 'tool_completed'])
  })

  it('takes enableAdminTools for what it asks for anyway', async () => {
    const creation = { userContext: contextOf(), tools, user: { isAdmin: true }, enableAdminTools: true }
    expect((await Factory.createForAdmin(creation)).isActive()).toBe(true)
  })
})

describe('cleanupUserDispatchers()', () => {
  it('disposes every dispatcher of the user and no other, and resolves to how many there were', async () => {
    const [ada, eve] = [contextOf(), contextOf()]
    const ofAda = [
      await Factory.createForUser(ada),
      await Factory.createForRequest(ada),
      await Factory.createForUser(ada),
    ]
    const ofEve = await Factory.createForUser(eve)
    expect(await Factory.cleanupUserDispatchers(ada.userId)).toBe(3)
    expect(ofAda.map((dispatcher) => dispatcher.isActive())).toEqual([false, false, false])
    expect(ofEve.isActive()).toBe(true)
    expect(await Factory.cleanupUserDispatchers(ada.userId)).toBe(0)
    expect(await Factory.cleanupUserDispatchers('nobody')).toBe(0)
  })
})
