// @ts-check
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * @typedef {object} Corpus
 * @property {string} root
 * @property {number} files
 * @property {number} callers How many of them load the facade.
 * @property {number} bytes
 */

const facade = '@switchyard/legacy'
const creation = (/** @type {string} */ make, /** @type {string} */ head) => `${head}
export async function run(context, tools) {
  const dispatcher = ${make}(context, tools)
  const result = await dispatcher.executeTool('add', { a: 1, b: 2 })
  await dispatcher.cleanup()
  return result.success ? result.result : result.error
}
`

/** Ten ways of loading the facade, as a code base of some age has them. */
const forms = [
  creation('new ToolDispatcher', `import { ToolDispatcher } from '${facade}'`),
  creation('new Renamed', `import { ToolDispatcher as Renamed } from "${facade}";`),
  creation('new old.ToolDispatcher', `import * as old from '${facade}'`),
  `import type { ToolDispatcher } from '${facade}'\nexport type Held = { dispatcher: ToolDispatcher }\n`,
  `export { ToolStatus } from '${facade}'\n`,
  creation('new ToolDispatcher', `const { ToolDispatcher } = require('${facade}')`),
  `export async function later(context) {\n  const { ToolDispatcher } = await import('${facade}')\n  return new ToolDispatcher(context).isActive()\n}\n`,
  `export type Held = import('${facade}').ToolDispatcher\n`,
  `import { createToolDispatcher } from '${facade}'\nexport const shared = createToolDispatcher([])\n`,
  `vi.mock('${facade}', () => ({ ToolStatus: { SUCCESS: 'success' } }))\n`,
]

/**
 * Writes a code base: one file in nineteen loads the facade, the rest is ordinary code that speaks of dispatchers, 20 KB a file. The same seed gives the same bytes.
 *
 * @param {string} root
 * @param {{ files: number, seed: number, callers?: number }} shape `callers` defaults to 267 in 5,000.
 * @returns {Corpus}
 */
export function writeCorpus(root, { files, seed, callers = Math.round((files * 267) / 5000) }) {
  const random = randomOf(seed)
  const step = callers === 0 ? Number.POSITIVE_INFINITY : files / callers
  let bytes = 0
  let written = 0
  for (let at = 0; at < files; at += 1) {
    const calls = written < callers && at >= written * step
    const form = calls ? forms[written % forms.length] : undefined
    if (calls) written += 1
    const text = `${form ?? ''}${ordinary(random, at)}`
    const extension = random() < 0.8 ? 'ts' : 'tsx'
    const path = join(root, 'src', `area${at % 50}`, `part${Math.floor(at / 50) % 20}`, `file${at}.${extension}`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    bytes += Buffer.byteLength(text)
  }
  writeFileSync(join(root, 'package.json'), '{ "name": "corpus", "private": true }\n')
  return { root, files, callers: written, bytes }
}

const nouns = ['order', 'invoice', 'customer', 'shipment', 'payment', 'session', 'report', 'agent', 'stock', 'refund']

/**
 * @param {() => number} random
 * @param {number} at
 */
function ordinary(random, at) {
  const parts = [`import { join } from 'node:path'\n\n`]
  let length = 0
  for (let index = 0; length < 20_000; index += 1) {
    const noun = nouns[Math.floor(random() * nouns.length)] ?? 'thing'
    const part = unit(`${noun}${at}x${index}`, Math.floor(random() * 1000), noun)
    parts.push(part)
    length += part.length
  }
  return parts.join('')
}

/**
 * @param {string} name
 * @param {number} number
 * @param {string} noun
 */
function unit(name, number, noun) {
  return `/** Looks after one ${noun}; see the notes on tool dispatchers of ${number}. */
export interface I${name} { readonly id: string; readonly amount: number; readonly lines: readonly { sku: string; count: number }[] }

export function total_${name}(given: I${name}, rate = ${number / 100}): number {
  // Rounded once, at the end.
  const sum = given.lines.reduce((all, { count }) => all + count * given.amount, ${number})
  if (sum > ${number * 3}) return Math.round(sum * (1 + rate))
  return given.lines.length === 0 ? 0 : Math.round(sum)
}

export class Store${name} {
  readonly #known = new Map<string, I${name}>()
  constructor(private readonly folder: string) {}
  put(given: I${name}): string {
    this.#known.set(given.id, { ...given, amount: total_${name}(given) })
    return join(this.folder, \`\${given.id}-${name}.json\`)
  }
  async find(ids: readonly string[]): Promise<I${name}[]> {
    const found = await Promise.all(ids.map(async (id) => this.#known.get(id)))
    return found.filter((one): one is I${name} => one !== undefined && one.amount > ${number})
  }
}

`
}

/**
 * mulberry32: small, and the same everywhere.
 *
 * @param {number} seed
 */
function randomOf(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
