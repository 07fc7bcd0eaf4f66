import type { AgentEvent, ToolCall, UserExecutionContext } from '@switchyard/dispatcher'
import type { FacadeDispatcher } from '@switchyard/facade-kit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'
import { Recorder, transports } from '../support/transports.js'

/** Everything a call of one user may do: what it is told, what it keeps, what it loses. */
const tools = {
  tell: { execute: ({ secret }: { secret: string }) => `heard ${secret}` },
  fail: { execute: ({ secret }: { secret: string }) => Promise.reject(new Error(`lost ${secret}`)) },
  who: { execute: (_: unknown, { context }: ToolCall) => context.userId },
}
type ToolName = keyof typeof tools

/** A user with a word that nobody else may ever see. */
interface Resident {
  readonly context: UserExecutionContext
  readonly secret: string
  readonly recorder: Recorder
  readonly facade: FacadeDispatcher
  readonly answers: unknown[]
}

type Create = (typeof entryPoints)[number]['create']

async function resident(create: Create, given: object = tools): Promise<Resident> {
  const context = contextOf()
  const recorder = new Recorder()
  const facade = await create(context, given as typeof tools, recorder)
  return { context, secret: `word-of-${context.userId}-only`, recorder, facade, answers: [] }
}

/** Everything that a user's code and a user's socket have seen. */
function seenBy({ recorder, facade, answers }: Resident): string {
  return JSON.stringify([recorder.events, facade.getMetrics(), facade.getAvailableTools(), answers])
}

async function call(one: Resident, toolName: ToolName, method: number): Promise<void> {
  const parameters = { secret: one.secret }
  const ways = [
    () => one.facade.dispatch(toolName, parameters),
    () => one.facade.dispatchTool(toolName, parameters, null, one.context.runId),
    () => one.facade.executeTool(toolName, parameters),
  ]
  one.answers.push(await ways[method]?.())
}

/** The events without what differs from one time to the next. */
function storyOf(events: readonly AgentEvent[]): unknown[] {
  return events.map(({ type, userId, payload }) => {
    const { toolName, ...rest } = payload as { toolName?: string; status?: string }
    return { type, userId, toolName, status: rest.status }
  })
}

describe.each(entryPoints)('the users of $name', ({ create }) => {
  it('see nothing of each other, whatever they call and in whatever order', async () => {
    const step = fc.record({
      user: fc.nat(3),
      toolName: fc.constantFrom<ToolName>('tell', 'fail', 'who'),
      method: fc.nat(2),
      atOnce: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 24 }), async (steps) => {
        const residents = await Promise.all(Array.from({ length: 4 }, () => resident(create)))
        const pending: Promise<void>[] = []
        for (const { user, toolName, method, atOnce } of steps) {
          const one = residents[user] ?? (await resident(create))
          pending.push(call(one, toolName, method))
          if (!atOnce) await pending.at(-1)
        }
        await Promise.all(pending)
        for (const [index, one] of residents.entries()) {
          const own = steps.filter(({ user }) => user === index)
          const seen = seenBy(one)
          for (const other of residents.filter((candidate) => candidate !== one)) {
            expect(seen).not.toContain(other.secret)
            expect(seen).not.toContain(other.context.userId)
          }
          expect(one.answers).toHaveLength(own.length)
          expect(one.facade.getMetrics()).toMatchObject({
            toolsExecuted: own.length,
            failedExecutions: own.filter(({ toolName }) => toolName === 'fail').length,
            websocketEventsSent: 2 * own.length,
          })
        }
      }),
      { numRuns: 30 },
    )
  })

  it('have a story each that does not change when others are there', async () => {
    const script: ToolName[] = ['tell', 'fail', 'who', 'tell']
    const play = async (one: Resident) => {
      for (const [at, toolName] of script.entries()) await call(one, toolName, at % 3)
      return storyOf(one.recorder.events).map((event) => JSON.stringify(event).replaceAll(one.context.userId, 'me'))
    }
    const alone = await play(await resident(create))
    const crowd = await Promise.all(Array.from({ length: 10 }, async () => play(await resident(create))))
    expect(alone).toHaveLength(8)
    for (const story of crowd) expect(story).toEqual(alone)
  })

  it('are who their tools see, whichever dispatcher the tools came from', async () => {
    const [ada, eve] = [await resident(create), await resident(create)]
    eve.facade.registerTool({ ...tools.who, name: 'who_of_eve' })
    const shared = eve.facade.tools['who_of_eve']
    ada.facade.registerTool({ name: 'borrowed', execute: (input, given) => shared?.execute(input, given) })
    expect((await ada.facade.executeTool('borrowed')).result).toBe(ada.context.userId)
    expect((await eve.facade.executeTool('who')).result).toBe(eve.context.userId)
  })

  it('start afresh with each request', async () => {
    const context = contextOf()
    const first = await create(context, tools, new Recorder())
    first.registerTool('only_now', () => 'now')
    await first.dispatch('only_now')
    await first.cleanup()
    const second = await create(context, tools, new Recorder())
    expect(second.getAvailableTools()).toEqual(['tell', 'fail', 'who'])
    expect(second.getMetrics()).toMatchObject({ toolsExecuted: 0, websocketEventsSent: 0 })
    expect((await second.dispatch('only_now')).errorDetails).toEqual({ code: 'tool_not_found' })
  })

  it('have nobody’s transport but the one that was given for them', async () => {
    const { deliveries, sending } = transports()
    await (await create(contextOf(), tools, sending)).dispatch('who')
    expect(deliveries).toHaveLength(2)
    const later = await create(contextOf(), tools)
    expect((await later.dispatch('who')).status).toBe('success')
    expect(later.hasWebsocketSupport).toBe(false)
    expect(deliveries).toHaveLength(2)
  })

  it('have runs that stay apart, though they share a transport', async () => {
    const { userId, ...context } = contextOf()
    const [one, other] = [
      contextOf({ ...context, userId, runId: 'run-one' }),
      contextOf({ userId, runId: 'run-other' }),
    ]
    const { deliveries, notifying } = transports()
    const first = await create(one, tools, notifying)
    const second = await create(other, tools, notifying)
    await first.dispatch('who')
    await second.dispatch('who')
    await first.dispatch('who')
    expect(deliveries.map(([, runId]) => runId)).toEqual([
      ...['run-one', 'run-one'],
      ...['run-other', 'run-other'],
      ...['run-one', 'run-one'],
    ])
  })

  it('are served at once, a hundred of them with five calls each, and nothing is lost', async () => {
    const residents = await Promise.all(Array.from({ length: 100 }, () => resident(create)))
    await Promise.all(residents.flatMap((one) => [0, 1, 2, 0, 1].map((method) => call(one, 'tell', method))))
    for (const one of residents) {
      expect(one.recorder.events).toHaveLength(10)
      expect(one.facade.getMetrics()).toMatchObject({ successfulExecutions: 5, failedExecutions: 0, successRate: 1 })
    }
    expect(new Set(residents.map(({ facade }) => facade.dispatcherId)).size).toBe(100)
  })
})
