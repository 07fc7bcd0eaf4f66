/**
 * The migration guide: what becomes of each export of each facade, as the codemods' own fixtures have it. What a person
 * reads here is therefore what `switchyard migrate` is tested to write.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const fixtures = new URL('../../../../codemods/test/fixtures/exports/', import.meta.url)

/** Views and what a person decides are migrated apart: a program that mixes them says more than one thing at once. */
const groups = ['', '-views', '-by-hand']

/** The guide to all facades of the table, one folding section each. */
export function guide(migrations) {
  return Object.entries(migrations)
    .map(([name, facade]) => section(name, facade))
    .join('\n\n')
}

function section(name, { package: facade, original, code, exports }) {
  const entries = Object.entries(exports).map(([exported, migration]) => entry(name, exported, migration))
  return [
    `<details><summary><code>${facade}</code>, once <code>${original}</code> (<code>${code}</code>)</summary>`,
    ...entries,
    '</details>',
  ].join('\n\n')
}

function entry(facade, exported, { replacement }) {
  const changes = groups.flatMap((group) => difference(`${facade}${group}`, `${exported}.ts`))
  if (changes.length === 0)
    throw new Error(`no fixture shows what becomes of ${exported} of ${facade}: add one below ${fixtures.href}`)
  return [`#### \`${exported}\`: use \`${replacement}\``, ...changes].join('\n\n')
}

/** A fixture's change as a fenced block; none when there is no such fixture. */
function difference(folder, file) {
  const [before, after] = ['input', 'output'].map((side) =>
    fileURLToPath(new URL(`${folder}/${side}/${file}`, fixtures)),
  )
  if (!existsSync(before)) return []
  const args = ['diff', '--no-index', '--no-color', '--no-ext-diff', '--unified=1000', before, after]
  const { stdout, status, stderr } = spawnSync('git', args, { encoding: 'utf8' })
  if (status !== 1) throw new Error(`git ${args.join(' ')} found no difference: ${stderr}`)
  const lines = stdout.slice(stdout.indexOf('\n@@')).split('\n').slice(2)
  return [
    `\`\`\`diff\n${lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd()}\n\`\`\``,
  ]
}
