import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type GlobalMetrics, type ToolCall, type ToolLike, UnifiedToolDispatcher } from '../../src/index.js'
import { type Gate, gate, settleMicrotasks } from '../support/gate.js'
import { contextOf, dispatcherWith } from '../support/requests.js'
import { DRAIN_MS, type Kind, KINDS, LIMITS, MetricsModel, type SinkMode } from './metrics-model.js'

// Hundreds of programs in one test; a loaded machine is slow.
vi.setConfig({ testTimeout: 60_000 })

// One fake clock for the whole file: the package keeps one timer for all deadlines, which must not outlive its clock.
beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }))
afterAll(() => void vi.useRealTimers())

describe('the metrics', () => {
  it('of each dispatcher and of the process say what a simple model says, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 60, size: 'max' }), async (steps) => {
        await expectAgreementThroughout(steps)
      }),
      { numRuns: 500 },
    )
  })
})

describe('disposeAllForUser()', () => {
  it('reaches a user who came back before an earlier dispatcher was disposed once more', async () => {
    const context = contextOf()
    const earlier = dispatcherWith({}, context)
    await UnifiedToolDispatcher.disposeAllForUser(context.userId)
    const later = dispatcherWith({}, context)
    await earlier.dispose()
    expect(later.isActive).toBe(true)
    expect(await UnifiedToolDispatcher.disposeAllForUser(context.userId)).toBe(1)
    expect(later.isActive).toBe(false)
  })
})

/** One user of the process, whom nobody knew before. */
class Process {
  readonly #context = contextOf()
  readonly #before = UnifiedToolDispatcher.globalMetrics()
  readonly dispatchers: UnifiedToolDispatcher[] = []
  readonly sinks: { mode: SinkMode }[] = []
  readonly calls: { readonly gate: Gate; readonly controller: AbortController }[] = []

  get userId(): string {
    return this.#context.userId
  }

  create(): void {
    const sink = { mode: 'takes' as SinkMode }
    this.sinks.push(sink)
    const events = {
      emit: () => {
        if (sink.mode === 'throws') throw new Error('The sink is broken')
        return sink.mode === 'rejects' ? Promise.reject(new Error('The sink is full')) : undefined
      },
    }
    this.dispatchers.push(
      dispatcherWith(
        {
          tools: tools((number) => this.callOf(number)),
          limits: LIMITS,
          events,
          permissions: ({ toolName, parameters }) => {
            if (toolName === 'asks') return this.callOf(parameters).gate.promise.then(() => ({ allow: true }))
            return toolName === 'denied' ? { allow: false } : { allow: true }
          },
        },
        this.#context,
      ),
    )
  }

  call(dispatcher: UnifiedToolDispatcher, kind: Kind): Promise<unknown> {
    const call = { gate: gate(), controller: new AbortController() }
    call.gate.promise.catch(() => {})
    const number = dispatcher.isActive ? this.calls.push(call) - 1 : -1
    if (kind === 'aborted before') call.controller.abort()
    const parameters = kind === 'big input' ? { number, text: 'x'.repeat(100) } : { number }
    const options = { signal: call.controller.signal, runId: kind === 'wrong run' ? 'run-2' : undefined }
    return dispatcher.executeTool(kind, parameters, options).then(
      () => 'settled',
      (cause: unknown) => (cause instanceof Error ? cause.name : cause),
    )
  }

  callOf(parameters: unknown): { readonly gate: Gate; readonly controller: AbortController } {
    const call = this.calls[(parameters as { number: number }).number]
    if (call === undefined) throw new Error('No such call')
    return call
  }

  /** How much each number of the process's metrics has grown since the user came. */
  get growth(): GlobalMetrics {
    const now = UnifiedToolDispatcher.globalMetrics()
    const names = Object.keys(now) as (keyof GlobalMetrics)[]
    return Object.fromEntries(names.map((name) => [name, now[name] - this.#before[name]])) as unknown as GlobalMetrics
  }

  async end(): Promise<void> {
    for (const call of this.calls) call.gate.open('at the end')
    await UnifiedToolDispatcher.disposeAllForUser(this.userId)
    vi.runAllTimers()
    await settleMicrotasks()
    for (const { metrics } of this.dispatchers) expect([metrics.unsettledCalls, metrics.queuedCalls]).toEqual([0, 0])
    expect(this.growth).toMatchObject({ activeDispatchers: 0, activeUsers: 0 })
  }
}

function tools(callOf: (parameters: unknown) => ReturnType<Process['callOf']>): ToolLike[] {
  const bodies: Readonly<Record<Exclude<Kind, 'unknown'>, (parameters: unknown, call: ToolCall) => unknown>> = {
    works: () => 1,
    throws: () => {
      throw new Error('The tool is broken')
    },
    waits: (parameters) => callOf(parameters).gate.promise,
    'aborts itself': (parameters) => {
      callOf(parameters).controller.abort()
      return callOf(parameters).gate.promise
    },
    reports: (_, { reportProgress }) => {
      reportProgress('half')
      reportProgress('whole')
    },
    nests: async (_, { executeTool }) => [await executeTool('works'), await executeTool('unknown')],
    'gives a thenable that throws': () =>
      thenable(() => {
        throw new Error('The thenable is broken')
      }),
    'gives a thenable that resolves twice': () =>
      thenable((resolve) => {
        resolve(1)
        resolve(2)
      }),
    'gives what cannot be read': () =>
      Promise.resolve(
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error('The result is broken')
            },
          },
        ),
      ),
    'wrong run': () => 1,
    'aborted before': () => 1,
    'lacks a role': () => 1,
    denied: () => 1,
    asks: () => 1,
    'bad input': () => 1,
    'big input': () => 1,
  }
  return Object.entries(bodies).map(([name, execute]) => ({
    name,
    execute,
    requiredRoles: name === 'lacks a role' ? ['editor'] : [],
    inputSchema: name === 'bad input' ? refusing : undefined,
  }))
}

const refusing = {
  '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{ message: 'never right' }] }) },
} as const

/** A promise of some other library, and not a good one. */
function thenable(then: (resolve: (value: unknown) => void) => void): object {
  // oxlint-disable-next-line unicorn/no-thenable -- this is what is tested
  return Object.defineProperty({}, 'then', { value: then })
}

/** What a step may look at before it is taken. */
type State = Pick<MetricsModel, 'calls' | 'dispatchers'>

/** A step that both take, after which they must agree. */
class Command implements fc.AsyncCommand<MetricsModel, Process> {
  readonly #name: string
  readonly #applies: (model: State) => boolean
  readonly #take: (model: MetricsModel, real: Process) => Promise<void> | void

  constructor(
    name: string,
    applies: (model: State) => boolean,
    take: (model: MetricsModel, real: Process) => Promise<void> | void,
  ) {
    this.#name = name
    this.#applies = applies
    this.#take = take
  }

  check(model: State): boolean {
    return this.#applies(model)
  }

  async run(model: MetricsModel, real: Process): Promise<void> {
    await this.#take(model, real)
    await settleMicrotasks()
    model.settle()
    expectAgreement(model, real)
  }

  toString(): string {
    return this.#name
  }
}

async function expectAgreementThroughout(steps: Iterable<fc.AsyncCommand<MetricsModel, Process>>): Promise<void> {
  const real = new Process()
  const model = new MetricsModel()
  real.create()
  model.create()
  await fc.asyncModelRun(() => ({ model, real }), steps)
  await real.end()
}

function expectAgreement(model: MetricsModel, real: Process): void {
  for (const [index, { counts, state }] of model.dispatchers.entries()) {
    const dispatcher = at(real.dispatchers, index)
    expect(dispatcher.metrics).toMatchObject(counts)
    expect(dispatcher.isActive).toBe(state === 'active')
    expect(dispatcher.metrics.lastExecutionTime === null).toBe(counts.toolsExecuted === 0)
  }
  const summed = ['toolsExecuted', 'successfulExecutions', 'failedExecutions'] as const
  const events = ['eventsEmitted', 'eventsFailed', 'securityViolations'] as const
  expect(real.growth).toEqual({
    ...Object.fromEntries([...summed, ...events].map((name) => [name, model.sum(name)])),
    dispatchersCreated: model.dispatchers.length,
    activeDispatchers: model.active,
    activeUsers: Math.min(model.active, 1),
  })
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length]
  if (item === undefined) throw new Error('There is none yet')
  return item
}

const always = () => true

const commands: fc.Arbitrary<Command>[] = [
  fc.constant(
    new Command(
      'create',
      (model) => model.dispatchers.length < 3,
      (model, real) => {
        model.create()
        real.create()
      },
    ),
  ),
  ...Array.from({ length: 6 }, () =>
    fc.tuple(fc.nat({ max: 2 }), fc.constantFrom(...KINDS, 'waits' as const, 'waits' as const)).map(
      ([index, kind]) =>
        new Command(`${kind} on ${index}`, always, (model, real) => {
          model.call(at(model.dispatchers, index), kind)
          void real.call(at(real.dispatchers, index), kind)
        }),
    ),
  ),
  fc.nat({ max: 2 }).map(
    (index) =>
      new Command(`ten that abort themselves on ${index}`, always, (model, real) => {
        for (let times = 0; times < 10; times += 1) {
          model.call(at(model.dispatchers, index), 'aborts itself')
          void real.call(at(real.dispatchers, index), 'aborts itself')
        }
      }),
  ),
  ...Array.from({ length: 3 }, () =>
    fc.tuple(fc.nat(), fc.boolean()).map(
      ([index, fails]) =>
        new Command(
          `${fails ? 'fail' : 'open'} gate ${index}`,
          (model) => model.calls.some((call) => call.waitsAtGate),
          (model, real) => {
            const call = at(
              model.calls.filter(({ waitsAtGate }) => waitsAtGate),
              index,
            )
            model.pass(call, fails)
            const { gate: found } = at(real.calls, model.calls.indexOf(call))
            if (fails) found.fail(new Error('The gate is broken'))
            else found.open('open')
          },
        ),
    ),
  ),
  fc.nat().map(
    (index) =>
      new Command(
        `abort ${index}`,
        (model) => model.calls.length > 0,
        (model, real) => {
          model.abort(at(model.calls, index))
          at(real.calls, index).controller.abort()
        },
      ),
  ),
  fc.constant(
    new Command('advance by 50 ms', always, async (model, real) => {
      const start = model.now
      for (const ms of [20, 30]) {
        vi.advanceTimersByTime(ms)
        model.advanceTo(start + (ms === 20 ? 20 : 50))
        await settleMicrotasks()
        model.settle()
        expectAgreement(model, real)
      }
    }),
  ),
  fc.tuple(fc.nat({ max: 2 }), fc.constantFrom('takes', 'throws', 'rejects')).map(
    ([index, mode]) =>
      new Command(`the sink of ${index} ${mode}`, always, (model, real) => {
        at(model.dispatchers, index).sink = mode
        at(real.sinks, index).mode = mode
      }),
  ),
  fc.tuple(fc.nat({ max: 2 }), fc.constantFrom(0, DRAIN_MS)).map(
    ([index, drainMs]) =>
      new Command(`dispose ${index} within ${drainMs} ms`, always, (model, real) => {
        model.dispose(at(model.dispatchers, index), drainMs)
        void at(real.dispatchers, index).dispose({ drainMs })
      }),
  ),
  fc.constantFrom(0, 0, 1).map(
    (index) =>
      new Command(
        'dispose all',
        () => index === 1,
        async (model, real) => {
          const count = model.disposeAll()
          expect(await UnifiedToolDispatcher.disposeAllForUser(real.userId)).toBe(count)
        },
      ),
  ),
]
