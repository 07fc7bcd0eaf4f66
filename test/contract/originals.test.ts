import { describe, expect, it } from 'vitest'
import { ToolDispatcher as CoreToolDispatcher } from '../fixtures/before/core.js'
import { EnhancedToolDispatcher, EnhancedToolDispatcherFactory, theFactory } from '../fixtures/before/enhanced.js'
import { ToolDispatcherFactory } from '../fixtures/before/factory.js'
import * as legacy from '../fixtures/before/legacy.js'
import { MockedRegistry } from '../fixtures/before/registry.js'
import { RequestScopedToolDispatcher } from '../fixtures/before/request-scoped.js'
import { type Manager, PermissionError, UnifiedToolDispatcher } from '../fixtures/before/unified.js'
import { contextOf } from './support/people.js'
import { untyped } from './support/untyped.js'

// That the renderings behave as the originals were observed to (Q1 to Q123), where the conformance kit cannot look.

const echo = { name: 'echo', arun: (parameters: unknown) => parameters }
const breaks = { name: 'breaks', arun: () => Promise.reject(new Error('shelf 9 is empty')) }

function keeping() {
  const sent: unknown[] = []
  const manager: Manager = { sendEvent: (type, data) => sent.push([type, data['status'], typeof data['error']]) }
  return { sent, manager }
}

async function unifiedOf(manager: Manager | null = null, ...tools: readonly { name: string; arun(): unknown }[]) {
  const dispatcher = await UnifiedToolDispatcher.createForUser(contextOf(), manager)
  for (const tool of [echo, breaks, ...tools]) dispatcher.registerTool(tool)
  return dispatcher
}

describe('unified', () => {
  it('cannot be created with a tool (Q98), and skips a second one of a name (Q101)', async () => {
    await expect(UnifiedToolDispatcher.createForUser(contextOf(), null, [echo])).rejects.toThrow('_metrics')
    const dispatcher = await unifiedOf(keeping().manager, { name: 'echo', arun: () => 'another' })
    expect(await dispatcher.executeTool('echo', { a: 1 })).toEqual({ success: true, result: { a: 1 } })
  })

  it('announces a success as an error that is a number (Q66)', async () => {
    const { sent, manager } = keeping()
    await (await unifiedOf(manager)).executeTool('echo')
    expect(sent).toEqual([
      ['tool_executing', undefined, 'undefined'],
      ['tool_completed', 'error', 'number'],
    ])
  })

  it('gives a failure back as the result of a success (Q33)', async () => {
    const outcome = await (await unifiedOf(keeping().manager)).executeTool('breaks')
    expect(outcome).toMatchObject({ success: true, result: { status: 'error', message: 'shelf 9 is empty' } })
  })

  it('fails without a transport (Q60), and with a parameter named context (Q24)', async () => {
    expect(await (await unifiedOf()).executeTool('echo')).toMatchObject({
      success: false,
      error: expect.stringContaining('WebSocket') as string as unknown,
    })
    const dispatcher = await unifiedOf(keeping().manager)
    expect(await dispatcher.executeTool('echo', { context: 'of a row' })).toMatchObject({ success: false })
  })

  it('refuses an admin tool to an admin dispatcher without the right, silently (Q63), and to no other (Q88)', async () => {
    const { sent, manager } = keeping()
    const admin = await UnifiedToolDispatcher.createForUser(contextOf(), manager, [], true)
    await expect(admin.executeTool('system_config')).rejects.toThrow(PermissionError)
    expect(sent).toEqual([])
    const other = await unifiedOf(manager, { name: 'system_config', arun: () => 'changed' })
    expect(await other.executeTool('system_config')).toEqual({ success: true, result: 'changed' })
  })
})

describe('legacy', () => {
  it('has the class of another module under both names (Q2, Q3)', () => {
    expect(legacy.ToolDispatcher).toBe(RequestScopedToolDispatcher)
    expect(legacy.UnifiedToolDispatcher).not.toBe(UnifiedToolDispatcher)
  })

  it('makes everybody without a context one user, each time anew (Q122)', () => {
    const [one, other] = [legacy.createToolDispatcher(), legacy.createToolDispatcher()]
    expect([one.userContext.userId, other.userContext.userId]).toEqual(['legacy_user', 'legacy_user'])
    expect(one).not.toBe(other)
  })

  it('takes any manager for an emitter (Q21)', () => {
    expect(legacy.createRequestScopedToolDispatcher(contextOf(), {}).hasWebsocketSupport).toBe(true)
  })
})

describe('request-scoped', () => {
  it('does nothing at all on the registry that there was (Q1), its own end included (Q42)', async () => {
    expect(() => new RequestScopedToolDispatcher(contextOf(), [echo])).toThrow(TypeError)
    const dispatcher = new RequestScopedToolDispatcher(contextOf())
    expect(() => dispatcher.hasTool('echo')).toThrow(TypeError)
    await expect(dispatcher.dispatch('echo')).rejects.toThrow(TypeError)
    await expect(dispatcher.cleanup()).rejects.toThrow(TypeError)
    expect(dispatcher.active).toBe(true)
  })

  it('never runs a tool by dispatch() (Q61), and rejects what holds null (Q112)', async () => {
    let runs = 0
    const tools = [{ name: 'count', arun: () => (runs += 1) }]
    const dispatcher = new RequestScopedToolDispatcher(contextOf(), tools, {}, new MockedRegistry())
    expect(await dispatcher.dispatch('count')).toMatchObject({
      status: 'error',
      message: expect.stringMatching(/^Tool execution failed/) as string as unknown,
    })
    await expect(dispatcher.dispatch('count', { a: null })).rejects.toThrow('validation error')
    expect(runs).toBe(0)
  })

  it('answers a foreign run as an unknown tool (Q35), and loses the words of a tool without a transport (Q64)', async () => {
    const context = contextOf()
    const dispatcher = new RequestScopedToolDispatcher(context, [breaks], null, new MockedRegistry())
    expect((await dispatcher.dispatchTool('breaks', {}, {}, 'another')).error).toBe('Tool breaks not found')
    expect((await dispatcher.dispatchTool('breaks', {}, {}, context.runId)).error).not.toContain('shelf 9')
  })
})

describe('core', () => {
  it('makes dispatchers of another class (Q58), with a transport that nobody tells anything (Q56)', async () => {
    const factory = new ToolDispatcherFactory()
    const made = await CoreToolDispatcher.createRequestScopedDispatcher(factory, contextOf(), [], keeping().manager)
    expect(made).not.toBeInstanceOf(CoreToolDispatcher)
    expect([made.hasWebsocketSupport, made.executor.websocketBridge]).toEqual([true, null])
  })

  it('lets what the engine throws through (Q37)', async () => {
    const dispatcher = CoreToolDispatcher.initFromFactory([echo], null, new MockedRegistry())
    await expect(dispatcher.dispatch('echo')).rejects.toThrow(TypeError)
  })
})

describe('enhanced', () => {
  it('makes objects of its class that have none of its methods (Q49)', async () => {
    const made = await EnhancedToolDispatcher.createForUser(contextOf())
    expect(made).toBeInstanceOf(EnhancedToolDispatcher)
    for (const method of ['dispatch', 'executeTool', 'hasTool', 'cleanup']) expect(method in made).toBe(false)
  })

  it('calls a factory method that there is nowhere (Q50)', () => {
    expect(() => EnhancedToolDispatcherFactory.createEnhancedDispatcher(contextOf())).toThrow(TypeError)
  })

  it('hides why a creation failed (Q44)', async () => {
    const creation = EnhancedToolDispatcher.createForUser(contextOf(), { tools: [echo] })
    await expect(creation).rejects.toThrow('The original implementation is no longer available')
  })

  it("gives one user's transport to the next who has none (Q55)", async () => {
    const { manager } = keeping()
    await EnhancedToolDispatcherFactory.createForAdmin({ userContext: contextOf(), websocketManager: manager })
    const next = await theFactory.createForUser(contextOf())
    expect(next).toHaveProperty('websocketEmitter', manager)
  })

  it('makes what wraps another dispatcher where the transport is a bridge, and stays active after its end (Q118)', async () => {
    const calls: unknown[] = []
    const bridge = { notifyToolExecuting: (...given: unknown[]) => calls.push(given) }
    const made = await EnhancedToolDispatcherFactory.createForAdmin({
      userContext: contextOf(),
      websocketManager: bridge,
    })
    expect(made).not.toBeInstanceOf(RequestScopedToolDispatcher)
    await made.cleanup().catch(() => {})
    expect(made.active).toBe(true)
    // Of the two names the tool's is where the run's should be (Q69).
    const { sendEvent } = theFactory.websocketManager as { sendEvent(...given: unknown[]): unknown }
    untyped(sendEvent, undefined, 'tool_executing', { toolName: 'echo', parameters: { a: 1 } })
    expect(calls).toEqual([['echo', { a: 1 }]])
  })
})
