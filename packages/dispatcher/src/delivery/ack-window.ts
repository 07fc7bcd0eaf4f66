import type { Position } from '../events/store.js'

/** A gapless piece of what was sent: the events above `acked` up to `sent` are in flight. */
interface Stretch {
  readonly epoch: number
  acked: number
  sent: number
}

/**
 * Which events of a connection are sent and not acknowledged. Usually one stretch; a snapshot or a new epoch starts another
 * one, and the events in flight before it stay counted, since the network still holds them.
 */
export class AckWindow {
  /** Events that are sent and not acknowledged. */
  inFlight = 0
  readonly #stretches: Stretch[] = []

  /** What is sent next follows this position. */
  moveTo({ epoch, seq }: Pick<Position, 'epoch' | 'seq'>): void {
    const last = this.#stretches.at(-1)
    if (last !== undefined && last.acked === last.sent) this.#stretches.pop()
    this.#stretches.push({ epoch, acked: seq, sent: seq })
  }

  /** An event was sent. */
  sent(position: Pick<Position, 'epoch' | 'seq'>): void {
    let last = this.#stretches.at(-1)
    if (last === undefined || last.epoch !== position.epoch || last.sent + 1 !== position.seq) {
      this.moveTo({ epoch: position.epoch, seq: position.seq - 1 })
      last = this.#stretches.at(-1)
    }
    if (last !== undefined) last.sent = position.seq
    this.inFlight += 1
  }

  /**
   * Everything up to `seq` has arrived.
   *
   * @param epoch Default: the epoch of what was sent last.
   * @returns how many events that acknowledged; `'ahead'` when nothing that far was sent.
   */
  ack(seq: number, epoch?: number): number | 'ahead' {
    const last = this.#stretches.at(-1)
    if (last === undefined) return 'ahead'
    if ((epoch ?? last.epoch) === last.epoch && seq > last.sent) {
      // Without its epoch it may speak of the events in flight before a new epoch began.
      return epoch === undefined && this.#stretches.length > 1 ? 0 : 'ahead'
    }
    const index = this.#stretches.findLastIndex((each) => each.epoch === (epoch ?? last.epoch) && each.acked <= seq)
    const stretch = this.#stretches[index]
    if (stretch === undefined) return 0
    let acknowledged = Math.min(seq, stretch.sent) - stretch.acked
    stretch.acked += acknowledged
    for (const earlier of this.#stretches.splice(0, index)) acknowledged += earlier.sent - earlier.acked
    this.inFlight -= acknowledged
    if (stretch !== last && stretch.acked === stretch.sent) this.#stretches.shift()
    return acknowledged
  }
}
