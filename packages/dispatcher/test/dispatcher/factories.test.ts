import { describe, expect, it, vi } from 'vitest'
import {
  DirectInstantiationError,
  type DispatcherOptions,
  type EventSink,
  InvalidContextError,
  ToolRegistry,
  UnifiedToolDispatcher,
  UserExecutionContext,
} from '../../src/index.js'
import { useFakeClock } from '../support/fake-clock.js'
import { codeOf, Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith, newUserId } from '../support/requests.js'

useFakeClock()

const tools = {
  echo: { execute: (input: unknown) => input },
  broken: { execute: () => Promise.reject(new Error('broken')) },
  endless: { execute: () => new Promise<never>(() => {}) },
  corpus_list: { execute: () => 'never' },
}

describe('new UnifiedToolDispatcher()', () => {
  it.each([
    { given: [] },
    { given: [contextOf()] },
    { given: [Symbol('factory'), contextOf()] },
    { given: [undefined, {}] },
  ])('throws DirectInstantiationError, whatever it is given', ({ given }) => {
    const create = (): unknown => Reflect.construct(UnifiedToolDispatcher, given)
    expect(create).toThrow(DirectInstantiationError)
    expect(create).toThrow(expect.objectContaining({ code: 'direct_instantiation' }))
    for (const factory of ['createForUser', 'createForAdmin', 'withScope']) expect(create).toThrow(factory)
  })
})

const NO_CONTEXTS: { what: string; value: unknown }[] = [
  { what: 'undefined', value: undefined },
  { what: 'null', value: null },
  { what: 'a user id', value: 'u-7291' },
  { what: 'the ids alone', value: { userId: 'u-7291', threadId: 't-1', runId: 'r-1' } },
  { what: 'a context as JSON', value: contextOf().toJSON() },
  { what: 'a copy of a context', value: Object.assign({}, contextOf()) },
  { what: 'something that inherits from a context', value: Object.create(contextOf()) },
  { what: 'something with the prototype of a context', value: Object.create(UserExecutionContext.prototype) },
]

describe('a factory without a context', () => {
  it.each(NO_CONTEXTS)('throws InvalidContextError for $what', async ({ value }) => {
    const { activeDispatchers } = UnifiedToolDispatcher.globalMetrics()
    const context = value as UserExecutionContext
    const use = vi.fn<() => void>()
    const refusal = expect.objectContaining({ code: 'invalid_context', field: 'context', value }) as Error
    expect(() => UnifiedToolDispatcher.createForUser(context)).toThrow(InvalidContextError)
    expect(() => UnifiedToolDispatcher.createForUser(context)).toThrow(refusal)
    expect(() => UnifiedToolDispatcher.createForAdmin(context)).toThrow(refusal)
    await expect(UnifiedToolDispatcher.withScope(context, {}, use)).rejects.toThrow(refusal)
    expect(use).not.toHaveBeenCalled()
    expect(UnifiedToolDispatcher.globalMetrics().activeDispatchers).toBe(activeDispatchers)
  })
})

describe('a factory with a wrong option', () => {
  const WRONG: { message: string; options: unknown }[] = [
    { message: 'The options of a dispatcher are an object; received null.', options: null },
    { message: 'The options of a dispatcher are an object; received "events".', options: 'events' },
    {
      message: 'events must be an EventSink, an object with emit(event); received a function.',
      options: { events: () => {} },
    },
    {
      message: 'events must be an EventSink, an object with emit(event); received an object.',
      options: { events: {} },
    },
    { message: 'middleware must be an array of functions; received a function.', options: { middleware: () => {} } },
    { message: 'middleware must be an array of functions; received an array of 1.', options: { middleware: ['log'] } },
    { message: 'redact must be an array of strings; received "iban".', options: { redact: 'iban' } },
    { message: 'limits must be an object; received null.', options: { limits: null } },
  ]

  it.each(WRONG)('throws a TypeError: $message', ({ message, options }) => {
    const { activeDispatchers } = UnifiedToolDispatcher.globalMetrics()
    const create = () => dispatcherWith(options as DispatcherOptions)
    expect(create).toThrow(TypeError)
    expect(create).toThrow(message)
    expect(UnifiedToolDispatcher.globalMetrics().activeDispatchers).toBe(activeDispatchers)
  })

  it.each([undefined, {}, { tools: undefined, events: undefined, limits: undefined, permissions: undefined }])(
    'takes options that say nothing: %j',
    (options) => {
      const dispatcher = UnifiedToolDispatcher.createForUser(contextOf(), options)
      expect(dispatcher.availableTools).toEqual([])
    },
  )
})

describe('createForUser()', () => {
  it('gives a dispatcher of the context, with an id of its own', () => {
    const context = contextOf()
    const [one, two] = [UnifiedToolDispatcher.createForUser(context), UnifiedToolDispatcher.createForUser(context)]
    expect(one).toBeInstanceOf(UnifiedToolDispatcher)
    expect([one.context, two.context]).toEqual([context, context])
    expect(one.context).toBe(context)
    expect(one.dispatcherId).not.toBe(two.dispatcherId)
    expect(one.dispatcherId).toBe(one.dispatcherId)
    expect([one.isActive, two.isActive]).toEqual([true, true])
  })

  it('knows whether events go anywhere', () => {
    const sink: EventSink = { emit: () => {} }
    expect([dispatcherWith().hasEvents, dispatcherWith({ events: sink }).hasEvents]).toEqual([false, true])
  })

  it('works without events', async () => {
    const dispatcher = dispatcherWith({ tools })
    expect(codeOf(await dispatcher.executeTool('echo', 'heard by nobody'))).toBe('success: heard by nobody')
    expect(dispatcher.metrics).toMatchObject({ eventsEmitted: 0, eventsFailed: 0 })
  })

  it('shares the registry it is given and the limits of its user, and nothing else', async () => {
    const registry = new ToolRegistry([{ name: 'echo', execute: (input: unknown) => input }])
    const events = [new Recorder(), new Recorder()]
    const userIds = [newUserId(), newUserId()]
    const [ada, grace] = userIds.map((userId, index) =>
      dispatcherWith({ tools: registry, events: events[index] }, contextOf({ userId })),
    )
    ada?.registerTool({ name: 'own', execute: () => 'hers' })
    await ada?.executeTool('own')
    await ada?.executeTool('echo')
    await grace?.executeTool('echo')
    expect([ada?.availableTools, grace?.availableTools]).toEqual([['echo', 'own'], ['echo']])
    expect([ada?.metrics.toolsExecuted, grace?.metrics.toolsExecuted]).toEqual([2, 1])
    expect(events.map((recorder) => new Set(recorder.events.map(({ userId }) => userId)))).toEqual(
      userIds.map((userId) => new Set([userId])),
    )
    await ada?.dispose()
    expect([ada?.isActive, grace?.isActive]).toEqual([false, true])
  })
})

describe('withScope()', () => {
  it.each([
    { how: 'at once', use: (dispatcher: UnifiedToolDispatcher) => dispatcher.availableTools.length },
    { how: 'later', use: async (dispatcher: UnifiedToolDispatcher) => dispatcher.availableTools.length },
  ])('gives what use gives $how, and disposes the dispatcher', async ({ use }) => {
    const lent: UnifiedToolDispatcher[] = []
    const given = await UnifiedToolDispatcher.withScope(contextOf(), { tools }, (dispatcher) => {
      lent.push(dispatcher)
      expect(dispatcher.isActive).toBe(true)
      return use(dispatcher)
    })
    expect(given).toBe(4)
    expect(lent.map(({ isActive }) => isActive)).toEqual([false])
  })

  it.each([
    {
      how: 'throws',
      use: (): never => {
        throw new Error('the request failed')
      },
    },
    { how: 'rejects', use: () => Promise.reject(new Error('the request failed')) },
  ])('disposes the dispatcher where use $how, and rejects with the same', async ({ use }) => {
    const lent: UnifiedToolDispatcher[] = []
    const scope = UnifiedToolDispatcher.withScope(contextOf(), undefined, (dispatcher) => {
      lent.push(dispatcher)
      return use()
    })
    await expect(scope).rejects.toThrow('the request failed')
    expect(lent.map(({ isActive }) => isActive)).toEqual([false])
  })

  it('aborts calls that use did not wait for', async () => {
    const { call } = await UnifiedToolDispatcher.withScope(contextOf(), { tools }, (dispatcher) => ({
      call: dispatcher.executeTool('endless'),
    }))
    expect(codeOf(await call)).toBe('aborted')
  })

  it.each<{ options: unknown; names: string }>([
    { options: { limits: { timeoutMs: -1 } }, names: 'limits.timeoutMs' },
    { options: 'events', names: '"events"' },
    { options: 7, names: '7' },
  ])('rejects, and never throws synchronously, for the wrong options $options', async ({ options, names }) => {
    const scope = UnifiedToolDispatcher.withScope(contextOf(), options as DispatcherOptions, () => 'used')
    await expect(scope).rejects.toThrow(TypeError)
    await expect(scope).rejects.toThrow(names)
  })

  it('lets use dispose the dispatcher itself', async () => {
    const given = await UnifiedToolDispatcher.withScope(contextOf(), { tools }, async (dispatcher) => {
      await dispatcher.dispose()
      return 'done'
    })
    expect(given).toBe('done')
  })
})

describe('metrics', () => {
  it('are zero for a new dispatcher', () => {
    vi.setSystemTime(1_700_000_000_000)
    const dispatcher = dispatcherWith()
    expect(dispatcher.metrics).toEqual({
      toolsExecuted: 0,
      successfulExecutions: 0,
      failedExecutions: 0,
      totalExecutionTimeMs: 0,
      lastExecutionTime: null,
      eventsEmitted: 0,
      eventsFailed: 0,
      permissionChecks: 0,
      permissionDenials: 0,
      securityViolations: 0,
      unsettledCalls: 0,
      unsettledCallsByTool: {},
      queuedCalls: 0,
      createdAt: new Date(1_700_000_000_000),
      dispatcherId: dispatcher.dispatcherId,
      userId: dispatcher.context.userId,
      runId: 'run-1',
    })
  })

  it('count every call in one of the two outcomes, an unknown tool and a denial too', async () => {
    const before = UnifiedToolDispatcher.globalMetrics()
    const dispatcher = dispatcherWith({ tools, events: new Recorder() })
    await dispatcher.executeTool('echo')
    await dispatcher.executeTool('broken')
    await dispatcher.executeTool('missing')
    await dispatcher.executeTool('corpus_list')
    await dispatcher.executeTool('echo', {}, { runId: 'run-2' })
    const call = dispatcher.executeTool('endless', {}, { timeoutMs: 70 })
    expect(dispatcher.metrics.toolsExecuted).toBe(5)
    vi.advanceTimersByTime(70)
    await call
    const counts = {
      toolsExecuted: 6,
      successfulExecutions: 1,
      failedExecutions: 5,
      eventsEmitted: 12,
      eventsFailed: 0,
      securityViolations: 1,
    }
    expect(dispatcher.metrics).toMatchObject({
      ...counts,
      permissionChecks: 4,
      permissionDenials: 1,
      totalExecutionTimeMs: 70,
      lastExecutionTime: new Date(),
    })
    const after = UnifiedToolDispatcher.globalMetrics()
    for (const [name, count] of Object.entries(counts)) {
      expect(Reflect.get(after, name) - Reflect.get(before, name), name).toBe(count)
    }
  })

  it('are a copy at the time of asking', async () => {
    const dispatcher = dispatcherWith({ tools })
    const before = dispatcher.metrics
    before.createdAt.setTime(0)
    Object.assign(before, { toolsExecuted: 99 })
    await dispatcher.executeTool('echo')
    expect(dispatcher.metrics.toolsExecuted).toBe(1)
    expect(dispatcher.metrics.createdAt.getTime()).not.toBe(0)
  })

  it('say when the last call settled', async () => {
    const dispatcher = dispatcherWith({ tools })
    await dispatcher.executeTool('echo')
    const settled = new Date()
    vi.advanceTimersByTime(90_000)
    expect(dispatcher.metrics.lastExecutionTime).toEqual(settled)
  })
})

describe('an option that there is not', () => {
  it.each(['permission', 'tool', 'event', 'executors'])('is refused by its name: %s', (name) => {
    const options = { [name]: () => ({ allow: false }) }
    expect(() => UnifiedToolDispatcher.createForUser(contextOf(), options)).toThrow(
      `There is no option "${name}"; the options are tools, events, limits, permissions, middleware, adminTools, redact, executor, sharedLimits.`,
    )
  })

  it('is refused by withScope() too, before anything runs', async () => {
    const use = vi.fn<() => void>()
    await expect(UnifiedToolDispatcher.withScope(contextOf(), { permission: use } as never, use)).rejects.toThrow(
      TypeError,
    )
    expect(use).not.toHaveBeenCalled()
  })
})
