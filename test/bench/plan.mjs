// @ts-check
import { interleave } from './measure.mjs'
import { ourScopes, weigh } from './memory.mjs'

/** How much is measured. */
export const FULL_EFFORT = {
  rounds: 100,
  batchMs: 2,
  warmUpMs: 60,
  manyTools: 10_000,
  manyUsers: 100_000,
  weighed: 20_000,
  tools: [1, 10, 100, 1_000, 10_000],
  users: [1, 100, 10_000, 100_000],
  atOnce: [1, 10, 100, 1_000],
}

/** @typedef {typeof FULL_EFFORT} Effort */

/**
 * For a look whether everything runs: the figures mean little.
 *
 * @type {Effort}
 */
export const QUICK_EFFORT = {
  rounds: 4,
  batchMs: 0.2,
  warmUpMs: 1,
  manyTools: 100,
  manyUsers: 100,
  weighed: 200,
  tools: [1, 100],
  users: [1, 100],
  atOnce: [1, 100],
}

/** The case files, in sections that are measured together; a peer needs the libraries of this folder's lockfile. */
const SECTIONS = [
  {
    title: 'One call: two numbers validated and added',
    ours: {
      dispatcher: () => import('./cases/dispatcher.mjs'),
      facades: () => import('./cases/facades.mjs'),
    },
    peers: {
      langchain: () => import('./cases/langchain.mjs'),
      'ai-sdk': () => import('./cases/ai-sdk.mjs'),
      'openai-agents': () => import('./cases/openai-agents.mjs'),
      mastra: () => import('./cases/mastra.mjs'),
      mcp: () => import('./cases/mcp.mjs'),
      trpc: () => import('./cases/trpc.mjs'),
      moleculer: () => import('./cases/moleculer.mjs'),
    },
  },
  {
    title: 'One scope: made and disposed',
    ours: { scopes: () => import('./cases/scopes.mjs') },
    peers: { 'scope-peers': () => import('./cases/scope-peers.mjs') },
  },
  {
    title: 'The same call among more',
    ours: { growth: () => import('./cases/growth.mjs') },
    peers: {},
  },
]

const MEMORY = 'memory'

/**
 * What to measure.
 *
 * @typedef {object} Choice
 * @property {RegExp} [only] Which case files, by name; default all.
 * @property {boolean} [peers] Whether the other libraries are measured too; default `true`.
 */

/**
 * The names of what a choice takes: case files, and `memory`.
 *
 * @param {Choice} choice
 * @returns {{ ours: string[], peers: string[] }}
 */
export function chosen({ only = /(?:)/u, peers = true }) {
  const names = (/** @type {'ours' | 'peers'} */ side) => SECTIONS.flatMap((section) => Object.keys(section[side]))
  return {
    ours: [...names('ours'), MEMORY].filter((name) => only.test(name)),
    peers: peers ? names('peers').filter((name) => only.test(name)) : [],
  }
}

/**
 * Everything that was measured.
 *
 * @typedef {object} Figures
 * @property {{ title: string, rows: import('./measure.mjs').Row[] }[]} sections
 * @property {import('./memory.mjs').Weight[]} weights
 */

/**
 * Measures, one section after the other; each has the floors among its cases, so that no ratio reaches across sections.
 *
 * @param {Choice} choice
 * @param {Effort} effort
 * @param {(line: string) => void} [say] Told what is going on.
 * @returns {Promise<Figures>}
 */
export async function measure(choice, effort, say = () => {}) {
  const { ours, peers } = chosen(choice)
  const floors = await import('./cases/floors.mjs')
  const sections = []
  for (const { title, ...files } of SECTIONS) {
    const all = Object.entries({ ...files.ours, ...files.peers })
    const taken = all.filter(([name]) => ours.includes(name) || peers.includes(name))
    if (taken.length === 0) continue
    const names = taken.map(([name]) => name)
    say(`${title}: ${names.join(', ')}`)
    const cases = floors.cases()
    for (const [, load] of taken) cases.push(...(await (await load()).cases(effort)))
    sections.push({ title, rows: await interleave(cases, effort) })
    for (const { close } of cases) await close?.()
  }
  return { sections, weights: ours.includes(MEMORY) ? await weights(peers, effort, say) : [] }
}

/**
 * @param {readonly string[]} peers
 * @param {Effort} effort
 * @param {(line: string) => void} say
 */
async function weights(peers, { manyTools, weighed }, say) {
  say(`What a scope weighs: ${weighed.toLocaleString('en')} of each`)
  const others = peers.includes('scope-peers') ? (await import('./cases/scope-peers.mjs')).scopes : []
  const weighings = []
  for (const scopes of [...ourScopes(manyTools), ...others]) weighings.push(await weigh(scopes, weighed))
  return weighings
}
