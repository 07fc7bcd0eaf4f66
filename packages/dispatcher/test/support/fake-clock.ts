import { afterAll, afterEach, beforeAll, vi } from 'vitest'

/**
 * Replaces timers, durations and dates in the whole file, so that time passes only where a test advances it. One clock for
 * all tests, since the package keeps one timer for all deadlines; what is still pending after a test expires there.
 */
export function useFakeClock(): void {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  })
  afterEach(() => {
    vi.runAllTimers()
  })
  afterAll(() => {
    vi.useRealTimers()
  })
}
