import { createEvent } from '../../src/events/event.js'
import { type AgentEvent, type EventStore, type Gone, type Position, type RetentionOptions } from '../../src/index.js'
import type { StoredEvent } from '../../src/index.js'
import { contextOf } from '../support/requests.js'

/** A place for events, empty at first, and all that a test does to it. */
export interface Storage {
  /** The store on it that is used from now on. */
  store: EventStore
  /** Lets time pass, for the clock that the store measures age by. */
  pass(milliseconds: number): Promise<void> | void
  /** Loses everything that was stored. */
  lose(): Promise<void> | void
  /** Another store on the same storage, as another process has it; absent where there can be none. */
  readonly another?: (() => EventStore) | undefined
  /** Closes what was made, and leaves nothing behind. */
  remove(): Promise<void>
}

/** One implementation of `EventStore`. */
export interface StoreKind {
  readonly name: string
  newStorage(options?: RetentionOptions): Promise<Storage> | Storage
}

export function eventOf(id: string, userId = 'u-1'): AgentEvent {
  return createEvent(contextOf({ userId }), 'agent_thinking', { reasoning: `${id} of ${userId}` }, undefined, id)
}

export async function fill(store: EventStore, ids: readonly string[], userId = 'u-1'): Promise<Position[]> {
  const positions: Position[] = []
  for (const id of ids) positions.push(await store.append(userId, eventOf(id, userId)))
  return positions
}

export async function readIds(store: EventStore, after: Position, limit = 100, userId = 'u-1'): Promise<string[]> {
  return eventsOf(await store.read(userId, after, limit)).map(({ event }) => event.id)
}

export function eventsOf(answer: StoredEvent[] | Gone): StoredEvent[] {
  if (Array.isArray(answer)) return answer
  throw new Error(`gone: ${answer.gone}`)
}

export function goneOf(answer: StoredEvent[] | Gone): Gone {
  if (!Array.isArray(answer)) return answer
  throw new Error(`not gone, but ${answer.length} events`)
}
