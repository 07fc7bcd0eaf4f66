import type { UserExecutionContext } from '../context.js'
import type { AgentEvent, EventSink } from '../events/event.js'
import { casesOf, type ConformanceCase } from './conformance-case.js'
import { add, echo, tool } from './sample-tools.js'
import { expectEqual, expectFailure, expectSuccess, expectThat, Gate, nextTurn, Recorder, type Scene } from './scene.js'
import type { Capability, SubjectDispatcher, SubjectOutcome, SubjectSetup } from './subject.js'

const define = casesOf('event-routing')

/** A way in which a call may end. */
interface Ending {
  readonly name: string
  readonly title: string
  readonly needs: readonly Capability[]
  readonly tool: string
  readonly setup?: Partial<SubjectSetup>
  play(dispatcher: SubjectDispatcher): Promise<SubjectOutcome>
}

const tools = [
  add,
  echo,
  tool('breaks', () => Promise.reject(new Error('shelf 9 is empty'))),
  tool('hangs', () => new Promise(() => {})),
]

const endings: readonly Ending[] = [
  {
    name: 'success',
    title: 'succeeds',
    needs: [],
    tool: 'add',
    play: (dispatcher) => dispatcher.execute('add', { a: 1, b: 2 }),
  },
  { name: 'failure', title: 'fails', needs: [], tool: 'breaks', play: (dispatcher) => dispatcher.execute('breaks') },
  {
    name: 'unknown',
    title: 'names no tool',
    needs: [],
    tool: 'none',
    play: (dispatcher) => dispatcher.execute('none'),
  },
  {
    name: 'bad-input',
    title: 'is invalid',
    needs: [],
    tool: 'add',
    play: (dispatcher) => dispatcher.execute('add', {}),
  },
  {
    name: 'timeout',
    title: 'times out',
    needs: ['timeout'],
    tool: 'hangs',
    play: (dispatcher) => dispatcher.execute('hangs', {}, { timeoutMs: 10 }),
  },
  {
    name: 'abort',
    title: 'is aborted',
    needs: ['abort'],
    tool: 'hangs',
    play(dispatcher) {
      const controller = new AbortController()
      const call = dispatcher.execute('hangs', {}, { signal: controller.signal })
      controller.abort()
      return call
    },
  },
  {
    name: 'denied',
    title: 'is denied',
    needs: ['permissions'],
    tool: 'echo',
    setup: { permissions: () => ({ allow: false }) },
    play: (dispatcher) => dispatcher.execute('echo'),
  },
  {
    name: 'full',
    title: 'finds no place',
    needs: ['limits'],
    tool: 'echo',
    setup: { limits: { maxInputBytes: 20 } },
    play: (dispatcher) => dispatcher.execute('echo', { text: 'x'.repeat(50) }),
  },
  {
    name: 'disposed',
    title: 'is ended by the end of its dispatcher',
    needs: ['dispose'],
    tool: 'hangs',
    async play(dispatcher) {
      const call = dispatcher.execute('hangs')
      await nextTurn()
      await dispatcher.dispose?.()
      return call
    },
  },
]

const pairs = endings.map((ending) =>
  define(
    `pair-${ending.name}`,
    `a call that ${ending.title} has its tool_executing and then its tool_completed, once each`,
    ['events', ...ending.needs],
    async (scene) => {
      const { events, context, outcome } = await playEnding(scene, ending)
      expectPair(events, context, ending.tool, outcome)
    },
  ),
)

/** Each call has its pair of events, and they reach the sink of its user whatever the sink does. */
export const eventRouting: readonly ConformanceCase[] = [
  ...pairs,
  define('rate-limited', 'a call over the rate has its pair of events', ['events', 'limits'], async (scene) => {
    const context = scene.context()
    const events = new Recorder()
    const dispatcher = await scene.dispatcher({ context, tools, events, limits: { callsPerMinutePerUser: 1 } })
    await dispatcher.execute('echo')
    events.events.length = 0
    const outcome = await dispatcher.execute('echo')
    expectFailure(outcome, 'rate_limited')
    expectPair(events, context, 'echo', outcome)
  }),
  define(
    'before',
    'tool_executing comes before the tool runs, tool_completed after it has',
    ['events'],
    async (scene) => {
      const order: string[] = []
      const gate = new Gate()
      const work = tool('work', async () => {
        order.push('begins')
        await gate.opened
        order.push('ends')
      })
      const events = { emit: ({ type }: AgentEvent) => void order.push(type) }
      const dispatcher = await scene.dispatcher({ tools: [work], events })
      const call = dispatcher.execute('work')
      await nextTurn()
      gate.open()
      await call
      expectEqual('the order', order, ['tool_executing', 'begins', 'ends', 'tool_completed'])
    },
  ),
  define(
    'settled-before',
    'both events have been emitted when the caller has its outcome',
    ['events'],
    async (scene) => {
      const events = new Recorder()
      const dispatcher = await scene.dispatcher({ tools, events })
      await dispatcher.execute('echo')
      expectEqual('the events', events.types, ['tool_executing', 'tool_completed'])
    },
  ),
  define('parameters', 'tool_executing shows the parameters', ['events'], async (scene) => {
    const events = new Recorder()
    const dispatcher = await scene.dispatcher({ tools, events })
    await dispatcher.execute('add', { a: 1, b: 2 })
    expectEqual('the parameters', payload(events, 'tool_executing')['parameters'], { a: 1, b: 2 })
  }),
  define('result', 'tool_completed shows the result', ['events'], async (scene) => {
    const events = new Recorder()
    const dispatcher = await scene.dispatcher({ tools, events })
    await dispatcher.execute('echo', { rows: [1, 2] })
    expectEqual('the result', payload(events, 'tool_completed')['result'], { rows: [1, 2] })
  }),
  define('one-id', 'the two events of a call share its id, and no two calls do', ['events'], async (scene) => {
    const events = new Recorder()
    const dispatcher = await scene.dispatcher({ tools, events })
    for (let call = 0; call < 5; call += 1) await dispatcher.execute('echo')
    const ids = events.ofCalls.map((event) => event.payload.callId)
    expectEqual('the ids, each once', new Set(ids).size, 5)
    for (let pair = 0; pair < ids.length; pair += 2) expectEqual('the id of the second event', ids[pair + 1], ids[pair])
    expectEqual('the ids of the events, each once', new Set(events.ofCalls.map(({ id }) => id)).size, 10)
  }),
  define('order', 'the events of one run arrive in the order in which things happened', ['events'], async (scene) => {
    const events = new Recorder()
    const dispatcher = await scene.dispatcher({ tools, events })
    await dispatcher.execute('echo')
    await dispatcher.execute('breaks')
    await dispatcher.execute('add', { a: 1, b: 1 })
    expectEqual(
      'the tools',
      events.ofCalls.map((event) => event.payload.toolName),
      ['echo', 'echo', 'breaks', 'breaks', 'add', 'add'],
    )
  }),
  define('no-transport', 'without a sink a tool runs all the same', [], async (scene) => {
    const dispatcher = await scene.dispatcher({ tools })
    expectEqual('the result', expectSuccess(await dispatcher.execute('add', { a: 1, b: 2 })), 3)
  }),
  ...brokenSinks(),
  define('ten-at-once', 'ten calls at once lose no event', ['events'], (scene) => manyAtOnce(scene, 10)),
  define('thousand-at-once', 'a thousand calls at once lose no event', ['events'], (scene) => manyAtOnce(scene, 1_000)),
  define(
    'late-result',
    'what a tool returns after its call has ended is not announced',
    ['events', 'timeout'],
    async (scene) => {
      const gate = new Gate()
      const events = new Recorder()
      const dispatcher = await scene.dispatcher({ tools: [tool('late', () => gate.opened)], events })
      expectFailure(await dispatcher.execute('late', {}, { timeoutMs: 10 }), 'timeout')
      gate.open()
      await nextTurn()
      expectEqual('the events', events.types, ['tool_executing', 'tool_completed'])
    },
  ),
  define('secrets', 'passwords and tokens are shown to nobody', ['events'], async (scene) => {
    const events = new Recorder()
    const dispatcher = await scene.dispatcher({ tools, events })
    const parameters = { password: 'pw-4711', deep: { accessToken: 'tk-4711' }, monkey: 'shown' }
    expectEqual('the result', expectSuccess(await dispatcher.execute('echo', parameters)), parameters)
    const text = JSON.stringify(events.ofCalls)
    expectThat('the events', !/[pt][wk]-4711/.test(text), 'no secret in them', text)
    expectThat('the events', text.includes('shown'), 'what is no secret', text)
  }),
  define(
    'any-value',
    'a value that JSON cannot hold does not keep a call from its result, nor from its events',
    ['events'],
    async (scene) => {
      const circular: Record<string, unknown> = { count: 12n, run: () => 1, map: new Map([[1, 2]]) }
      circular['self'] = circular
      const events = new Recorder()
      const context = scene.context()
      const dispatcher = await scene.dispatcher({ context, tools: [tool('strange', () => circular)], events })
      const outcome = await dispatcher.execute('strange', { circular })
      expectThat('the outcome', outcome.success && outcome.result === circular, 'the very value', outcome)
      expectPair(events, context, 'strange', outcome)
      JSON.stringify(events.ofCalls)
    },
  ),
]

function brokenSinks(): ConformanceCase[] {
  const sinks: Readonly<Record<string, () => unknown>> = {
    throwing: () => {
      throw new Error('the socket is gone')
    },
    rejecting: () => Promise.reject(new Error('the socket is gone')),
    hanging: () => new Promise(() => {}),
    'false-returning': () => false,
  }
  return Object.entries(sinks).map(([name, emit]) =>
    define(`sink-${name}`, `a ${name} sink changes no outcome`, ['events'], async (scene) => {
      const dispatcher = await scene.dispatcher({ tools, events: { emit } as EventSink })
      expectEqual('the result', expectSuccess(await dispatcher.execute('add', { a: 1, b: 2 })), 3)
      expectFailure(await dispatcher.execute('breaks'), 'tool_failed')
      expectEqual('the next result', expectSuccess(await dispatcher.execute('add', { a: 2, b: 2 })), 4)
    }),
  )
}

async function playEnding(scene: Scene, ending: Ending) {
  const context = scene.context()
  const events = new Recorder()
  const dispatcher = await scene.dispatcher({ context, tools, events, ...ending.setup })
  return { context, events, outcome: await ending.play(dispatcher) }
}

/** One `tool_executing` and then one `tool_completed`, of this user and tool, which say what the outcome says. */
function expectPair(events: Recorder, context: UserExecutionContext, toolName: string, outcome: SubjectOutcome): void {
  expectEqual('the events', events.types, ['tool_executing', 'tool_completed'])
  for (const event of events.ofCalls) {
    const { type, userId, threadId, runId, requestId } = event
    const ids = { userId, threadId, runId, requestId }
    const { userId: u, threadId: t, runId: r, requestId: q } = context
    expectEqual(`the ids of ${type}`, ids, { userId: u, threadId: t, runId: r, requestId: q })
    expectEqual(`the tool of ${type}`, event.payload.toolName, toolName)
  }
  const completed = payload(events, 'tool_completed')
  expectEqual('the status of tool_completed', completed['status'], outcome.success ? 'success' : 'error')
  if (outcome.success) return
  const error = completed['error']
  const message: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'message') : error
  expectThat('the error of tool_completed', typeof message === 'string' && message !== '', 'a message', error)
}

function payload(events: Recorder, type: 'tool_executing' | 'tool_completed'): Record<string, unknown> {
  const found = events.ofCalls.find((event) => event.type === type)
  expectThat(`the events`, found !== undefined, `one of type ${type}`, events.types)
  return { ...found?.payload }
}

async function manyAtOnce(scene: Scene, count: number): Promise<void> {
  const context = scene.context()
  const events = new Recorder()
  const dispatcher = await scene.dispatcher({
    context,
    tools: [tool('slow', async (input) => (await nextTurn(), input))],
    events,
  })
  const numbers = Array.from({ length: count }, (_, number) => number)
  const outcomes = await Promise.all(numbers.map((number) => dispatcher.execute('slow', { number })))
  expectEqual(
    'the results',
    outcomes.map((outcome) => expectSuccess(outcome)),
    numbers.map((number) => ({ number })),
  )
  expectEqual('how many events there are', events.ofCalls.length, count * 2)
  const open = new Map<string, unknown>()
  for (const event of events.ofCalls) {
    expectEqual('whose event it is', event.userId, context.userId)
    const { callId } = event.payload
    if (event.type === 'tool_executing') {
      expectThat('a tool_executing', !open.has(callId), 'the first of its call', callId)
      open.set(callId, event.payload.parameters)
    } else {
      expectEqual('the result of a tool_completed', event.payload.result, open.get(callId))
      expectThat('a tool_completed', open.delete(callId), 'one that follows its tool_executing', callId)
    }
  }
  expectEqual('calls without tool_completed', open.size, 0)
}
