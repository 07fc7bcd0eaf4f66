import type { AgentEvent, EventStore, Position } from '@switchyard/dispatcher'

/** What is wrong with a store at the moment. */
export interface Trouble {
  /** Turns of the event loop that its answers take, as those of a store elsewhere do. */
  lag: number
  /** Reads that fail from now on. */
  failures: number
}

/** A real store, whose answers to readers can be late or missing. */
export class FlakyStore implements EventStore {
  readonly #store: EventStore
  readonly #trouble: Trouble

  constructor(store: EventStore, trouble: Trouble) {
    this.#store = store
    this.#trouble = trouble
  }

  append(userId: string, event: AgentEvent): Promise<Position> {
    return this.#store.append(userId, event)
  }

  async head(userId: string): Promise<Position> {
    return this.#late(() => this.#store.head(userId))
  }

  async read(...given: Parameters<EventStore['read']>): ReturnType<EventStore['read']> {
    return this.#late(() => this.#store.read(...given))
  }

  subscribe(userId: string, onAppend: () => void): () => void {
    return this.#store.subscribe(userId, onAppend)
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  /** Half of the delay lies on the way there, half on the way back. */
  async #late<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    const { lag } = this.#trouble
    await turns(Math.ceil(lag / 2))
    if (this.#trouble.failures > 0) {
      this.#trouble.failures -= 1
      throw new Error('The store does not answer.')
    }
    const answer = await ask()
    await turns(Math.floor(lag / 2))
    return answer
  }
}

/** Lets what is under way in memory go on. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
