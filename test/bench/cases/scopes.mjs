// @ts-check
// What a request pays for a dispatcher of its own: made, and disposed.
import { ToolRegistry, UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { countingSink, user } from './setup.mjs'

/**
 * A registry of so many tools, shared by all dispatchers.
 *
 * @param {number} size
 */
export function registryOf(size) {
  const tools = Array.from({ length: size }, (_, index) => ({ name: `tool_${index}`, execute: () => index }))
  return new ToolRegistry(tools)
}

/** With these no environment variable is asked for, which is the dearest part of a scope. */
const ALL_LIMITS = { timeoutMs: 30_000, concurrentCallsPerUser: 10, callsPerMinutePerUser: 0 }

/**
 * @param {{ manyTools: number, manyUsers: number }} sizes
 * @returns {import('../measure.mjs').Case[]}
 */
export function cases({ manyTools, manyUsers }) {
  return [
    cycle('createForUser + dispose, 10 tools, 1 user', 10, 1),
    cycle('the same with all limits given, so that the environment is not read', 10, 1, ALL_LIMITS),
    cycle(`createForUser + dispose, ${manyTools.toLocaleString('en')} tools, 1 user`, manyTools, 1),
    cycle(`createForUser + dispose, 10 tools, ${manyUsers.toLocaleString('en')} users with dispatchers`, 10, manyUsers),
  ]
}

/**
 * Makes and disposes one dispatcher, for one user after the other; many users have a dispatcher besides, one user has none.
 *
 * @param {string} name
 * @param {number} tools
 * @param {number} users
 * @param {import('@switchyard/dispatcher').DispatcherOptions['limits']} [limits]
 * @returns {import('../measure.mjs').Case}
 */
function cycle(name, tools, users, limits) {
  const options = { tools: registryOf(tools), events: countingSink(), limits }
  const contexts = Array.from({ length: users }, user)
  const present = users === 1 ? [] : contexts.map((context) => UnifiedToolDispatcher.createForUser(context, options))
  let turn = 0
  return {
    name,
    kind: 'ours',
    answer: undefined,
    run() {
      turn = turn + 1 < users ? turn + 1 : 0
      return UnifiedToolDispatcher.createForUser(contexts[turn] ?? user(), options).dispose()
    },
    close: () => Promise.all(present.map((dispatcher) => dispatcher.dispose())),
  }
}
