import { AgentRun, EventRouter, type AgentEvent, type UserExecutionContext } from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import { entryPoints } from '../support/entry-points.js'
import { contextOf } from '../support/people.js'

const tools = {
  tell: { execute: ({ secret }: { secret: string }) => secret },
  fail: { execute: ({ secret }: { secret: string }) => Promise.reject(new Error(secret)) },
}

/** What a user's listener has got so far. */
function listening(router: EventRouter, userId: string) {
  const heard: AgentEvent[] = []
  const stop = router.subscribe(userId, (event) => void heard.push(event))
  return { heard, stop }
}

/** Lets the router hand on what it has. */
const delivered = () => new Promise((resolve) => setImmediate(resolve))

const secretOf = ({ userId }: UserExecutionContext) => `word-of-${userId}-only`

describe.each(entryPoints)('one router behind all users of $name', ({ create }) => {
  it('hands each user the own events, while listeners of twelve users come and go', async () => {
    const router = new EventRouter()
    const users = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const context = contextOf()
        const { heard } = listening(router, context.userId)
        return { context, heard, facade: await create(context, tools, router) }
      }),
    )
    for (let round = 0; round < 5; round += 1) {
      const passers = users.map(({ context }) => ({ context, ...listening(router, context.userId) }))
      await Promise.all(
        users.map(({ context, facade }, at) =>
          facade.dispatch(at % 2 === 0 ? 'tell' : 'fail', { secret: secretOf(context) }),
        ),
      )
      await delivered()
      for (const { context, heard, stop } of passers) {
        expect(heard.map(({ userId }) => userId)).toEqual([context.userId, context.userId])
        stop()
      }
    }
    for (const { context, heard } of users) {
      expect(heard.map(({ type }) => type)).toEqual(
        Array.from({ length: 5 }, () => ['tool_executing', 'tool_completed']).flat(),
      )
      const text = JSON.stringify(heard)
      const others = users.filter((user) => user.context !== context)
      expect(others.filter((other) => text.includes(secretOf(other.context)))).toEqual([])
    }
  })

  it('goes by the user alone, though threads and runs have the same names', async () => {
    const router = new EventRouter()
    const same = { threadId: 'thread-of-both', runId: 'run-of-both' }
    const [ada, eve] = [contextOf(same), contextOf(same)]
    const [hers, others] = [listening(router, ada.userId), listening(router, eve.userId)]
    await (await create(ada, tools, router)).dispatch('tell', { secret: secretOf(ada) })
    await delivered()
    expect(hers.heard).toHaveLength(2)
    expect(others.heard).toEqual([])
  })

  it('is a router of its own, beside any other', async () => {
    const [router, other] = [new EventRouter(), new EventRouter()]
    const context = contextOf()
    const [here, there] = [listening(router, context.userId), listening(other, context.userId)]
    await (await create(context, tools, router)).dispatch('tell', { secret: 'a' })
    await delivered()
    expect([here.heard.length, there.heard.length]).toEqual([2, 0])
  })

  it('keeps what came while nobody listened, for whoever goes on from there', async () => {
    const router = new EventRouter()
    const context = contextOf()
    const facade = await create(context, tools, router)
    const before = await router.store.head(context.userId)
    for (let call = 0; call < 20; call += 1) await facade.dispatch('tell', { secret: String(call) })
    const heard: AgentEvent[] = []
    router.subscribe(context.userId, (event) => void heard.push(event), { after: before })
    await delivered()
    expect(heard).toHaveLength(40)
    expect(new Set(heard.map(({ id }) => id)).size).toBe(40)
    expect(facade.getMetrics().websocketEventsSent).toBe(40)
  })

  it('tells the five kinds of a run in their order, tools between the agent’s own', async () => {
    const router = new EventRouter()
    const context = contextOf()
    const { heard } = listening(router, context.userId)
    const run = new AgentRun(context, router, 'researcher')
    await run.started()
    await run.thinking('Which orders are late?', 1)
    await (await create(context, tools, router)).dispatch('tell', { secret: 'a' })
    await run.completed({ late: 3 })
    await delivered()
    expect(heard.map(({ type }) => type)).toEqual([
      'agent_started',
      'agent_thinking',
      'tool_executing',
      'tool_completed',
      'agent_completed',
    ])
    for (const event of heard) expect(event).toMatchObject({ userId: context.userId, runId: context.runId })
    const times = heard.map(({ timestamp }) => timestamp)
    expect(times.toSorted()).toEqual(times)
  })
})
