import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EventRouter } from '../../src/index.js'
import { RedisEventStore, RedisTicketStore } from '../../src/redis.js'
import { endAfterTest, type GatewayScene, startGateway, until } from '../support/delivery.js'
import { type RedisServer, redisExecutable, startRedis } from '../support/redis-server.js'

describe.skipIf(redisExecutable === undefined)('two gateways on one Redis', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  async function node(): Promise<GatewayScene> {
    const store = new RedisEventStore({ url: redis.url })
    const tickets = new RedisTicketStore({ url: redis.url })
    endAfterTest(() => Promise.all([store.close(), tickets.close()]))
    return startGateway({ router: new EventRouter({ store }), tickets })
  }

  it('take each ticket once, whichever of them gave it out', async () => {
    const [a, b] = [await node(), await node()]
    const ticket = await a.gateway.createTicket('ada')
    const [onA, onB] = [a.open(ticket), b.open(ticket)]
    const code = await Promise.race([onA.closed, onB.closed])
    expect(code).toBe(4401)
    await until(() => a.gateway.connections('ada') + b.gateway.connections('ada') === 1)
  })

  it('close the connections of a revoked user on both, and take none of the earlier tickets', async () => {
    const [a, b] = [await node(), await node()]
    const [onA, onB, bob] = [await a.connect('eve'), await b.connect('eve'), await b.connect('bob')]
    await Promise.all([onA.next(), onB.next(), bob.next()])
    const early = await b.gateway.createTicket('eve')
    expect(await a.gateway.revoke('eve')).toBe(1)
    expect(await Promise.all([onA.closed, onB.closed])).toEqual([4401, 4401])
    expect(await b.open(early).closed).toBe(4401)
    expect(b.gateway.connections('bob')).toBe(1)
    expect(b.gateway.connections('eve')).toBe(0)
  })

  it('carry on with a cursor of the other one, and deliver what was emitted there', async () => {
    const [a, b] = [await node(), await node()]
    const first = await a.connect('kim')
    await first.next()
    const ids = await b.emit('kim', 3)
    const event = (await first.take(3)).at(1)
    if (event?.t !== 'event') throw new Error('no event')
    await a.gateway.close(500)
    expect(await first.closed).toBe(1001)
    const resumed = await b.connect('kim', { after: { epoch: event.epoch, seq: event.seq, id: event.event.id } })
    await resumed.take(2)
    expect(resumed.eventIds).toEqual(ids.slice(2))
  })

  it('void tickets and tell each other where the client has a keyPrefix', async () => {
    const client = new Redis(redis.port, { keyPrefix: 'app:' })
    const stores = [new RedisTicketStore({ client }), new RedisTicketStore({ client })] as const
    endAfterTest(async () => {
      for (const store of stores) await store.close()
      client.disconnect()
    })
    const heard: string[] = []
    stores[1].onRevoke((userId) => void heard.push(userId))
    await stores[1].take('none')
    await stores[0].put('hash', { userId: 'ada', origin: null, ttlMs: 30_000 })
    await stores[0].revoke('ada')
    expect(await stores[1].take('hash')).toEqual({ status: 'revoked' })
    // Sooner than the look every ten seconds.
    await vi.waitFor(() => expect(heard).toEqual(['ada']), 4_000)
  })
})
