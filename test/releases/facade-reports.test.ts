import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { lostFacadeLines } from '../../.config/facade-reports.mjs'

const parent = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-reports-')))
afterAll(() => rmSync(parent, { recursive: true, force: true }))

let repository: string
let legacy: { name: string; folder: string }

function git(...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@localhost', ...args], { cwd: repository })
}

function report(text: string): void {
  writeFileSync(join(legacy.folder, 'etc/legacy.api.md'), text)
}

beforeEach(() => {
  repository = mkdtempSync(join(parent, 'repository-'))
  legacy = { name: '@switchyard/legacy', folder: join(repository, 'packages/facades/legacy') }
  mkdirSync(join(legacy.folder, 'etc'), { recursive: true })
  git('init', '--quiet')
  report('class A\n  close(): void\nclass B\n  close(): void\n')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'one')
})

describe('lostFacadeLines()', () => {
  it('lets a facade that was never released lose what it likes', () => {
    report('class A\n')
    expect(lostFacadeLines([legacy], repository)).toEqual([])
  })

  it('names each line that a released facade lost', () => {
    git('tag', '@switchyard/legacy@1.0.0')
    report('class A\n  close(): void\nclass B\n')
    expect(lostFacadeLines([legacy], repository)).toEqual([
      expect.stringMatching(/legacy\.api\.md lost a line since @switchyard\/legacy@1\.0\.0.*close\(\): void$/u),
    ])
  })

  it('lets a released facade gain lines', () => {
    git('tag', '@switchyard/legacy@1.0.0')
    report('class A\n  close(): void\n  open(): void\nclass B\n  close(): void\n')
    expect(lostFacadeLines([legacy], repository)).toEqual([])
  })

  it('compares with the newest release by version, not by name', () => {
    git('tag', '@switchyard/legacy@1.9.0')
    report('class A\n  close(): void\nclass B\n  close(): void\nclass C\n')
    git('commit', '--quiet', '--all', '--message', 'two')
    git('tag', '@switchyard/legacy@1.10.0')
    report('class A\n  close(): void\nclass B\n  close(): void\n')
    expect(lostFacadeLines([legacy], repository)).toEqual([expect.stringContaining('class C')])
  })

  it('leaves packages that are no facades to their own versions', () => {
    const other = { name: '@switchyard/dispatcher', folder: join(repository, 'packages/dispatcher') }
    git('tag', '@switchyard/dispatcher@1.0.0')
    expect(lostFacadeLines([other], repository)).toEqual([])
  })
})
