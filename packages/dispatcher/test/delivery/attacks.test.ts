import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { FROM_OLDEST } from '../../src/events/store.js'
import { MemoryEventStore } from '../../src/index.js'
import type { EventGatewayOptions } from '../../src/websocket.js'
import { type GatewayScene, ORIGIN, RawClient, startGateway, until } from '../support/delivery.js'
import { readSse } from '../support/sse-client.js'

/** What an attacker comes with. */
interface Approach {
  readonly ticket?: string
  readonly origin?: string
  readonly query?: string
}

interface Attack {
  readonly name: string
  readonly limits?: EventGatewayOptions['limits']
  prepare(scene: GatewayScene): Promise<Approach> | Approach
  /** An HTTP status, or the code that an accepted WebSocket is closed with. */
  readonly answer: number
  /** The HTTP status on SSE. */
  readonly status: number
}

const FORGED = 'A'.repeat(43)
const OTHER = 'https://other.example'

const attacks: readonly Attack[] = [
  { name: 'no ticket', prepare: () => ({}), answer: 401, status: 401 },
  { name: 'a forged ticket', prepare: () => ({ ticket: FORGED }), answer: 401, status: 401 },
  { name: 'what is no ticket at all', prepare: () => ({ ticket: 'ada' }), answer: 401, status: 401 },
  {
    name: 'a ticket in the URL',
    prepare: async (scene) => ({ query: `?ticket=${await scene.gateway.createTicket('ada')}` }),
    answer: 401,
    status: 401,
  },
  {
    name: 'a used ticket',
    prepare: async (scene) => {
      const ticket = await scene.gateway.createTicket('ada')
      await scene.open(ticket).opened
      return { ticket }
    },
    answer: 4401,
    status: 401,
  },
  {
    name: 'an expired ticket',
    limits: { ticketTtlMs: 1 },
    prepare: async (scene) => {
      const ticket = await scene.gateway.createTicket('ada')
      await new Promise((resolve) => setTimeout(resolve, 5))
      return { ticket }
    },
    answer: 4401,
    status: 401,
  },
  {
    name: 'the unused ticket of a user who was revoked',
    prepare: async (scene) => {
      const ticket = await scene.gateway.createTicket('ada')
      await scene.gateway.revoke('ada')
      return { ticket }
    },
    answer: 4401,
    status: 401,
  },
  ...[
    'https://evil.example',
    'https://app.example.evil.example',
    'https://evil-app.example',
    'http://app.example',
    'https://app.example:8443',
    'https://app.example/',
    'https://APP.example',
    'null',
    '',
    `${ORIGIN}, https://evil.example`,
  ].map((origin) => ({
    name: `the origin ${JSON.stringify(origin)}`,
    prepare: async (scene: GatewayScene) => ({ origin, ticket: await scene.gateway.createTicket('ada') }),
    answer: 403,
    status: 403,
  })),
  {
    name: 'a ticket that is bound to another allowed origin',
    prepare: async (scene) => ({ ticket: await scene.gateway.createTicket('ada', { origin: OTHER }), origin: ORIGIN }),
    answer: 4403,
    status: 403,
  },
  {
    name: 'a bound ticket and no origin',
    prepare: async (scene) => ({ ticket: await scene.gateway.createTicket('ada', { origin: ORIGIN }) }),
    answer: 4403,
    status: 403,
  },
  {
    name: 'one connection too many',
    limits: { connectionsPerUser: 1 },
    prepare: async (scene) => {
      await scene.open(await scene.gateway.createTicket('ada')).opened
      return { ticket: await scene.gateway.createTicket('ada') }
    },
    answer: 4409,
    status: 409,
  },
]

/** Starts a gateway and keeps what it says anywhere. */
async function watched(options: Partial<EventGatewayOptions>): Promise<{ scene: GatewayScene; said: string[] }> {
  const said: string[] = []
  const note = (...text: unknown[]) => {
    said.push(text.join(' '))
    return true
  }
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    vi.spyOn(console, method).mockImplementation(note)
  return { scene: await startGateway({ allowedOrigins: [ORIGIN, OTHER], ...options }), said }
}

function secretsOf(ticket: string | undefined, query: string): string[] {
  return [ticket ?? '', query.slice('?ticket='.length)].filter((secret) => secret !== '')
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(attacks)('$name', ({ limits, prepare, answer, status }) => {
  it(`is answered with ${answer} on a WebSocket, and never repeated`, async () => {
    const { scene, said } = await watched({ limits })
    const { ticket, origin, query = '' } = await prepare(scene)
    await scene.emit('ada', 1)
    const protocols = ['switchyard-events.v1', ...(ticket === undefined ? [] : [`ticket.${ticket}`])]
    const client = new RawClient(`${scene.url}${query}`, protocols, origin === undefined ? {} : { origin })
    const answers: string[] = []
    client.ws.on('upgrade', ({ headers }) => answers.push(JSON.stringify(headers)))
    client.ws.on('unexpected-response', (_, { headers }) => answers.push(JSON.stringify(headers)))
    expect(await (answer < 1000 ? client.refused : client.closed)).toBe(answer)
    expect(client.frames).toEqual([])
    const told = [...answers, ...said, JSON.stringify(scene.gateway.metrics)].join()
    expect(secretsOf(ticket, query).filter((secret) => told.includes(secret))).toEqual([])
    expect(answers).toHaveLength(1)
  })

  it(`is answered with ${status} on SSE, and never repeated`, async () => {
    const { scene, said } = await watched({ limits })
    const { ticket, origin, query = '' } = await prepare(scene)
    const reader = await readSse(`${scene.httpUrl}${query}`, {
      ...(ticket === undefined ? {} : { authorization: `Bearer ${ticket}` }),
      ...(origin === undefined ? {} : { origin }),
    })
    expect(reader.status).toBe(status)
    const told = [reader.text, JSON.stringify(reader.response.headers), ...said].join()
    expect(secretsOf(ticket, query).filter((secret) => told.includes(secret))).toEqual([])
    expect(reader.response.headers['access-control-allow-origin']).toBe(answer === 403 ? undefined : origin)
  })
})

describe.each([
  ['binary', (client: RawClient) => client.ws.send(Buffer.from('{"t":"ack","seq":0}')), 4400],
  ['no JSON', (client: RawClient) => client.ws.send('hello'), 4400],
  ['no UTF-8', (client: RawClient) => client.ws.send(Buffer.from([0xff]), { binary: false }), 4400],
  ['no frame of a WebSocket', (client: RawClient) => socketOf(client).write(Buffer.from('GET / HTTP/1.1')), 4400],
  ['a second hello', (client: RawClient) => client.send({ t: 'hello' }), 4400],
  ['an unknown kind', (client: RawClient) => client.send({ t: 'subscribe', userId: 'bob' }), 4400],
  ['a negative ack', (client: RawClient) => client.send({ t: 'ack', seq: -1 }), 4400],
  ['an ack ahead of what was sent', (client: RawClient) => client.send({ t: 'ack', seq: 2 }), 4400],
  ['a frame of 4 KiB and a byte', (client: RawClient) => client.ws.send(padded(4_097)), 4413],
  ['a frame of 1 MiB', (client: RawClient) => client.ws.send(padded(1024 * 1024)), 4413],
] as const)('a frame that is %s', (_, attack, code) => {
  it(`ends the connection with ${code}`, async () => {
    const scene = await startGateway()
    const client = await scene.connect('ada')
    await client.next()
    await scene.emit('ada', 1)
    await client.next()
    attack(client)
    expect(await client.closed).toBe(code)
    expect(scene.gateway.metrics).toMatchObject({ connections: 0, closes: { [code]: 1 } })
    expect(scene.gateway.connections('ada')).toBe(0)
  })
})

/** What is written here is no frame of the client's. */
function socketOf({ ws }: RawClient): Socket {
  const socket: unknown = Reflect.get(ws, '_socket')
  if (socket instanceof Socket) return socket
  throw new Error('it has no socket')
}

function padded(size: number): string {
  const frame = '{"t":"ack","seq":1,"x":""}'
  return frame.replace('""', `"${'x'.repeat(size - frame.length)}"`)
}

describe('close frames of clients that stay silent after them', () => {
  it('free the places of their user at once, and their sockets are cut', async () => {
    const scene = await startGateway()
    const clients = await Promise.all(Array.from({ length: 10 }, () => scene.connect('ada')))
    await Promise.all(clients.map((client) => client.next()))
    for (const client of clients) {
      client.ws.pause()
      client.ws.close(4000)
    }
    await until(() => scene.gateway.connections('ada') === 0)
    expect(scene.gateway.metrics).toMatchObject({ connections: 0, left: 10, terminated: 0 })
    expect(await (await scene.connect('ada')).next()).toMatchObject({ t: 'ready' })
    await until(() => scene.gateway.metrics.terminated === 10)
  })
})

describe('a first frame that is no hello', () => {
  it.each([
    ['an ack', { t: 'ack', seq: 0 }],
    ['a cursor with a negative number', { t: 'hello', after: { epoch: 1, seq: -1, id: null } }],
    ['a cursor that is text', { t: 'hello', after: '1.2.x' }],
    ['a cursor without an id', { t: 'hello', after: { epoch: 1, seq: 1 } }],
  ])('ends the connection with 4400: %s', async (_, frame) => {
    const scene = await startGateway()
    const client = await scene.connect('ada', false)
    client.send(frame)
    expect(await client.closed).toBe(4400)
    expect(client.frames).toEqual([])
  })

  it('ends it with 4408 when nothing comes at all', async () => {
    const scene = await startGateway({ limits: { helloTimeoutMs: 30 } })
    expect(await (await scene.connect('ada', false)).closed).toBe(4408)
  })
})

describe('an ack that is harmless', () => {
  it.each([
    ['of the largest frame', () => padded(4_096)],
    ['an old one', (seq: number) => JSON.stringify({ t: 'ack', seq: seq - 1 })],
    ['of a later epoch', (seq: number, epoch: number) => JSON.stringify({ t: 'ack', seq: seq + 9, epoch: epoch + 1 })],
    [
      'of an earlier epoch',
      (seq: number, epoch: number) => JSON.stringify({ t: 'ack', seq: seq + 9, epoch: epoch - 1 }),
    ],
  ])('is taken in, and the connection goes on: %s', async (_, text) => {
    const scene = await startGateway()
    const client = await scene.connect('ada')
    await client.next()
    await scene.emit('ada', 1)
    const event = await client.next()
    if (event.t !== 'event') throw new Error('no event')
    client.ws.send(text(event.seq, event.epoch))
    const [id] = await scene.emit('ada', 1)
    expect(await client.next()).toMatchObject({ event: { id } })
  })
})

describe("another user's id", () => {
  it('is ignored in the query, in frames and in headers: the events are those of the user of the ticket', async () => {
    const scene = await startGateway()
    await scene.emit('bob', 3)
    const ids = await scene.emit('ada', 2)
    const headers = { origin: ORIGIN, 'x-user-id': 'bob' }
    const client = scene.open(await scene.gateway.createTicket('ada'), headers, `${scene.url}?userId=bob`)
    await client.opened
    client.send({ t: 'hello', userId: 'bob', user: 'bob', after: { ...FROM_OLDEST, userId: 'bob' } })
    await client.take(3)
    client.send({ t: 'ack', seq: 2, userId: 'bob' })
    const [live] = await scene.emit('ada', 1)
    await scene.emit('bob', 1)
    await client.next()
    expect(client.eventIds).toEqual([...ids, live])

    const authorization = `Bearer ${await scene.gateway.createTicket('ada')}`
    const reader = await readSse(`${scene.httpUrl}?userId=bob`, { authorization, 'last-event-id': '0.0', ...headers })
    await until(() => reader.eventIds.length === 3)
    expect(reader.text).not.toContain('bob')
  })
})

describe('upgrades that race', () => {
  it('open ten connections for a user, and refuse the newest with 4409', async () => {
    const scene = await startGateway()
    const tickets = await Promise.all(Array.from({ length: 30 }, () => scene.gateway.createTicket('ada')))
    const clients = tickets.map((ticket) => scene.open(ticket))
    const codes: number[] = []
    for (const client of clients) void client.closed.then((code) => codes.push(code))
    await Promise.all(clients.map((client) => client.opened))
    await until(() => codes.length === 20)
    expect(new Set(codes)).toEqual(new Set([4409]))
    expect(scene.gateway.connections('ada')).toBe(10)
  })

  it('give one connection for one ticket', async () => {
    const scene = await startGateway()
    const ticket = await scene.gateway.createTicket('ada')
    const clients = Array.from({ length: 20 }, () => scene.open(ticket))
    const codes: number[] = []
    for (const client of clients) void client.closed.then((code) => codes.push(code))
    await until(() => codes.length === 19)
    expect(new Set(codes)).toEqual(new Set([4401]))
    expect(scene.gateway.metrics).toMatchObject({ opened: 1, connections: 1 })
  })
})

describe('a client that reads nothing', () => {
  it('costs what its window holds when it acknowledges nothing either', async () => {
    const { scene, sockets } = await withSockets({ limits: { window: 16, slowTimeoutMs: 300 } })
    const client = await scene.connect('ada')
    await client.next()
    client.ws.pause()
    await scene.emit('ada', 900, { text: 'x'.repeat(10_000) })
    await until(() => scene.gateway.metrics.sent >= 16)
    expect(scene.gateway.metrics.sent).toBe(16)
    expect(buffered(sockets)).toBeLessThan(16 * 11_000)
    await until(() => scene.gateway.metrics.closes[4429] === 1)
  })

  it('costs no more than the limit when it acknowledges what it did not read', async () => {
    const maxBufferedBytes = 200_000
    const { scene, sockets } = await withSockets({
      store: new MemoryEventStore({ maxEvents: 1_000_000 }),
      limits: { maxBufferedBytes, slowTimeoutMs: 60_000 },
    })
    const client = await scene.connect('ada')
    const ready = await client.next()
    client.ws.pause()
    let seq = ready.t === 'ready' ? ready.seq : 0
    for (let turn = 0; turn < 300; turn += 1) {
      await scene.emit('ada', 50, { text: 'x'.repeat(2_000) })
      await new Promise((resolve) => setImmediate(resolve))
      seq = scene.gateway.metrics.sent
      client.send({ t: 'ack', seq })
      expect(buffered(sockets)).toBeLessThan(maxBufferedBytes + 10_000)
    }
    client.ws.resume()
    client.acknowledge()
    await until(() => client.eventIds.length === 15_000)
    expect(new Set(client.eventIds).size).toBe(15_000)
  })

  it('gets no answers to its pings beyond what the network takes', async () => {
    const { scene, sockets } = await withSockets({ limits: { slowTimeoutMs: 60_000 } })
    const client = await scene.connect('ada')
    await client.next()
    client.ws.pause()
    for (let turn = 0; turn < 200; turn += 1) {
      for (let ping = 0; ping < 500; ping += 1) client.ws.ping('x'.repeat(125))
      await new Promise((resolve) => setImmediate(resolve))
      expect(buffered(sockets)).toBeLessThan(1024 * 1024)
    }
  })
})

async function withSockets(
  options: Parameters<typeof startGateway>[0],
): Promise<{ scene: GatewayScene; sockets: Set<Socket> }> {
  const scene = await startGateway(options)
  const sockets = new Set<Socket>()
  scene.server.on('connection', (socket: Socket) => sockets.add(socket))
  return { scene, sockets }
}

function buffered(sockets: Set<Socket>): number {
  return [...sockets].reduce((sum, socket) => sum + socket.writableLength, 0)
}

describe('half-open sockets', () => {
  const count = Number(process.env['SWITCHYARD_HALF_OPEN'] ?? 500)

  it(`cost one timer for all ${count}, no subscription of their own, and are gone after the time for a hello`, async () => {
    const store = new MemoryEventStore()
    let subscriptions = 0
    const subscribe = store.subscribe.bind(store)
    store.subscribe = (userId, onAppend) => {
      subscriptions += 1
      const stop = subscribe(userId, onAppend)
      return () => {
        subscriptions -= 1
        stop()
      }
    }
    const intervals = vi.spyOn(globalThis, 'setInterval')
    const timeouts = vi.spyOn(globalThis, 'setTimeout')
    const { scene, sockets } = await withSockets({
      store,
      limits: { helloTimeoutMs: 600_000, connections: count },
    })
    const clients: RawClient[] = []
    for (let index = 0; index < count; index += 1) {
      clients.push(scene.open(await scene.gateway.createTicket(`user-${index % (count / 10)}`)))
      if (index % 100 === 99) await Promise.all(clients.slice(-100).map((client) => client.opened))
    }
    expect(scene.gateway.metrics.connections).toBe(count)
    expect([intervals.mock.calls.length, timeouts.mock.calls.length]).toEqual([1, 0])
    expect(subscriptions).toBe(count / 10)
    for (const socket of sockets) {
      const listeners = socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0)
      expect(listeners).toBeLessThan(20)
    }
    const late = scene.open(await scene.gateway.createTicket('late'))
    expect(await late.refused).toBe(503)
    expect(scene.gateway.metrics.refused.capacity).toBe(1)

    const { now } = performance
    vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + 600_000)
    const codes = await Promise.all(clients.map((client) => client.closed))
    expect(new Set(codes)).toEqual(new Set([4408]))
    expect(scene.gateway.metrics.connections).toBe(0)
    expect(subscriptions).toBe(0)
  })

  it('that send half of an upgrade and go are not counted', async () => {
    const scene = await startGateway()
    const { connect } = await import('node:net')
    const ticket = await scene.gateway.createTicket('ada')
    const socket = connect(scene.port, '127.0.0.1')
    socket.write(
      'GET /events HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        `Authorization: Bearer ${ticket}\r\n\r\n`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /u)
    expect(scene.gateway.metrics).toMatchObject({ connections: 0, refused: { protocol: 1 } })
  })
})
