// @ts-check
/** @typedef {import('@switchyard/dispatcher').AgentEvent} AgentEvent */

let events = 0

/**
 * An event like most: a tool has answered, about 400 bytes of JSON.
 *
 * @param {string} userId
 * @returns {AgentEvent}
 */
export function eventFor(userId) {
  events += 1
  return {
    id: `evt_0f3c5a1e9b7d4c2f8a6e1b3d5f7a9c0e-${events}`,
    type: 'tool_completed',
    userId,
    threadId: 'thread-7',
    runId: 'run-7',
    requestId: 'request-7',
    timestamp: '2026-11-25T12:00:00.000Z',
    payload: {
      callId: `call_0f3c5a1e9b7d4c2f8a6e1b3d5f7a9c0e-${events}`,
      toolName: 'find_order',
      status: 'success',
      result: { number: 'A-1007', state: 'shipped', items: [{ sku: 'kb-22', count: 1 }], eta: '2026-11-27' },
      executionTimeMs: 12.5,
    },
  }
}

/**
 * @param {number} count
 * @returns {string[]}
 */
export function usersOf(count) {
  return Array.from({ length: count }, (_, index) => `user-${index}`)
}
