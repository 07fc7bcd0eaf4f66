import { describe, expect, expectTypeOf, it } from 'vitest'
import { createToolDispatcher, ToolDispatcher, UnifiedToolDispatcherFactory } from '../src/index.js'

const tools = { greet: { execute: () => 'hello' }, system_config: { execute: () => 'configured' } }

describe.each([
  ['createToolDispatcher()', createToolDispatcher],
  ['UnifiedToolDispatcherFactory.createLegacyGlobal()', UnifiedToolDispatcherFactory.createLegacyGlobal],
])('%s', (_, create) => {
  it('makes a dispatcher of the user legacy_user at once, each with a run of its own', () => {
    const [one, other] = [create(tools), create()]
    expect(one).toBeInstanceOf(ToolDispatcher)
    expect(one.userContext.userId).toBe('legacy_user')
    expect(one.userContext.threadId).toMatch(/^legacy_thread_\d+$/u)
    expect(one.userContext.runId).not.toBe(other.userContext.runId)
    expect(one.getAvailableTools()).toEqual(['greet', 'system_config'])
    expect(other.getAvailableTools()).toEqual([])
    expectTypeOf(create).returns.toEqualTypeOf<ToolDispatcher>()
  })

  it('takes null for no tools', () => {
    expect(create(null).getAvailableTools()).toEqual([])
  })

  it('is neither shared nor limited, since unrelated callers are this user', async () => {
    const gates: (() => void)[] = []
    const wait = { name: 'wait', execute: () => new Promise<void>((resolve) => gates.push(resolve)) }
    const [one, other] = [create([wait]), create()]
    expect(other.hasTool('wait')).toBe(false)
    const calls = Array.from({ length: 50 }, () => one.dispatch('wait'))
    await Promise.resolve()
    expect(gates).toHaveLength(50)
    for (const open of gates) open()
    expect((await Promise.all(calls)).every(({ status }) => status === 'success')).toBe(true)
  })

  it('runs no admin tool', async () => {
    await expect(create(tools).executeTool('system_config')).rejects.toThrow('admin')
  })
})

describe('createToolDispatcher()', () => {
  it('honours the bridge', async () => {
    const types: string[] = []
    const dispatcher = createToolDispatcher(tools, { sendEvent: (type: string) => void types.push(type) })
    expect(dispatcher.hasWebsocketSupport).toBe(true)
    await dispatcher.dispatch('greet')
    expect(types).toEqual(['tool_executing', 'tool_completed'])
  })

  it.each([
    [true, 'configured'],
    [Promise.resolve(true), 'configured'],
  ])('lets the permission service grant admin tools (%o)', async (answer, result) => {
    const dispatcher = createToolDispatcher(tools, null, { hasAdminPermission: () => answer })
    expect((await dispatcher.executeTool('system_config')).result).toBe(result)
  })

  it.each([[false], [undefined], ['yes'], [Promise.resolve(false)], [Promise.resolve(1)]])(
    'takes the answer %o of the permission service for a refusal',
    async (answer) => {
      const dispatcher = createToolDispatcher(tools, null, { hasAdminPermission: () => answer })
      await expect(dispatcher.executeTool('system_config')).rejects.toMatchObject({ name: 'PermissionError' })
    },
  )

  it('asks the permission service about the user that it works for', async () => {
    const asked: unknown[] = []
    const dispatcher = createToolDispatcher(tools, null, { hasAdminPermission: (user) => asked.push(user) > 0 })
    await dispatcher.executeTool('system_config')
    expect(asked).toEqual([dispatcher.userContext])
  })

  it('refuses a transport without methods and tools that are none', () => {
    expect(() => createToolDispatcher(tools, {} as { emit(): void })).toThrow(TypeError)
    expect(() => createToolDispatcher([{ name: 'greet' }] as never)).toThrow('needs an execute function')
  })
})
