import { afterEach, beforeEach, vi } from 'vitest'

/**
 * Replaces timers, durations and dates for each test of the file, so that time passes only where a test advances it. What
 * is still pending at the end expires there, so that no timer of one test is waited for in the next.
 */
export function useFakeClock(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  })
  afterEach(() => {
    vi.runAllTimers()
    vi.useRealTimers()
  })
}
