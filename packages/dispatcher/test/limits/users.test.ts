import { describe, expect, it, vi } from 'vitest'
import { PermissionDeniedError, UnifiedToolDispatcher, type UserExecutionContext } from '../../src/index.js'
import { knownUsage, MOST_IDLE_USERS, rememberedUsers } from '../../src/limits.js'
import { useFakeClock } from '../support/fake-clock.js'
import { gate, settleMicrotasks } from '../support/gate.js'
import { codeOf } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

useFakeClock()

const tools = { echo: { execute: (input: unknown) => input }, endless: { execute: () => new Promise<never>(() => {}) } }

/** Lets enough users come and go that everybody who may be forgotten is. */
async function letOthersPass(): Promise<void> {
  for (let user = 0; user < 2 * MOST_IDLE_USERS; user += 1) await dispatcherWith().dispose()
}

describe('the users that are remembered', () => {
  it('are no more than before and a fixed number of idle ones, however many come and go', async () => {
    await letOthersPass()
    const before = rememberedUsers()
    for (let user = 0; user < 5_000; user += 1) {
      const dispatcher = dispatcherWith({ tools })
      await dispatcher.executeTool('echo')
      await dispatcher.dispose()
    }
    expect(rememberedUsers()).toBe(before)
    expect(before).toBeLessThanOrEqual(MOST_IDLE_USERS)
  })

  const WAYS: { way: string; live: () => Promise<unknown> }[] = [
    { way: 'dispose() in the middle of calls', live: () => midCalls().dispose() },
    {
      way: 'disposeAllForUser() in the middle of calls',
      live: () => UnifiedToolDispatcher.disposeAllForUser(midCalls().context.userId),
    },
    {
      way: 'dispose() after disposeAllForUser()',
      live: async () => {
        const dispatcher = midCalls()
        await UnifiedToolDispatcher.disposeAllForUser(dispatcher.context.userId)
        await dispatcher.dispose()
        await dispatcher.dispose()
      },
    },
    {
      way: 'withScope() that throws',
      live: () =>
        UnifiedToolDispatcher.withScope(contextOf(), { tools }, () => {
          throw new Error('broken')
        }).catch(() => {}),
    },
    {
      way: 'createForAdmin() without the role',
      live: async () => expect(() => UnifiedToolDispatcher.createForAdmin(contextOf())).toThrow(PermissionDeniedError),
    },
    {
      way: 'a factory that refuses its options',
      live: async () => expect(() => dispatcherWith({ limits: { timeoutMs: -1 } })).toThrow(TypeError),
    },
    {
      way: 'a factory that refuses its tools',
      live: async () => expect(() => dispatcherWith({ tools: [{ name: '', execute: () => 1 }] })).toThrow(/name/),
    },
    {
      way: 'asking for the end of nobody',
      live: () => UnifiedToolDispatcher.disposeAllForUser(contextOf().userId),
    },
    {
      way: 'a drain that ends',
      live: async () => {
        const body = gate()
        const dispatcher = dispatcherWith({ tools: { wait: { execute: () => body.promise } } })
        void dispatcher.executeTool('wait')
        const drained = dispatcher.dispose({ drainMs: 1_000 })
        body.open('done')
        await drained
      },
    },
  ]

  function midCalls(): UnifiedToolDispatcher {
    const dispatcher = dispatcherWith({ tools: { ...tools, slow: { execute: () => Promise.resolve() } } })
    for (const name of ['slow', 'echo', 'missing']) void dispatcher.executeTool(name)
    return dispatcher
  }

  it.each(WAYS)('do not grow by $way', async ({ live }) => {
    await letOthersPass()
    const before = rememberedUsers()
    const { activeDispatchers, activeUsers } = UnifiedToolDispatcher.globalMetrics()
    for (let user = 0; user < 300; user += 1) await live()
    await letOthersPass()
    expect(rememberedUsers()).toBe(before)
    expect(UnifiedToolDispatcher.globalMetrics()).toMatchObject({ activeDispatchers, activeUsers })
  })

  it('include those whose bodies still run, until they end', async () => {
    await letOthersPass()
    const before = rememberedUsers()
    const bodies = Array.from({ length: 10 }, () => gate())
    for (const body of bodies) {
      const dispatcher = dispatcherWith({ tools: { stubborn: { execute: () => body.promise } } })
      void dispatcher.executeTool('stubborn')
      await dispatcher.dispose()
    }
    await letOthersPass()
    expect(rememberedUsers()).toBe(before + 10)
    for (const body of bodies) body.open('over')
    await settleMicrotasks()
    await letOthersPass()
    expect(rememberedUsers()).toBe(before)
  })

  it('include those whose admissions of the last minute still count, and no longer', async () => {
    const limits = { callsPerMinutePerUser: 1 }
    const contexts = Array.from({ length: 2 * MOST_IDLE_USERS }, () => contextOf())
    const callOnce = async (context: UserExecutionContext) => {
      const dispatcher = dispatcherWith({ tools, limits }, context)
      const code = codeOf(await dispatcher.executeTool('echo', 'ok'))
      await dispatcher.dispose()
      return code
    }
    for (const context of contexts) expect(await callOnce(context)).toBe('success: ok')
    await letOthersPass()
    for (const context of contexts) expect(await callOnce(context)).toBe('rate_limited')
    vi.advanceTimersByTime(60_000)
    await letOthersPass()
    expect(rememberedUsers()).toBeLessThanOrEqual(MOST_IDLE_USERS)
    for (const { userId } of contexts) expect(knownUsage(userId)).toBeUndefined()
  })

  it('are those with a dispatcher, in the counts of the process', async () => {
    const before = UnifiedToolDispatcher.globalMetrics()
    const context = contextOf()
    const [one, two, other] = [dispatcherWith({}, context), dispatcherWith({}, context), dispatcherWith()]
    const during = UnifiedToolDispatcher.globalMetrics()
    expect(during.dispatchersCreated - before.dispatchersCreated).toBe(3)
    expect(during.activeDispatchers - before.activeDispatchers).toBe(3)
    expect(during.activeUsers - before.activeUsers).toBe(2)
    await one.dispose()
    expect(UnifiedToolDispatcher.globalMetrics().activeUsers - before.activeUsers).toBe(2)
    await Promise.all([two.dispose(), other.dispose()])
    const after = UnifiedToolDispatcher.globalMetrics()
    expect([after.activeDispatchers, after.activeUsers]).toEqual([before.activeDispatchers, before.activeUsers])
  })
})

describe('a user who comes back', () => {
  it('is held to the calls that still run, whoever disposes an old dispatcher when', async () => {
    const context = contextOf()
    const limits = { concurrentCallsPerUser: 1, queuedCallsPerUser: 0 }
    const old = dispatcherWith({ tools, limits }, context)
    await UnifiedToolDispatcher.disposeAllForUser(context.userId)
    await letOthersPass()
    const first = dispatcherWith({ tools, limits }, context)
    void first.executeTool('endless')
    await old.dispose()
    await letOthersPass()
    const second = dispatcherWith({ tools, limits }, context)
    expect(codeOf(await second.executeTool('echo'))).toBe('concurrency_limited')
    expect(await UnifiedToolDispatcher.disposeAllForUser(context.userId)).toBe(2)
    expect([first.isActive, second.isActive]).toEqual([false, false])
  })
})
