import { EventStoreError, quote } from '../errors.js'
import type { AgentEvent } from '../events/event.js'
import {
  checkRetention,
  type EventStore,
  type Gone,
  judgeCursor,
  type Position,
  type RetentionOptions,
  type StoredEvent,
  wholeLimit,
} from '../events/store.js'
import { type RedisAddress, RedisClient, script } from './redis-client.js'
import { RedisNotices } from './redis-notices.js'
import { RecentEvents } from './recent-events.js'
import { APPEND, READ } from './redis-scripts.js'
import { fromStored, toStoredEvent, userKey } from './stored-text.js'

/** Events that one script stores at most: Redis does nothing else meanwhile. */
const BATCH = 100
const FOR_EVER_MS = 1e12

const append = script(APPEND)
const read = script(READ)

/** Which Redis, and how much of each user's log is kept there. */
export interface RedisEventStoreOptions extends RedisAddress, RetentionOptions {
  /** What the names of all keys and channels begin with. Default `switchyard:events:`. */
  readonly prefix?: string | undefined
}

interface Waiting {
  /** The id of the event, `''` to ask for the head. */
  readonly id: string
  readonly event: AgentEvent | undefined
  readonly text: string
  readonly answer: (position: Position) => void
  readonly refuse: (cause: unknown) => void
}

/**
 * Event logs in Redis (7 or later), for several nodes: a stream for each user, and a hash beside it that numbers the events
 * and knows their ids. Every append and read is one atomic step; age is measured by Redis's clock alone.
 *
 * As durable as Redis is: with `appendonly yes` an acknowledged event survives a killed Redis, with `appendfsync always` a
 * power cut as well. Without AOF a warning says so once. What Redis has lost shows as a later epoch, or as a cursor past the
 * end: either reads `history-changed`. The log of a user for whom nothing happens goes as a whole after twice `maxAgeMs`.
 *
 * While Redis is away, appends wait for at most ten seconds (a `client` of yours: as it is set) and are sent again by
 * themselves; an event is stored once all the same. Listeners use one more connection, shared by all users of the process.
 *
 * @example
 * ```ts
 * const router = new EventRouter({ store: new RedisEventStore({ url: 'redis://127.0.0.1:6379' }) })
 * ```
 */
export class RedisEventStore implements EventStore {
  readonly #client: RedisClient
  readonly #notices: RedisNotices
  readonly #prefix: string
  readonly #limits: readonly [maxEvents: string, maxAgeMs: string]
  readonly #queues = new Map<string, Waiting[]>()
  readonly #draining = new Set<Promise<void>>()
  readonly #recent: RecentEvents
  /** Users whose listeners are woken once their appends that are on the way have arrived. */
  readonly #toWake = new Set<string>()
  #closed = false

  /**
   * Connects on the first call, which says why when it cannot.
   *
   * @throws {TypeError} both `url` and `client`, a prefix that is no string, a limit that is not a number above 0
   */
  constructor(options: RedisEventStoreOptions = {}) {
    const { prefix = 'switchyard:events:' } = options
    if (typeof prefix !== 'string') throw new TypeError(`prefix must be a string; received ${quote(prefix)}.`)
    const { maxEvents, maxAgeMs } = checkRetention(options)
    this.#limits = [String(wholeLimit(maxEvents)), String(Math.min(Math.ceil(maxAgeMs), FOR_EVER_MS))]
    this.#prefix = prefix
    this.#client = new RedisClient(options)
    this.#notices = new RedisNotices(() => this.#client.duplicate())
    this.#recent = new RecentEvents({ maxEvents, maxAgeMs })
    this.#client.onLost(() => this.#recent.clear())
  }

  async append(userId: string, event: AgentEvent): Promise<Position> {
    const user = userKey(userId)
    const { id, text } = toStoredEvent(event)
    return this.#enqueue(user, { id: `=${id}`, text, event })
  }

  async head(userId: string): Promise<Position> {
    return this.#enqueue(userKey(userId), { id: '', text: '', event: undefined })
  }

  async read(userId: string, after: Position, limit: number): Promise<StoredEvent[] | Gone> {
    const user = userKey(userId)
    const keys = this.#keys(user)
    this.#checkOpen()
    const recent = this.#recent.after(user, after, wholeLimit(limit))
    if (recent !== undefined) return recent
    const known = [after.epoch, after.seq].every((number) => Number.isSafeInteger(number) && number >= 0)
    const asked = known ? [after.epoch, after.seq, Math.min(wholeLimit(limit), FOR_EVER_MS)] : [0, 0, 0]
    const reply = await this.#client.run(read, 'read', keys, [...this.#limits, ...asked.map(String)])
    const [epoch, seq, id, before, beforeId, idThere, ...events] = reply
    const ends = { before: positionOf(epoch, before, beforeId), head: positionOf(epoch, seq, id) }
    const gone = judgeCursor(after, ends, idOf(idThere) ?? undefined)
    if (gone !== undefined) return gone
    const from = after.epoch === 0 ? ends.before.seq : after.seq
    return events.map((text, index) => {
      const event = JSON.parse(String(text)) as AgentEvent
      return { epoch: ends.head.epoch, seq: from + 1 + index, id: event.id, event }
    })
  }

  subscribe(userId: string, onAppend: () => void): () => void {
    const user = userKey(userId)
    const [stream] = this.#keys(user)
    this.#checkOpen()
    const stopWatching = this.#recent.watch(user)
    const stopListening = this.#notices.listen(stream, (message) => {
      if (message === undefined || this.#isNews(user, message)) onAppend()
    })
    return () => {
      stopListening()
      stopWatching()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#notices.close()
    await Promise.all(this.#draining)
    await this.#client.close()
  }

  /** Whether a message tells of an event that came from elsewhere; of ours we hear by their replies. */
  #isNews(user: string, message: string): boolean {
    const [epoch, seq] = message.split('-').map(Number)
    if (this.#recent.has(user, epoch ?? 0, seq ?? 0)) return false
    if (!this.#queues.has(user)) return true
    this.#toWake.add(user)
    return false
  }

  #enqueue(user: string, asked: Pick<Waiting, 'id' | 'text' | 'event'>): Promise<Position> {
    this.#checkOpen()
    return new Promise((answer, refuse) => {
      const waiting: Waiting = { ...asked, answer, refuse }
      const queue = this.#queues.get(user)
      if (queue !== undefined) {
        queue.push(waiting)
        return
      }
      const draining = this.#drain(user, [waiting])
      this.#draining.add(draining)
      void draining.finally(() => this.#draining.delete(draining))
    })
  }

  /** One script after the other, so that the order of the calls is that of the log whatever is sent twice in between. */
  async #drain(user: string, queue: Waiting[]): Promise<void> {
    this.#queues.set(user, queue)
    // What else is appended in this turn goes with the first.
    await Promise.resolve()
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH)
      try {
        await this.#store(user, batch)
      } catch (cause) {
        // Those behind have waited as well, and may not overtake.
        for (const { refuse } of [...batch, ...queue.splice(0)]) refuse(cause)
      }
      if (queue.length === 0) this.#queues.delete(user)
      if (this.#toWake.delete(user)) this.#notices.wake(this.#keys(user)[0])
    }
  }

  async #store(user: string, batch: readonly Waiting[]): Promise<void> {
    const keys = this.#keys(user)
    const doing = batch.every(({ id }) => id === '') ? 'give the head' : 'append'
    const events = batch.flatMap(({ id, text }) => [id, text])
    const [epoch, ...places] = await this.#client.run(append, doing, keys, [...this.#limits, keys[0], ...events])
    for (const [index, { event, answer }] of batch.entries()) {
      const seq = Number(places[2 * index])
      const position = positionOf(epoch, Math.abs(seq), places[2 * index + 1])
      if (event !== undefined && seq > 0) {
        this.#recent.add(user, { ...position, event })
        this.#toWake.add(user)
      }
      answer(position)
    }
  }

  /** The braces keep a user's two keys on one node of a cluster; what is in them holds none. */
  #keys(user: string): [stream: string, hash: string] {
    const stream = `${this.#prefix}{${user}}`
    return [stream, `${stream}:log`]
  }

  #checkOpen(): void {
    if (this.#closed) throw new EventStoreError(`The RedisEventStore of ${this.#client.where} is closed; make another.`)
  }
}

function positionOf(epoch: unknown, seq: unknown, id: unknown): Position {
  return { epoch: Number(epoch), seq: Number(seq), id: idOf(id) }
}

function idOf(text: unknown): string | null {
  return typeof text === 'string' && text !== '' ? fromStored(text.slice(1)) : null
}
