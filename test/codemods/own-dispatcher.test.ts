import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installFrom, packWorkspaces } from '../../.config/pack.mjs'

const original = fileURLToPath(new URL('../apps/own-dispatcher', import.meta.url))
const bin = fileURLToPath(new URL('../../codemods/dist/bin.js', import.meta.url))
const facades = /@switchyard\/(?:legacy|core)/u
let folder = ''
let app = ''
let packed: ReturnType<typeof packWorkspaces> = []

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-own-dispatcher-')))
  app = join(folder, 'app')
  packed = packWorkspaces(join(folder, 'tarballs'))
  cpSync(original, app, { recursive: true, filter: (path) => !path.includes('node_modules') })
  git('init', '--quiet')
  commit('The lending desk with its own dispatchers')
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...identity, ...args], { cwd: app, encoding: 'utf8' })
}

function commit(message: string): void {
  git('add', '--all', '--', ':!node_modules')
  git('commit', '--quiet', '--message', message)
}

/** What `npm install` does: packages of the manifest, and links to the application's own workspaces. */
function install(): void {
  installFrom(app, packed)
  mkdirSync(join(app, 'node_modules/@acme'), { recursive: true })
  symlinkSync('../../packages/dispatch-core', join(app, 'node_modules/@acme/dispatch-core'))
}

/** @returns how many tests of the application passed */
function passingTests(): number {
  const args = [join(app, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json']
  const env = { ...process.env, SWITCHYARD_DEPRECATIONS: 'silence' }
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: app, encoding: 'utf8', env })
  const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { numPassedTests: number; numTotalTests: number }
  expect(report.numPassedTests, stdout + stderr).toBe(report.numTotalTests)
  return report.numPassedTests
}

function switchyard(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: app, encoding: 'utf8' })
  return { status, output: stdout + stderr }
}

const sources = () =>
  git('grep', '--files-with-matches', '--extended-regexp', '@acme/dispatch-core|tool_dispatcher', '--', 'src', 'test')

describe('an application with dispatchers of its own', () => {
  it('goes to the facades and off them, its tests passing before, between and after', () => {
    install()
    const before = passingTests()
    expect(before).toBeGreaterThan(0)

    const adopted = switchyard('adopt')
    expect(adopted.status, adopted.output).toBe(0)
    expect(sources().trim()).toBe('src/agents/tool_dispatcher.ts')
    expect(readFileSync(join(app, 'test/remind.test.ts'), 'utf8')).toContain("vi.mock('@switchyard/legacy', async")
    const { dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as { dependencies: object }
    expect(Object.keys(dependencies)).toEqual(['@switchyard/core', '@switchyard/legacy'])
    commit('switchyard adopt')
    // The proof that nothing leans on them.
    rmSync(join(app, 'src/agents/tool_dispatcher.ts'))
    rmSync(join(app, 'packages'), { recursive: true })
    commit('Delete our own dispatchers')
    installFrom(app, packed)
    expect(passingTests()).toBe(before)
    expect(switchyard('adopt').output).toContain('0 files changed')

    const migrated = switchyard('migrate')
    expect(migrated.status, migrated.output).toBe(0)
    expect(git('grep', '--extended-regexp', '--count', '@switchyard/dispatcher', '--', 'src').trim()).not.toBe('')
    expect(readFileSync(join(app, 'package.json'), 'utf8')).not.toMatch(facades)
    installFrom(app, packed)
    expect(passingTests()).toBe(before)
  }, 180_000)
})
