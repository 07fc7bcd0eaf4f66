import { EventStoreError, quote } from '../errors.js'
import type { AgentEvent } from '../events/event.js'
import { checkEventId, checkUserId } from '../events/store.js'

/**
 * An id as databases keep it. They end a string at NUL and take every half of a surrogate pair for the same character, so
 * that two ids would become one: here both are escaped, as JSON does.
 */
export function toStored(id: string): string {
  return JSON.stringify(id).slice(1, -1)
}

/** The id that `toStored` was given. */
export function fromStored(text: string): string {
  return String(JSON.parse(`"${text}"`))
}

/**
 * A user's part of a key: no two users share one, and it holds neither colons nor braces.
 *
 * @throws {TypeError} the id is no string, or empty
 */
export function userKey(userId: string): string {
  return encodeURIComponent(toStored(checkUserId(userId)))
}

/**
 * An event as databases keep it, and its id.
 *
 * @throws {TypeError} it has no right id
 * @throws {EventStoreError} there is something in it that JSON cannot hold
 */
export function toStoredEvent(event: AgentEvent): { readonly id: string; readonly text: string } {
  const id = toStored(checkEventId(event))
  try {
    return { id, text: JSON.stringify(event) }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EventStoreError(`The event ${quote(event.id)} cannot be kept, since it is no JSON: ${reason}.`, cause)
  }
}
