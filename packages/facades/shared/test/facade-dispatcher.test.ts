import { UnifiedToolDispatcher, UserExecutionContext } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { FacadeDispatcher, instantiate, own, viewOf, type Binding, type OptionalTransport } from '../src/index.js'
import { untyped } from './support/untyped.js'
import { codeOf, warningsOf } from './support/warnings.js'

const context = UserExecutionContext.create({ userId: 'ada', threadId: 'thread-1', runId: 'run-1' })
const refuse = () => new TypeError('no context')

/** A facade as small as one can be. */
class Facade extends FacadeDispatcher {
  static over(binding: Binding): Facade {
    return new Facade(binding)
  }

  connect(transport: OptionalTransport): void {
    this.connectTransport(transport)
  }
}

class Derived extends Facade {}

const recorder = () => {
  const types: string[] = []
  return { types, sendEvent: (type: string) => void types.push(type) }
}
const switchable = (transport?: OptionalTransport) =>
  Facade.over(
    own(context, { websocketManager: transport, tools: { greet: { execute: () => 'hello' } } }, refuse, {
      switchable: true,
    }),
  )

describe('FacadeDispatcher', () => {
  // First in this file: the warning comes once in a process.
  it('warns once in a process that a dispatcher without a transport tells nobody', async () => {
    const warnings = await warningsOf(async () => {
      await switchable(recorder()).dispatch('greet')
      await switchable().dispatch('greet')
      await switchable().dispatch('greet')
    })
    expect(warnings.map(codeOf)).toEqual(['SWITCHYARD_NO_TRANSPORT'])
  })

  it('has web socket support while a transport is connected', () => {
    const facade = switchable()
    expect(facade.hasWebsocketSupport).toBe(false)
    facade.connect(recorder())
    expect(facade.hasWebsocketSupport).toBe(true)
    facade.connect(null)
    expect(facade.hasWebsocketSupport).toBe(false)
  })

  it('counts no event as sent that came while no transport was connected', async () => {
    const facade = switchable()
    await facade.dispatch('greet')
    expect(facade.getMetrics()).toMatchObject({ websocketEventsSent: 0, toolsExecuted: 1, hasWebsocketSupport: false })
    const transport = recorder()
    facade.connect(transport)
    await facade.dispatch('greet')
    expect(facade.getMetrics()).toMatchObject({ websocketEventsSent: 2, hasWebsocketSupport: true })
    expect(transport.types).toEqual(['tool_executing', 'tool_completed'])
  })

  it('lets a view connect nothing, since the owner decides', () => {
    const unified = UnifiedToolDispatcher.createForUser(context)
    expect(() => Facade.over(viewOf(unified)).connect(recorder())).toThrow(
      `Dispatcher ${unified.dispatcherId} belongs to whoever created it`,
    )
  })

  it('warns of requirePermissionCheck: false once for each dispatcher, and checks all the same', async () => {
    const facade = Facade.over(own(context, { tools: { system_config: { execute: () => 'ran' } } }, refuse))
    const bypass = { requirePermissionCheck: false }
    const warnings = await warningsOf(async () => {
      await expect(facade.executeTool('system_config', {}, bypass)).rejects.toThrow('system_config')
      await expect(facade.executeTool('system_config', {}, bypass)).rejects.toThrow('system_config')
    })
    expect(warnings.map(codeOf)).toEqual(['SWITCHYARD_PERMISSION_CHECK'])
  })

  it('refuses a function that is none, saying how to register what is one', () => {
    const facade = switchable()
    expect(() => untyped(facade.registerTool.bind(facade), 'add', { name: 'add' })).toThrow(
      'registerTool(name, fn) takes a function, and a tool alone: registerTool(tool). Received object.',
    )
  })
})

describe('instantiate()', () => {
  const binding = () => own(context, {}, refuse)

  it('makes an instance of the facade for a static that was taken off its class', () => {
    const made = instantiate(Facade, undefined, binding())
    expect(made.constructor).toBe(Facade)
  })

  it('makes an instance of a subclass whose static was called', () => {
    expect(instantiate(Facade, Derived, binding())).toBeInstanceOf(Derived)
  })

  it('makes an instance of the facade where this is a class of its own', () => {
    expect(instantiate(Facade, Map, binding()).constructor).toBe(Facade)
  })
})

describe('viewOf()', () => {
  it.each([[undefined], [null], [{}], ['dispatcher']])('refuses %o', (unified) => {
    expect(() => untyped(viewOf, unified)).toThrow(
      new TypeError(`from() takes a UnifiedToolDispatcher of @switchyard/dispatcher; received ${typeof unified}.`),
    )
  })
})
