import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { newTicket, ticketHash, type TicketStore } from '../../src/delivery/tickets.js'
import { RedisTicketStore } from '../../src/redis.js'
import { MemoryTicketStore } from '../../src/websocket.js'
import { type RedisServer, redisExecutable, startRedis } from '../support/redis-server.js'
import { until } from '../support/delivery.js'

const TTL_MS = 30_000
let redis: RedisServer | undefined

beforeAll(async () => {
  if (redisExecutable !== undefined) redis = await startRedis()
})
afterAll(() => redis?.stop())

const stores: readonly { name: string; make: () => TicketStore & { close?(): Promise<void> }; isHere: boolean }[] = [
  { name: 'MemoryTicketStore', make: () => new MemoryTicketStore(), isHere: true },
  {
    name: 'RedisTicketStore',
    make: () => new RedisTicketStore({ url: redis?.url }),
    isHere: redisExecutable !== undefined,
  },
]

describe('newTicket()', () => {
  it('has 256 bits that no two tickets share, in characters that a subprotocol may hold', () => {
    const tickets = new Set(Array.from({ length: 1_000 }, newTicket))
    expect(tickets.size).toBe(1_000)
    for (const ticket of tickets) expect(ticket).toMatch(/^[\w-]{43}$/u)
  })
})

describe('ticketHash()', () => {
  it('does not show the ticket, and is the same for the same one', () => {
    const ticket = newTicket()
    expect(ticketHash(ticket)).toBe(ticketHash(ticket))
    expect(ticketHash(ticket)).not.toContain(ticket.slice(0, 8))
  })

  it.each(['', 'ada', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}=`, 'x'.repeat(100_000)])(
    'is nothing for what cannot be a ticket',
    (text) => {
      expect(ticketHash(text)).toBeUndefined()
    },
  )
})

describe.each(stores)('$name', ({ make, isHere }) => {
  describe.skipIf(!isHere)('as a ticket store', () => {
    let opened: (TicketStore & { close?(): Promise<void> })[] = []
    const store = () => {
      const made = make()
      opened.push(made)
      return made
    }
    afterEach(async () => {
      for (const each of opened) await each.close?.()
      opened = []
    })

    it('gives a ticket to one of many takers, and tells the others that it is used', async () => {
      const tickets = store()
      await tickets.put('one', { userId: 'ada', origin: 'https://app.example', ttlMs: TTL_MS })
      const answers = await Promise.all(Array.from({ length: 20 }, () => tickets.take('one')))
      const valid = answers.filter(({ status }) => status === 'valid')
      expect(valid).toEqual([{ status: 'valid', userId: 'ada', origin: 'https://app.example' }])
      expect(answers.filter(({ status }) => status === 'used')).toHaveLength(19)
    })

    it('keeps any user id apart, and no origin as none', async () => {
      const tickets = store()
      const ids = ['ada', 'a:b', '{x}', 'a\u0000b', 'a\u0000', '\ud800', '\ud801', 'ä "quoted" \\ id']
      for (const [index, userId] of ids.entries()) {
        await tickets.put(`id-${index}`, { userId, origin: null, ttlMs: TTL_MS })
      }
      await tickets.revoke('\ud801')
      const answers = await Promise.all(ids.map((_, index) => tickets.take(`id-${index}`)))
      expect(answers).toEqual(
        ids.map((userId) => (userId === '\ud801' ? { status: 'revoked' } : { status: 'valid', userId, origin: null })),
      )
    })

    it('knows no ticket that was never there', async () => {
      expect(await store().take('never')).toEqual({ status: 'unknown' })
    })

    it('tells an expired ticket from one that was never there', async () => {
      const tickets = store()
      await tickets.put('late', { userId: 'ada', origin: null, ttlMs: 1 })
      await new Promise((resolve) => setTimeout(resolve, 5))
      expect(await tickets.take('late')).toEqual({ status: 'expired' })
      expect(await tickets.take('late')).toEqual({ status: 'expired' })
    })

    it('voids the unused tickets of the user who is revoked, not those of others or of later', async () => {
      const tickets = store()
      await tickets.put('before', { userId: 'eve', origin: null, ttlMs: TTL_MS })
      await tickets.put('other', { userId: 'bob', origin: null, ttlMs: TTL_MS })
      await tickets.revoke('eve')
      await tickets.put('after', { userId: 'eve', origin: null, ttlMs: TTL_MS })
      expect(await tickets.take('before')).toEqual({ status: 'revoked' })
      expect(await tickets.take('other')).toMatchObject({ status: 'valid' })
      expect(await tickets.take('after')).toMatchObject({ status: 'valid' })
    })

    it('tells its own listeners of a revocation by the time that it is done, until they stop', async () => {
      const tickets = store()
      const heard: string[] = []
      const stop = tickets.onRevoke((userId) => heard.push(`one ${userId}`))
      tickets.onRevoke((userId) => heard.push(`two ${userId}`))
      await tickets.take('whatever')
      await tickets.revoke('ada')
      stop()
      await tickets.revoke('bob')
      expect(heard).toEqual(['one ada', 'two ada', 'two bob'])
    })
  })
})

describe('MemoryTicketStore', () => {
  it('forgets a used ticket after five minutes, and an unused one five minutes after it has expired', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] })
    try {
      const tickets = new MemoryTicketStore()
      await tickets.put('used', { userId: 'ada', origin: null, ttlMs: TTL_MS })
      await tickets.put('unused', { userId: 'ada', origin: null, ttlMs: TTL_MS })
      await tickets.take('used')
      vi.advanceTimersByTime(299_999)
      expect(await tickets.take('used')).toEqual({ status: 'used' })
      vi.advanceTimersByTime(1)
      expect(await tickets.take('used')).toEqual({ status: 'unknown' })
      expect(await tickets.take('unused')).toEqual({ status: 'expired' })
      vi.advanceTimersByTime(TTL_MS)
      expect(await tickets.take('unused')).toEqual({ status: 'unknown' })
      expect(tickets.size).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('holds no ticket, only its hash', async () => {
    const tickets = new MemoryTicketStore()
    const ticket = newTicket()
    const hash = ticketHash(ticket) ?? ''
    await tickets.put(hash, { userId: 'ada', origin: null, ttlMs: TTL_MS })
    expect(await tickets.take(ticket)).toEqual({ status: 'unknown' })
    expect(await tickets.take(hash)).toMatchObject({ status: 'valid' })
  })
})

describe.skipIf(redisExecutable === undefined)('RedisTicketStore', () => {
  it('passes on what was revoked on another node while it had no connection', async () => {
    const server = await startRedis()
    const [here, there] = [new RedisTicketStore({ url: server.url }), new RedisTicketStore({ url: server.url })]
    try {
      const heard: string[] = []
      here.onRevoke((userId) => heard.push(userId))
      await here.take('whatever')
      await there.revoke('ada')
      await until(() => heard.length === 1)
      await server.kill()
      await server.restart()
      await there.revoke('bob')
      await there.revoke('eve')
      await until(() => heard.length === 3)
      expect(heard).toEqual(['ada', 'bob', 'eve'])
    } finally {
      await here.close()
      await there.close()
      await server.stop()
    }
  })

  it('tells nobody of what was revoked before it listened', async () => {
    const tickets = new RedisTicketStore({ url: redis?.url })
    try {
      await tickets.revoke('earlier')
      const heard: string[] = []
      tickets.onRevoke((userId) => heard.push(userId))
      await tickets.take('whatever')
      await tickets.revoke('now')
      expect(heard).toEqual(['now'])
    } finally {
      await tickets.close()
    }
  })

  it.each([
    [{ prefix: 7 }, 'prefix must be a string; received 7.'],
    [{ url: 'redis://x', client: {} }, 'Give url or client, not both.'],
  ])('refuses %j', (options, message) => {
    expect(() => new RedisTicketStore(options as never)).toThrow(message)
  })
})
