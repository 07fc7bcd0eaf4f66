import { checkUserId } from '../events/store.js'

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
