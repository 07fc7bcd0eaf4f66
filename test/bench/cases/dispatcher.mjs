// @ts-check
// `executeTool`, from everything switched on to nothing.
import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { add, addSchema, answer, json, parameters } from './add.mjs'
import { countingSink, FULL, fullOptions, user } from './setup.mjs'

const OFF = { timeoutMs: 0, concurrentCallsPerUser: 0, maxInputBytes: 0, maxOutputBytes: 0 }

/** @returns {import('../measure.mjs').Case[]} */
export function cases() {
  const full = fullOptions()
  const withoutSchema = { name: 'add', execute: add }
  const synchronous = { ...full.tools[0], execute: (/** @type {any} */ { a, b }) => a + b }
  const withSignal = {
    ...full.tools[0],
    execute: async (/** @type {any} */ { a, b }, /** @type {any} */ { signal }) => (signal.aborted ? 0 : a + b),
  }
  /** @type {Record<string, import('@switchyard/dispatcher').DispatcherOptions>} */
  const variants = {
    [FULL]: full,
    'the same, with a synchronous body': { ...full, tools: [synchronous] },
    'the same, with a rate limit': { ...full, limits: { callsPerMinutePerUser: 1e7 } },
    'the same, with an asynchronous policy': { ...full, permissions: async () => ({ allow: true }) },
    'the same, with a middleware': { ...full, middleware: [(_call, next) => next()] },
    'the same, reading call.signal': { ...full, tools: [withSignal] },
    'without a policy': { ...full, permissions: undefined },
    'without events': { ...full, events: undefined },
    'without a deadline': { ...full, limits: { timeoutMs: 0 } },
    'without size limits': { ...full, limits: { maxInputBytes: 0, maxOutputBytes: 0 } },
    'schema and default limits alone': { tools: [{ name: 'add', inputSchema: addSchema(), execute: add }] },
    'no schema, no limits': { tools: [withoutSchema], limits: OFF },
  }
  const dispatchers = Object.entries(variants).map(([name, options]) => ({
    name: name === FULL ? name : `executeTool, ${name}`,
    dispatcher: UnifiedToolDispatcher.createForUser(user(), options),
  }))
  const fromJson = UnifiedToolDispatcher.createForUser(user(), { ...fullOptions(), events: countingSink() })
  return [
    ...dispatchers.map(({ name, dispatcher }) => caseOf(name, dispatcher, parameters)),
    caseOf('executeTool, the same, from JSON text', fromJson, () => JSON.parse(json)),
  ]
}

/**
 * @param {string} name
 * @param {UnifiedToolDispatcher} dispatcher
 * @param {() => unknown} input
 * @returns {import('../measure.mjs').Case}
 */
function caseOf(name, dispatcher, input) {
  return {
    name,
    kind: 'ours',
    answer,
    read: ({ result }) => result,
    run: () => dispatcher.executeTool('add', input()),
    close: () => dispatcher.dispose(),
  }
}
