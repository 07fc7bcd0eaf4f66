import { monotonicMs } from '../clock.js'
import { quote } from '../errors.js'
import { FROM_OLDEST, type Gone, type Position, type StoredEvent } from '../events/store.js'
import { publishDeliveryFailure } from './delivery-failures.js'
import type { GatewayCounters } from './gateway-metrics.js'
import type { SnapshotReason } from './protocol.js'
import type { UserFeed } from './user-feed.js'

/** Where the frames of a cursor go. */
export interface Outlet {
  /** How many events there is room for now; when there is none, {@link LogCursor.relieve} is called once there is. */
  room(): number
  sendReady(position: Position): void
  sendSnapshot(reason: SnapshotReason, position: Position): void
  /** Sends the first of them; returns how many there was room for. */
  sendEvents(events: readonly StoredEvent[]): number
  /** Nothing can be sent any more. */
  broken(): void
}

/** Most events read at once. */
const BATCH = 64
/** Times that a place in the log may be gone before anything could be read from it. */
const MOST_MOVES = 8
const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 2_000

/**
 * A cursor over one user's log. Replay and live delivery are the same loop: it reads what follows the cursor, sends as much
 * as there is room for, and goes on when there is room or something new. There is no queue: what was not sent is read again.
 */
export class LogCursor<Reader extends { wake(): void }> {
  /** Since when there is no room; a time of `monotonicMs`. */
  fullSince: number | undefined
  readonly #feed: UserFeed<Reader>
  readonly #outlet: Outlet
  readonly #counters: GatewayCounters
  #after: Position | undefined
  #position: Position | undefined
  /** Why the position is not the one that was sent last; the other side has not been told yet. */
  #gap: SnapshotReason | undefined
  #state: 'new' | 'idle' | 'running' | 'stopped' = 'new'
  #running: Promise<void> | undefined
  #isWoken = false
  #isReady = false
  #hasCaughtUp = false
  /** Out of room at least once since it last caught up. */
  #isBehind = false
  #askedAt: number | undefined
  #failingSince: number | undefined
  #failures = 0
  #retryAt = Infinity

  constructor(feed: UserFeed<Reader>, outlet: Outlet, counters: GatewayCounters) {
    this.#feed = feed
    this.#outlet = outlet
    this.#counters = counters
  }

  get hasStarted(): boolean {
    return this.#state !== 'new'
  }

  /** Whether the store's last answer was an error. */
  get isFailing(): boolean {
    return this.#failingSince !== undefined
  }

  /** Since when the store fails or has not answered; a time of `monotonicMs`. */
  get unansweredSince(): number | undefined {
    return this.#failingSince ?? this.#askedAt
  }

  /** Begins with what follows a position, or with what is appended from now on. */
  start(after: Position | undefined): void {
    this.#after = after
    this.#state = 'idle'
    this.wake()
  }

  /** There may be something new, or room again. */
  wake(): void {
    this.#isWoken = true
    if (this.#state === 'idle') this.#running = this.#run()
  }

  /** There is room again. */
  relieve(): void {
    if (this.fullSince === undefined) return
    this.fullSince = undefined
    this.wake()
  }

  /** Sends what there is, as far as there is room; resolves when that is done, or the store fails. */
  async flush(): Promise<void> {
    this.wake()
    await this.#running
  }

  /** Asks the store once more when it is time to. */
  retry(now: number): void {
    if (this.#retryAt > now) return
    this.#retryAt = Infinity
    this.wake()
  }

  stop(): void {
    this.#state = 'stopped'
  }

  async #run(): Promise<void> {
    this.#state = 'running'
    try {
      // A wake-up may come between the last look and this one's end.
      do await this.#deliver()
      while (this.#isWoken && this.#state === 'running' && !this.isFailing)
    } catch {
      // Not the store, which is asked in a `try` of its own.
      this.#outlet.broken()
    } finally {
      if (this.#state === 'running') this.#state = 'idle'
    }
  }

  async #deliver(): Promise<void> {
    for (let moves = 0; moves <= MOST_MOVES;) {
      this.#isWoken = false
      const room = Math.min(this.#outlet.room(), BATCH)
      if (room <= 0) {
        this.#full()
        return
      }
      const answer = await this.#ask(room)
      if (answer === undefined || this.#state !== 'running') return
      if (!Array.isArray(answer)) {
        this.#greet()
        this.#moveTo(answer)
        moves += 1
        continue
      }
      this.#greet()
      this.#tellGap()
      moves = 0
      if (this.#send(answer) === 0 && answer.length > 0) {
        // Room that is none must not become a loop that reads for ever.
        this.#full()
        return
      }
      if (answer.length < room && !this.#isWoken) {
        this.#caughtUp()
        return
      }
    }
    this.#failed(new Error(`The log of ${this.#feed.userId} was gone ${MOST_MOVES} times in a row.`))
  }

  /** What follows the position; `undefined` when the store failed. */
  async #ask(limit: number): Promise<StoredEvent[] | Gone | undefined> {
    this.#askedAt = monotonicMs()
    try {
      this.#position ??= await this.#startingPoint()
      const answer = checkAnswer(await this.#feed.read(this.#position, limit))
      this.#failingSince = undefined
      this.#failures = 0
      return answer
    } catch (cause) {
      this.#failed(cause)
      return undefined
    } finally {
      this.#askedAt = undefined
    }
  }

  async #startingPoint(): Promise<Position> {
    const after = this.#after
    if (after !== undefined && (after.epoch !== 0 || after.seq !== 0)) return after
    const head = await this.#feed.head()
    if (after === undefined) return head
    // From the oldest: named as it is, so that what the other side is told to start from is a real place.
    const first = await this.#feed.read(FROM_OLDEST, 1)
    if (!Array.isArray(first)) return first.oldest
    const [oldest] = first
    return oldest === undefined ? head : { epoch: oldest.epoch, seq: oldest.seq - 1, id: null }
  }

  #greet(): void {
    if (this.#isReady || this.#position === undefined) return
    this.#isReady = true
    this.#outlet.sendReady(this.#position)
  }

  #moveTo({ gone, oldest }: Gone): void {
    this.#gap ??= gone === 'retention' && this.#isBehind ? 'slow' : gone
    this.#position = oldest
  }

  /** Told once the log can be read again: when events are dropped faster than read, the first such place is gone as well. */
  #tellGap(): void {
    if (this.#gap === undefined || this.#position === undefined) return
    this.#counters.snapshots[this.#gap] += 1
    this.#outlet.sendSnapshot(this.#gap, this.#position)
    this.#gap = undefined
  }

  /** Moves past what was sent; returns how many those were. */
  #send(events: readonly StoredEvent[]): number {
    if (events.length === 0) return 0
    const sent = this.#outlet.sendEvents(events)
    const last = events[sent - 1]
    if (last !== undefined) this.#position = last
    this.#counters.sent += sent
    if (!this.#hasCaughtUp) this.#counters.replayed += sent
    // The rest was put aside, not taken in: it is read again when there is room.
    if (sent > 0 && sent < events.length) this.#isWoken = true
    return sent
  }

  #full(): void {
    this.#isBehind = true
    this.fullSince ??= monotonicMs()
  }

  #caughtUp(): void {
    this.#hasCaughtUp = true
    this.#isBehind = false
  }

  #failed(cause: unknown): void {
    const now = monotonicMs()
    this.#failingSince ??= now
    this.#retryAt = now + Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS)
    this.#failures += 1
    this.#counters.storeFailures += 1
    publishDeliveryFailure(cause, this.#feed.userId)
  }
}

/** A store that answers neither is as good as one that fails; taken for nothing new, it would be a silent end. */
function checkAnswer(answer: StoredEvent[] | Gone): StoredEvent[] | Gone {
  if (Array.isArray(answer) || typeof answer?.oldest === 'object') return answer
  throw new TypeError(`An event store must answer a read with events or what is gone; received ${quote(answer)}.`)
}
