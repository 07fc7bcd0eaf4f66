import { DEFAULT_ADMIN_TOOLS, UnifiedToolDispatcher, UserExecutionContext } from '@switchyard/dispatcher'
import { describe, expect, it, vi } from 'vitest'
import { adminGate, hasAdminRight, type AdminGrant } from '../src/index.js'

const ids = { userId: 'ada', threadId: 'thread-1', runId: 'run-1' }
const context = UserExecutionContext.create(ids)
const adminContext = UserExecutionContext.create({ ...ids, roles: ['admin'] })
const yes = { hasAdminPermission: () => true }
const no = { hasAdminPermission: () => false }

describe('hasAdminRight()', () => {
  it('is refused by a service that does not answer, after thirty seconds, and by one that cannot', async () => {
    vi.useFakeTimers()
    try {
      const silent = { hasAdminPermission: () => new Promise(() => {}) }
      const right = hasAdminRight(context, { permissionService: silent })
      await vi.advanceTimersByTimeAsync(30_000)
      expect(await right).toBe(false)
    } finally {
      vi.useRealTimers()
    }
    expect(hasAdminRight(context, { permissionService: {} as never })).toBe(false)
  })

  it('leaves no timer behind a service that answers or rejects', async () => {
    vi.useFakeTimers()
    try {
      const granting = { hasAdminPermission: async () => true }
      expect(await hasAdminRight(context, { permissionService: granting })).toBe(true)
      const broken = { hasAdminPermission: () => Promise.reject(new Error('down')) }
      await expect(hasAdminRight(context, { permissionService: broken })).rejects.toThrow('down')
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it.each<[string, UserExecutionContext, AdminGrant, boolean]>([
    ['the role, whatever the user says', adminContext, { user: { isAdmin: false } }, true],
    ['nothing at all', context, {}, false],
    ['a database alone', context, { db: { connected: true } }, false],
    ['a user with isAdmin true', context, { user: { isAdmin: true } }, true],
    ['a user with isAdmin false, which is final', context, { user: { isAdmin: false }, permissionService: yes }, false],
    ['a user without isAdmin and no service', context, { user: { name: 'Ada' } }, false],
    ['a user whose isAdmin is no boolean', context, { user: { isAdmin: 'true' }, permissionService: yes }, false],
    ['a service that grants', context, { user: { name: 'Ada' }, permissionService: yes }, true],
    ['a service that refuses', context, { user: { name: 'Ada' }, permissionService: no }, false],
    [
      'a service that answers something else',
      context,
      { permissionService: { hasAdminPermission: () => 'yes' } },
      false,
    ],
    ['no service, given as null', context, { permissionService: null }, false],
  ])('judges by %s', (_, subject, grant, expected) => {
    expect(hasAdminRight(subject, grant)).toBe(expected)
  })

  it('does not take a role that merely contains the word', () => {
    expect(hasAdminRight(UserExecutionContext.create({ ...ids, metadata: { roles: 'nonadmin' } }), {})).toBe(false)
  })

  it.each([
    [true, true],
    [false, false],
    ['true', false],
  ])('waits for a service that promises %o', async (promised, expected) => {
    await expect(
      hasAdminRight(context, { permissionService: { hasAdminPermission: async () => promised } }),
    ).resolves.toBe(expected)
  })

  it('asks the service about the user, or about the context where there is no user', () => {
    const asked: unknown[] = []
    const permissionService = {
      hasAdminPermission(subject: unknown) {
        asked.push(subject)
        return this === permissionService
      },
    }
    const user = { name: 'Ada' }
    expect(hasAdminRight(context, { user, permissionService })).toBe(true)
    expect(hasAdminRight(context, { permissionService })).toBe(true)
    expect(asked).toEqual([user, context])
  })
})

describe('adminGate()', () => {
  const tools = { system_config: { execute: () => 'configured' }, greet: { execute: () => 'hello' } }
  const dispatcherWith = (grant: AdminGrant, subject = context) =>
    UnifiedToolDispatcher.createForUser(subject, { tools, ...adminGate(subject, grant) })

  it.each([...DEFAULT_ADMIN_TOOLS])('refuses %s without the right', async (toolName) => {
    const gate = adminGate(context, {})
    const dispatcher = UnifiedToolDispatcher.createForUser(context, {
      tools: { [toolName]: { execute: () => 'ran' } },
      ...gate,
    })
    const { error } = await dispatcher.executeTool(toolName)
    expect(error).toMatchObject({ code: 'permission_denied' })
    expect(error?.message).toContain(toolName)
  })

  it('lets other tools run', async () => {
    expect((await dispatcherWith({}).executeTool('greet')).result).toBe('hello')
  })

  it('lets an admin tool run with a right from outside the context', async () => {
    expect((await dispatcherWith({ permissionService: yes }).executeTool('system_config')).result).toBe('configured')
    const patient = { hasAdminPermission: async () => true }
    expect((await dispatcherWith({ permissionService: patient }).executeTool('system_config')).success).toBe(true)
  })

  it('asks anew at each call, so that a right can be withdrawn', async () => {
    let granted = true
    const dispatcher = dispatcherWith({ permissionService: { hasAdminPermission: () => granted } })
    expect((await dispatcher.executeTool('system_config')).success).toBe(true)
    granted = false
    expect((await dispatcher.executeTool('system_config')).error?.code).toBe('permission_denied')
  })

  it('denies when the service throws or rejects', async () => {
    const thrower = {
      hasAdminPermission: () => {
        throw new Error('the directory is down')
      },
    }
    const rejecter = { hasAdminPermission: async () => Promise.reject(new Error('the directory is down')) }
    for (const permissionService of [thrower, rejecter]) {
      const { error } = await dispatcherWith({ permissionService }).executeTool('system_config')
      expect(error?.code).toBe('permission_denied')
    }
  })

  it('leaves a context with the role to the canonical gate', async () => {
    expect(adminGate(adminContext, {})).toEqual({})
    expect((await dispatcherWith({}, adminContext).executeTool('system_config')).success).toBe(true)
  })
})
