// @ts-check
// What a code base costs without our command, each in a process of its own: `node peers.mjs <peer> <root>`.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'

const [, , peer = '', root = ''] = process.argv
const names = ['legacy', 'request-scoped', 'core', 'enhanced'].map((name) => Buffer.from(`@switchyard/${name}`))
const specifier = /^@switchyard\/(?:legacy|request-scoped|core|enhanced)$/u

/** @type {Record<string, () => Promise<number>>} */
const peers = {
  'read and search': async () => [...hits()].length,
  'prefilter + oxc + magic-string': oxc,
  'ast-grep': astGrep,
}
const run = peers[peer]
if (run === undefined) throw new Error(`there is no peer ${peer}; there are ${Object.keys(peers).join(', ')}`)
const found = await run()
console.log(JSON.stringify({ found, maxRssKiB: process.resourceUsage().maxRSS }))

/** Every source file, in its bytes; nothing is kept. */
function* sources() {
  const open = [root]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) open.push(path)
      else if (/\.[cm]?[jt]sx?$/u.test(entry.name)) yield { path, bytes: readFileSync(path) }
    }
  }
}

/** Those that hold the name of a facade. */
function* hits() {
  for (const source of sources()) if (names.some((name) => source.bytes.includes(name))) yield source
}

/** The least that a rewriting tool can do: parse what the search found, walk it, put a new name for each old one. */
async function oxc() {
  const { parseSync } = await import('oxc-parser')
  const { default: MagicString } = await import('magic-string')
  let changed = 0
  for (const { path, bytes } of hits()) {
    const text = bytes.toString('utf8')
    const edits = new MagicString(text)
    const { program } = parseSync(path, text)
    walk(program, (node) => {
      if (node['type'] === 'Literal' && specifier.test(String(node['value']))) {
        edits.overwrite(Number(node['start']) + 1, Number(node['end']) - 1, '@switchyard/dispatcher')
      } else if (node['type'] === 'Identifier' && node['name'] === 'cleanup') {
        edits.overwrite(Number(node['start']), Number(node['end']), 'dispose')
      }
    })
    if (edits.toString() !== text) changed += 1
  }
  return changed
}

/**
 * @param {unknown} node
 * @param {(node: Record<string, unknown>) => void} visit
 */
function walk(node, visit) {
  if (typeof node !== 'object' || node === null) return
  if ('type' in node) visit(/** @type {Record<string, unknown>} */ (node))
  for (const child of Object.values(node)) walk(child, visit)
}

/** ast-grep by its API: every file is parsed, as its command does it. */
async function astGrep() {
  const { parse, Lang } = await import('@ast-grep/napi')
  const rule = { rule: { kind: 'string', regex: '@switchyard/(legacy|request-scoped|core|enhanced)' } }
  let [changed, seen] = [0, 0]
  for (const { path, bytes } of sources()) {
    // Trees outside the heap go when the loop is left.
    if ((seen += 1) % 50 === 0) await setImmediate()
    const tree = parse(path.endsWith('x') ? Lang.Tsx : Lang.TypeScript, bytes.toString('utf8')).root()
    const edits = tree
      .findAll(rule)
      .map((node) => node.replace(node.text().replace(/@switchyard\/[\w-]+/u, '@switchyard/dispatcher')))
    if (edits.length > 0 && tree.commitEdits(edits) !== '') changed += 1
  }
  return changed
}
