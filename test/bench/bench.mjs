// @ts-check
// `npm run bench`: see README.md in this folder.
//   --quick            few short rounds, nothing written: does it all run?
//   --only <pattern>   a regular expression for case files and `memory`; nothing written
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chosen, FULL_EFFORT, measure, QUICK_EFFORT } from './plan.mjs'
import { toMarkdown, toReport } from './report.mjs'

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
})
const choice = options.only === undefined ? {} : { only: new RegExp(options.only, 'u') }
const effort = options.quick ? QUICK_EFFORT : FULL_EFFORT

if (chosen(choice).ours.length + chosen(choice).peers.length === 0) {
  const { ours, peers } = chosen({})
  console.error(`--only ${options.only} matches none of ${[...ours, ...peers].join(', ')}.`)
  process.exit(1)
}
if (chosen(choice).peers.length > 0) installPeers()
// Before the facades load: what they say about their end is not what is measured.
process.env['SWITCHYARD_DEPRECATIONS'] ??= '*:silence'

const report = toReport(await measure(choice, effort, (line) => console.error(line)), effort.rounds)
console.log(toMarkdown(report))
if (!options.quick && options.only === undefined) write()
// Peers leave timers and sockets behind.
process.exit(0)

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

function write() {
  const results = new URL('results/', import.meta.url)
  mkdirSync(results, { recursive: true })
  writeFileSync(new URL('results.json', results), `${JSON.stringify(report, null, 2)}\n`)
  writeFileSync(new URL('results.md', results), `# Results\n\n${toMarkdown(report)}\n`)
  const readme = new URL('../../packages/dispatcher/README.md', import.meta.url)
  const text = readFileSync(readme, 'utf8')
  const marked = /(<!-- bench:start -->)[^]*?(<!-- bench:end -->)/u
  if (!marked.test(text))
    throw new Error(`${fileURLToPath(readme)} has no <!-- bench:start --> and <!-- bench:end -->.`)
  writeFileSync(
    readme,
    text.replace(marked, (_, start, end) => `${start}\n\n${toMarkdown(report, { short: true })}\n\n${end}`),
  )
}
