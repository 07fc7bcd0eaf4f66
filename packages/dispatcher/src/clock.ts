/**
 * The only place that asks for the time. Both functions read the globals at each call, so that a test that replaces them
 * (fake timers) sets the clock of the whole package.
 */

/** Milliseconds on a clock that never jumps, for durations and deadlines. */
export function monotonicMs(): number {
  return performance.now()
}

/** Milliseconds since the epoch, for what people read. */
export function epochMs(): number {
  return Date.now()
}

let cachedMs = -1
let cachedText = ''

/** The current time as ISO 8601 in UTC; the text is kept for its millisecond, since formatting it costs more than an event. */
export function timestamp(): string {
  const now = Date.now()
  if (now !== cachedMs) {
    cachedText = new Date(now).toISOString()
    cachedMs = now
  }
  return cachedText
}
