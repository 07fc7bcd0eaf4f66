import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { codeowners } from '../src/codeowners.js'

const roots: string[] = []

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

function rootWith(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'switchyard-owners-'))
  roots.push(root)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

const ownersOf = (lines: string) => codeowners(rootWith({ CODEOWNERS: lines }))

describe('codeowners()', () => {
  it.each([
    ['*', 'src/deep/a.ts', true],
    ['*.js', 'src/deep/a.js', true],
    ['*.js', 'src/a.jsx', false],
    ['/build/logs/', 'build/logs/deep/x.log', true],
    ['/build/logs/', 'app/build/logs/x.log', false],
    ['/build/logs/', 'build/logs', false],
    ['docs/*', 'docs/getting-started.md', true],
    ['docs/*', 'docs/build-app/troubleshooting.md', false],
    ['docs/*', 'app/docs/a.md', false],
    ['apps/', 'lib/apps/x/a.ts', true],
    ['/apps/github', 'apps/github/deep/a.ts', true],
    ['/apps/github', 'apps/github-old/a.ts', false],
    ['**/logs', 'deeply/nested/logs/x.log', true],
    ['**/logs', 'logs/x.log', true],
    ['src/**/test', 'src/test/a.ts', true],
    ['src/**/test', 'src/a/b/test/a.ts', true],
    ['src/**', 'src/a/b.ts', true],
    ['src/**', 'src', false],
    ['/src/a?c.ts', 'src/abc.ts', true],
    ['/src/a?c.ts', 'src/a/c.ts', false],
    ['/src/a+(b).ts', 'src/a+(b).ts', true],
    ['/src/a.c', 'src/abc', false],
    [String.raw`/my\ files/`, 'my files/a.ts', true],
    ['/Src/', 'src/a.ts', false],
    ['/größe/日本/', 'größe/日本/a.ts', true],
  ])('%s on %s: %s', (pattern, file, owned) => {
    expect(ownersOf(`${pattern} @acme/team\n`)(file)).toBe(owned ? '@acme/team' : undefined)
  })

  it('lets the last line that matches win, and a line without owners take them away', () => {
    const ownerOf = ownersOf('* @acme/all\n/src/ @acme/src   ada@acme.example # both\n/src/free/\n')
    expect(ownerOf('a.ts')).toBe('@acme/all')
    expect(ownerOf('src/a.ts')).toBe('@acme/src ada@acme.example')
    expect(ownerOf('src/free/a.ts')).toBeUndefined()
  })

  it('skips comments, negations and ranges, as GitHub does, and reads Windows line ends and a byte order mark', () => {
    const ownerOf = ownersOf('\uFEFF# top\r\n* @acme/all\r\n!/src/ @acme/no\r\n/[sl]rc/ @acme/no\r\n\r\n')
    expect(ownerOf('src/a.ts')).toBe('@acme/all')
  })

  it('reads .github/CODEOWNERS before CODEOWNERS before docs/CODEOWNERS, and one of them alone', () => {
    const files = { 'docs/CODEOWNERS': '* @docs', CODEOWNERS: '* @root', '.github/CODEOWNERS': '/src/ @github' }
    const root = rootWith(files)
    expect(codeowners(root)('src/a.ts')).toBe('@github')
    expect(codeowners(root)('a.ts')).toBeUndefined()
    rmSync(join(root, '.github/CODEOWNERS'))
    expect(codeowners(root)('a.ts')).toBe('@root')
    rmSync(join(root, 'CODEOWNERS'))
    expect(codeowners(root)('a.ts')).toBe('@docs')
    rmSync(join(root, 'docs/CODEOWNERS'))
    expect(codeowners(root)('a.ts')).toBeUndefined()
  })

  it('lets the owners of a configuration win, for the files under its directory', () => {
    const root = rootWith({ CODEOWNERS: '* @acme/all\n/app/src/ @acme/src\n' })
    const owners = new Map([
      ['src/', ['@acme/web', 'ada@acme.example']],
      ['/src/free/*', ['@acme/free']],
    ])
    const ownerOf = codeowners(root, { directory: join(root, 'app'), owners })
    expect(ownerOf('app/src/a.ts')).toBe('@acme/web ada@acme.example')
    expect(ownerOf('app/src/free/a.ts')).toBe('@acme/free')
    expect(ownerOf('src/a.ts')).toBe('@acme/all')
    expect(codeowners(root, { directory: root, owners })('src/a.ts')).toBe('@acme/web ada@acme.example')
  })
})
