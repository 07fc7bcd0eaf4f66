import { type TakenTicket, type Ticket, TICKET_MEMORY_MS, type TicketStore } from '../delivery/tickets.js'
import { quote } from '../errors.js'
import { type RedisAddress, RedisClient, script } from './redis-client.js'
import { RedisNotices } from './redis-notices.js'
import { fromStored, toStored } from './stored-text.js'

/** Which Redis, and under which names. */
export interface RedisTicketStoreOptions extends RedisAddress {
  /**
   * What the names of all keys and channels begin with. Default `{switchyard:tickets}:`; a Redis Cluster keeps what begins
   * with the same text in braces on one node, which the scripts need.
   */
  readonly prefix?: string | undefined
}

/** A revocation outlives every ticket that was there before it: a gateway's may be good for an hour. */
const REVOKED_MS = 2 * 3_600_000
/** Revocations that a gateway may miss while it has no connection to Redis, and still catch up with. */
const KEPT_REVOCATIONS = 10_000
const REVOCATIONS_AT_ONCE = 500

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`

/** A counter orders tickets and revocations: clocks may stand still between the two, or jump. */
const put = script(`${NOW}
local ticket, counter = KEYS[1], KEYS[2]
local user, origin, ttl, memory = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('HSET', ticket, 'user', user, 'origin', origin, 'expires', now + ttl, 'number', redis.call('INCR', counter))
redis.call('PEXPIRE', ticket, math.ceil(ttl + memory))
return {}`)

const take = script(`${NOW}
local ticket, revocation = KEYS[1], KEYS[2]
local user, origin, expires, number, used = unpack(redis.call('HMGET', ticket, 'user', 'origin', 'expires', 'number', 'used'))
if not user then return {'unknown'} end
if used then return {'used'} end
local revoked = redis.call('GET', revocation .. user)
if revoked and tonumber(revoked) > tonumber(number) then return {'revoked'} end
if now >= tonumber(expires) then return {'expired'} end
redis.call('HSET', ticket, 'used', 1)
redis.call('PEXPIRE', ticket, ARGV[1])
return {'valid', user, origin}`)

const revoke = script(`
local revoked, counter, revocations = KEYS[1], KEYS[2], KEYS[3]
redis.call('SET', revoked, redis.call('INCR', counter), 'PX', ARGV[2])
redis.call('XADD', revocations, 'MAXLEN', '~', ARGV[3], '*', 'user', ARGV[1])
redis.call('PUBLISH', ARGV[4], '')
return {}`)

const lastRevocation = script(`
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
return {last and last[1] or '0-0'}`)

const revocationsAfter = script(`
local found = {}
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])) do
  table.insert(found, entry[1])
  table.insert(found, entry[2][2])
end
return found`)

/**
 * Tickets and revocations in Redis (7 or later), for gateways on several nodes. A ticket is used up by one script, so that of
 * all nodes one gets it; expiry is measured by Redis's clock alone. Revocations are kept in a stream besides being
 * announced: a node that had lost its connection catches up with what it missed (the last 10,000), ten seconds late at most.
 *
 * @example
 * ```ts
 * const tickets = new RedisTicketStore({ url: 'redis://127.0.0.1:6379' })
 * const gateway = createEventGateway({ router, allowedOrigins: ['https://app.example'], tickets })
 * ```
 */
export class RedisTicketStore implements TicketStore {
  readonly #client: RedisClient
  readonly #notices: RedisNotices
  readonly #prefix: string
  readonly #listeners = new Set<(userId: string) => void>()
  #stopListening: (() => void) | undefined
  /** The last revocation that was passed on; asked for once somebody listens. */
  #seen: Promise<string> | undefined
  #catchingUp: Promise<void> | undefined
  #isBehind = false

  /**
   * Connects on the first call, which says why when it cannot.
   *
   * @throws {TypeError} both `url` and `client`, or a prefix that is no string
   */
  constructor(options: RedisTicketStoreOptions = {}) {
    const { prefix = '{switchyard:tickets}:' } = options
    if (typeof prefix !== 'string') throw new TypeError(`prefix must be a string; received ${quote(prefix)}.`)
    this.#prefix = prefix
    this.#client = new RedisClient(options)
    this.#notices = new RedisNotices(() => this.#client.duplicate())
  }

  /** @throws {EventStoreError} Redis did not take it */
  async put(hash: string, { userId, origin, ttlMs }: Ticket): Promise<void> {
    const values = [toStored(userId), origin ?? '', String(ttlMs), String(TICKET_MEMORY_MS)]
    await this.#client.run(put, 'keep a ticket', [this.#key(`ticket:${hash}`), this.#key('counter')], values)
  }

  /** @throws {EventStoreError} Redis did not answer */
  async take(hash: string): Promise<TakenTicket> {
    // Whoever gets in before it is known where the revocations stand could not be reached by the next one.
    if (this.#listeners.size > 0) await this.#lastSeen()
    // The beginning of a key goes among the keys: a client with a `keyPrefix` puts it before those alone.
    const keys = [this.#key(`ticket:${hash}`), this.#key('revoked:')]
    const [status, user, origin] = await this.#client.run(take, 'take a ticket', keys, [String(TICKET_MEMORY_MS)])
    if (status === 'used' || status === 'expired' || status === 'revoked') return { status }
    if (status !== 'valid' || typeof user !== 'string') return { status: 'unknown' }
    return { status, userId: fromStored(user), origin: typeof origin === 'string' && origin !== '' ? origin : null }
  }

  /** @throws {EventStoreError} Redis did not take it */
  async revoke(userId: string): Promise<void> {
    const keys = [this.#key(`revoked:${toStored(userId)}`), this.#key('counter'), this.#key('revocations')]
    const channel = this.#key('revocations')
    const values = [toStored(userId), String(REVOKED_MS), String(KEPT_REVOCATIONS), channel]
    await this.#client.run(revoke, 'revoke a user', keys, values)
    await this.#catchUp()
  }

  onRevoke(listener: (userId: string) => void): () => void {
    // Wrapped, so that the same function given twice is two listeners.
    const own = (userId: string) => listener(userId)
    this.#listeners.add(own)
    this.#stopListening ??= this.#notices.listen(this.#key('revocations'), () => void this.#catchUp())
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size > 0) return
      this.#stopListening?.()
      this.#stopListening = undefined
      this.#seen = undefined
    }
  }

  /** Ends the connections that are its own. */
  async close(): Promise<void> {
    this.#notices.close()
    await this.#client.close()
  }

  #key(name: string): string {
    return `${this.#prefix}${name}`
  }

  #lastSeen(): Promise<string> {
    this.#seen ??= this.#client
      .run(lastRevocation, 'tell where the revocations stand', [this.#key('revocations')], [])
      .then(([id]) => String(id))
    this.#seen.catch(() => {
      this.#seen = undefined
    })
    return this.#seen
  }

  /** Passes on the revocations that came since the last ones; one caller at a time, who looks again for the others. */
  #catchUp(): Promise<void> {
    this.#isBehind = true
    this.#catchingUp ??= this.#passOn().finally(() => {
      this.#catchingUp = undefined
    })
    return this.#catchingUp
  }

  async #passOn(): Promise<void> {
    try {
      while (this.#isBehind && this.#listeners.size > 0) {
        this.#isBehind = false
        await this.#passOnNext()
      }
    } catch {
      // Redis is away. The notices call again when it is back.
    }
  }

  async #passOnNext(): Promise<void> {
    const after = await this.#lastSeen()
    const values = [after, String(REVOCATIONS_AT_ONCE)]
    const found = await this.#client.run(revocationsAfter, 'read revocations', [this.#key('revocations')], values)
    for (let index = 0; index < found.length; index += 2) {
      const userId = fromStored(String(found[index + 1]))
      this.#seen = Promise.resolve(String(found[index]))
      for (const listener of this.#listeners) listener(userId)
    }
    if (found.length > 0) this.#isBehind = true
  }
}
