import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import {
  connectEvents,
  type AgentEvent,
  type ConnectEventsOptions,
  type EventsConnection,
  type Position,
} from '../../src/client.js'
import { FROM_OLDEST } from '../../src/events/store.js'
import { MemoryEventStore } from '../../src/index.js'
import { type GatewayScene, endAfterTest, startGateway, until } from '../support/delivery.js'

beforeEach(() => {
  // Each wait is its shortest: none.
  vi.spyOn(Math, 'random').mockReturnValue(0)
})
afterEach(() => {
  vi.restoreAllMocks()
})

interface Client {
  readonly connection: EventsConnection
  /** Ids of what was applied. */
  readonly applied: string[]
  /** Every call back in its order. */
  readonly told: string[]
  readonly errors: unknown[]
}

type Given = Partial<ConnectEventsOptions> & { readonly onApply?: (event: AgentEvent) => unknown }

/** A client of one user of the gateway; ends with the test. */
function connect(scene: GatewayScene, userId: string, { onApply, ...given }: Given = {}): Client {
  const applied: string[] = []
  const told: string[] = []
  const errors: unknown[] = []
  const connection = connectEvents({
    url: scene.url,
    getTicket: () => scene.gateway.createTicket(userId),
    WebSocket,
    onEvent: (event) => {
      applied.push(event.id)
      return onApply?.(event)
    },
    onSnapshot: (reason) => told.push(`snapshot ${reason}`),
    onStatus: (status) => told.push(status),
    onError: (error) => errors.push(error),
    ...given,
  })
  endAfterTest(() => connection.close())
  return { connection, applied, told, errors }
}

function storage(cursor: Position | undefined): {
  saved: Position[]
  load(): Position | undefined
  save(at: Position): void
} {
  const saved: Position[] = []
  return { saved, load: () => saved.at(-1) ?? cursor, save: (at) => void saved.push(at) }
}

describe.each(['WebSocket', 'server-sent events'])('a client over %s', (transport) => {
  const urlOf = (scene: GatewayScene) => (transport === 'WebSocket' ? scene.url : scene.httpUrl)

  it('applies what is emitted from its first connection on, each once and in order', async () => {
    const scene = await startGateway()
    await scene.emit('ada', 3)
    const ada = connect(scene, 'ada', { url: urlOf(scene) })
    const bob = connect(scene, 'bob', { url: urlOf(scene) })
    await until(() => ada.connection.status === 'live' && bob.connection.status === 'live')
    const ids = await scene.emit('ada', 700)
    const others = await scene.emit('bob', 5)
    await until(() => ada.applied.length >= 700 && bob.applied.length >= 5)
    expect(ada.applied).toEqual(ids)
    expect(bob.applied).toEqual(others)
    expect(ada.told).toEqual(['connecting', 'live'])
    expect(ada.errors).toEqual([])
  })

  it('goes on from its cursor when the server goes away and comes back, with a new ticket each time', async () => {
    const store = new MemoryEventStore()
    const first = await startGateway({ store })
    const getTicket = vi.fn<() => Promise<string>>(() => first.gateway.createTicket('ada'))
    const ada = connect(first, 'ada', { url: urlOf(first), getTicket })
    await until(() => ada.connection.status === 'live')
    const ids = await first.emit('ada', 10)
    await until(() => ada.applied.length === 10)
    for (let round = 0; round < 3; round += 1) {
      await first.gateway.revoke('ada')
      ids.push(...(await first.emit('ada', 10)))
      await until(() => ada.applied.length === ids.length)
    }
    expect(ada.applied).toEqual(ids)
    expect(getTicket).toHaveBeenCalledTimes(4)
    expect(ada.told.filter((each) => each === 'live')).toHaveLength(4)
  })

  it('begins at the oldest event, or where a saved cursor says', async () => {
    const scene = await startGateway()
    const ids = await scene.emit('ada', 5)
    const cursor = storage(FROM_OLDEST)
    const ada = connect(scene, 'ada', { url: urlOf(scene), cursor })
    await until(() => ada.applied.length === 5)
    await until(() => cursor.saved.length === 6)
    ada.connection.close()
    ids.push(...(await scene.emit('ada', 5)))
    const again = connect(scene, 'ada', { url: urlOf(scene), cursor })
    await until(() => again.applied.length === 5)
    expect([...ada.applied, ...again.applied]).toEqual(ids)
    expect(cursor.saved.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('waits for what onEvent returns before the next event, and saves the cursor after it', async () => {
    const scene = await startGateway()
    const order: string[] = []
    const ada = connect(scene, 'ada', {
      url: urlOf(scene),
      onApply: async (event) => {
        order.push(`begin ${event.id}`)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(`end ${event.id}`)
      },
      cursor: { load: () => FROM_OLDEST, save: ({ id }) => void order.push(`save ${String(id)}`) },
    })
    const ids = await scene.emit('ada', 3)
    await until(() => order.length === 10)
    expect(order).toEqual(['save null', ...ids.flatMap((id) => [`begin ${id}`, `end ${id}`, `save ${id}`])])
    expect(ada.errors).toEqual([])
  })

  it('tells of a snapshot, and applies all that is kept after it', async () => {
    const scene = await startGateway({ store: new MemoryEventStore({ maxEvents: 5 }) })
    const cursor = storage(FROM_OLDEST)
    const ada = connect(scene, 'ada', { url: urlOf(scene), cursor })
    await scene.emit('ada', 2)
    await until(() => ada.applied.length === 2)
    ada.connection.close()
    const ids = await scene.emit('ada', 20)
    const again = connect(scene, 'ada', { url: urlOf(scene), cursor })
    await until(() => again.applied.length === 5)
    expect(again.told).toEqual(['connecting', 'live', 'snapshot retention'])
    expect(again.applied).toEqual(ids.slice(-5))
  })

  it('gets a new ticket when the one it had is used up or wrong', async () => {
    const scene = await startGateway()
    const used = await scene.gateway.createTicket('ada')
    const spender = scene.open(used)
    await spender.opened
    const tickets = [used, 'forged', await scene.gateway.createTicket('ada')]
    const ada = connect(scene, 'ada', {
      url: urlOf(scene),
      getTicket: () => Promise.resolve(tickets.shift() ?? 'none left'),
    })
    await until(() => ada.connection.status === 'live')
    expect(ada.told).toEqual(['connecting', 'waiting', 'connecting', 'waiting', 'connecting', 'live'])
    expect(ada.errors).toHaveLength(2)
  })

  it('calls nothing once it is closed, and leaves no connection behind', async () => {
    const scene = await startGateway()
    const ada = connect(scene, 'ada', { url: urlOf(scene) })
    await until(() => ada.connection.status === 'live')
    ada.connection.close()
    ada.connection.close()
    expect(ada.connection.status).toBe('closed')
    await scene.emit('ada', 3)
    await until(() => scene.gateway.connections('ada') === 0)
    expect(ada.applied).toEqual([])
    expect(ada.told).toEqual(['connecting', 'live', 'closed'])
  })

  it('may be closed by the event that it applies', async () => {
    const scene = await startGateway()
    const ada = connect(scene, 'ada', { url: urlOf(scene), onApply: () => ada.connection.close() })
    await until(() => ada.connection.status === 'live')
    await scene.emit('ada', 5)
    await until(() => scene.gateway.connections('ada') === 0)
    expect(ada.applied).toHaveLength(1)
  })
})

describe('connectEvents()', () => {
  it('reports what onEvent throws or rejects with, and counts the event as applied', async () => {
    const scene = await startGateway()
    const ada = connect(scene, 'ada', {
      onApply: (event) => {
        if (event.id.endsWith('1')) throw new Error('thrown')
        return Promise.reject(new Error('rejected'))
      },
    })
    await until(() => ada.connection.status === 'live')
    const ids = await scene.emit('ada', 2)
    await until(() => ada.applied.length === 2)
    expect(ada.applied).toEqual(ids)
    await until(() => ada.errors.length === 2)
    expect(ada.told).toEqual(['connecting', 'live'])
  })

  it('reports to the console where nobody asks for errors', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue()
    const scene = await startGateway()
    const ada = connect(scene, 'ada', {
      onApply: () => {
        throw new Error('thrown')
      },
      onError: undefined as never,
    })
    await until(() => ada.connection.status === 'live')
    await scene.emit('ada', 1)
    await until(() => log.mock.calls.length === 1)
    expect(log.mock.calls[0]?.[0]).toMatchObject({ message: 'thrown' })
  })

  it('tries again when getTicket() throws, rejects or gives no ticket', async () => {
    const scene = await startGateway()
    let asked = 0
    const ada = connect(scene, 'ada', {
      getTicket: () => {
        asked += 1
        if (asked === 1) throw new Error('thrown')
        if (asked === 2) return Promise.reject(new Error('rejected'))
        return asked === 3 ? Promise.resolve(undefined as never) : scene.gateway.createTicket('ada')
      },
    })
    await until(() => ada.connection.status === 'live')
    expect(ada.errors.map(String)).toEqual([
      'Error: thrown',
      'Error: rejected',
      'TypeError: getTicket() must resolve to a ticket, a non-empty string; received undefined.',
    ])
  })

  it.each([
    ['a server that is not there', () => 'ws://127.0.0.1:1/events', /ECONNREFUSED/u],
    ['a server that is not there', () => 'http://127.0.0.1:1/events', /fetch failed/u],
    ['a ticket of nobody', (scene: GatewayScene) => scene.url, /Unexpected server response: 401/u],
    ['a ticket of nobody', (scene: GatewayScene) => scene.httpUrl, /ended before it was ready \(4401\)/u],
  ])('says what is wrong with %s', async (_, urlOf, message) => {
    const scene = await startGateway()
    const ada = connect(scene, 'ada', { url: urlOf(scene), getTicket: () => Promise.resolve('A'.repeat(43)) })
    await until(() => ada.errors.length > 0)
    expect(String(ada.errors[0])).toMatch(message)
  })

  it('does not begin elsewhere when the saved cursor cannot be read: it asks again', async () => {
    const scene = await startGateway()
    const ids = await scene.emit('ada', 3)
    let asked = 0
    const ada = connect(scene, 'ada', {
      cursor: {
        load: () => {
          asked += 1
          return asked < 3 ? Promise.reject(new Error('no disk')) : FROM_OLDEST
        },
        save: () => Promise.reject(new Error('still no disk')),
      },
    })
    await until(() => ada.applied.length === 3)
    expect(ada.applied).toEqual(ids)
    expect(ada.errors.filter((error) => String(error) === 'Error: no disk')).toHaveLength(2)
    await until(() => ada.errors.length === 6)
  })

  it('ends for good when its page may not have the events', async () => {
    const scene = await startGateway({ allowedOrigins: ['https://app.example', 'https://other.example'] })
    const ada = connect(scene, 'ada', {
      getTicket: () => scene.gateway.createTicket('ada', { origin: 'https://other.example' }),
    })
    await until(() => ada.connection.status === 'closed')
    expect(ada.told).toEqual(['connecting', 'closed'])
    expect(String(ada.errors[0])).toContain('4403')
  })

  it.each([
    [{ getTicket: undefined }, 'getTicket must be a function; received undefined.'],
    [{ onEvent: 7 }, 'onEvent must be a function; received number.'],
    [{ url: undefined }, 'url must be a string; received undefined.'],
  ])('refuses %j', (wrong, message) => {
    const right = { url: 'ws://x.invalid/events', getTicket: () => Promise.resolve('t'), onEvent: () => {}, WebSocket }
    expect(() => connectEvents({ ...right, ...wrong } as never)).toThrow(message)
  })

  it.skipIf('WebSocket' in globalThis)('says where to get a WebSocket when there is none', () => {
    const options = { url: 'ws://x.invalid/events', getTicket: () => Promise.resolve('t'), onEvent: () => {} }
    expect(() => connectEvents(options)).toThrow('pass one in, such as that of ws')
  })
})
