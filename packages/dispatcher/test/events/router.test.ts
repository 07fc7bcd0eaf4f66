import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createEvent } from '../../src/events/event.js'
import { FROM_OLDEST } from '../../src/events/store.js'
import {
  type AgentEvent,
  EventRouter,
  type EventStore,
  MemoryEventStore,
  type Position,
  type UserExecutionContext,
} from '../../src/index.js'
import { settleMicrotasks } from '../support/gate.js'
import { lostEvents } from '../support/lost-events.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

let ada: UserExecutionContext
let bob: UserExecutionContext

beforeEach(() => {
  ada = contextOf()
  bob = contextOf()
})

function eventOf(context: UserExecutionContext, id: string): AgentEvent {
  return createEvent(context, 'agent_started', {}, undefined, id)
}

async function emit(router: EventRouter, context: UserExecutionContext, ...ids: string[]): Promise<void> {
  for (const id of ids) await router.emit(eventOf(context, id))
  await settleMicrotasks()
}

/** Listens, and gives the list of the ids that arrive. */
function listen(router: EventRouter, userId: string, options?: Parameters<EventRouter['subscribe']>[2]): string[] {
  const ids: string[] = []
  router.subscribe(userId, (event) => ids.push(event.id), options)
  return ids
}

describe('an EventRouter', () => {
  it.each([{ store: {} }, { store: { append: () => undefined } }, { store: 'redis' }, 'store', null])(
    'refuses the options %j',
    (options) => {
      expect(() => new EventRouter(options as unknown as { store: EventStore })).toThrow(TypeError)
      expect(() => new EventRouter(options as unknown as { store: EventStore })).toThrow(
        /must be an EventStore|are an object/,
      )
    },
  )
})

describe('subscribe()', () => {
  it("hands over a user's events from now on, in order, each with its position", async () => {
    const router = new EventRouter()
    await emit(router, ada, 'a')
    const received: [AgentEvent, Position][] = []
    router.subscribe(ada.userId, (event, position) => received.push([event, position]))
    await emit(router, ada, 'b', 'c')
    expect(received.map(([event]) => event)).toEqual([
      expect.objectContaining({ id: 'b' }),
      expect.objectContaining({ id: 'c' }),
    ])
    expect(received.map(([, position]) => [position.seq, position.id])).toEqual([
      [2, 'b'],
      [3, 'c'],
    ])
    expect(received[1]?.[1]).toEqual(await router.store.head(ada.userId))
  })

  it('misses nothing that is emitted in the same turn', async () => {
    const router = new EventRouter()
    const first = router.emit(eventOf(ada, 'before'))
    const ids = listen(router, ada.userId)
    const second = router.emit(eventOf(ada, 'after'))
    await Promise.all([first, second])
    await settleMicrotasks()
    expect(ids).toEqual(['after'])
  })

  it("never hands over another user's events", async () => {
    const router = new EventRouter()
    const ofAda = listen(router, ada.userId)
    const ofBob = listen(router, bob.userId)
    const ofNobody = listen(router, `${ada.userId} `)
    await emit(router, ada, 'a1')
    await emit(router, bob, 'b1')
    await emit(router, ada, 'a2')
    expect([ofAda, ofBob, ofNobody]).toEqual([['a1', 'a2'], ['b1'], []])
  })

  it('goes on after a position, first with what was missed', async () => {
    const router = new EventRouter()
    await emit(router, ada, 'a', 'b')
    const position = await router.store.head(ada.userId)
    await emit(router, ada, 'c', 'd')
    const ids = listen(router, ada.userId, { after: position })
    await settleMicrotasks()
    expect(ids).toEqual(['c', 'd'])
    await emit(router, ada, 'e')
    expect(ids).toEqual(['c', 'd', 'e'])
  })

  it('starts with the oldest event that is kept where the position says so', async () => {
    const router = new EventRouter()
    await emit(router, ada, ...Array.from({ length: 250 }, (_, index) => `e${index}`))
    const ids = listen(router, ada.userId, { after: FROM_OLDEST })
    await vi.waitFor(() => expect(ids).toHaveLength(250))
    expect(ids).toEqual(Array.from({ length: 250 }, (_, index) => `e${index}`))
  })

  it('hands over each event once to each of several listeners, and a resent one not again', async () => {
    const router = new EventRouter()
    const first = listen(router, ada.userId)
    const second = listen(router, ada.userId)
    await emit(router, ada, 'a', 'b', 'a', 'b')
    expect([first, second]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
  })

  it('delivers nothing once it has been told to stop, not even the rest of a batch', async () => {
    const router = new EventRouter()
    await emit(router, ada, 'a', 'b', 'c')
    const ids: string[] = []
    const stop = router.subscribe(
      ada.userId,
      (event) => {
        ids.push(event.id)
        if (event.id === 'b') stop()
      },
      { after: FROM_OLDEST },
    )
    await emit(router, ada, 'd')
    expect(ids).toEqual(['a', 'b'])
    stop()
    const never = listen(router, ada.userId)
    router.subscribe(ada.userId, (event) => never.push(event.id))()
    await emit(router, ada, 'e')
    expect(never).toEqual(['e'])
  })

  it('leaves nothing registered on the store once it has been told to stop', async () => {
    const listening = new Set<() => void>()
    class Watched extends MemoryEventStore {
      override subscribe(userId: string, onAppend: () => void): () => void {
        listening.add(onAppend)
        const stop = super.subscribe(userId, onAppend)
        return () => {
          listening.delete(onAppend)
          stop()
        }
      }
    }
    const router = new EventRouter({ store: new Watched() })
    const stop = router.subscribe(ada.userId, () => undefined)
    expect(listening.size).toBe(1)
    stop()
    expect(listening.size).toBe(0)
  })

  it('goes on when a listener emits or subscribes', async () => {
    const router = new EventRouter()
    const ids: string[] = []
    router.subscribe(ada.userId, (event) => {
      ids.push(event.id)
      if (event.id === 'a') void router.emit(eventOf(ada, 'answer'))
    })
    await emit(router, ada, 'a')
    await emit(router, ada, 'b')
    expect(ids).toEqual(['a', 'answer', 'b'])
  })

  it.each(['', undefined, 7])('refuses the user id %j', (userId) => {
    expect(() => new EventRouter().subscribe(userId as string, () => undefined)).toThrow(TypeError)
    expect(() => new EventRouter().subscribe(userId as string, () => undefined)).toThrow('userId must be')
  })

  it('refuses a listener that is no function', () => {
    expect(() => new EventRouter().subscribe('u-1', 'print' as never)).toThrow(
      'listener must be a function; received "print".',
    )
  })
})

describe('a listener that fails', () => {
  it('disturbs neither the sender nor the others nor what follows, and is published', async () => {
    const router = new EventRouter()
    const lost = lostEvents()
    const cause = new Error('no')
    const seen: string[] = []
    router.subscribe(ada.userId, (event) => {
      seen.push(event.id)
      throw cause
    })
    const others = listen(router, ada.userId)
    await expect(router.emit(eventOf(ada, 'a'))).resolves.toBeUndefined()
    await emit(router, ada, 'b')
    expect([seen, others]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ])
    expect(lost.map(({ event }) => event.id)).toEqual(['a', 'b'])
    expect(lost.every((one) => one.cause === cause)).toBe(true)
  })

  it('may reject too', async () => {
    const router = new EventRouter()
    const lost = lostEvents()
    const cause = new Error('no')
    router.subscribe(ada.userId, () => Promise.reject(cause) as never)
    await emit(router, ada, 'a')
    expect(lost.map((one) => [one.event.id, one.cause])).toEqual([['a', cause]])
  })
})

describe('onGone', () => {
  it('hears that retention has passed the cursor, and delivery goes on with the oldest that are kept', async () => {
    const router = new EventRouter({ store: new MemoryEventStore({ maxEvents: 2 }) })
    await emit(router, ada, 'a')
    const cursor = await router.store.head(ada.userId)
    await emit(router, ada, 'b', 'c', 'd')
    const reasons: string[] = []
    const ids = listen(router, ada.userId, { after: cursor, onGone: (reason) => reasons.push(reason) })
    await settleMicrotasks()
    await emit(router, ada, 'e')
    expect([reasons, ids]).toEqual([['retention'], ['c', 'd', 'e']])
  })

  it('hears that the cursor is of another history', async () => {
    const router = new EventRouter()
    await emit(router, ada, 'a', 'b')
    const reasons: string[] = []
    const after = { ...(await router.store.head(ada.userId)), epoch: 1 }
    const ids = listen(router, ada.userId, { after, onGone: (reason) => reasons.push(reason) })
    await settleMicrotasks()
    expect([reasons, ids]).toEqual([['history-changed'], ['a', 'b']])
  })

  it('is not called while nothing is gone, and need not be given', async () => {
    const router = new EventRouter({ store: new MemoryEventStore({ maxEvents: 2 }) })
    const onGone = vi.fn<(reason: string) => void>()
    listen(router, ada.userId, { onGone })
    await emit(router, ada, 'a', 'b', 'c', 'd')
    expect(onGone).not.toHaveBeenCalled()
    const ids = listen(router, ada.userId, { after: { epoch: 1, seq: 1, id: null } })
    await settleMicrotasks()
    expect(ids).toEqual(['c', 'd'])
  })

  it('may throw without stopping the delivery', async () => {
    const router = new EventRouter()
    await emit(router, ada, 'a')
    const ids = listen(router, ada.userId, {
      after: { epoch: 1, seq: 1, id: null },
      onGone: () => {
        throw new Error('no')
      },
    })
    await emit(router, ada, 'b')
    expect(ids).toEqual(['a', 'b'])
  })
})

/** A store that fails where it is told to. */
class Failing extends MemoryEventStore {
  broken: 'append' | 'head' | 'read' | undefined

  override append(userId: string, event: AgentEvent): Promise<Position> {
    return this.broken === 'append' ? Promise.reject(new Error('disk full')) : super.append(userId, event)
  }

  override head(userId: string): Promise<Position> {
    return this.broken === 'head' ? Promise.reject(new Error('down')) : super.head(userId)
  }

  override read(...from: Parameters<EventStore['read']>): ReturnType<EventStore['read']> {
    return this.broken === 'read' ? Promise.reject(new Error('down')) : super.read(...from)
  }
}

describe('an EventRouter whose store fails', () => {
  it('rejects what cannot be appended, which the dispatcher counts', async () => {
    const store = new Failing()
    const router = new EventRouter({ store })
    store.broken = 'append'
    await expect(router.emit(eventOf(ada, 'a'))).rejects.toThrow('disk full')
    const dispatcher = dispatcherWith({ tools: [{ name: 'ping', execute: () => 'pong' }], events: router }, ada)
    expect((await dispatcher.executeTool('ping')).success).toBe(true)
    await settleMicrotasks()
    expect(dispatcher.metrics).toMatchObject({ eventsFailed: 2, eventsEmitted: 0 })
  })

  it('says unavailable, and goes on from the same cursor when it reads again', async () => {
    const store = new Failing()
    const router = new EventRouter({ store })
    const reasons: string[] = []
    const ids = listen(router, ada.userId, { onGone: (reason) => reasons.push(reason) })
    await emit(router, ada, 'a')
    store.broken = 'read'
    await emit(router, ada, 'b')
    store.broken = undefined
    await emit(router, ada, 'c')
    expect([reasons, ids]).toEqual([['unavailable'], ['a', 'b', 'c']])
  })

  it('goes on by itself once it can read, without another event, and says unavailable once', async () => {
    vi.useFakeTimers()
    try {
      const store = new Failing()
      const router = new EventRouter({ store })
      const reasons: string[] = []
      const ids: string[] = []
      const stop = router.subscribe(ada.userId, (event) => ids.push(event.id), {
        onGone: (reason) => reasons.push(reason),
      })
      await emit(router, ada, 'a')
      store.broken = 'read'
      await emit(router, ada, 'b')
      await vi.advanceTimersByTimeAsync(10_000)
      store.broken = undefined
      await vi.advanceTimersByTimeAsync(2_000)
      expect([reasons, ids]).toEqual([['unavailable'], ['a', 'b']])
      expect(vi.getTimerCount()).toBe(0)
      store.broken = 'read'
      await emit(router, ada, 'c')
      stop()
      expect([reasons, vi.getTimerCount()]).toEqual([['unavailable', 'unavailable'], 0])
    } finally {
      vi.useRealTimers()
    }
  })

  it('listens from the next event on when it could not tell where the log ends', async () => {
    const store = new Failing()
    store.broken = 'head'
    const router = new EventRouter({ store })
    const reasons: string[] = []
    const ids = listen(router, ada.userId, { onGone: (reason) => reasons.push(reason) })
    await settleMicrotasks()
    store.broken = undefined
    await emit(router, ada, 'a', 'b')
    expect(reasons).toEqual(['unavailable'])
    expect(ids).toContain('b')
  })
})

describe('an EventRouter as the sink of dispatchers', () => {
  it('brings the events of a call to its own user alone, in order', async () => {
    const router = new EventRouter()
    const tools = [{ name: 'ping', execute: () => 'pong' }]
    const ofAda: string[] = []
    const ofBob: string[] = []
    router.subscribe(ada.userId, (event) => ofAda.push(`${event.userId} ${event.type}`))
    router.subscribe(bob.userId, (event) => ofBob.push(`${event.userId} ${event.type}`))
    await Promise.all([
      dispatcherWith({ tools, events: router }, ada).executeTool('ping'),
      dispatcherWith({ tools, events: router }, bob).executeTool('ping'),
    ])
    await settleMicrotasks()
    expect(ofAda).toEqual([`${ada.userId} tool_executing`, `${ada.userId} tool_completed`])
    expect(ofBob).toEqual([`${bob.userId} tool_executing`, `${bob.userId} tool_completed`])
  })
})
