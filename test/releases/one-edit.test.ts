import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrationTable, npmMessage } from '../../.config/deprecations.mjs'
import { copyRepository } from './repository-copy.mjs'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-one-edit-')))
const repository = join(folder, 'repository')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const table = 'packages/facades/shared/src/migrations.ts'
const ends = { before: /2\.0\.0(?: \(|, )2027-06-30/u, after: /3\.0\.0(?: \(|, )2028-03-31/u }

function text(file: string): string {
  return readFileSync(join(repository, file), 'utf8')
}

function edit(from: string, to: string): void {
  const before = text(table)
  expect(before.split(from)).toHaveLength(2)
  writeFileSync(join(repository, table), before.replace(from, to))
}

/** Uses core as an application would, and gives back what it hears. */
function use(environment: Record<string, string>): string {
  const application = `
    import { ToolDispatcherCore, UserExecutionContext } from '@switchyard/core'
    process.on('warning', ({ message }) => console.log('warned:', message))
    try {
      await ToolDispatcherCore.createRequestScopedDispatcher(new UserExecutionContext({ userId: 'ada', threadId: 't', runId: 'r' }), [])
    } catch (error) {
      console.log('thrown:', error.message)
    }
`
  const file = join(repository, 'application.mjs')
  writeFileSync(file, application)
  return execFileSync(process.execPath, ['--no-warnings', file], {
    env: { ...process.env, SWITCHYARD_DEPRECATIONS: '', ...environment },
    encoding: 'utf8',
  })
}

describe('one edit in the migration table, and npm run version', () => {
  beforeAll(async () => {
    await copyRepository(repository)
    edit("{ version: '2.0.0', date: '2027-06-30' }", "{ version: '3.0.0', date: '2028-03-31' }")
    edit("code: 'SWY0003',\n    stage: 'warning'", "code: 'SWY0003',\n    stage: 'final'")
    // Whatever is waiting here is raised with it.
    execFileSync(process.execPath, ['.config/release-version.mjs'], { cwd: repository, stdio: 'pipe' })
    execFileSync(join(repository, 'node_modules/.bin/tsc'), ['-b', 'packages/facades/core'], { cwd: repository })
  }, 120_000)

  it.each([
    ['the @deprecated lines of the sources', 'packages/facades/core/src/index.ts'],
    ['those of the declarations', 'packages/facades/core/dist/index.d.ts'],
    ["the facade's README", 'packages/facades/core/README.md'],
    ['the README of the repository', 'README.md'],
    ["the manifest's deprecated", 'packages/facades/core/package.json'],
    ['the changelog', 'CHANGELOG.md'],
  ])('move the end in %s', (_, file) => {
    expect(text(file)).toMatch(ends.after)
    expect(text(file)).not.toMatch(ends.before)
  })

  it.each([
    ["the facade's README", 'packages/facades/core/README.md', 'Warning code `SWY0003`, stage final'],
    ['the README of the repository', 'README.md', '`SWY0003` | final |'],
    ["the manifest's deprecated", 'packages/facades/core/package.json', 'SWY0003: @switchyard/core throws on use'],
    ['the changelog', 'CHANGELOG.md', '| `@switchyard/core` | final |'],
    ["the codemods' copy", 'codemods/src/migrations.ts', "code: 'SWY0003',\n    stage: 'final'"],
  ])('move the stage in %s', (_, file, said) => {
    expect(text(file)).toContain(said)
  })

  it('leave the stage of the other facades where it was', () => {
    expect(text('packages/facades/legacy/package.json')).toContain('SWY0001: @switchyard/legacy is deprecated since')
    expect(text('README.md')).toContain('`SWY0001` | warning |')
  })

  it('make npm deprecate say what the manifest says', async () => {
    const moved = (await migrationTable(repository)).find(({ code }) => code === 'SWY0003')
    const { deprecated } = JSON.parse(text('packages/facades/core/package.json')) as { deprecated?: string }
    expect(moved === undefined ? undefined : npmMessage(moved)).toBe(deprecated)
    expect(deprecated).toMatch(ends.after)
  })

  it('make the facade throw, and warn of the new end where that is switched to a warning', () => {
    expect(use({})).toMatch(/^thrown: .*@switchyard\/core, deprecated, to be removed in 3\.0\.0 \(2028-03-31\)/mu)
    expect(use({ SWITCHYARD_DEPRECATIONS: 'SWY0003:log' })).toMatch(/^warned: .*3\.0\.0 \(2028-03-31\)/mu)
  })
})
