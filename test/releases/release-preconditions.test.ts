import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { FacadeMigration } from '../../.config/deprecations.mjs'
import {
  contradictions,
  misplacedTags,
  releasedTable,
  takenBack,
  unannounced,
  unfinished,
} from '../../.config/release-preconditions.mjs'
import { root } from '../../.config/workspaces.mjs'

const parent = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-preconditions-')))
afterAll(() => rmSync(parent, { recursive: true, force: true }))

let repository: string
let legacy: { name: string; version: string; folder: string }

function git(...args: string[]): string {
  const somebody = ['-c', 'user.name=x', '-c', 'user.email=x@localhost']
  return execFileSync('git', [...somebody, ...args], { cwd: repository, encoding: 'utf8' }).trim()
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(repository, file)), { recursive: true })
  writeFileSync(join(repository, file), text)
}

function commit(): string {
  git('add', '--all')
  git('commit', '--quiet', '--allow-empty', '--message', 'one')
  return git('rev-parse', 'HEAD')
}

const manifest = { name: '@switchyard/legacy', version: '1.0.0', dependencies: { a: '1' }, devDependencies: { b: '1' } }

beforeEach(() => {
  repository = mkdtempSync(join(parent, 'repository-'))
  legacy = { name: '@switchyard/legacy', version: '1.0.0', folder: join(repository, 'packages/legacy') }
  git('init', '--quiet')
  write('.changeset/README.md', 'About changesets.')
  write('packages/legacy/src/index.ts', 'export const a = 1\n')
  write('packages/legacy/package.json', JSON.stringify(manifest))
  commit()
})

describe('unfinished()', () => {
  it('finds nothing where all is committed and no changeset waits', () => {
    expect(unfinished(repository)).toEqual([])
  })

  it('names the changesets that wait', () => {
    write('.changeset/brave-owls.md', '---\n---\n')
    commit()
    expect(unfinished(repository)).toEqual(['changesets are pending (brave-owls.md): npm run version, and commit'])
  })

  it.each(['packages/legacy/src/index.ts', 'new.txt'])('names what is uncommitted: %s', (file) => {
    write(file, 'other')
    expect(unfinished(repository)).toEqual([expect.stringMatching(/without these changes: commit them\n.*\w/u)])
    expect(unfinished(repository)[0]).toContain(file)
  })
})

describe('unannounced()', () => {
  it('has nothing to compare with before the first release', () => {
    write('packages/legacy/src/index.ts', 'export const a = 2\n')
    expect(unannounced([legacy], repository)).toEqual([])
  })

  it.each([
    ['a source', 'packages/legacy/src/index.ts', 'export const a = 2\n'],
    ['a README', 'packages/legacy/README.md', 'Now with a README.\n'],
    ['a dependency', 'packages/legacy/package.json', JSON.stringify({ ...manifest, dependencies: { a: '2' } })],
  ])('names a released package with another version of %s', (_, file, text) => {
    git('tag', '@switchyard/legacy@1.0.0')
    write(file, text)
    commit()
    expect(unannounced([legacy], repository)).toEqual([
      `@switchyard/legacy differs from @switchyard/legacy@1.0.0 (${file}) and no changeset says so: npx changeset`,
    ])
  })

  it.each([
    ['a test', 'packages/legacy/test/a.test.ts', 'it.todo()'],
    [
      'what development needs',
      'packages/legacy/package.json',
      JSON.stringify({ ...manifest, devDependencies: { b: '2' } }),
    ],
    ['another package', 'packages/core/src/index.ts', 'export {}'],
  ])('lets %s change', (_, file, text) => {
    git('tag', '@switchyard/legacy@1.0.0')
    write(file, text)
    commit()
    expect(unannounced([legacy], repository)).toEqual([])
  })

  it('is content with a changeset for the package, not with one for another', () => {
    git('tag', '@switchyard/legacy@1.0.0')
    write('packages/legacy/src/index.ts', 'export const a = 2\n')
    write('.changeset/one.md', "---\n'@switchyard/core': patch\n---\n\nNothing of @switchyard/legacy.\n")
    expect(unannounced([legacy], repository)).toHaveLength(1)
    write('.changeset/two.md', "---\n'@switchyard/legacy': patch\n---\n\nTwo.\n")
    expect(unannounced([legacy], repository)).toEqual([])
  })

  it('is content with a version that is raised', () => {
    git('tag', '@switchyard/legacy@1.0.0')
    write('packages/legacy/src/index.ts', 'export const a = 2\n')
    expect(unannounced([{ ...legacy, version: '1.0.1' }], repository)).toEqual([])
  })
})

describe('misplacedTags()', () => {
  it('lets a tag stand that names what would be published', () => {
    git('tag', '--annotate', '@switchyard/legacy@1.0.0', '--message', 'here')
    expect(misplacedTags([legacy], repository)).toEqual([])
  })

  it('names a tag that was made elsewhere, both commits, and two ways on', () => {
    git('tag', '@switchyard/legacy@1.0.0')
    const before = git('rev-parse', 'HEAD').slice(0, 10)
    const head = commit().slice(0, 10)
    expect(misplacedTags([legacy], repository)).toEqual([
      `the tag @switchyard/legacy@1.0.0 names ${before}, but that version is not published yet and would be built from ${head}: git tag --delete @switchyard/legacy@1.0.0, or check ${before} out`,
    ])
  })
})

function facadeIn(stage: FacadeMigration['stage'], date = '2027-06-30'): FacadeMigration {
  const sunset = { version: '2.0.0', date }
  return { package: '@switchyard/legacy', original: 'x', code: 'SWY0001', stage, since: '1.0.0', sunset, exports: {} }
}

describe('takenBack()', () => {
  const order = ['available', 'warning', 'final', 'removed'] as const

  it.each(order.flatMap((was, from) => order.map((is, to) => [was, is, to < from] as const)))(
    'looks at a move from %s to %s: taken back %s',
    (was, is, isTakenBack) => {
      const found = takenBack([facadeIn(was)], [facadeIn(is)])
      expect(found.map((sentence) => sentence.includes(`in stage ${was} and is in ${is} now`))).toEqual(
        isTakenBack ? [true] : [],
      )
    },
  )

  it('lets an end move later, and not earlier', () => {
    expect(takenBack([facadeIn('warning')], [facadeIn('warning', '2027-12-31')])).toEqual([])
    expect(takenBack([facadeIn('warning')], [facadeIn('warning', '2027-06-29')])).toEqual([
      expect.stringContaining('was to be removed on 2027-06-30 and now is on 2027-06-29'),
    ])
  })

  it('wants the row of a facade to stay', () => {
    expect(takenBack([facadeIn('removed')], [])).toEqual([expect.stringContaining('keep it, in stage removed')])
  })
})

describe('contradictions()', () => {
  it('wants a package where the stage says that there is one, and none where it is removed', () => {
    expect(contradictions([facadeIn('final')], [legacy])).toEqual([])
    expect(contradictions([facadeIn('removed')], [])).toEqual([])
    expect(contradictions([facadeIn('removed')], [legacy])).toEqual([
      expect.stringContaining('still has a package: node .config/remove-facades.mjs'),
    ])
    expect(contradictions([facadeIn('warning')], [])).toEqual([
      expect.stringContaining('no package any more and is in stage warning'),
    ])
  })
})

describe('releasedTable()', () => {
  const table = 'codemods/src/migrations.ts'
  const now = readFileSync(join(root, table), 'utf8')

  it('is empty before the first release', async () => {
    expect(await releasedTable(repository)).toEqual([])
  })

  it('is the table of the newest tag, whatever the code says now', async () => {
    // Whatever stage they are in on the day of the test.
    const inStage = (stage: string) => now.replaceAll(/\bstage: '\w+'/gu, `stage: '${stage}'`)
    write(table, inStage('available'))
    commit()
    git('tag', '@switchyard/codemods@1.9.0')
    write(table, inStage('final'))
    commit()
    git('tag', '@switchyard/codemods@1.10.0')
    write(table, 'export const migrations = {}\n')
    const released = await releasedTable(repository)
    expect(released.map(({ stage }) => stage)).toEqual(['final', 'final', 'final', 'final'])
  })
})
