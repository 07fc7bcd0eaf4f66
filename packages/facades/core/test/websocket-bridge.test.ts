import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { ToolDispatcher } from '../src/index.js'
import { contextOf } from './support/people.js'

const tools = { greet: { execute: () => 'hello' } }

function recorder() {
  const types: string[] = []
  return { types, sendEvent: (type: string) => void types.push(type) }
}

const create = (bridge?: ReturnType<typeof recorder>) =>
  ToolDispatcher.createScopedDispatcherContext(contextOf(), tools, bridge)

async function warningsOf(action: () => void): Promise<string[]> {
  const messages: string[] = []
  const keep = (warning: Error) => void (warning.name === 'DeprecationWarning' || messages.push(warning.message))
  await new Promise((resolve) => setImmediate(resolve))
  process.on('warning', keep)
  action()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', keep)
  return messages
}

describe('setWebsocketBridge()', () => {
  it('sends later events to the new bridge only', async () => {
    const [first, second] = [recorder(), recorder()]
    const dispatcher = create(first)
    await dispatcher.dispatch('greet')
    dispatcher.setWebsocketBridge(second)
    await dispatcher.dispatch('greet')
    expect([first.types, second.types]).toEqual([
      ['tool_executing', 'tool_completed'],
      ['tool_executing', 'tool_completed'],
    ])
    expect(dispatcher.getWebsocketBridge()).toBe(second)
  })

  it('gives a dispatcher without a bridge one', async () => {
    const bridge = recorder()
    const dispatcher = create()
    expect([dispatcher.getWebsocketBridge(), dispatcher.hasWebsocketSupport]).toEqual([null, false])
    dispatcher.setWebsocketBridge(bridge)
    expect([dispatcher.getWebsocketBridge(), dispatcher.hasWebsocketSupport]).toEqual([bridge, true])
    await dispatcher.dispatch('greet')
    expect(bridge.types).toHaveLength(2)
  })

  it.each([[null], [undefined]])('takes %o for no bridge, with a process warning', async (none) => {
    const bridge = recorder()
    const dispatcher = create(bridge)
    expect(await warningsOf(() => dispatcher.setWebsocketBridge(none))).toEqual([
      'setWebsocketBridge(null): the events of this dispatcher reach nobody now.',
    ])
    expect((await dispatcher.dispatch('greet')).status).toBe('success')
    expect(bridge.types).toEqual([])
    expect(dispatcher.getWebsocketBridge()).toBeNull()
  })

  it('refuses what is no transport, and keeps the bridge it has', async () => {
    const bridge = recorder()
    const dispatcher = create(bridge)
    expect(() => dispatcher.setWebsocketBridge({} as typeof bridge)).toThrow(TypeError)
    await dispatcher.dispatch('greet')
    expect(bridge.types).toHaveLength(2)
  })

  it('throws on a view, whose owner decides', () => {
    const view = ToolDispatcher.from(UnifiedToolDispatcher.createForUser(contextOf()))
    expect(() => view.setWebsocketBridge(recorder())).toThrow('belongs to whoever created it')
    expect(view.getWebsocketBridge()).toBeNull()
  })

  it('throws after cleanup, as getWebsocketBridge and diagnoseWebsocketWiring do', async () => {
    const dispatcher = create(recorder())
    await dispatcher.cleanup()
    for (const use of [
      () => dispatcher.setWebsocketBridge(null),
      () => dispatcher.getWebsocketBridge(),
      () => dispatcher.diagnoseWebsocketWiring(),
    ]) {
      expect(use).toThrow(`Dispatcher ${dispatcher.dispatcherId} has been cleaned up`)
    }
  })
})

describe('diagnoseWebsocketWiring()', () => {
  it('finds nothing wrong where there is a bridge', () => {
    class Manager {
      sendEvent(): void {}
    }
    const dispatcher = ToolDispatcher.createScopedDispatcherContext(contextOf(), tools, new Manager())
    expect(dispatcher.diagnoseWebsocketWiring()).toEqual({
      dispatcherHasExecutor: true,
      executorType: 'UnifiedToolDispatcher',
      executorHasWebsocketBridgeAttr: true,
      websocketBridgeIsNone: false,
      websocketBridgeType: 'Manager',
      hasWebsocketSupport: true,
      criticalIssues: [],
    })
  })

  it('says that the bridge is null where there is none', () => {
    expect(create().diagnoseWebsocketWiring()).toMatchObject({
      websocketBridgeIsNone: true,
      websocketBridgeType: null,
      hasWebsocketSupport: false,
      criticalIssues: [expect.stringContaining('is null') as unknown],
    })
  })

  it('knows a bridge without a constructor', () => {
    const bare: { sendEvent(): void } = Object.assign(Object.create(null) as object, { sendEvent: () => {} })
    const dispatcher = ToolDispatcher.createScopedDispatcherContext(contextOf(), tools, bare)
    expect(dispatcher.diagnoseWebsocketWiring()).toMatchObject({ websocketBridgeType: 'Object', criticalIssues: [] })
  })

  it('finds nothing wrong on a view of a dispatcher with a sink', () => {
    const unified = UnifiedToolDispatcher.createForUser(contextOf(), { events: { emit: () => {} } })
    expect(ToolDispatcher.from(unified).diagnoseWebsocketWiring()).toMatchObject({
      hasWebsocketSupport: true,
      criticalIssues: [],
    })
  })
})
