// @ts-check
// `npm run bench`: see README.md in this folder.
//   calls, delivery, codemods    the parts; default all
//   --quick            few short rounds, nothing written: does it all run?
//   --files <n>         `codemods` on one code base of n files, one round: for a machine that is busy
//   --only <pattern>   a regular expression for case files of `calls` and `memory`; nothing written
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { toMarkdown, toReport } from './report.mjs'

const { values: options, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' }, files: { type: 'string' } },
  allowPositionals: true,
})
const parts = { calls: measureCalls, delivery: measureEventDelivery, codemods: measureCommand }
const named = options.only === undefined ? positionals : ['calls', ...positionals]
const unknown = named.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}; the parts are ${Object.keys(parts).join(', ')}.`)
  process.exit(1)
}
// An interrupted bench ends what it has started, too.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
// Before the facades load: what they say about their end is not what is measured.
process.env['SWITCHYARD_DEPRECATIONS'] ??= '*:silence'
for (const [name, run] of Object.entries(parts)) if (named.length === 0 || named.includes(name)) await run()
// Peers leave timers and sockets behind.
process.exit(0)

async function measureCalls() {
  const { chosen, FULL_EFFORT, measure, QUICK_EFFORT } = await import('./plan.mjs')
  const choice = options.only === undefined ? {} : { only: new RegExp(options.only, 'u') }
  if (chosen(choice).ours.length + chosen(choice).peers.length === 0) {
    const { ours, peers } = chosen({})
    console.error(`--only ${options.only} matches none of ${[...ours, ...peers].join(', ')}.`)
    process.exit(1)
  }
  if (chosen(choice).peers.length > 0) installPeers()
  const effort = options.quick ? QUICK_EFFORT : FULL_EFFORT
  const report = toReport(await measure(choice, effort, (line) => console.error(line)), effort.rounds)
  console.log(toMarkdown(report))
  if (options.quick || options.only !== undefined) return
  write('results', report, toMarkdown(report))
  show('bench', toMarkdown(report, { short: true }))
}

async function measureEventDelivery() {
  installPeers()
  const { FULL_EFFORT, measureDelivery, QUICK_EFFORT } = await import('./delivery/plan.mjs')
  const { toDeliveryMarkdown, toDeliveryReport } = await import('./delivery/report.mjs')
  const effort = options.quick ? QUICK_EFFORT : FULL_EFFORT
  const figures = await measureDelivery(effort, (line) => console.error(line))
  const report = toDeliveryReport(figures, effort.rounds)
  console.log(toDeliveryMarkdown(report))
  if (options.quick) return
  write('delivery', report, toDeliveryMarkdown(report))
  show('delivery', toDeliveryMarkdown(report))
}

async function measureCommand() {
  installPeers()
  const files = options.files === undefined ? undefined : Number(options.files)
  if (files !== undefined && !(Number.isInteger(files) && files >= 100)) {
    console.error(`--files ${options.files} is no number of files: expected a whole number, at least 100.`)
    process.exit(1)
  }
  const { effortOf, FULL_EFFORT, measureCodemods, QUICK_EFFORT } = await import('./codemods/plan.mjs')
  const { toCodemodMarkdown, toCodemodReport } = await import('./codemods/report.mjs')
  const effort = options.quick ? QUICK_EFFORT : files === undefined ? FULL_EFFORT : effortOf(files)
  const sections = measureCodemods(effort, (line) => console.error(line))
  const report = toCodemodReport(sections, effort.rounds)
  console.log(toCodemodMarkdown(report))
  if (options.quick) return
  write('codemods', report, toCodemodMarkdown(report))
  show('codemods', toCodemodMarkdown(report), 'codemods')
}

function installPeers() {
  const folder = fileURLToPath(new URL('.', import.meta.url))
  if (existsSync(new URL('node_modules/.package-lock.json', import.meta.url))) return
  console.error('Installing the libraries to compare with, once …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}

/**
 * @param {string} name
 * @param {object} report
 * @param {string} markdown
 */
function write(name, report, markdown) {
  const results = new URL('results/', import.meta.url)
  mkdirSync(results, { recursive: true })
  writeFileSync(new URL(`${name}.json`, results), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(new URL(`${name}.md`, results), `# Results\n\n${markdown}\n`)
}

/**
 * Puts a table between its marks in a package's README.
 *
 * @param {string} mark
 * @param {string} markdown
 * @param {string} [folder]
 */
function show(mark, markdown, folder = 'packages/dispatcher') {
  const readme = new URL(`../../${folder}/README.md`, import.meta.url)
  const text = readFileSync(readme, 'utf8')
  const marked = new RegExp(`(<!-- ${mark}:start -->)[^]*?(<!-- ${mark}:end -->)`, 'u')
  if (!marked.test(text))
    throw new Error(`${fileURLToPath(readme)} has no <!-- ${mark}:start --> and <!-- ${mark}:end -->.`)
  writeFileSync(
    readme,
    text.replace(marked, (_, start, end) => `${start}\n\n${markdown}\n\n${end}`),
  )
}
