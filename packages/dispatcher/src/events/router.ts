import { quote } from '../errors.js'
import type { AgentEvent, EventSink } from './event.js'
import { publishLostEvent } from './lost-events.js'
import { MemoryEventStore } from './memory-store.js'
import type { EventStore, Position } from './store.js'

const BATCH = 100
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 2_000

/** How to listen to a user's events. */
export interface SubscribeOptions {
  /** Where to go on from; default: from now on. */
  readonly after?: Position | undefined
  /**
   * Called when events after the cursor are gone; delivery goes on with the oldest that are kept. `unavailable`: the store
   * fails; it is asked again within two seconds, for as long as it takes, and delivery goes on from the same cursor.
   */
  readonly onGone?: ((reason: 'retention' | 'history-changed' | 'unavailable') => void) | undefined
}

/** Called for one event after the other, in the order of the log. */
export type EventListener = (event: AgentEvent, position: Position) => void

/**
 * Takes events into a store and hands each user's to the listeners of that user. Live delivery is a replay that has caught
 * up, so there is nothing to miss in between. What a listener throws or rejects with is published on `switchyard:event-failed` and disturbs
 * neither the other listeners nor the sender.
 */
export class EventRouter implements EventSink {
  /** Where the events are kept. */
  readonly store: EventStore

  /**
   * `store` is where the events are kept; default: a `MemoryEventStore`.
   *
   * @throws {TypeError} `store` is no `EventStore`
   */
  constructor(options: { readonly store?: EventStore | undefined } = {}) {
    if (typeof options !== 'object' || options === null) {
      throw new TypeError(`The options of an EventRouter are an object; received ${quote(options)}.`)
    }
    this.store = checkStore(options.store ?? new MemoryEventStore())
  }

  /** Stores the event for the user that it names; resolves when the store has it, rejects when the store does. */
  async emit(event: AgentEvent): Promise<void> {
    await this.store.append(event.userId, event)
  }

  /**
   * Listens to one user's events, each once and in order.
   *
   * @returns the way to stop; nothing is delivered once it has been called.
   * @throws {TypeError} `userId` is no string, or `listener` no function
   */
  subscribe(userId: string, listener: EventListener, options: SubscribeOptions = {}): () => void {
    if (typeof userId !== 'string' || userId === '') {
      throw new TypeError(`userId must be a non-empty string; received ${quote(userId)}.`)
    }
    if (typeof listener !== 'function') throw new TypeError(`listener must be a function; received ${quote(listener)}.`)
    const subscription = new Subscription(this.store, userId, listener, options)
    return () => subscription.stop()
  }
}

function checkStore(store: EventStore): EventStore {
  const needed = ['append', 'head', 'read', 'subscribe'] as const
  if (typeof store === 'object' && needed.every((method) => typeof store[method] === 'function')) return store
  throw new TypeError(`store must be an EventStore, an object with ${needed.join(', ')}; received ${quote(store)}.`)
}

class Subscription {
  readonly #store: EventStore
  readonly #userId: string
  readonly #listener: (event: AgentEvent, position: Position) => unknown
  readonly #onGone: SubscribeOptions['onGone']
  readonly #unsubscribe: () => void
  #cursor: Position | undefined
  #head: Promise<Position> | undefined
  #stopped = false
  #running = false
  #more = false
  #failures = 0
  #retry: NodeJS.Timeout | undefined

  constructor(store: EventStore, userId: string, listener: EventListener, options: SubscribeOptions) {
    this.#store = store
    this.#userId = userId
    this.#listener = listener
    this.#onGone = options.onGone
    this.#cursor = options.after
    // Asked for before anything else can be appended: "from now on" starts at this very moment.
    this.#head = options.after === undefined ? store.head(userId) : undefined
    this.#unsubscribe = store.subscribe(userId, () => void this.#pump())
    void this.#pump()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#retry)
    this.#unsubscribe()
  }

  /** Delivers until it has caught up; a wake-up in the meantime makes it look once more. */
  async #pump(): Promise<void> {
    this.#more = true
    if (this.#running) return
    this.#running = true
    try {
      this.#cursor ??= await (this.#head ?? this.#store.head(this.#userId))
      while (this.#more && !this.#stopped) {
        this.#more = false
        await this.#catchUp()
      }
      this.#failures = 0
      clearTimeout(this.#retry)
    } catch {
      this.#failed()
    } finally {
      this.#running = false
    }
  }

  async #catchUp(): Promise<void> {
    while (!this.#stopped && this.#cursor !== undefined) {
      const batch = await this.#store.read(this.#userId, this.#cursor, BATCH)
      if (!Array.isArray(batch)) {
        this.#cursor = batch.oldest
        this.#tellGone(batch.gone)
        continue
      }
      for (const stored of batch) this.#deliver(stored.event, { epoch: stored.epoch, seq: stored.seq, id: stored.id })
      if (batch.length < BATCH) return
    }
  }

  #deliver(event: AgentEvent, position: Position): void {
    if (this.#stopped) return
    this.#cursor = position
    try {
      const returned = this.#listener(event, position)
      if (returned instanceof Promise) returned.catch((cause: unknown) => publishLostEvent(event, cause))
    } catch (cause) {
      publishLostEvent(event, cause)
    }
  }

  /** The next append tries again, or the time: from the same cursor, or from the head where there is none yet. */
  #failed(): void {
    this.#head = undefined
    clearTimeout(this.#retry)
    if (this.#stopped) return
    const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS)
    this.#retry = setTimeout(() => void this.#pump(), pauseMs).unref()
    this.#failures += 1
    if (this.#failures === 1) this.#tellGone('unavailable')
  }

  #tellGone(reason: Parameters<NonNullable<SubscribeOptions['onGone']>>[0]): void {
    try {
      this.#onGone?.(reason)
    } catch {
      // Whoever was told could do nothing with it; the delivery goes on all the same.
    }
  }
}
