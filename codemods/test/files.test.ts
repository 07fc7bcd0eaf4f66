import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesUnder, isInside, listTree, readable, reason } from '../src/files.js'
import type { Finding } from '../src/plan.js'
import { UsageError } from '../src/usage-error.js'
import { folder, git, put, repository } from './repository.js'

const under = (root: string, paths: readonly string[]) => paths.map((path) => path.slice(root.length + 1))
const sources = (root: string, ...paths: string[]) => under(root, listTree(paths, root).sources)

const odd = [
  'with space.js',
  'ünïcödé/日本.ts',
  'quote"\'.mjs',
  '[brackets].tsx',
  '-dash.js',
  'star*.cjs',
  'new\nline.js',
]

describe('listTree() of folders that are never entered', () => {
  it('says nothing of a broken link in one, though git keeps it', () => {
    const root = repository({ 'a.js': '', 'dist/b.js': '' })
    symlinkSync('nowhere.js', join(root, 'dist', 'broken.js'))
    git(root, 'add', '--all', '--force')
    const tree = listTree([], root)
    expect(under(root, tree.sources)).toEqual(['a.js'])
    expect(tree.findings).toEqual([])
  })
})

describe.each([
  ['in a git repository', repository],
  ['without git', folder],
])('listTree() %s', (_, make) => {
  it('lists every kind of source, manifest, tsconfig and lockfile, and nothing else', () => {
    const kinds = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs', 'vue', 'svelte']
    const files = [...kinds.map((kind) => `a.${kind}`), 'a.json', 'a.md', 'ts', 'a.ts.bak', 'a.d.ts']
    const more = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'jsconfig.json', 'yarn.lock', 'bun.lock']
    const root = make(Object.fromEntries([...files, ...more].map((file) => [file, ''])))
    const tree = listTree([], root)
    expect(under(root, tree.sources)).toEqual([...kinds.map((kind) => `a.${kind}`), 'a.d.ts'].toSorted())
    expect(under(root, tree.manifests)).toEqual(['package.json'])
    expect(under(root, tree.tsconfigs)).toEqual(['jsconfig.json', 'tsconfig.build.json', 'tsconfig.json'])
    expect(under(root, tree.lockfiles)).toEqual(['bun.lock', 'yarn.lock'])
    expect(tree.findings).toEqual([])
  })

  it('takes names with spaces, quotes, patterns, line breaks and letters of any language as they are', () => {
    const root = make(Object.fromEntries(odd.map((file) => [file, ''])))
    expect(sources(root)).toEqual(odd.toSorted())
    for (const file of odd) expect(sources(root, `./${file}`)).toEqual([file])
  })

  it('never enters node_modules, dist, .git and .switchyard, at any depth', () => {
    const never = ['node_modules', 'dist', '.switchyard'].flatMap((name) => [`${name}/a.js`, `in/${name}/deep/a.js`])
    const root = make(Object.fromEntries([...never, 'in/distance/a.js', 'node_modules.js'].map((file) => [file, ''])))
    expect(sources(root)).toEqual(['in/distance/a.js', 'node_modules.js'])
  })

  it('lists a file once that is given twice, and only what is under the paths given', () => {
    const root = make({ 'a/a.js': '', 'a/b.js': '', 'ab/c.js': '' })
    expect(sources(root, 'a', 'a/a.js', join(root, 'a'))).toEqual(['a/a.js', 'a/b.js'])
  })

  it('leaves links alone, and reports one that leads nowhere', () => {
    const root = make({ 'real/a.js': '' })
    symlinkSync('real', join(root, 'linked'))
    symlinkSync('real/a.js', join(root, 'link.js'))
    symlinkSync('nowhere.js', join(root, 'broken.js'))
    symlinkSync('nowhere.md', join(root, 'broken.md'))
    symlinkSync('loop.js', join(root, 'loop.js'))
    const { findings } = listTree([], root)
    expect(sources(root)).toEqual(['real/a.js'])
    expect(findings.map(({ file, rule, kind }) => [file.slice(root.length + 1), rule, kind])).toEqual([
      ['broken.js', 'broken-link', 'skipped'],
      ['loop.js', 'broken-link', 'skipped'],
    ])
  })

  it('reports a link that leads nowhere once, however many of the paths given hold it', () => {
    const root = make({ 'a/real.js': '' })
    symlinkSync('nowhere.js', join(root, 'a', 'broken.js'))
    expect(listTree(['.', 'a'], root).findings.map(({ rule }) => rule)).toEqual(['broken-link'])
  })

  it('follows a link that is given by name', () => {
    const root = make({ 'real/a.js': '' })
    symlinkSync('real', join(root, 'linked'))
    expect(sources(root, 'linked')).toEqual(['real/a.js'])
  })

  it.each([
    [['nowhere'], /there is no file or directory nowhere/],
    [['a.js', 'nowhere.js'], /nowhere\.js/],
    [['docs'], /no source file.* in docs: expected \.ts \.tsx/],
    [['node_modules'], /node_modules is never entered/],
  ])('is an error for %j', (paths, message) => {
    const root = make({ 'a.js': '', 'docs/a.md': '', 'node_modules/a.js': '' })
    expect(() => listTree(paths, root)).toThrow(UsageError)
    expect(() => listTree(paths, root)).toThrow(message)
  })
})

describe('listTree() and git', () => {
  it('leaves out what is ignored, but for what is tracked all the same', () => {
    const root = repository({ 'a.js': '', 'tracked.gen.js': '' })
    put(root, { '.gitignore': '*.gen.js\n/out/\n', 'in/.gitignore': 'local.js\n' })
    put(root, { 'b.gen.js': '', 'out/a.js': '', 'in/local.js': '', 'in/new.js': '' })
    put(root, { '.git/info/exclude': 'excluded.js\n', 'excluded.js': '' })
    expect(sources(root)).toEqual(['a.js', 'in/new.js', 'tracked.gen.js'])
    expect(() => listTree(['out'], root)).toThrow(/no source file that \.gitignore does not leave out in out/)
  })

  it('has the top of the work tree as its root, wherever it is asked from', () => {
    const root = repository({ 'deep/er/a.js': '', 'b.js': '' })
    const tree = listTree([], join(root, 'deep/er'))
    expect([tree.root, tree.git]).toEqual([root, true])
    expect(under(root, tree.sources)).toEqual(['deep/er/a.js'])
    expect(under(root, filesUnder(tree, root))).toEqual(['b.js', 'deep/er/a.js'])
  })

  it('does not enter a submodule, which is a repository of its own, unless it is named', () => {
    const inner = repository({ 'inner.js': '' })
    const root = repository({ 'outer.js': '' })
    git(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'module')
    expect(sources(root)).toEqual(['outer.js'])
    const tree = listTree(['module'], root)
    expect([tree.root, under(tree.root, tree.sources)]).toEqual([join(root, 'module'), ['inner.js']])
  })

  it('says nothing of a tracked file that is deleted, or has become a folder', () => {
    const root = repository({ 'a.js': '', 'gone.js': '', 'folder.js': '', 'parent/in.js': '' })
    for (const file of ['gone.js', 'folder.js', 'parent']) rmSync(join(root, file), { recursive: true })
    mkdirSync(join(root, 'folder.js'))
    writeFileSync(join(root, 'parent'), 'a file now')
    const tree = listTree([], root)
    expect([under(root, tree.sources), tree.findings]).toEqual([['a.js'], []])
  })

  it('lists a file in conflict once', () => {
    const root = repository({ 'a.js': '1\n' })
    git(root, 'checkout', '--quiet', '-b', 'other')
    put(root, { 'a.js': '2\n' })
    git(root, 'commit', '--quiet', '--all', '--message', 'Two')
    git(root, 'checkout', '--quiet', '-')
    put(root, { 'a.js': '3\n' })
    git(root, 'commit', '--quiet', '--all', '--message', 'Three')
    expect(() => git(root, 'merge', 'other')).toThrow('Command failed')
    expect(sources(root)).toEqual(['a.js'])
  })
})

describe('listTree() without git', () => {
  it('leaves out what tools keep beside sources', () => {
    const root = folder({
      '.next/a.js': '',
      'coverage/a.js': '',
      '.yarn/a.cjs': '',
      'a.js': '',
      '.storybook/main.ts': '',
    })
    expect(sources(root)).toEqual(['.storybook/main.ts', 'a.js'])
  })

  it('has the directory that it is asked from as its root, or what holds everything given', () => {
    const root = folder({ 'a/a.js': '', 'b/b.js': '', 'c/c.js': '' })
    expect(listTree(['a'], root).root).toBe(root)
    expect(listTree(['../a', '../b'], join(root, 'c')).root).toBe(root)
    expect(listTree(['../a'], join(root, 'c')).root).toBe(join(root, 'a'))
  })
})

describe('isInside()', () => {
  it.each([
    ['/a', '/a', true],
    ['/a', '/a/b', true],
    ['/a', '/ab', false],
    ['/', '/a', true],
    ['/a/b', '/a', false],
  ])('of %s, %s: %s', (directory, path, inside) => {
    expect(isInside(directory, path)).toBe(inside)
  })
})

describe('readable()', () => {
  it('keeps what is there, and reports the rest', () => {
    const root = folder({ 'a.json': '' })
    const findings: Finding[] = []
    expect(readable([join(root, 'a.json'), join(root, 'b.json')], findings)).toEqual([join(root, 'a.json')])
    expect(findings).toMatchObject([{ file: join(root, 'b.json'), rule: 'unreadable', kind: 'failed' }])
  })
})

describe('reason()', () => {
  it.each([
    [new Error("ENOENT: no such file or directory, open '/a/b'"), 'ENOENT: no such file or directory'],
    [
      new Error("EXDEV: cross-device link not permitted, rename '/a' -> '/b'"),
      'EXDEV: cross-device link not permitted',
    ],
    [new Error('EISDIR: illegal operation on a directory, read'), 'EISDIR: illegal operation on a directory'],
    ['a text', 'a text'],
  ])('of %s is %j', (error, expected) => {
    expect(reason(error)).toBe(expected)
  })
})
