import { casesOf, type ConformanceCase } from './conformance-case.js'
import { playInterleaved } from './interleaving.js'
import { echo, tool } from './sample-tools.js'
import { expectEqual, expectFailure, expectSuccess, expectThat, Gate, nextTurn, Recorder } from './scene.js'

const define = casesOf('user-isolation')
const whoami = tool('whoami', async (_, { context }) => {
  await nextTurn()
  return context.userId
})

/** Two users never meet: not in tools, events, limits, rights or objects. */
export const userIsolation: readonly ConformanceCase[] = [
  define('tools', "what one user's dispatcher registers, another's does not have", ['register'], async (scene) => {
    const ada = await scene.dispatcher({ tools: [echo] })
    const bob = await scene.dispatcher({ tools: [echo] })
    await ada.register?.(tool('private', () => 'of ada'))
    expectSuccess(await ada.execute('private'))
    expectFailure(await bob.execute('private'), 'tool_not_found')
  }),
  define('same-user-tools', 'nor does another dispatcher of the same user', ['register'], async (scene) => {
    const context = scene.context()
    const one = await scene.dispatcher({ context })
    const other = await scene.dispatcher({ context })
    await one.register?.(tool('private', () => 1))
    expectFailure(await other.execute('private'), 'tool_not_found')
  }),
  define('later-tools', 'nor does a dispatcher that is made later', ['register'], async (scene) => {
    const tools = [echo]
    const first = await scene.dispatcher({ tools })
    await first.register?.(tool('private', () => 1))
    const later = await scene.dispatcher({ tools })
    expectFailure(await later.execute('private'), 'tool_not_found')
    expectEqual('how many tools were given', tools.length, 1)
  }),
  define('same-name', 'two users may have different tools of one name', [], async (scene) => {
    const ada = await scene.dispatcher({ tools: [tool('greet', () => 'hello')] })
    const bob = await scene.dispatcher({ tools: [tool('greet', () => 'moin')] })
    expectEqual("ada's", expectSuccess(await ada.execute('greet')), 'hello')
    expectEqual("bob's", expectSuccess(await bob.execute('greet')), 'moin')
  }),
  define('events', "the events of one user's calls reach that user's sink alone", ['events'], async (scene) => {
    const people = Array.from({ length: 5 }, () => ({ context: scene.context(), events: new Recorder() }))
    const made = await Promise.all(people.map((person) => scene.dispatcher({ ...person, tools: [whoami] })))
    await Promise.all(made.flatMap((dispatcher) => [dispatcher.execute('whoami'), dispatcher.execute('none')]))
    for (const { context, events } of people) {
      expectEqual('how many events came', events.ofCalls.length, 4)
      const owners = new Set(events.ofCalls.map(({ userId, runId }) => `${userId} ${runId}`))
      expectEqual('whose they are', [...owners], [`${context.userId} ${context.runId}`])
    }
  }),
  define('one-sink', 'in a sink that several users share each event is of the right one', ['events'], async (scene) => {
    const events = new Recorder()
    const contexts = Array.from({ length: 5 }, () => scene.context())
    const made = await Promise.all(contexts.map((context) => scene.dispatcher({ context, events, tools: [whoami] })))
    await Promise.all(made.map((dispatcher) => dispatcher.execute('whoami')))
    for (const event of events.ofCalls) {
      if (event.type === 'tool_completed') expectEqual('the user of an event', event.userId, event.payload.result)
    }
    expectEqual('whose events came', new Set(events.ofCalls.map(({ userId }) => userId)).size, contexts.length)
  }),
  define('context', 'interleaved calls are each of their own user', [], async (scene) => {
    const contexts = Array.from({ length: 10 }, () => scene.context())
    const made = await Promise.all(contexts.map((context) => scene.dispatcher({ context, tools: [whoami] })))
    const calls = made.flatMap((dispatcher) => [0, 1, 2].map(() => dispatcher.execute('whoami')))
    const told = (await Promise.all(calls)).map((outcome) => expectSuccess(outcome))
    expectEqual(
      'whose calls they were',
      told,
      contexts.flatMap(({ userId }) => [userId, userId, userId]),
    )
  }),
  define('frozen-context', 'a tool cannot make itself somebody else', [], async (scene) => {
    const context = scene.context({ metadata: { team: { name: 'red' } } })
    const { userId } = context
    const forge = tool('forge', (_, call) => {
      for (const change of [
        () => Reflect.set(call.context, 'userId', 'mallory'),
        () => Reflect.set(call.context, 'roles', ['admin']),
        () => Reflect.set(call.context.metadata, 'team', 'blue'),
        () => Reflect.set(call, 'context', { userId: 'mallory' }),
      ]) {
        try {
          change()
        } catch {
          // A refusal by exception is a refusal.
        }
      }
    })
    const dispatcher = await scene.dispatcher({ context, tools: [forge, whoami] })
    await dispatcher.execute('forge')
    expectEqual('whose the next call is', expectSuccess(await dispatcher.execute('whoami')), userId)
    expectEqual(
      'the context',
      [context.userId, context.roles, context.metadata],
      [userId, [], { team: { name: 'red' } }],
    )
  }),
  define('limits', "one user's calls take no place of another's", ['limits'], async (scene) => {
    const gate = new Gate()
    const tools = [tool('busy', () => gate.opened), echo]
    const limits = { concurrentCallsPerUser: 1, queuedCallsPerUser: 0, callsPerMinutePerUser: 2 }
    const ada = await scene.dispatcher({ tools, limits })
    const bob = await scene.dispatcher({ tools, limits })
    const busy = ada.execute('busy')
    expectFailure(await ada.execute('echo'), 'concurrency_limited')
    expectSuccess(await bob.execute('echo'))
    gate.open()
    expectSuccess(await busy)
    expectSuccess(await ada.execute('echo'))
    expectFailure(await ada.execute('echo'), 'rate_limited')
    expectSuccess(await bob.execute('echo'))
  }),
  define('shared-limits', "one user's limits hold across that user's dispatchers", ['limits'], async (scene) => {
    const context = scene.context()
    const limits = { callsPerMinutePerUser: 2 }
    const one = await scene.dispatcher({ context, tools: [echo], limits })
    const other = await scene.dispatcher({ context, tools: [echo], limits })
    expectSuccess(await one.execute('echo'))
    expectSuccess(await other.execute('echo'))
    expectFailure(await one.execute('echo'), 'rate_limited')
    expectFailure(await other.execute('echo'), 'rate_limited')
  }),
  define('rights', "one user's admin right is not another's", ['admin'], async (scene) => {
    const tools = [tool('user_delete', () => 'gone')]
    const admin = await scene.dispatcher({ context: scene.context({ roles: ['admin'] }), tools, admin: true })
    const other = await scene.dispatcher({ tools })
    const [allowed, refused] = await Promise.all([admin.execute('user_delete'), other.execute('user_delete')])
    expectSuccess(allowed)
    expectFailure(refused, 'permission_denied')
    expectSuccess(await admin.execute('user_delete'))
  }),
  define('given-tools', 'changing the list of tools that was given changes nothing', [], async (scene) => {
    const tools = [echo]
    const dispatcher = await scene.dispatcher({ tools })
    tools.push(tool('smuggled', () => 1))
    tools.shift()
    expectSuccess(await dispatcher.execute('echo'))
    expectFailure(await dispatcher.execute('smuggled'), 'tool_not_found')
  }),
  define('given-tool', 'changing a tool that was given changes nothing', [], async (scene) => {
    const given = { name: 'greet', requiredRoles: ['guest'], execute: () => 'hello' }
    const dispatcher = await scene.dispatcher({ context: scene.context({ roles: ['guest'] }), tools: [given] })
    given.execute = () => 'swapped'
    given.requiredRoles.push('owner')
    given.name = 'other'
    expectEqual('the result', expectSuccess(await dispatcher.execute('greet')), 'hello')
  }),
  define(
    'given-parameters',
    'what the policy was shown is what runs, whatever the caller changes meanwhile',
    ['permissions'],
    async (scene) => {
      const gate = new Gate()
      const dispatcher = await scene.dispatcher({
        tools: [echo],
        permissions: async ({ parameters }) => {
          const { amount } = parameters as { amount: number }
          await gate.opened
          return amount <= 10 ? { allow: true } : { allow: false }
        },
      })
      const parameters = { amount: 5 }
      const call = dispatcher.execute('echo', parameters)
      parameters.amount = 5_000
      gate.open()
      expectEqual('what ran', expectSuccess(await call), { amount: 5 })
    },
  ),
  define(
    'shown-parameters',
    'an event shows the parameters as they were when the call began',
    ['events'],
    async (scene) => {
      const events = new Recorder()
      const dispatcher = await scene.dispatcher({ tools: [echo], events })
      const parameters = { amount: 5 }
      const call = dispatcher.execute('echo', parameters)
      parameters.amount = 5_000
      await call
      const [shown] = events.ofCalls
      expectEqual('the parameters shown', shown?.type === 'tool_executing' && shown.payload.parameters, { amount: 5 })
    },
  ),
  define(
    'events-are-copies',
    'a sink that changes an event changes neither parameters nor result',
    ['events'],
    async (scene) => {
      const events = {
        emit: ({ payload }: { payload: object }) => {
          for (const key of ['parameters', 'result']) {
            const shown: unknown = Reflect.get(payload, key)
            if (typeof shown === 'object' && shown !== null) Reflect.set(shown, 'amount', 5_000)
          }
        },
      }
      const dispatcher = await scene.dispatcher({ tools: [echo], events })
      const parameters = { amount: 5 }
      expectEqual('the result', expectSuccess(await dispatcher.execute('echo', parameters)), { amount: 5 })
      expectEqual('the parameters', parameters, { amount: 5 })
    },
  ),
  define('dispose', "the end of one user's dispatcher leaves another's alone", ['dispose'], async (scene) => {
    const gate = new Gate()
    const ada = await scene.dispatcher({ tools: [tool('wait', () => gate.opened)] })
    const bob = await scene.dispatcher({ tools: [tool('wait', () => gate.opened), echo] })
    const waiting = bob.execute('wait')
    await ada.dispose?.()
    expectSuccess(await bob.execute('echo'))
    gate.open()
    expectSuccess(await waiting)
  }),
  define('failure', "one user's failing and hanging tools delay nobody else", ['timeout'], async (scene) => {
    const ada = await scene.dispatcher({ tools: [tool('hangs', () => new Promise(() => {}))] })
    const bob = await scene.dispatcher({ tools: [echo] })
    const order: string[] = []
    const call = ada.execute('hangs', {}, { timeoutMs: 20 })
    const hanging = Promise.allSettled([call]).then(() => order.push('ada'))
    expectSuccess(await bob.execute('echo'))
    order.push('bob')
    await hanging
    expectEqual('who was done first', order, ['bob', 'ada'])
  }),
  define('many-users', 'two hundred users at once each get their own', ['events'], async (scene) => {
    const people = Array.from({ length: 200 }, () => ({ context: scene.context(), events: new Recorder() }))
    const made = await Promise.all(people.map((person) => scene.dispatcher({ ...person, tools: [whoami] })))
    const outcomes = await Promise.all(made.map((dispatcher) => dispatcher.execute('whoami')))
    for (const [index, { context, events }] of people.entries()) {
      const outcome = outcomes[index]
      expectEqual('the result', outcome?.success === true && outcome.result, context.userId)
      expectThat(
        'the events',
        events.ofCalls.every(({ userId }) => userId === context.userId),
        'all of one user',
        events.ofCalls,
      )
      expectEqual('how many events came', events.ofCalls.length, 2)
    }
  }),
  define(
    'any-interleaving',
    'any interleaving of the calls of several users gives each what running alone gives',
    ['events', 'register'],
    playInterleaved,
  ),
]
