import { EventStoreError, quote } from '../errors.js'
import type { AgentEvent } from '../events/event.js'
import {
  checkRetention,
  type EventStore,
  type Gone,
  type Position,
  type RetentionOptions,
  type StoredEvent,
  wake,
  wholeLimit,
} from '../events/store.js'
import { RecentEvents } from './recent-events.js'
import { SqliteFile } from './sqlite-file.js'
import { type Placed, SqliteLogs } from './sqlite-logs.js'
import { toStoredEvent, userKey } from './stored-text.js'

/** How often the appends of other processes are looked for, while anybody listens. */
const LOOK_EVERY_MS = 100

/** Where and how a `SqliteEventStore` keeps its events. */
export interface SqliteEventStoreOptions extends RetentionOptions {
  /** The file; its folder has to exist, the file need not. Beside it lie `-wal` and `-shm` while it is in use. */
  readonly path: string
  /** `normal` survives a killed process; `full` a power cut as well, for one flush to disk each transaction. Default `normal`. */
  readonly synchronous?: 'normal' | 'full' | undefined
}

interface Pending {
  readonly user: string
  readonly id: string
  readonly text: string
  readonly event: AgentEvent
  readonly stored: (position: Position) => void
  readonly refused: (cause: unknown) => void
}

/**
 * Event logs in one SQLite file (by `libsql`), for the processes of one machine. What is appended in one turn of the event
 * loop is committed together; an append resolves after the commit, and has then survived a killed process.
 *
 * Several processes may use one file: each hears of the others' appends within 100 ms. A write waits up to five seconds
 * for another process's lock, and its process with it.
 *
 * A file that was deleted, or replaced by a copy, starts a later epoch: cursors of before read `history-changed`. Replace it
 * while no process uses it.
 *
 * @example
 * ```ts
 * const router = new EventRouter({ store: new SqliteEventStore({ path: 'events.db' }) })
 * ```
 */
export class SqliteEventStore implements EventStore {
  readonly #file: SqliteFile
  readonly #logs: SqliteLogs
  readonly #recent: RecentEvents
  readonly #listeners = new Map<string, Set<() => void>>()
  #pending: Pending[] = []
  #look: NodeJS.Timeout | undefined
  #seenVersion: unknown
  #closed = false

  /**
   * Opens nothing yet: the first call does, and says why when it cannot.
   *
   * @throws {TypeError} `path` is no file's name, `synchronous` neither value, a limit not a number above 0
   */
  constructor(options: SqliteEventStoreOptions) {
    const { path, synchronous = 'normal' } = options
    if (typeof path !== 'string' || path === '' || path === ':memory:') {
      throw new TypeError(`path must be the name of a file; received ${quote(path)}. In memory: MemoryEventStore.`)
    }
    if (synchronous !== 'normal' && synchronous !== 'full') {
      throw new TypeError(`synchronous must be "normal" or "full"; received ${quote(synchronous)}.`)
    }
    this.#file = new SqliteFile(path, synchronous)
    const retention = checkRetention(options)
    this.#logs = new SqliteLogs(retention)
    this.#recent = new RecentEvents(retention)
  }

  async append(userId: string, event: AgentEvent): Promise<Position> {
    const user = userKey(userId)
    this.#checkOpen()
    const { id, text } = toStoredEvent(event)
    return new Promise((stored, refused) => {
      if (this.#pending.push({ user, id, text, event, stored, refused }) === 1) setImmediate(() => this.#flush())
    })
  }

  async head(userId: string): Promise<Position> {
    const user = userKey(userId)
    // What was appended before is in front of "now", though its turn has not ended yet.
    if (this.#pending.some((pending) => pending.user === user)) this.#flush()
    return this.#file.transaction('read', 'give the head', (file) => this.#logs.head(file, user))
  }

  async read(userId: string, after: Position, limit: number): Promise<StoredEvent[] | Gone> {
    const user = userKey(userId)
    const recent = this.#recent.after(user, after, wholeLimit(limit))
    if (recent !== undefined && this.#file.epoch === after.epoch) return recent
    return this.#file.transaction('read', 'read', (file) => this.#logs.read(file, user, after, limit))
  }

  subscribe(userId: string, onAppend: () => void): () => void {
    const user = userKey(userId)
    this.#checkOpen()
    const listeners = this.#listeners.get(user) ?? new Set()
    this.#listeners.set(user, listeners)
    // Wrapped, so that the same function subscribed twice is two subscriptions.
    const listener = () => onAppend()
    listeners.add(listener)
    const stopWatching = this.#recent.watch(user)
    this.#startLooking()
    return () => {
      listeners.delete(listener)
      stopWatching()
      if (listeners.size === 0 && this.#listeners.get(user) === listeners) this.#listeners.delete(user)
      if (this.#listeners.size === 0) this.#stopLooking()
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#flush()
    this.#closed = true
    this.#stopLooking()
    this.#listeners.clear()
    this.#file.close()
  }

  #flush(): void {
    const batch = this.#pending
    if (batch.length === 0) return
    this.#pending = []
    try {
      this.#settle(
        batch,
        this.#file.transaction('write', 'append', (file) => this.#logs.append(file, batch)),
      )
    } catch (cause) {
      this.#logs.forget()
      for (const { refused } of batch) refused(cause)
    }
  }

  #settle(batch: readonly Pending[], placed: readonly Placed[]): void {
    const grown = new Set<string>()
    for (const [index, { user, event, stored }] of batch.entries()) {
      const place = placed[index]
      if (place === undefined) continue
      if (place.isNew) this.#recent.add(user, { ...place.position, event })
      if (place.isNew) grown.add(user)
      stored(place.position)
    }
    for (const user of grown) this.#wakeUser(user)
  }

  #wakeUser(user: string): void {
    for (const listener of this.#listeners.get(user) ?? []) wake(listener)
  }

  /** Opens the file, if nobody has: what it holds by now is for the listeners to read, and no news. */
  #startLooking(): void {
    if (this.#look !== undefined) return
    this.#hasNews()
    this.#look = setInterval(() => {
      if (this.#hasNews()) for (const user of this.#listeners.keys()) this.#wakeUser(user)
    }, LOOK_EVERY_MS).unref()
  }

  #hasNews(): boolean {
    const seen = this.#seenVersion
    try {
      this.#seenVersion = this.#file.dataVersion()
    } catch {
      // The next look tries again; whoever reads meanwhile hears what is wrong.
    }
    return this.#seenVersion !== seen
  }

  #stopLooking(): void {
    clearInterval(this.#look)
    this.#look = undefined
  }

  #checkOpen(): void {
    if (this.#closed) throw new EventStoreError(`The SqliteEventStore of ${this.#file.path} is closed; make another.`)
  }
}
