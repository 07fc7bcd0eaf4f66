import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { connectEvents, type EventsConnection } from '../../src/client.js'
import type { AgentEvent } from '../../src/events/event.js'
import { type EventStore, FROM_OLDEST, type Gone, type Position, type StoredEvent } from '../../src/events/store.js'
import { EventRouter, MemoryEventStore } from '../../src/index.js'
import { createEventGateway, type EventGateway } from '../../src/websocket.js'
import { eventOf, until } from '../support/delivery.js'

const USERS = ['ada', 'bob'] as const

/** A store that fails, dawdles, forgets to wake anybody and loses its history when it is told to. */
class UnluckyStore implements EventStore {
  failures = 0
  delayMs = 0
  isMute = false
  #store: MemoryEventStore
  readonly #make: () => MemoryEventStore
  readonly #listeners = new Map<() => void, string>()

  constructor(maxEvents: number) {
    this.#make = () => new MemoryEventStore({ maxEvents })
    this.#store = this.#make()
  }

  loseHistory(): void {
    this.#store = this.#make()
  }

  async append(userId: string, event: AgentEvent): Promise<Position> {
    const position = await this.#store.append(userId, event)
    for (const [listener, listening] of this.#listeners) if (!this.isMute && listening === userId) listener()
    return position
  }

  head(userId: string): Promise<Position> {
    return this.#trouble(() => this.#store.head(userId))
  }

  read(userId: string, after: Position, limit: number): Promise<StoredEvent[] | Gone> {
    return this.#trouble(() => this.#store.read(userId, after, limit))
  }

  subscribe(userId: string, onAppend: () => void): () => void {
    const listener = () => onAppend()
    this.#listeners.set(listener, userId)
    return () => this.#listeners.delete(listener)
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async #trouble<T>(ask: () => Promise<T>): Promise<T> {
    if (this.failures > 0) {
      this.failures -= 1
      throw new Error('away')
    }
    const answer = await ask()
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs))
    return answer
  }
}

/** A client and what it was told, in order. */
class Follower {
  readonly told: string[] = []
  readonly events: AgentEvent[] = []
  slowness = 0
  readonly connection: EventsConnection

  constructor(userId: string, url: string, gateway: () => EventGateway) {
    this.connection = connectEvents({
      url,
      WebSocket,
      getTicket: () => gateway().createTicket(userId),
      cursor: { load: () => FROM_OLDEST, save: () => {} },
      onEvent: (event) => {
        this.told.push(event.id)
        this.events.push(event)
        return this.slowness > 0 ? new Promise((resolve) => setTimeout(resolve, this.slowness)) : undefined
      },
      onSnapshot: () => void this.told.push('snapshot'),
      onError: () => {},
    })
  }
}

class World {
  readonly store: UnluckyStore
  readonly router: EventRouter
  readonly emitted: Record<(typeof USERS)[number], string[]> = { ada: [], bob: [] }
  readonly followers: { readonly userId: (typeof USERS)[number]; readonly follower: Follower }[] = []
  readonly server: Server
  gateway: EventGateway
  readonly #sockets = new Set<Duplex>()

  constructor(maxEvents: number) {
    this.store = new UnluckyStore(maxEvents)
    this.router = new EventRouter({ store: this.store })
    this.gateway = this.#newGateway()
    this.server = createServer((request, response) => {
      if (!this.gateway.handleRequest(request, response)) response.writeHead(404).end()
    })
    this.server.on('upgrade', (request, socket, head) => this.gateway.handleUpgrade(request, socket, head))
    this.server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  async begin(): Promise<void> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    const address = this.server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    for (const userId of USERS) {
      for (const scheme of ['ws', 'http']) {
        const follower = new Follower(userId, `${scheme}://127.0.0.1:${port}/events`, () => this.gateway)
        this.followers.push({ userId, follower })
      }
    }
  }

  async end(): Promise<void> {
    for (const { follower } of this.followers) follower.connection.close()
    await this.gateway.close(0)
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  async emit(userId: (typeof USERS)[number], count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      const event = eventOf(userId)
      this.emitted[userId].push(event.id)
      await this.router.emit(event)
    }
  }

  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async replaceGateway(deadlineMs: number): Promise<void> {
    const old = this.gateway
    const closed = old.close(deadlineMs)
    this.gateway = this.#newGateway()
    await closed
  }

  #newGateway(): EventGateway {
    return createEventGateway({
      router: this.router,
      allowedOrigins: [],
      limits: { window: 16, slowTimeoutMs: 150, storeTimeoutMs: 150, pingIntervalMs: 60, helloTimeoutMs: 100 },
    })
  }
}

type Step = (world: World) => Promise<unknown> | void

const user = fc.constantFrom(...USERS)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const mishap: fc.Arbitrary<[name: string, step: Step]> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(user, fc.integer({ min: 1, max: 40 }))
      .map(([id, count]) => named(`emit ${id} ${count}`, (world) => world.emit(id, count))),
  },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 30 }).map((ms) => named(`wait ${ms}`, () => pause(ms))) },
  fc.constant(named('cut all sockets', (world) => world.cutAll())),
  fc
    .integer({ min: 0, max: 20 })
    .map((ms) => named(`replace the gateway within ${ms}`, (world) => world.replaceGateway(ms))),
  user.map((id) => named(`revoke ${id}`, (world) => world.gateway.revoke(id))),
  fc
    .integer({ min: 1, max: 6 })
    .map((count) => named(`fail ${count}`, (world) => void (world.store.failures += count))),
  fc.integer({ min: 0, max: 8 }).map((ms) => named(`dawdle ${ms}`, (world) => void (world.store.delayMs = ms))),
  fc.boolean().map((isMute) => named(`mute ${isMute}`, (world) => void (world.store.isMute = isMute))),
  fc.tuple(fc.nat({ max: 3 }), fc.constantFrom(0, 1, 200)).map(([index, ms]) =>
    named(`follower ${index} takes ${ms}`, (world) => {
      const follower = world.followers[index]?.follower
      if (follower !== undefined) follower.slowness = ms
    }),
  ),
)

const loss: fc.Arbitrary<[name: string, step: Step]> = fc.oneof(
  { weight: 4, arbitrary: mishap },
  fc.constant(named('lose the history', (world) => world.store.loseHistory())),
  user.map((id) => named(`emit ${id} 120`, (world) => world.emit(id, 120))),
)

function named(name: string, step: Step): [string, Step] {
  return [name, step]
}

/** Runs a history, then lets everything become well again, and returns what everybody was told by then. */
async function live(steps: readonly [string, Step][], maxEvents: number): Promise<World> {
  const world = new World(maxEvents)
  try {
    await world.begin()
    for (const [, step] of steps) await step(world)
    Object.assign(world.store, { failures: 0, delayMs: 0, isMute: false })
    for (const { follower } of world.followers) follower.slowness = 0
    // The last one shows that nobody is left behind for good.
    for (const userId of USERS) await world.emit(userId, 1)
    for (const { userId, follower } of world.followers) {
      const last = world.emitted[userId].at(-1)
      await until(() => follower.told.at(-1) === last, `${userId} is told the last event`)
    }
    return world
  } finally {
    await world.end()
  }
}

/** What is wrong with what somebody was told, given what was emitted; who asks for the oldest may find the first ones gone. */
function faults(told: readonly string[], emitted: readonly string[], mayBeginLate = false): string[] {
  const found: string[] = []
  let next = 0
  let mayGap = mayBeginLate
  for (const each of told) {
    if (each === 'snapshot') {
      mayGap = true
      continue
    }
    const index = emitted.indexOf(each)
    if (index === -1) found.push(`${each} is not this user's`)
    else if (index < next) found.push(`${each} came twice or too late`)
    else if (index > next && !mayGap) found.push(`${index - next} missing before ${each}, without a snapshot`)
    mayGap = false
    next = Math.max(next, index + 1)
  }
  if (next < emitted.length) found.push(`${emitted.length - next} missing at the end`)
  return found
}

describe('the client and the gateway over real sockets', () => {
  beforeEach(() => {
    // Full jitter with a small part of it: the waits are as many, and short.
    vi.spyOn(Math, 'random').mockReturnValue(0.02)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('lose, double and misplace nothing through cuts, restarts, revocations, slowness and a failing store', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mishap, { minLength: 3, maxLength: 14 }), async (steps) => {
        const world = await live(steps, 100_000)
        for (const { userId, follower } of world.followers) {
          expect(faults(follower.told, world.emitted[userId])).toEqual([])
          expect(follower.told).not.toContain('snapshot')
          expect(follower.events.filter((event) => event.userId !== userId)).toEqual([])
        }
      }),
      { numRuns: Number(process.env['SWITCHYARD_RUNS'] ?? 12) },
    )
  })

  it('tell each gap by a snapshot where retention or a lost history makes one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(loss, { minLength: 3, maxLength: 14 }), async (steps) => {
        const world = await live(steps, 30)
        for (const { userId, follower } of world.followers) {
          expect(faults(follower.told, world.emitted[userId], true)).toEqual([])
        }
      }),
      { numRuns: Number(process.env['SWITCHYARD_RUNS'] ?? 12) },
    )
  })
})

describe('the judge of these histories', () => {
  it.each([
    [['a', 'b', 'c'], []],
    [['a', 'c'], ['1 missing before c, without a snapshot']],
    [['a', 'snapshot', 'c'], []],
    [['a', 'b', 'b', 'c'], ['b came twice or too late']],
    [
      ['b', 'a', 'c'],
      ['1 missing before b, without a snapshot', 'a came twice or too late'],
    ],
    [['a', 'x', 'b', 'c'], ["x is not this user's"]],
    [['a', 'b'], ['1 missing at the end']],
  ])('says of %j: %j', (told, wrong) => {
    expect(faults(told, ['a', 'b', 'c'])).toEqual(wrong)
  })
})
