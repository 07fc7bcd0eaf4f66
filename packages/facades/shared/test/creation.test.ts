import { EventEmitter } from 'node:events'
import { ToolRegistry, UserExecutionContext } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { nameOf, own, PermissionError, type OptionalTools } from '../src/index.js'
import { untyped } from './support/untyped.js'
import { codeOf, warningsOf } from './support/warnings.js'

const ids = { userId: 'ada', threadId: 'thread-1', runId: 'run-1' }
const context = UserExecutionContext.create(ids)
const greet = { name: 'greet', execute: () => 'hello' }
const refuse = (received: unknown) => new RangeError(`no context: ${nameOf(received)}`)

describe('own()', () => {
  it('takes the context and options beside it', () => {
    const { kind, unified } = own(context, { tools: [greet] }, refuse)
    expect(kind).toBe('own')
    expect(unified.context).toBe(context)
    expect(unified.availableTools).toEqual(['greet'])
  })

  it('takes everything in one object, before what stands beside it', () => {
    const creation = { userContext: context, tools: [greet] }
    expect(own(creation, { tools: [] }, refuse).unified.availableTools).toEqual(['greet'])
  })

  it('honours what stands beside an object that lacks it', async () => {
    const types: string[] = []
    const transport = { sendEvent: (type: string) => void types.push(type) }
    const { unified } = own({ userContext: context }, { tools: [greet], websocketManager: transport }, refuse)
    await unified.executeTool('greet')
    expect(types).toEqual(['tool_executing', 'tool_completed'])
  })

  it.each<[string, unknown]>([
    ['a transport', { sendEvent: () => {} }],
    ['a transport', new EventEmitter()],
    ['a list', [greet]],
    ['a list', new Set([greet])],
    ['a list', new ToolRegistry([greet])],
    ['number', 5],
    ['string', 'tools'],
    ['function', () => {}],
  ])('refuses %s in the place of the options, instead of losing it', (words, given) => {
    expect(() => untyped(own, context, given, refuse)).toThrow(TypeError)
    expect(() => untyped(own, context, given, refuse)).toThrow(words)
  })

  it('takes null for no options', () => {
    expect(untyped(own, context, null, refuse)).toMatchObject({ kind: 'own' })
  })

  it('takes no dispatcher for what one is created from, though it has a userContext', () => {
    class Dispatcher {
      get userContext() {
        return context
      }
    }
    expect(() => untyped(own, new Dispatcher(), {}, refuse)).toThrow('no context')
  })

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['ada', 'string'],
    [{}, 'an object with nothing in it'],
    [{ userId: 'ada' }, 'an object with userId'],
    [{ userContext: { userId: 'ada' } }, 'an object with userId'],
    [{ userContext: undefined }, 'undefined'],
  ])('refuses %o as a context, saying what it received', (received, words) => {
    expect(() => untyped(own, received, {}, refuse)).toThrow(new RangeError(`no context: ${words}`))
  })

  it.each(['websocketManager', 'websocketEmitter', 'websocketBridge'])('takes the transport as %s', async (name) => {
    const types: string[] = []
    const transport = { sendEvent: (type: string) => void types.push(type) }
    const { unified } = own(context, { tools: [greet], [name]: transport }, refuse)
    await unified.executeTool('greet')
    expect(types).toEqual(['tool_executing', 'tool_completed'])
  })

  it('has no event sink without a transport, unless one can be connected later', () => {
    expect(own(context, {}, refuse)).toMatchObject({ events: undefined, unified: { hasEvents: false } })
    expect(own(context, {}, refuse, { switchable: true }).events?.transport).toBeNull()
  })

  it('takes tools from an array, a set, a generator, a record, a registry, or none', () => {
    const named = (tools: OptionalTools) => own(context, { tools }, refuse).unified.availableTools
    function* generated() {
      yield greet
    }
    for (const tools of [[greet], new Set([greet]), generated(), { greet }, new ToolRegistry([greet])]) {
      expect(named(tools)).toEqual(['greet'])
    }
    expect(named(null)).toEqual([])
    expect(named(undefined)).toEqual([])
  })

  it('takes a name that comes twice once, with a process warning', async () => {
    let names: readonly string[] = []
    const warnings = await warningsOf(() => {
      names = own(context, { tools: [greet, { ...greet, execute: () => 'again' }] }, refuse).unified.availableTools
    })
    expect(names).toEqual(['greet'])
    expect(warnings.map(codeOf)).toEqual(['SWITCHYARD_DUPLICATE_TOOL'])
  })

  it.each([
    ['emitCriticalEvent', { emitCriticalEvent: () => {} }],
    ['sendEvent', { sendEvent: () => {} }],
    ['notifyToolExecuting', { notifyToolExecuting: () => {}, notifyToolCompleted: () => {} }],
    ['emit', { emit: () => {} }],
  ])('refuses a transport with %s in the place of the tools', (method, transport) => {
    const create = () => untyped(own, context, { tools: transport }, refuse)
    expect(create).toThrow(TypeError)
    expect(create).toThrow(`received an object with ${method}, which is a transport. Check the order of the arguments.`)
  })

  it.each([
    ['an EventEmitter', new EventEmitter()],
    ['half a bridge', { notifyToolExecuting: () => {} }],
    ['an object without methods', {}],
    ['text', 'ws://'],
    ['tools', [greet]],
  ])('refuses %s as a transport', (_, websocketManager) => {
    expect(() => untyped(own, context, { websocketManager }, refuse)).toThrow(TypeError)
  })

  it('demands the role admin at once for enableAdminTools', () => {
    expect(() => own(context, { enableAdminTools: true }, refuse)).toThrow(PermissionError)
    const admin = UserExecutionContext.create({ ...ids, roles: ['admin'] })
    expect(own(admin, { enableAdminTools: true }, refuse).unified.isActive).toBe(true)
    expect(own(context, { enableAdminTools: false }, refuse).unified.isActive).toBe(true)
  })

  it('says whose context lacks the right, and keeps the cause', () => {
    const create = () => own(context, { enableAdminTools: true }, refuse)
    const denied: unknown = expect.objectContaining({ code: 'permission_denied' })
    expect(create).toThrow('user "ada" has no roles')
    expect(create).toThrow(expect.objectContaining({ cause: denied }))
  })
})
