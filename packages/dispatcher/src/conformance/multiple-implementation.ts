import { casesOf, type ConformanceCase } from './conformance-case.js'
import { add, echo, schemaOf, tool } from './sample-tools.js'
import { expectEqual, expectFailure, expectSame, expectSuccess, expectThat, Gate, Recorder } from './scene.js'

const define = casesOf('multiple-implementation')

/** Whatever the entry point: one implementation behind it, and one vocabulary of outcomes. */
export const multipleImplementation: readonly ConformanceCase[] = [
  define(
    'one-object',
    'one object does the work of a dispatcher, before and after its calls',
    ['identity'],
    async (scene) => {
      const dispatcher = await scene.dispatcher({ tools: [echo] })
      const before = dispatcher.implementation?.()
      await dispatcher.execute('echo', {})
      expectSame('the implementation after a call', dispatcher.implementation?.(), before)
      expectThat('the implementation', typeof before === 'object' && before !== null, 'an object', before)
    },
  ),
  define('own-object', 'each dispatcher has an object of its own', ['identity'], async (scene) => {
    const context = scene.context()
    const one = await scene.dispatcher({ context })
    const other = await scene.dispatcher({ context })
    const same = Object.is(one.implementation?.(), other.implementation?.())
    expectThat('the implementations of two dispatchers', !same, 'two objects', 'one and the same object')
  }),
  define('result', 'a result is handed over as it is, not copied and not wrapped', [], async (scene) => {
    const result = { rows: [1, 2], nested: { deep: true } }
    const dispatcher = await scene.dispatcher({ tools: [tool('rows', () => result)] })
    expectSame('the result', expectSuccess(await dispatcher.execute('rows')), result)
  }),
  define('promised-result', 'a synchronous tool and an asynchronous one are called alike', [], async (scene) => {
    const tools = [tool('now', () => 7), tool('soon', async () => 7), tool('thenable', () => thenable(7))]
    const dispatcher = await scene.dispatcher({ tools })
    for (const { name } of tools) expectEqual(name, expectSuccess(await dispatcher.execute(name)), 7)
  }),
  ...[undefined, null, 0, '', false].map((value) =>
    define(
      `empty-result-${String(value) || 'text'}`,
      `a tool that returns ${JSON.stringify(value) ?? 'undefined'} has succeeded`,
      [],
      async (scene) => {
        const dispatcher = await scene.dispatcher({ tools: [tool('empty', () => value)] })
        const result = expectSuccess(await dispatcher.execute('empty'))
        expectThat('the result', result === value || (value === undefined && result === null), String(value), result)
      },
    ),
  ),
  define('result-like-an-error', 'a result that looks like an error is a result', [], async (scene) => {
    const result = { status: 'error', error: 'no such row', success: false, message: 'no such row' }
    const dispatcher = await scene.dispatcher({ tools: [tool('lookup', () => result)] })
    expectEqual('the result', expectSuccess(await dispatcher.execute('lookup')), result)
  }),
  define('unknown-tool', 'an unknown tool is the outcome tool_not_found, which names it', [], async (scene) => {
    const dispatcher = await scene.dispatcher({ tools: [echo] })
    const message = expectFailure(await dispatcher.execute('no_such_tool', { a: 1 }), 'tool_not_found')
    expectThat('the message', message.includes('no_such_tool'), 'the name of the tool', message)
  }),
  ...['constructor', '__proto__', 'toString', 'hasOwnProperty'].map((name) =>
    define(`inherited-name-${name}`, `${name} is an unknown tool`, [], async (scene) => {
      const dispatcher = await scene.dispatcher({ tools: [echo] })
      expectFailure(await dispatcher.execute(name), 'tool_not_found')
    }),
  ),
  define('thrown-error', 'an exception of a tool is the outcome tool_failed with its message', [], async (scene) => {
    const dispatcher = await scene.dispatcher({
      tools: [
        tool('breaks', () => {
          throw new RangeError('shelf 9 is empty')
        }),
      ],
    })
    const message = expectFailure(await dispatcher.execute('breaks'), 'tool_failed')
    expectThat('the message', message.includes('shelf 9 is empty'), "the exception's", message)
  }),
  define('rejection', 'a rejection of a tool is the outcome tool_failed with its message', [], async (scene) => {
    const tools = [tool('breaks', () => Promise.reject(new Error('shelf 9 is empty')))]
    const dispatcher = await scene.dispatcher({ tools })
    const message = expectFailure(await dispatcher.execute('breaks'), 'tool_failed')
    expectThat('the message', message.includes('shelf 9 is empty'), "the rejection's", message)
  }),
  define('thrown-text', 'what is no Error may be thrown too', [], async (scene) => {
    const tools = [tool('text', rejecting('out of paper')), tool('nothing', rejecting(undefined))]
    const dispatcher = await scene.dispatcher({ tools })
    const message = expectFailure(await dispatcher.execute('text'), 'tool_failed')
    expectThat('the message', message.includes('out of paper'), 'the text', message)
    expectFailure(await dispatcher.execute('nothing'), 'tool_failed')
  }),
  define(
    'bad-input',
    'an input that the schema refuses is the outcome invalid_input, and the tool does not run',
    [],
    async (scene) => {
      let runs = 0
      const counted = tool('add', () => (runs += 1), { inputSchema: add.inputSchema })
      const dispatcher = await scene.dispatcher({ tools: [counted] })
      expectFailure(await dispatcher.execute('add', { a: 'one', b: 2 }), 'invalid_input')
      expectFailure(await dispatcher.execute('add', {}), 'invalid_input')
      expectEqual('how often the tool ran', runs, 0)
    },
  ),
  define('converted-input', 'a tool gets what its schema made of the parameters', [], async (scene) => {
    const inputSchema = schemaOf((input) => ({ ...(input as object), read: true }))
    const dispatcher = await scene.dispatcher({ tools: [tool('read', (input) => input, { inputSchema })] })
    expectEqual('the input', expectSuccess(await dispatcher.execute('read', { page: 3 })), { page: 3, read: true })
  }),
  define('broken-schema', 'a schema that throws is the outcome tool_failed', [], async (scene) => {
    const inputSchema = schemaOf(() => ({}))
    const broken = {
      '~standard': { ...inputSchema['~standard'], validate: () => Promise.reject(new Error('no schema')) },
    }
    const dispatcher = await scene.dispatcher({ tools: [tool('read', () => 1, { inputSchema: broken })] })
    expectFailure(await dispatcher.execute('read', {}), 'tool_failed')
  }),
  define(
    'untouched-parameters',
    'a tool without a schema gets the parameters that the caller gave',
    [],
    async (scene) => {
      const dispatcher = await scene.dispatcher({ tools: [echo] })
      const parameters = { list: [1, { two: 2 }], text: 'x', nothing: null }
      expectEqual('the input', expectSuccess(await dispatcher.execute('echo', parameters)), parameters)
      expectEqual('the input without parameters', expectSuccess(await dispatcher.execute('echo')), {})
    },
  ),
  define(
    'denied',
    'a call that the policy denies is the outcome permission_denied, and the tool does not run',
    ['permissions'],
    async (scene) => {
      let runs = 0
      const tools = [tool('erase', () => (runs += 1))]
      const dispatcher = await scene.dispatcher({
        tools,
        permissions: () => ({ allow: false, reason: 'not on Sundays' }),
      })
      const message = expectFailure(await dispatcher.execute('erase'), 'permission_denied')
      expectThat('the message', message.includes('not on Sundays'), 'the reason', message)
      expectEqual('how often the tool ran', runs, 0)
    },
  ),
  define(
    'broken-policy',
    'a policy that throws, rejects or answers nonsense denies',
    ['permissions'],
    async (scene) => {
      const policies = [
        () => {
          throw new Error('the directory is down')
        },
        () => Promise.reject(new Error('the directory is down')),
        () => true as unknown as { allow: true },
        () => undefined as unknown as { allow: true },
      ]
      for (const permissions of policies) {
        const dispatcher = await scene.dispatcher({ tools: [echo], permissions })
        expectFailure(await dispatcher.execute('echo'), 'permission_denied')
      }
    },
  ),
  define('missing-role', 'a tool runs only for those who have all of its roles', [], async (scene) => {
    const tools = [tool('refund', () => 'paid', { requiredRoles: ['clerk', 'cashier'] })]
    const clerk = await scene.dispatcher({ context: scene.context({ roles: ['clerk'] }), tools })
    expectFailure(await clerk.execute('refund'), 'permission_denied')
    const both = await scene.dispatcher({ context: scene.context({ roles: ['cashier', 'clerk'] }), tools })
    expectEqual('the result', expectSuccess(await both.execute('refund')), 'paid')
  }),
  define(
    'timeout',
    'a call that outlives its time is the outcome timeout, though its tool goes on',
    ['timeout'],
    async (scene) => {
      const gate = new Gate()
      const dispatcher = await scene.dispatcher({ tools: [tool('hangs', () => gate.opened)] })
      expectFailure(await dispatcher.execute('hangs', {}, { timeoutMs: 10 }), 'timeout')
      gate.open()
    },
  ),
  define('signalled-timeout', 'a tool hears of the timeout by its signal', ['timeout'], async (scene) => {
    const heard = new Gate()
    const tools = [
      tool('listens', (_, { signal }) => {
        signal.addEventListener('abort', () => heard.open())
        return new Promise(() => {})
      }),
    ]
    const dispatcher = await scene.dispatcher({ tools })
    expectFailure(await dispatcher.execute('listens', {}, { timeoutMs: 10 }), 'timeout')
    await heard.opened
  }),
  define('abort', "a call whose caller's signal aborts is the outcome aborted, at once", ['abort'], async (scene) => {
    const controller = new AbortController()
    const dispatcher = await scene.dispatcher({ tools: [tool('hangs', () => new Promise(() => {}))] })
    const call = dispatcher.execute('hangs', {}, { signal: controller.signal })
    controller.abort()
    expectFailure(await call, 'aborted')
  }),
  define('aborted-before', 'a signal that has aborted keeps the tool from running', ['abort'], async (scene) => {
    let runs = 0
    const dispatcher = await scene.dispatcher({ tools: [tool('count', () => (runs += 1))] })
    expectFailure(await dispatcher.execute('count', {}, { signal: AbortSignal.abort() }), 'aborted')
    expectEqual('how often the tool ran', runs, 0)
  }),
  define(
    'registered',
    'a tool that is registered later is called like one given at creation',
    ['register'],
    async (scene) => {
      const dispatcher = await scene.dispatcher({ tools: [] })
      await dispatcher.register?.(add)
      expectEqual('the result', expectSuccess(await dispatcher.execute('add', { a: 1, b: 2 })), 3)
      expectFailure(await dispatcher.execute('add', { a: 1 }), 'invalid_input')
    },
  ),
  define('same-with-events', 'a call has the same outcome with a sink and without', ['events'], async (scene) => {
    const tools = [add, echo]
    const plain = await scene.dispatcher({ tools })
    const announced = await scene.dispatcher({ tools, events: new Recorder() })
    for (const [name, parameters] of [
      ['add', { a: 1, b: 2 }],
      ['add', {}],
      ['echo', { x: 1 }],
      ['none', {}],
    ] as const) {
      expectEqual(
        `the outcome of ${name}`,
        await announced.execute(name, parameters),
        await plain.execute(name, parameters),
      )
    }
  }),
]

function thenable<T>(value: T): PromiseLike<T> {
  const promise = Promise.resolve(value)
  // oxlint-disable-next-line unicorn/no-thenable -- that other libraries' promises are awaited is what is tested
  return { then: (onValue, onError) => promise.then(onValue, onError) }
}

function rejecting(cause: unknown): () => Promise<never> {
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- that it is no Error is what is tested
  return () => Promise.reject(cause)
}
