// @ts-check
// `npm run proof`: the codemods on large packages of others, as the registry delivers them. Takes minutes, and asks the registry.
//   npm run proof -- rxjs zod              those packages alone
//   npm run proof -- --folder /tmp/proof   keeps everything there, and uses what is installed there already
//   npm run proof -- --rounds 0            leaves the comparison with tsc out; default 3
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { proveInjected, proveUntouched } from './claims.mjs'
import { packages } from './packages.mjs'
import { install } from './workspace.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { folder: { type: 'string' }, rounds: { type: 'string', default: '3' } },
})
const unknown = positionals.filter((name) => !packages.some((one) => one.name === name))
if (unknown.length > 0)
  throw new Error(
    `no package is called ${unknown.join(', ')}; there are ${packages.map(({ name }) => name).join(', ')}`,
  )
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 0)
  throw new Error(`--rounds is ${JSON.stringify(values.rounds)}; it must be a whole number of 0 or more`)

const folder = values.folder === undefined ? mkdtempSync(join(tmpdir(), 'switchyard-proof-')) : resolve(values.folder)
try {
  const installed = join(folder, 'installed')
  install(installed)
  const chosen = packages.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  for (const one of chosen) {
    const copy = join(folder, one.name.replace('/', '-'))
    const { version } = JSON.parse(readFileSync(join(installed, 'node_modules', one.name, 'package.json'), 'utf8'))
    const head = `${one.name} ${version}`.padEnd(32)
    attempt(`${head} as it is      `, () => proveUntouched(one, installed, copy))
    attempt(`${head} with callers  `, () => proveInjected(one, installed, copy))
    const { project } = one
    if (project === undefined) continue
    attempt(`${head} type-checked  `, () => proveInjected(one, installed, copy, { project, rounds }))
  }
} finally {
  if (values.folder === undefined) rmSync(folder, { recursive: true })
}

/**
 * @param {string} head
 * @param {() => string} prove Gives the figures.
 */
function attempt(head, prove) {
  try {
    console.log(`ok    ${head} ${prove()}`)
  } catch (error) {
    process.exitCode = 1
    console.log(`FAIL  ${head} ${error instanceof Error ? error.message : String(error)}`)
  }
}
