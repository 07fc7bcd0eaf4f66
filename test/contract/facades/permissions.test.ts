import { DEFAULT_ADMIN_TOOLS, UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { PermissionError } from '@switchyard/facade-kit'
import { describe, expect, it } from 'vitest'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'

const adminTools = Object.fromEntries(DEFAULT_ADMIN_TOOLS.map((name) => [name, { execute: () => `ran ${name}` }]))
const admin = () => contextOf({ roles: ['admin'] })

describe.each(entryPoints)('the admin tools through $name', ({ create, from }) => {
  it.each([...DEFAULT_ADMIN_TOOLS])('keep %s from a context without the role admin', async (toolName) => {
    const facade = await create(contextOf(), adminTools)
    await expect(facade.executeTool(toolName)).rejects.toBeInstanceOf(PermissionError)
    await expect(facade.executeTool(toolName)).rejects.toThrow(toolName)
    expect(await facade.dispatch(toolName)).toMatchObject({ errorDetails: { code: 'permission_denied' } })
    expect((await facade.dispatchTool(toolName, {})).success).toBe(false)
  })

  it('run for a context with the role, wherever the context keeps it', async () => {
    for (const context of [
      admin(),
      contextOf({ metadata: { roles: ['admin'] } }),
      contextOf({ metadata: { roles: 'admin' } }),
    ]) {
      const facade = await create(context, adminTools)
      expect((await facade.executeTool('system_config')).result).toBe('ran system_config')
    }
  })

  it('do not run for a role that contains the word', async () => {
    const facade = await create(contextOf({ metadata: { roles: 'nonadmin' } }), adminTools)
    await expect(facade.executeTool('system_config')).rejects.toBeInstanceOf(PermissionError)
  })

  it('are kept on a view, too', async () => {
    const view = from(UnifiedToolDispatcher.createForUser(contextOf(), { tools: adminTools }))
    await expect(view.executeTool('user_delete')).rejects.toBeInstanceOf(PermissionError)
  })

  it('never run before they are refused', async () => {
    let ran = 0
    const facade = await create(contextOf(), { system_config: { execute: () => (ran += 1) } })
    await facade.dispatch('system_config')
    await facade.dispatchTool('system_config', {})
    await facade.executeTool('system_config', {}, { requirePermissionCheck: false }).catch(() => {})
    expect(ran).toBe(0)
    expect(facade.getMetrics()).toMatchObject({ permissionChecks: 3, permissionDenials: 3, failedExecutions: 3 })
  })

  it('are refused with words, though a policy gives none', async () => {
    for (const reason of [undefined, '']) {
      const permissions = () => ({ allow: false, reason }) as const
      const view = from(UnifiedToolDispatcher.createForUser(admin(), { tools: adminTools, permissions }))
      expect((await view.dispatch('system_config')).message).toBe('Permission for tool system_config was denied')
    }
  })
})
