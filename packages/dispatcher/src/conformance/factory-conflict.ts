import { UserExecutionContext } from '../context.js'
import { casesOf, type ConformanceCase } from './conformance-case.js'
import { add, echo, tool } from './sample-tools.js'
import {
  expectEqual,
  expectFailure,
  expectRejection,
  expectSuccess,
  expectThat,
  Gate,
  nextTurn,
  Recorder,
} from './scene.js'

const define = casesOf('factory-conflict')

/** A tool that tells whose call it is. */
const whoami = tool('whoami', (_, { context: { userId, threadId, runId } }) => ({ userId, threadId, runId }))

/** Whatever makes the dispatcher: each parameter is honoured, and nobody is invented. */
export const factoryConflict: readonly ConformanceCase[] = [
  define('tools', 'the tools that it is given are the tools that it has', [], async (scene) => {
    const dispatcher = await scene.dispatcher({ tools: [add, echo] })
    expectEqual('add', expectSuccess(await dispatcher.execute('add', { a: 2, b: 3 })), 5)
    expectEqual('echo', expectSuccess(await dispatcher.execute('echo', { x: 1 })), { x: 1 })
  }),
  define('no-tools', 'given none, it has none', [], async (scene) => {
    const dispatcher = await scene.dispatcher()
    for (const name of ['add', 'echo', 'whoami', '']) {
      expectFailure(await dispatcher.execute(name), 'tool_not_found')
    }
  }),
  define('context', 'a tool is told the ids of the context that it was created with', [], async (scene) => {
    const context = scene.context()
    const dispatcher = await scene.dispatcher({ context, tools: [whoami] })
    const { userId, threadId, runId } = context
    expectEqual('whose call it is', expectSuccess(await dispatcher.execute('whoami')), { userId, threadId, runId })
  }),
  define('events', 'the sink that it is given gets its events', ['events'], async (scene) => {
    const events = new Recorder()
    const dispatcher = await scene.dispatcher({ tools: [echo], events })
    await dispatcher.execute('echo')
    expectEqual('the events', events.types, ['tool_executing', 'tool_completed'])
  }),
  ...[undefined, null, {}, 'ada', 42].map((context, index) =>
    define(
      `no-context-${index + 1}`,
      `${JSON.stringify(context) ?? 'undefined'} in the context's place is refused`,
      [],
      async (scene) => {
        const refused = await scene.refuses({ context: context as UserExecutionContext, tools: [echo] })
        expectThat('its creation', refused, 'a refusal', 'a dispatcher')
      },
    ),
  ),
  define('look-alike-context', 'an object that only looks like a context is refused', [], async (scene) => {
    const { userId, threadId, runId, requestId } = scene.context()
    const copied = { userId, threadId, runId, requestId, roles: ['admin'], metadata: {} }
    const inherited: unknown = Object.create(UserExecutionContext.prototype, Object.getOwnPropertyDescriptors(copied))
    for (const context of [copied, inherited]) {
      const refused = await scene.refuses({ context: context as UserExecutionContext, tools: [echo] })
      expectThat('its creation', refused, 'a refusal', 'a dispatcher')
    }
  }),
  define('placeholder-context', 'nobody is let in whose id stands for somebody', [], async (scene) => {
    const { threadId, runId } = scene.context()
    for (const userId of ['placeholder', 'registry', 'undefined', 'None', '']) {
      const context: unknown = Object.create(
        UserExecutionContext.prototype,
        Object.getOwnPropertyDescriptors({ userId, threadId, runId }),
      )
      const refused = await scene.refuses({ context: context as UserExecutionContext, tools: [whoami] })
      expectThat(`its creation for ${JSON.stringify(userId)}`, refused, 'a refusal', 'a dispatcher')
    }
  }),
  define('broken-tool', 'something that is no tool is refused at its creation', [], async (scene) => {
    for (const broken of [{ name: 'half' }, { name: '', execute: () => 1 }, { execute: () => 1 }, null]) {
      const refused = await scene.refuses({ context: scene.context(), tools: [broken as unknown as typeof echo] })
      expectThat('its creation', refused, 'a refusal', 'a dispatcher')
    }
  }),
  define('concurrency', 'the limit of calls at once is honoured, and the others wait', ['limits'], async (scene) => {
    const gate = new Gate()
    const two = new Gate()
    let running = 0
    let most = 0
    const busy = tool('busy', async () => {
      running += 1
      most = Math.max(most, running)
      if (running === 2) two.open()
      await gate.opened
      running -= 1
    })
    const dispatcher = await scene.dispatcher({ tools: [busy], limits: { concurrentCallsPerUser: 2 } })
    const calls = Array.from({ length: 5 }, () => dispatcher.execute('busy'))
    // Where bodies run elsewhere they begin later; where there are never two at once, one second is enough to see it.
    const patience = setTimeout(() => two.open(), 1_000)
    await two.opened
    clearTimeout(patience)
    await nextTurn()
    gate.open()
    for (const outcome of await Promise.all(calls)) expectSuccess(outcome)
    expectEqual('the most calls at once', most, 2)
  }),
  define('full-queue', 'a call that finds no place is the outcome concurrency_limited', ['limits'], async (scene) => {
    const gate = new Gate()
    const limits = { concurrentCallsPerUser: 1, queuedCallsPerUser: 0 }
    const dispatcher = await scene.dispatcher({ tools: [tool('busy', () => gate.opened)], limits })
    const first = dispatcher.execute('busy')
    expectFailure(await dispatcher.execute('busy'), 'concurrency_limited')
    gate.open()
    expectSuccess(await first)
  }),
  define('rate', 'the limit of calls a minute is honoured', ['limits'], async (scene) => {
    const dispatcher = await scene.dispatcher({ tools: [echo], limits: { callsPerMinutePerUser: 3 } })
    for (let call = 0; call < 3; call += 1) expectSuccess(await dispatcher.execute('echo'))
    expectFailure(await dispatcher.execute('echo'), 'rate_limited')
  }),
  define('sizes', 'the limits of sizes are honoured', ['limits'], async (scene) => {
    const tools = [echo, tool('much', () => 'x'.repeat(500))]
    const dispatcher = await scene.dispatcher({ tools, limits: { maxInputBytes: 100, maxOutputBytes: 200 } })
    expectFailure(await dispatcher.execute('echo', { text: 'x'.repeat(100) }), 'input_too_large')
    expectFailure(await dispatcher.execute('much'), 'output_too_large')
    expectSuccess(await dispatcher.execute('echo', { text: 'x' }))
  }),
  define('default-timeout', 'the limit of time is honoured', ['limits', 'timeout'], async (scene) => {
    const tools = [tool('hangs', () => new Promise(() => {}))]
    const dispatcher = await scene.dispatcher({ tools, limits: { timeoutMs: 10 } })
    expectFailure(await dispatcher.execute('hangs'), 'timeout')
  }),
  define('tool-timeout', 'the time that a tool gives itself is honoured', ['timeout'], async (scene) => {
    const dispatcher = await scene.dispatcher({
      tools: [tool('hangs', () => new Promise(() => {}), { timeoutMs: 10 })],
    })
    expectFailure(await dispatcher.execute('hangs'), 'timeout')
  }),
  define('policy', 'the policy is asked about each call, of the right user', ['permissions'], async (scene) => {
    const context = scene.context()
    const asked: unknown[] = []
    const dispatcher = await scene.dispatcher({
      context,
      tools: [echo],
      permissions: ({ toolName, context: { userId }, parameters }) => {
        asked.push({ toolName, userId, parameters })
        return { allow: true }
      },
    })
    await dispatcher.execute('echo', { x: 1 })
    expectEqual('what it was asked', asked, [{ toolName: 'echo', userId: context.userId, parameters: { x: 1 } }])
  }),
  define('admin-refused', 'an admin dispatcher is refused to those who are none', ['admin'], async (scene) => {
    const refused = await scene.refuses({ context: scene.context(), admin: true })
    expectThat('its creation', refused, 'a refusal', 'a dispatcher')
  }),
  define('admin-tools', 'the admin tools run for admins, and for nobody else', ['admin'], async (scene) => {
    const tools = [tool('system_config', () => 'changed'), tool('user_delete', () => 'gone')]
    const admin = await scene.dispatcher({ context: scene.context({ roles: ['admin'] }), tools, admin: true })
    const other = await scene.dispatcher({ tools })
    for (const { name } of tools) {
      expectSuccess(await admin.execute(name))
      expectFailure(await other.execute(name), 'permission_denied')
    }
  }),
  define('at-once', 'dispatchers that are made at once each have their own context', [], async (scene) => {
    const contexts = Array.from({ length: 20 }, () => scene.context())
    const made = await Promise.all(contexts.map((context) => scene.dispatcher({ context, tools: [whoami] })))
    const told = await Promise.all(made.map(async (dispatcher) => expectSuccess(await dispatcher.execute('whoami'))))
    expectEqual(
      'whose calls they are',
      told,
      contexts.map(({ userId, threadId, runId }) => ({ userId, threadId, runId })),
    )
  }),
  define('disposed', 'a dispatcher that was disposed runs nothing any more', ['dispose'], async (scene) => {
    let runs = 0
    const dispatcher = await scene.dispatcher({ tools: [tool('count', () => (runs += 1))] })
    await dispatcher.dispose?.()
    await dispatcher.dispose?.()
    await expectRejection('a call after the end', dispatcher.execute('count'))
    expectEqual('how often the tool ran', runs, 0)
  }),
]
