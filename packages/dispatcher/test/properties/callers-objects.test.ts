import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  type DispatchCall,
  type DispatcherOptions,
  type DispatchMiddleware,
  type Tool,
  type ToolExecutionResult,
  ToolRegistry,
  type UnifiedToolDispatcher,
  UserExecutionContext,
} from '../../src/index.js'
import type { AnyTool } from '../../src/tool.js'
import { gate, settleMicrotasks } from '../support/gate.js'
import { Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith, newUserId } from '../support/requests.js'
import { data, mutate, mutations } from './mutation.js'

// Hundreds of programs in one test; a loaded machine is slow.
vi.setConfig({ testTimeout: 60_000 })

describe('what callers pass in and change afterwards', () => {
  const ways = ['array', 'record', 'registry', 'registerTool'] as const

  it.each(ways)('changes nothing where it is tools, given by %s', async (way) => {
    await fc.assert(
      fc.asyncProperty(mutations, async (how) => {
        const [untouched, given] = [newTools(), newTools()]
        const control = offering(way, untouched)
        const { dispatcher, passed } = offering(way, given)
        mutate(passed, how)
        mutate(given, how)
        expect(await factsOf(dispatcher)).toEqual(await factsOf(control.dispatcher))
      }),
    )
  })

  it('changes nothing where it is options', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (how) => {
        const options = newOptions()
        const dispatcher = dispatcherWith(options)
        mutate({ ...options, tools: undefined, events: undefined, context: undefined }, how)
        mutate([options.adminTools, options.redact, options.limits, options.middleware], how)
        expect(await factsOf(dispatcher)).toEqual(await factsOf(dispatcherWith(newOptions())))
      }),
    )
  })

  it('changes nothing where it is what a context is made of, nor does what a context gives', () => {
    fc.assert(
      fc.property(data, fc.array(fc.string()), mutations, (metadata, roles, how) => {
        const ids = { userId: newUserId(), threadId: 'thread-1', runId: 'run-1', requestId: 'request-1' }
        const init = { ...ids, roles, metadata }
        const context = UserExecutionContext.create(init)
        const before = structuredClone(plain(context))
        mutate(init, how)
        mutate(metadata, how)
        expect(plain(context)).toEqual(before)
        mutate([context, context.metadata, context.roles, context.createdAt, context.toJSON()], how)
        expect(plain(context)).toEqual(before)
      }),
    )
  })

  const waits = ['nothing', 'a slot', 'an asynchronous policy', 'a middleware'] as const

  it.each(waits)('changes nothing where it is the parameters of a call that waits for %s', async (awaited) => {
    await fc.assert(
      fc.asyncProperty(data, mutations, async (parameters, how) => {
        const given = structuredClone(parameters)
        const { ran, shown } = await runWhile(awaited, given, () => mutate(given, how))
        const control = await runWhile(awaited, parameters, () => {})
        expect(ran).toEqual(parameters)
        expect(shown).toEqual(control.shown)
      }),
    )
  })
})

describe('what is handed out and changed', () => {
  it('changes nothing of what anybody is given next, the same user or another one', async () => {
    await fc.assert(
      fc.asyncProperty(mutations, async (how) => {
        const tools = new ToolRegistry(newTools())
        const [dispatcher, other] = [dispatcherWith({ tools }), dispatcherWith({ tools })]
        const control = await factsOf(dispatcherWith({ tools: new ToolRegistry(newTools()) }))
        const results = await resultsOf(dispatcher)
        const before = dispatcher.metrics
        mutate([dispatcher.availableTools, dispatcher.tools, dispatcher.toolDefinitions()], how)
        mutate([tools.names(), tools.get('add'), dispatcher.context, dispatcher.metrics, results], how)
        mutate([dispatcher.metrics, results], how)
        mutate(dispatcher.toolDefinitions(), how)
        const { lastExecutionTime, ...counts } = before
        expect(dispatcher.metrics).toMatchObject(counts)
        expect(lastExecutionTime).toBeInstanceOf(Date)
        expect(await factsOf(other)).toEqual(control)
        expect(await factsOf(dispatcher)).toEqual(control)
      }),
    )
  })

  it('leaves the events as they were where it is the result', async () => {
    await fc.assert(
      fc.asyncProperty(data, mutations, async (output, how) => {
        const events = new Recorder()
        const dispatcher = dispatcherWith({ tools: [{ name: 'gives', execute: () => output }], events })
        const result = await dispatcher.executeTool('gives')
        expect(result.result).toBe(output)
        const before = structuredClone(events.events)
        mutate(result, how)
        expect(events.events).toEqual(before)
      }),
    )
  })

  it('puts nobody else’s ids on anything where it is the call that a middleware is shown', async () => {
    const names = ['context', 'toolName', 'callId', 'scope', 'tool', 'parameters', 'cacheKey']
    await fc.assert(
      fc.asyncProperty(fc.subarray(names), fc.boolean(), async (changed, deletes) => {
        const events = new Recorder()
        const context = contextOf()
        const change: DispatchMiddleware = (call, next) => {
          for (const name of changed) {
            if (deletes) Reflect.deleteProperty(call, name)
            else Reflect.set(call, name, name === 'context' ? contextOf() : 'foreign')
          }
          return next()
        }
        const seen: DispatchCall[] = []
        const see: DispatchMiddleware = (call, next) => {
          seen.push(call)
          return next()
        }
        const dispatcher = dispatcherWith({ tools: newTools(), events, middleware: [change, see] }, context)
        const result = await dispatcher.executeTool('add', { a: 1, b: 2 })
        const ids = { userId: context.userId, runId: context.runId }
        expect(result).toMatchObject({ success: true, result: 3, toolName: 'add', ...ids })
        expect(seen[0]).toMatchObject({ toolName: 'add', callId: result.callId, context, parameters: { a: 1, b: 2 } })
        for (const event of events.events) {
          expect(event).toMatchObject({ ...ids, payload: { toolName: 'add', callId: result.callId } })
        }
      }),
    )
  })
})

/** Fresh objects each time, so that changing some leaves the others. */
function newTools(): Tool[] {
  const number = { type: 'number' }
  const add: Tool = {
    name: 'add',
    description: 'Adds two numbers.',
    timeoutMs: 1_000,
    inputSchema: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) =>
          typeof Reflect.get(Object(value), 'a') === 'number'
            ? { value }
            : { issues: [{ message: 'a must be a number' }] },
        jsonSchema: { input: () => ({ type: 'object', properties: { a: number, b: number }, required: ['a', 'b'] }) },
      },
    } as Tool['inputSchema'],
    execute: (input) => Number(Reflect.get(Object(input), 'a')) + Number(Reflect.get(Object(input), 'b')),
  }
  return [
    add,
    { name: 'guarded', requiredRoles: ['editor'], execute: () => 'never' },
    { name: 'system_config', execute: () => ({ host: 'h-1', password: 'p-1' }) },
    { name: 'throws', execute: () => Promise.reject(new Error('The tool is broken')) },
  ]
}

function newOptions(): DispatcherOptions {
  return {
    tools: newTools(),
    adminTools: ['add'],
    redact: ['host'],
    limits: { maxInputBytes: 50, callsPerMinutePerUser: 6 },
    middleware: [(_, next) => next()],
    permissions: ({ toolName }) => ({ allow: toolName !== 'throws' }),
  }
}

function offering(way: string, tools: AnyTool[]): { dispatcher: UnifiedToolDispatcher; passed: unknown } {
  if (way === 'registerTool') {
    const dispatcher = dispatcherWith()
    for (const tool of tools) dispatcher.registerTool(tool)
    return { dispatcher, passed: tools }
  }
  const record = Object.fromEntries(tools.map((tool) => [tool.name, tool]))
  const passed = way === 'array' ? [...tools] : way === 'record' ? record : tools
  return { dispatcher: dispatcherWith({ tools: way === 'registry' ? new ToolRegistry(tools) : passed }), passed }
}

const CALLS: readonly (readonly [string, unknown])[] = [
  ['add', { a: 1, b: 2 }],
  ['add', { a: 'one' }],
  ['add', { a: 1, text: 'x'.repeat(50) }],
  ['guarded', {}],
  ['system_config', {}],
  ['throws', {}],
  ['replaced', {}],
]

async function resultsOf(dispatcher: UnifiedToolDispatcher): Promise<ToolExecutionResult[]> {
  const results: ToolExecutionResult[] = []
  for (const [name, parameters] of CALLS) results.push(await dispatcher.executeTool(name, parameters))
  return results
}

/** Everything that a dispatcher says and does, without ids and times. */
async function factsOf(dispatcher: UnifiedToolDispatcher): Promise<unknown> {
  const results = await resultsOf(dispatcher)
  return structuredClone({
    outcomes: results.map(({ success, toolName, result, error }) => [
      success,
      toolName,
      result,
      error?.code,
      error?.message.replaceAll(/\d+ ms/g, 'some ms'),
      error?.issues,
    ]),
    definitions: dispatcher.toolDefinitions(),
    names: dispatcher.availableTools,
    tools: Object.entries(dispatcher.tools).map(([name, { description, requiredRoles, timeoutMs }]) => [
      name,
      description,
      requiredRoles,
      timeoutMs,
    ]),
    active: dispatcher.isActive,
  })
}

/** Runs a call, and something else while the call waits; what the body got and what the event showed. */
async function runWhile(awaited: string, parameters: unknown, meanwhile: () => void) {
  const opens = gate()
  const events = new Recorder()
  let ran: unknown
  const dispatcher = dispatcherWith({
    events,
    limits: { concurrentCallsPerUser: 1 },
    tools: [
      { name: 'blocks', execute: () => opens.promise },
      { name: 'keeps', execute: (input: unknown) => void (ran = structuredClone(input)) },
    ],
    permissions: awaited === 'an asynchronous policy' ? () => opens.promise.then(() => ({ allow: true })) : undefined,
    middleware: awaited === 'a middleware' ? [async (_, next) => (await opens.promise, next())] : [],
  })
  const blocking = awaited === 'a slot' ? dispatcher.executeTool('blocks') : undefined
  const call = dispatcher.executeTool('keeps', parameters)
  meanwhile()
  await settleMicrotasks()
  meanwhile()
  opens.open(undefined)
  await Promise.all([blocking, call])
  const shown = events.events.filter((event) => event.type === 'tool_executing' && event.payload.toolName === 'keeps')
  return { ran, shown: shown.map(({ payload }) => ({ ...payload, callId: undefined })) }
}

function plain(context: UserExecutionContext): unknown {
  const { createdAt, userId, threadId, runId, requestId, roles, metadata, operationDepth } = context
  return { createdAt, userId, threadId, runId, requestId, roles: [...roles], metadata: { ...metadata }, operationDepth }
}
