import { redact } from '../events/redact.js'
import type { Wakeable, WakeRounds } from './wake-rounds.js'
import type { EventStore, Gone, Position, StoredEvent } from '../events/store.js'

interface PendingRead {
  readonly after: Position
  readonly limit: number
  readonly answer: Promise<StoredEvent[] | Gone>
}

/** How many encoded events are kept at most for the other connections of the same user. */
const KEPT_TEXTS = 256

/**
 * One user's log as this gateway sees it: one subscription, and one read and one encoding for all connections that are at
 * the same place. It holds no events; each connection is a cursor of its own.
 */
export class UserFeed<Reader extends Wakeable> {
  readonly userId: string
  readonly readers = new Set<Reader>()
  readonly #store: EventStore
  readonly #unsubscribe: () => void
  #pending: PendingRead | undefined
  #texts = new WeakMap<StoredEvent, string>()
  #textCount = 0

  constructor(store: EventStore, userId: string, rounds: WakeRounds) {
    this.#store = store
    this.userId = userId
    this.#unsubscribe = store.subscribe(userId, () => {
      // A read that began before the append may not see it, and whoever joins it now would not be woken again.
      this.#pending = undefined
      rounds.add(this)
    })
  }

  close(): void {
    this.#unsubscribe()
  }

  head(): Promise<Position> {
    return this.#store.head(this.userId)
  }

  /** Reads from the log; whoever asks for the same while it is being read gets the same answer. */
  read(after: Position, limit: number): Promise<StoredEvent[] | Gone> {
    const pending = this.#pending
    if (pending !== undefined && pending.limit === limit && isSame(pending.after, after)) return pending.answer
    const answer = this.#store.read(this.userId, after, limit)
    if (this.readers.size > 1) this.#share({ after, limit, answer })
    return answer
  }

  /** The event's frame as text, made once for all connections. */
  textOf(stored: StoredEvent): string {
    if (this.readers.size === 1) return encode(stored)
    const known = this.#texts.get(stored)
    if (known !== undefined) return known
    const text = encode(stored)
    if (this.#textCount >= KEPT_TEXTS) {
      this.#texts = new WeakMap()
      this.#textCount = 0
    }
    this.#texts.set(stored, text)
    this.#textCount += 1
    return text
  }

  #share(read: PendingRead): void {
    this.#pending = read
    const forget = () => {
      if (this.#pending === read) this.#pending = undefined
    }
    read.answer.then(forget, forget)
  }

  /** Wakes the readers. */
  wake(): void {
    for (const reader of this.readers) reader.wake()
  }
}

function encode({ epoch, seq, event }: StoredEvent): string {
  return `{"t":"event","epoch":${epoch},"seq":${seq},"event":${toJson(event)}}`
}

/** An event from elsewhere may hold what JSON cannot; leaving it out would be a silent gap. */
function toJson(event: StoredEvent['event']): string {
  try {
    return JSON.stringify(event)
  } catch {
    return JSON.stringify({ ...event, payload: redact(event.payload) })
  }
}

function isSame(one: Position, other: Position): boolean {
  return one.seq === other.seq && one.epoch === other.epoch && one.id === other.id
}
