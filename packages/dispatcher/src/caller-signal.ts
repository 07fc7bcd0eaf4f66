/** Something that ends when a caller's signal aborts. */
export interface Follower {
  abort(reason: unknown): void
}

/**
 * What follows one signal, behind one listener: a run has one signal for all of its calls, and Node warns of a leak where
 * a signal has more than ten listeners.
 */
class Followers {
  readonly #signal: AbortSignal
  readonly #following = new Set<Follower>()

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  add(follower: Follower): void {
    if (this.#following.size === 0) this.#signal.addEventListener('abort', this.#onAbort)
    this.#following.add(follower)
  }

  delete(follower: Follower): void {
    if (this.#following.delete(follower) && this.#following.size === 0) {
      this.#signal.removeEventListener('abort', this.#onAbort)
    }
  }

  readonly #onAbort = (): void => {
    for (const follower of this.#following) follower.abort(this.#signal.reason)
  }
}

const followed = new WeakMap<AbortSignal, Followers>()

/** Ends the follower when the signal aborts, which it has not yet, until {@link unfollowSignal}. */
export function followSignal(signal: AbortSignal, follower: Follower): void {
  let followers = followed.get(signal)
  if (followers === undefined) {
    followers = new Followers(signal)
    followed.set(signal, followers)
  }
  followers.add(follower)
}

/** Ends the following; the last one to leave leaves nothing on the signal. */
export function unfollowSignal(signal: AbortSignal, follower: Follower): void {
  followed.get(signal)?.delete(follower)
}
