import { describe, expect, it } from 'vitest'
import {
  DEFAULT_ADMIN_TOOLS,
  type DispatcherOptions,
  PermissionDeniedError,
  UnifiedToolDispatcher,
  type UserExecutionContext,
} from '../../src/index.js'
import { codeOf } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

describe('requiredRoles', () => {
  it.each([
    { required: [], has: [], missing: undefined },
    { required: ['clerk'], has: ['clerk'], missing: undefined },
    { required: ['clerk'], has: ['admin', 'clerk'], missing: undefined },
    { required: ['clerk', 'auditor'], has: ['auditor', 'clerk'], missing: undefined },
    { required: ['clerk'], has: [], missing: 'clerk' },
    { required: ['clerk'], has: ['Clerk'], missing: 'clerk' },
    { required: ['clerk'], has: ['admin'], missing: 'clerk' },
    { required: ['clerk', 'auditor'], has: ['clerk'], missing: 'auditor' },
    { required: ['clerk', 'auditor'], has: ['auditor'], missing: 'clerk' },
  ])('$required are needed, all of them: a context with $has misses $missing', async ({ required, has, missing }) => {
    const dispatcher = dispatcherWith(
      { tools: { file: { requiredRoles: required, execute: () => 'filed' } } },
      contextOf({ roles: has }),
    )
    const result = await dispatcher.executeTool('file')
    const message = `Tool file requires the role ${JSON.stringify(missing)}, which the context does not have`
    expect(result.error).toEqual(missing === undefined ? undefined : { code: 'permission_denied', message })
    const permissionDenials = missing === undefined ? 0 : 1
    expect(dispatcher.metrics).toMatchObject({ permissionChecks: 1, permissionDenials })
  })

  it('are those of the tool when it was registered', async () => {
    const requiredRoles = ['clerk']
    const tool = { name: 'file', requiredRoles, execute: () => 'filed' }
    const dispatcher = dispatcherWith({ tools: [tool] })
    requiredRoles.pop()
    tool.requiredRoles = []
    expect(codeOf(await dispatcher.executeTool('file'))).toBe('permission_denied')
  })

  it('are compared with the roles that the context was created with', async () => {
    const tools = { file: { requiredRoles: ['clerk'], execute: () => 'filed' } }
    const run = async (context: UserExecutionContext) =>
      codeOf(await dispatcherWith({ tools }, context).executeTool('file'))
    const clerk = contextOf({ metadata: { roles: ['clerk'] } })
    expect(await run(clerk)).toBe('success: filed')
    expect(await run(clerk.child('part'))).toBe('success: filed')
    expect(await run(clerk.child('part', { roles: [] }))).toBe('success: filed')
    expect(await run(contextOf({ roles: [], metadata: { roles: ['clerk'] } }))).toBe('permission_denied')
    expect(await run(contextOf().child('part', { roles: ['clerk'] }))).toBe('permission_denied')
  })
})

describe('adminTools', () => {
  const OLD_ADMIN_TOOLS = [
    ...['corpus_create', 'corpus_update', 'corpus_delete', 'corpus_list', 'user_create', 'user_delete'],
    ...['user_permissions', 'system_config', 'log_analyzer', 'synthetic_generator'],
  ]

  async function run(name: string, roles: string[], options: DispatcherOptions = {}, requiredRoles: string[] = []) {
    const tools = { [name]: { requiredRoles, execute: () => 'ran' } }
    const result = await dispatcherWith({ ...options, tools }, contextOf({ roles })).executeTool(name)
    return result.error?.message ?? 'ran'
  }

  it('are the ten admin tools of the old code unless they are given', () => {
    expect(DEFAULT_ADMIN_TOOLS.toSorted()).toEqual(OLD_ADMIN_TOOLS.toSorted())
    expect(Object.isFrozen(DEFAULT_ADMIN_TOOLS)).toBe(true)
  })

  it.each(OLD_ADMIN_TOOLS)('%s may be run with the role admin only', async (name) => {
    const denied = `Tool ${name} is an admin tool, and the context does not have the role "admin"`
    expect(await run(name, [])).toBe(denied)
    expect(await run(name, ['Admin', 'administrator', 'auditor'])).toBe(denied)
    expect(await run(name, ['admin'])).toBe('ran')
  })

  it('need the role admin whatever the tool itself asks for, and that too', async () => {
    expect(await run('user_delete', ['auditor'], {}, ['auditor'])).toContain('is an admin tool')
    expect(await run('user_delete', ['admin'], {}, ['auditor'])).toContain('requires the role "auditor"')
    expect(await run('user_delete', ['admin', 'auditor'], {}, ['auditor'])).toBe('ran')
  })

  it('that are given stand in place of the ten', async () => {
    const adminTools = ['reboot']
    const options = { adminTools }
    expect(await run('reboot', [], options)).toContain('is an admin tool')
    expect(await run('reboot', ['admin'], options)).toBe('ran')
    expect(await run('user_delete', [], options)).toBe('ran')
    expect(await run('user_delete', [], { adminTools: [] })).toBe('ran')
  })

  it('are those that were given when the dispatcher was created', async () => {
    const adminTools = ['reboot']
    const dispatcher = dispatcherWith({ adminTools, tools: { reboot: { execute: () => 'ran' } } })
    adminTools.pop()
    expect(codeOf(await dispatcher.executeTool('reboot'))).toBe('permission_denied')
  })

  it('are no exception to a policy', async () => {
    expect(await run('reboot', ['admin'], { permissions: () => ({ allow: false, reason: 'not on Fridays' }) })).toBe(
      'not on Fridays',
    )
  })

  it('that are not registered are not found', async () => {
    expect(codeOf(await dispatcherWith().executeTool('user_delete'))).toBe('tool_not_found')
  })

  it.each(['user_delete', { user_delete: true }, [7], null])('are refused when they are %j', (adminTools) => {
    const create = () => dispatcherWith({ adminTools: adminTools as unknown as string[] })
    expect(create).toThrow(TypeError)
    expect(create).toThrow('adminTools must be an array of strings; received')
  })
})

describe('createForAdmin()', () => {
  it('gives a dispatcher to a context with the role admin', async () => {
    const context = contextOf({ roles: ['admin'] })
    const tools = { user_delete: { execute: () => 'deleted' } }
    const dispatcher = UnifiedToolDispatcher.createForAdmin(context, { tools })
    expect(dispatcher.context).toBe(context)
    expect(codeOf(await dispatcher.executeTool('user_delete'))).toBe('success: deleted')
  })

  it.each([
    { roles: [], shown: 'no roles' },
    { roles: ['Admin'], shown: '"Admin"' },
    { roles: ['clerk', 'auditor'], shown: '"clerk", "auditor"' },
  ])('throws PermissionDeniedError for $roles', ({ roles, shown }) => {
    const context = contextOf({ roles })
    const create = () => UnifiedToolDispatcher.createForAdmin(context)
    expect(create).toThrow(PermissionDeniedError)
    expect(create).toThrow(expect.objectContaining({ code: 'permission_denied' }))
    expect(create).toThrow(
      `An admin dispatcher needs a context with the role "admin"; user "${context.userId}" has ${shown}.`,
    )
  })

  it('grants nothing that createForUser() would not', async () => {
    const context = contextOf({ roles: ['admin'] })
    const tools = { file: { requiredRoles: ['clerk'], execute: () => 'filed' } }
    const dispatcher = UnifiedToolDispatcher.createForAdmin(context, { tools })
    expect(codeOf(await dispatcher.executeTool('file'))).toBe('permission_denied')
    const user = UnifiedToolDispatcher.createForUser(context, { tools: { user_delete: { execute: () => 'deleted' } } })
    expect(codeOf(await user.executeTool('user_delete'))).toBe('success: deleted')
  })
})
