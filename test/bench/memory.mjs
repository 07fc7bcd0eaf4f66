// @ts-check
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { registryOf } from './cases/scopes.mjs'
import { countingSink, user } from './cases/setup.mjs'

/**
 * What one kind of scope weighs.
 *
 * @typedef {object} Weight
 * @property {string} name
 * @property {number} liveBytes Bytes that one scope keeps alive.
 * @property {number} leftBytes Bytes a scope that stay once all are disposed and forgotten.
 * @property {number} dispatchersLeft Dispatchers of ours that still count as active then.
 */

/**
 * @typedef {object} Scopes
 * @property {string} name
 * @property {() => { dispose?(): unknown }} make
 */

setFlagsFromString('--expose-gc')
/** @type {() => void} */
const collectGarbage = runInNewContext('gc')

/**
 * Our scopes, with few and many tools, of one user and of as many users as there are scopes.
 *
 * @param {number} manyTools
 * @returns {Scopes[]}
 */
export function ourScopes(manyTools) {
  const one = user()
  return [10, manyTools].flatMap((size) => {
    const options = { tools: registryOf(size), events: countingSink() }
    const tools = `${size.toLocaleString('en')} tools`
    return [
      { name: `dispatcher, ${tools}, one user`, make: () => UnifiedToolDispatcher.createForUser(one, options) },
      {
        name: `dispatcher and context, ${tools}, each of another user`,
        make: () => UnifiedToolDispatcher.createForUser(user(), options),
      },
    ]
  })
}

/**
 * Weighs scopes by making many of them and looking at the heap before, between and after.
 *
 * @param {Scopes} scopes
 * @param {number} count
 * @returns {Promise<Weight>}
 */
export async function weigh({ name, make }, count) {
  // Once for what stays for good: compiled code, and tables that have grown.
  await liveAndLeft(make, count)
  const { live, left } = await liveAndLeft(make, count)
  const { activeDispatchers } = UnifiedToolDispatcher.globalMetrics()
  return { name, liveBytes: live, leftBytes: left, dispatchersLeft: activeDispatchers }
}

/**
 * @param {Scopes['make']} make
 * @param {number} count
 */
async function liveAndLeft(make, count) {
  /** @type {ReturnType<Scopes['make']>[]} */
  const scopes = Array.from({ length: count })
  const before = await usedHeap()
  for (let index = 0; index < count; index += 1) scopes[index] = make()
  const during = await usedHeap()
  for (const scope of scopes) await scope.dispose?.()
  scopes.length = 0
  const after = await usedHeap()
  return { live: Math.round((during - before) / count), left: Math.round((after - before) / count) }
}

/** Bytes that are in use, those outside the heap included. */
export async function usedMemory() {
  await usedHeap()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function usedHeap() {
  // Finalizers and weak tables need a turn of the event loop between two collections.
  for (let turn = 0; turn < 3; turn += 1) {
    collectGarbage()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}
