import {
  type EventFrame,
  type ReadyFrame,
  type ServerFrame,
  type SnapshotFrame,
  toPosition,
} from '../delivery/protocol.js'
import type { Position } from '../events/store.js'
import type { ConnectEventsOptions } from './connect-events.js'

/** Nothing to wait for, or what to wait for; `false` for a frame that does not follow what was applied. */
type Applied = Promise<void> | undefined | false

/** What has been applied. It alone moves the cursor, and only by what follows it without a gap. */
export class AppliedLog {
  /** Where the next connection goes on; `undefined`: with what happens from then on. */
  cursor: Position | undefined
  readonly #options: ConnectEventsOptions
  readonly #report: (error: unknown) => void
  #hasLoaded = false

  constructor(options: ConnectEventsOptions, report: (error: unknown) => void) {
    this.#options = options
    this.#report = report
  }

  /** Asks for the saved cursor until there is an answer: to begin elsewhere would be a silent gap. */
  async load(): Promise<void> {
    if (this.#hasLoaded) return
    const saved: unknown = (await this.#options.cursor?.load()) ?? undefined
    const cursor = toPosition(saved)
    if (saved !== undefined && cursor === undefined) {
      throw new TypeError(
        `cursor.load() must give what save() was given, { epoch, seq, id }, or nothing; received ${JSON.stringify(saved)}.`,
      )
    }
    this.cursor = cursor
    this.#hasLoaded = true
  }

  /** Takes the first frame of a connection. */
  begin(frame: ReadyFrame): Applied {
    const { cursor } = this
    if (toPosition(frame) === undefined) return false
    // Without a cursor, or with that of the oldest, the server says where it starts.
    if (cursor === undefined || (cursor.epoch === 0 && cursor.seq === 0)) return this.#moveTo(frame)
    return frame.epoch === cursor.epoch && frame.seq === cursor.seq ? undefined : false
  }

  /** Takes a frame that follows the first one. */
  take(frame: ServerFrame): Applied {
    if (frame.t === 'snapshot') return toPosition(frame) !== undefined && this.#skipTo(frame)
    if (frame.t !== 'event' || typeof frame.event?.id !== 'string') return false
    const { cursor } = this
    if (frame.epoch !== cursor?.epoch || frame.seq > cursor.seq + 1) return false
    return frame.seq === cursor.seq + 1 ? this.#apply(frame) : undefined
  }

  #skipTo(frame: SnapshotFrame): Applied {
    const told = this.#call(() => this.#options.onSnapshot?.(frame.reason))
    return told === undefined ? this.#moveTo(frame) : told.then(() => this.#moveTo(frame))
  }

  #apply({ epoch, seq, event }: EventFrame): Applied {
    const position = { epoch, seq, id: event.id }
    const applied = this.#call(() => this.#options.onEvent(event))
    return applied === undefined ? this.#moveTo(position) : applied.then(() => this.#moveTo(position))
  }

  #moveTo({ epoch, seq, id }: Position): Promise<void> | undefined {
    const cursor = { epoch, seq, id }
    this.cursor = cursor
    return this.#call(() => this.#options.cursor?.save(cursor))
  }

  /** Runs what is not ours; what it throws or rejects with is reported and holds nothing up. */
  #call(body: () => unknown): Promise<void> | undefined {
    try {
      const returned = body()
      if (typeof (returned as PromiseLike<unknown> | null | undefined)?.then !== 'function') return undefined
      return Promise.resolve(returned).then(() => {}, this.#report)
    } catch (error) {
      this.#report(error)
      return undefined
    }
  }
}
