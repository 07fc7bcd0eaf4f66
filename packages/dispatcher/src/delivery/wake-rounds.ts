import { monotonicMs } from '../clock.js'

/** What there may be something new for. */
export interface Wakeable {
  wake(): void
}

const SHORTEST_REST_MS = 1
const LONGEST_REST_MS = 20

/**
 * Wakes the readers of the logs in which something was appended: at once when it is quiet, and otherwise in rounds with a
 * rest between them that is as long as a round took. What is appended meanwhile then leaves in one piece, and under load a
 * write for each event is what costs most.
 */
export class WakeRounds {
  readonly #woken = new Set<Wakeable>()
  #isScheduled = false
  #restsUntil = 0

  add(listener: Wakeable): void {
    this.#woken.add(listener)
    if (!this.#isScheduled) this.#schedule(monotonicMs())
  }

  #schedule(now: number): void {
    this.#isScheduled = true
    if (now >= this.#restsUntil) setImmediate(() => this.#run())
    else setTimeout(() => this.#run(), this.#restsUntil - now)
  }

  #run(): void {
    const began = monotonicMs()
    const woken = [...this.#woken]
    this.#woken.clear()
    for (const listener of woken) listener.wake()
    // The readers ask the store and send after this, in the same turn where the store is in memory.
    setImmediate(() => {
      const now = monotonicMs()
      this.#restsUntil = now + Math.min(Math.max(now - began, SHORTEST_REST_MS), LONGEST_REST_MS)
      this.#isScheduled = false
      if (this.#woken.size > 0) this.#schedule(now)
    })
  }
}
