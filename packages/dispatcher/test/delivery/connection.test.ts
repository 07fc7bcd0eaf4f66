import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it } from 'vitest'
import { FROM_OLDEST, type EventStore, type Gone, type Position, type StoredEvent } from '../../src/events/store.js'
import { MemoryEventStore } from '../../src/index.js'
import type { TakenTicket, TicketStore } from '../../src/websocket.js'
import { endAfterTest, ORIGIN, startGateway, until } from '../support/delivery.js'
import { gate } from '../support/gate.js'

/** A store in memory whose answers a test can spoil. */
class MoodyStore extends MemoryEventStore {
  onRead: ((read: () => Promise<StoredEvent[] | Gone>) => Promise<StoredEvent[] | Gone>) | undefined
  onHead: ((head: () => Promise<Position>) => Promise<Position>) | undefined
  isMute = false
  listeners = 0

  override read(userId: string, after: Position, limit: number): Promise<StoredEvent[] | Gone> {
    const read = () => super.read(userId, after, limit)
    return this.onRead?.(read) ?? read()
  }

  override head(userId: string): Promise<Position> {
    const head = () => super.head(userId)
    return this.onHead?.(head) ?? head()
  }

  override subscribe(userId: string, onAppend: () => void): () => void {
    this.listeners += 1
    const stop = super.subscribe(userId, () => {
      if (!this.isMute) onAppend()
    })
    return () => {
      this.listeners -= 1
      stop()
    }
  }
}

/** What the gateways say on the channel for failures, from now on. */
function notedFailures(): unknown[] {
  const messages: unknown[] = []
  const note = (message: unknown) => messages.push(message)
  subscribe('switchyard:delivery-failed', note)
  endAfterTest(() => unsubscribe('switchyard:delivery-failed', note))
  return messages
}

describe('close()', () => {
  it('sends what was emitted before it, closes with 1001 and refuses what comes later', async () => {
    const scene = await startGateway()
    const client = await scene.connect('ada')
    await client.next()
    const unspent = await scene.gateway.createTicket('ada')
    const ids = await scene.emit('ada', 150)
    const closed = scene.gateway.close()
    expect(await scene.open(unspent).refused).toBe(503)
    expect(await client.closed).toBe(1001)
    await closed
    expect(client.eventIds).toEqual(ids)
    expect(scene.gateway.metrics).toMatchObject({ connections: 0, terminated: 0, refused: { closing: 1 } })
    await expect(scene.gateway.createTicket('ada')).rejects.toThrow('The event gateway is closed')
  })

  it('sends no more than the window takes to a client that does not acknowledge', async () => {
    const scene = await startGateway({ limits: { window: 10 } })
    const client = await scene.connect('ada')
    await client.next()
    await scene.emit('ada', 50)
    await scene.gateway.close()
    expect(await client.closed).toBe(1001)
    expect(client.eventIds).toHaveLength(10)
  })

  it('closes a connection that has not said hello at once', async () => {
    const scene = await startGateway()
    const client = await scene.connect('ada', false)
    await scene.gateway.close()
    expect(await client.closed).toBe(1001)
  })

  it('cuts at the deadline what does not answer, and is done then', async () => {
    const scene = await startGateway()
    const client = await scene.connect('ada')
    await client.next()
    client.ws.pause()
    await scene.emit('ada', 200, { text: 'x'.repeat(20_000) })
    await scene.gateway.close(20)
    expect(scene.gateway.metrics).toMatchObject({ connections: 0, terminated: 1 })
  })

  it('cuts at the deadline where the store hangs', async () => {
    const store = new MoodyStore()
    const scene = await startGateway({ store })
    const client = await scene.connect('ada')
    await client.next()
    store.onRead = () => new Promise(() => {})
    await scene.emit('ada', 1)
    await scene.gateway.close(20)
    expect(await client.closed).toBe(1006)
    expect(store.listeners).toBe(0)
  })

  it('is the same close when it is called again, and takes no deadline that is none', async () => {
    const scene = await startGateway()
    await expect(scene.gateway.close(-1)).rejects.toThrow('deadlineMs must be a number of milliseconds, 0 or more')
    expect(scene.gateway.close()).toBe(scene.gateway.close())
  })
})

describe('revoke()', () => {
  it("closes the user's connections with 4401, and no other's", async () => {
    const scene = await startGateway()
    const [one, two, bob] = [await scene.connect('ada'), await scene.connect('ada', false), await scene.connect('bob')]
    await one.next()
    const done = scene.gateway.revoke('ada')
    expect(scene.gateway.connections('ada')).toBe(0)
    expect(await done).toBe(2)
    expect(await Promise.all([one.closed, two.closed])).toEqual([4401, 4401])
    expect(scene.gateway.connections('bob')).toBe(1)
    await bob.next()
    expect(await scene.gateway.revoke('nobody')).toBe(0)
    expect(scene.gateway.metrics).toMatchObject({ closes: { 4401: 2 }, revocations: 2 })
  })

  it('stops an upgrade whose ticket was taken a moment before', async () => {
    const taken = gate<TakenTicket>()
    let isAsked = false
    const listeners = new Set<(userId: string) => void>()
    const tickets: TicketStore = {
      put: () => Promise.resolve(),
      take: () => {
        isAsked = true
        return taken.promise
      },
      revoke: () => Promise.resolve(),
      onRevoke: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
    const scene = await startGateway({ tickets })
    const client = scene.open('A'.repeat(43))
    await until(() => isAsked)
    for (const listener of listeners) listener('ada')
    taken.open({ status: 'valid', userId: 'ada', origin: null })
    expect(await client.closed).toBe(4401)
    await scene.gateway.close()
    expect(listeners.size).toBe(0)
  })

  it('closes what is here even when the ticket store cannot tell the others', async () => {
    const scene = await startGateway({
      tickets: {
        put: () => Promise.resolve(),
        take: () => Promise.resolve({ status: 'valid', userId: 'ada', origin: null }),
        revoke: () => Promise.reject(new Error('Redis is away')),
        onRevoke: () => () => {},
      },
    })
    const client = scene.open('A'.repeat(43))
    await client.opened
    await expect(scene.gateway.revoke('ada')).rejects.toThrow('Redis is away')
    expect(await client.closed).toBe(4401)
  })
})

describe('a ticket store that fails', () => {
  it.each([
    ['rejects', 'away', () => Promise.reject(new Error('away'))],
    ['hangs', 'The ticket store did not answer in time.', () => new Promise<TakenTicket>(() => {})],
  ])('lets nobody in: it %s', async (_, message, take) => {
    const scene = await startGateway({
      limits: { storeTimeoutMs: 40 },
      tickets: { put: () => Promise.resolve(), take, revoke: () => Promise.resolve(), onRevoke: () => () => {} },
    })
    const causes = notedFailures()
    expect(await scene.open('A'.repeat(43)).refused).toBe(503)
    expect(scene.gateway.metrics.refused['tickets-unavailable']).toBe(1)
    expect(causes).toEqual([{ cause: new Error(message) }])
  })
})

describe('a process that was busy for long', () => {
  it('does not blame its clients: what has arrived meanwhile counts before the time does', async () => {
    const scene = await startGateway({ limits: { helloTimeoutMs: 500 } })
    const client = await scene.connect('ada')
    const busyUntil = performance.now() + 800
    while (performance.now() < busyUntil);
    expect(await client.next()).toMatchObject({ t: 'ready' })
    expect(scene.gateway.metrics.connections).toBe(1)
  })
})

describe('pings', () => {
  it('cut a connection that leaves two of them unanswered', async () => {
    const scene = await startGateway({ limits: { pingIntervalMs: 20 } })
    const client = await scene.connect('ada')
    await client.next()
    client.ws.pause()
    await until(() => scene.gateway.connections('ada') === 0)
    expect(scene.gateway.metrics).toMatchObject({ terminated: 1, closes: {} })
  })

  it('keep one that answers, and answer its own', async () => {
    const scene = await startGateway({ limits: { pingIntervalMs: 10 } })
    const client = await scene.connect('ada')
    let pings = 0
    client.ws.on('ping', () => (pings += 1))
    await until(() => pings > 10)
    const pong = new Promise<string>((resolve) => client.ws.on('pong', (data) => resolve(data.toString())))
    client.ws.ping('still there?')
    expect(await pong).toBe('still there?')
    expect(scene.gateway.connections('ada')).toBe(1)
  })
})

describe('a store that fails', () => {
  it('for a while costs no event: the connection asks again from the same cursor', async () => {
    const store = new MoodyStore()
    const scene = await startGateway({ store })
    const client = await scene.connect('ada')
    await client.next()
    const causes = notedFailures()
    let failures = 0
    store.onRead = (read) => {
      failures += 1
      return failures < 3 ? Promise.reject(new Error('away')) : read()
    }
    const ids = await scene.emit('ada', 3)
    await client.take(3)
    expect(client.eventIds).toEqual(ids)
    expect(scene.gateway.metrics.storeFailures).toBe(2)
    expect(causes).toMatchObject([{ userId: 'ada', cause: { message: 'away' } }, { cause: { message: 'away' } }])
  })

  it('at the hello delays the ready, and "from now" is then', async () => {
    const store = new MoodyStore()
    let failures = 0
    store.onHead = (head) => {
      failures += 1
      return failures < 3 ? Promise.reject(new Error('away')) : head()
    }
    const scene = await startGateway({ store })
    const client = await scene.connect('ada')
    expect(await client.next()).toMatchObject({ t: 'ready', seq: 0 })
    expect(failures).toBe(3)
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('away'))],
    [
      'throws',
      () => {
        throw new Error('broken')
      },
    ],
    ['hangs', () => new Promise<never>(() => {})],
    ['answers nonsense', () => Promise.resolve(undefined as never)],
  ] as const)('for good ends the connection, so that the client resumes: it %s', async (_, read) => {
    const store = new MoodyStore()
    const scene = await startGateway({ store, limits: { storeTimeoutMs: 60 } })
    const client = await scene.connect('ada')
    await client.next()
    store.onRead = read
    await scene.emit('ada', 1)
    expect([1006, 1011]).toContain(await client.closed)
    expect(scene.gateway.connections('ada')).toBe(0)
  })

  it('and says "gone" for ever ends the connection too, without a flood of snapshots', async () => {
    const store = new MoodyStore()
    const scene = await startGateway({ store, limits: { storeTimeoutMs: 60 } })
    const client = await scene.connect('ada')
    await client.next()
    store.onRead = () => Promise.resolve({ gone: 'retention', oldest: { epoch: 1, seq: 1, id: null } })
    await scene.emit('ada', 1)
    expect(await client.closed).toBe(1011)
    expect(client.frames).toHaveLength(1)
  })

  it('at the subscription ends the connection with 1011', async () => {
    const store = new MoodyStore()
    store.subscribe = () => {
      throw new Error('away')
    }
    const scene = await startGateway({ store })
    const client = scene.open(await scene.gateway.createTicket('ada'))
    expect(await client.closed).toBe(1011)
    expect(scene.gateway.connections('ada')).toBe(0)
  })

  it('to wake anybody delays events until the next ping, and loses none', async () => {
    const store = new MoodyStore()
    store.isMute = true
    const scene = await startGateway({ store, limits: { pingIntervalMs: 30 } })
    const client = await scene.connect('ada')
    await client.next()
    const ids = await scene.emit('ada', 2)
    await client.take(2)
    expect(client.eventIds).toEqual(ids)
  })
})

describe('events that arrive while the store is being read', () => {
  it('are not missed by connections that share a read', async () => {
    const store = new MoodyStore()
    const scene = await startGateway({ store })
    const clients = [await scene.connect('ada'), await scene.connect('ada'), await scene.connect('ada')]
    for (const client of clients) await client.next()
    // Each answer is that of the moment of the question, but comes late.
    store.onRead = async (read) => {
      const answer = await read()
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 4))
      return answer
    }
    const ids: string[] = []
    for (let turn = 0; turn < 100; turn += 1) {
      ids.push(...(await scene.emit('ada', 1)))
      await new Promise((resolve) => (turn % 3 === 0 ? setTimeout(resolve, 1) : setImmediate(resolve)))
    }
    for (const client of clients) {
      await client.take(100)
      expect(client.eventIds).toEqual(ids)
    }
  })
})

describe('a log that starts anew', () => {
  it('is told as history-changed, and acks of the old epoch are taken for what they are', async () => {
    const stores = [new MemoryEventStore(), new MemoryEventStore()]
    const listeners = new Set<() => void>()
    let current = 0
    const now = (): EventStore => stores[current] ?? new MemoryEventStore()
    const scene = await startGateway({
      limits: { window: 8 },
      store: {
        append: (userId, event) => now().append(userId, event),
        head: (userId) => now().head(userId),
        read: (userId, after, limit) => now().read(userId, after, limit),
        subscribe: (userId, onAppend) => {
          listeners.add(onAppend)
          const stops = stores.map((store) => store.subscribe(userId, onAppend))
          return () => stops.forEach((stop) => stop())
        },
        close: () => Promise.resolve(),
      },
    })
    const client = await scene.connect('ada', { after: FROM_OLDEST })
    await client.next()
    await scene.emit('ada', 4)
    const old = await client.take(4)
    current = 1
    const ids = await scene.emit('ada', 6)
    const [snapshot] = await client.take(5)
    expect(snapshot).toMatchObject({ t: 'snapshot', reason: 'history-changed', seq: 0 })
    const last = old.at(-1)
    if (last?.t !== 'event') throw new Error('no event')
    // Eight are in flight, four of them of the old epoch: acknowledging those makes room for the rest.
    client.send({ t: 'ack', seq: last.seq, epoch: last.epoch })
    await client.take(2)
    expect(client.eventIds.slice(4)).toEqual(ids)
    client.send({ t: 'ack', seq: 7 })
    expect(await client.closed).toBe(4400)
  })
})

describe('an event that JSON cannot hold', () => {
  it('is delivered as far as it can be, instead of being left out', async () => {
    const scene = await startGateway()
    const client = await scene.connect('ada')
    await client.next()
    const [odd] = await scene.emit('ada', 1, { count: 10n })
    const [plain] = await scene.emit('ada', 1)
    expect(await client.next()).toMatchObject({ t: 'event', event: { id: odd } })
    expect(await client.next()).toMatchObject({ t: 'event', event: { id: plain } })
  })
})

describe('createEventGateway()', () => {
  it('lets its methods be passed on unbound', async () => {
    const { gateway } = await startGateway()
    const { createTicket, revoke, connections, close } = gateway
    await createTicket('ada', { origin: ORIGIN })
    expect(await revoke('ada')).toBe(0)
    expect(connections('ada')).toBe(0)
    await close()
  })

  it('answers a bearer ticket without any subprotocol, and names none', async () => {
    const scene = await startGateway()
    const { WebSocket } = await import('ws')
    const ws = new WebSocket(scene.url, {
      headers: { authorization: `Bearer ${await scene.gateway.createTicket('ada')}` },
    })
    endAfterTest(() => ws.terminate())
    await new Promise((resolve) => ws.once('open', resolve))
    expect(ws.protocol).toBe('')
    ws.send('{"t":"hello"}')
    const data = await new Promise<string>((resolve) =>
      ws.once('message', (message: Buffer) => resolve(message.toString())),
    )
    expect(JSON.parse(data)).toMatchObject({ t: 'ready' })
  })

  it('refuses other subprotocols with 400, and keeps the ticket for the right one', async () => {
    const scene = await startGateway()
    const ticket = await scene.gateway.createTicket('ada')
    const { RawClient } = await import('../support/delivery.js')
    const other = new RawClient(scene.url, ['switchyard-events.v2', `ticket.${ticket}`], { origin: ORIGIN })
    expect(await other.refused).toBe(400)
    const right = scene.open(ticket)
    await right.opened
    expect(right.ws.protocol).toBe('switchyard-events.v1')
  })

  it('leaves upgrades of other paths alone', async () => {
    const scene = await startGateway({ path: '/live' })
    expect(await scene.open('A'.repeat(43)).closed).toBe(1006)
    expect(scene.gateway.metrics.refused.ticket).toBe(0)
  })
})
