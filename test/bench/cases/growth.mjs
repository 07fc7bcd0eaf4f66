// @ts-check
// The same call among more and more: tools in the registry, users with a dispatcher, calls at once.
import { ToolRegistry, UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { add, addSchema, answer, parameters } from './add.mjs'
import { fullOptions, user } from './setup.mjs'

/**
 * @param {{ tools: readonly number[], users: readonly number[], atOnce: readonly number[] }} sizes
 * @returns {import('../measure.mjs').Case[]}
 */
export function cases({ tools, users, atOnce }) {
  return [...tools.map(amongTools), ...users.map(amongUsers), ...atOnce.map(amongCalls)]
}

/**
 * Each call is of another tool.
 *
 * @param {number} size
 * @returns {import('../measure.mjs').Case}
 */
function amongTools(size) {
  const names = Array.from({ length: size }, (_, index) => `add_${index}`)
  const inputSchema = addSchema()
  const tools = new ToolRegistry(names.map((name) => ({ name, inputSchema, execute: add })))
  const dispatcher = UnifiedToolDispatcher.createForUser(user(), { ...fullOptions(), tools })
  let turn = 0
  return {
    name: `executeTool, ${count(size, 'tool')}`,
    kind: 'ours',
    answer,
    read: ({ result }) => result,
    run() {
      turn = turn + 1 < size ? turn + 1 : 0
      return dispatcher.executeTool(names[turn] ?? '', parameters())
    },
    close: () => dispatcher.dispose(),
  }
}

/**
 * Each call is of another user, with a dispatcher of that user's own.
 *
 * @param {number} size
 * @returns {import('../measure.mjs').Case}
 */
function amongUsers(size) {
  const options = { ...fullOptions(), tools: new ToolRegistry(fullOptions().tools) }
  const dispatchers = Array.from({ length: size }, () => UnifiedToolDispatcher.createForUser(user(), options))
  let turn = 0
  return {
    name: `executeTool, ${count(size, 'user')}`,
    kind: 'ours',
    answer,
    read: ({ result }) => result,
    run() {
      turn = turn + 1 < size ? turn + 1 : 0
      return dispatchers[turn]?.executeTool('add', parameters())
    },
    close: () => Promise.all(dispatchers.map((dispatcher) => dispatcher.dispose())),
  }
}

/**
 * Calls of one user: ten run, the others wait for their turn.
 *
 * @param {number} size
 * @returns {import('../measure.mjs').Case}
 */
function amongCalls(size) {
  const dispatcher = UnifiedToolDispatcher.createForUser(user(), fullOptions())
  const places = Array.from({ length: size }, (_, index) => index)
  return {
    name: `executeTool, ${count(size, 'call')} at once`,
    kind: 'ours',
    operations: size,
    answer: answer * size,
    read: (results) => results.reduce((/** @type {number} */ sum, /** @type {any} */ { result }) => sum + result, 0),
    run: () => Promise.all(places.map(() => dispatcher.executeTool('add', parameters()))),
    close: () => dispatcher.dispose(),
  }
}

/**
 * @param {number} size
 * @param {string} what
 */
function count(size, what) {
  return `${size.toLocaleString('en')} ${what}${size === 1 ? '' : 's'}`
}
