import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { git, legacy, put, read, repository } from './repository.js'
import { clean, json, switchyard } from './same-process.js'

const held = ['audit', '--baseline', 'allowed.json'] as const
const updated = [...held, '--update-baseline'] as const

async function accepted(files: Readonly<Record<string, string>>): Promise<string> {
  const root = repository(files)
  expect((await switchyard(root, ...updated)).status).toBe(0)
  return root
}

const entries = (root: string) =>
  (JSON.parse(read(root, 'allowed.json')) as { findings: { file: string; rule: string; count: number }[] }).findings

describe('audit --baseline', () => {
  it('allows what is there today', async () => {
    const root = await accepted({ 'count.js': legacy })
    expect(await json(root, ...held)).toMatchObject({
      status: 0,
      result: { findings: [], baseline: { file: 'allowed.json', allowed: 3, vanished: [] } },
    })
    expect((await switchyard(root, ...held)).stdout).toContain('nothing left beyond the 3 allowed in allowed.json')
  })

  it('fails for what is new, and shows that alone', async () => {
    const root = await accepted({ 'count.js': legacy })
    put(root, { 'other.js': legacy })
    const { status, result } = await json(root, ...held)
    expect(status).toBe(1)
    expect(result.findings.map(({ file, line }) => [file, line])).toEqual([
      ['other.js', 1],
      ['other.js', 4],
      ['other.js', 5],
    ])
  })

  it('knows a finding whose line moved, and one whose indentation changed', async () => {
    const root = await accepted({ 'count.js': legacy })
    put(root, { 'count.js': `// moved\n\n${legacy.replace('  await', '      await')}` })
    expect(await json(root, ...held)).toMatchObject({ status: 0, result: { findings: [] } })
  })

  it('counts several equal ones', async () => {
    const twice = legacy.replace('  await dispatcher.cleanup()\n', (line) => line + line)
    const root = await accepted({ 'count.js': twice })
    expect(entries(root).map(({ count }) => count)).toEqual([1, 2, 1])
    put(root, { 'count.js': twice.replace('  await dispatcher.cleanup()\n', (line) => line + line) })
    const more = await json(root, ...held)
    expect(more.status).toBe(1)
    expect(more.result.findings).toMatchObject([{ line: 7, snippet: 'await dispatcher.cleanup()' }])
    put(root, { 'count.js': legacy })
    const fewer = await json(root, ...held)
    expect(fewer.status).toBe(1)
    expect(fewer.result).toMatchObject({ findings: [], baseline: { vanished: [{ file: 'count.js', count: 1 }] } })
  })

  it('fails when one that it allows is gone, says which, and is content once the file is updated', async () => {
    const root = await accepted({ 'count.js': legacy, 'other.js': legacy })
    put(root, { 'other.js': clean })
    const { status, stdout } = await switchyard(root, ...held)
    expect(status).toBe(1)
    expect(stdout).toContain(
      'Gone, but still allowed in allowed.json: take them out with --update-baseline\n  other.js',
    )
    const before = read(root, 'allowed.json')
    expect((await switchyard(root, ...updated)).stdout).toContain(
      '3 places allowed in allowed.json: 0 added, 3 taken out.',
    )
    expect(read(root, 'allowed.json')).not.toBe(before)
    expect((await switchyard(root, ...held)).status).toBe(0)
  })

  it('fails when a file that it names is deleted', async () => {
    const root = await accepted({ 'count.js': legacy, 'other.js': legacy })
    git(root, 'rm', '--quiet', '-f', 'other.js')
    expect(await json(root, ...held)).toMatchObject({ status: 1, result: { findings: [] } })
  })

  it('allows a file that cannot be parsed, like any other finding', async () => {
    const root = await accepted({ 'broken.js': `${legacy}const = 1\n` })
    expect((await switchyard(root, ...held)).status).toBe(0)
    put(root, { 'broken.js': clean })
    expect((await switchyard(root, ...held)).status).toBe(1)
  })

  it('speaks only of the paths that were given, and keeps what it allows elsewhere', async () => {
    const root = await accepted({ 'a/count.js': legacy, 'b/count.js': legacy })
    put(root, { 'b/count.js': clean })
    expect((await switchyard(root, ...held, 'a')).status).toBe(0)
    expect((await switchyard(root, ...held, 'b')).status).toBe(1)
    put(root, { 'a/count.js': clean })
    expect((await switchyard(root, ...updated, 'a')).status).toBe(0)
    expect(entries(root).map(({ file }) => file)).toEqual(['b/count.js', 'b/count.js', 'b/count.js'])
  })

  it('means the same file and the same findings from a folder further down', async () => {
    const root = await accepted({ 'src/count.js': legacy })
    expect(await json(join(root, 'src'), 'audit', '--baseline', '../allowed.json')).toMatchObject({
      status: 0,
      result: { baseline: { file: 'allowed.json', allowed: 3 } },
    })
  })

  it('writes the same bytes for the same findings, and no byte without --update-baseline', async () => {
    const root = await accepted({ 'count.js': legacy, 'other.js': legacy })
    const first = read(root, 'allowed.json')
    expect(first.endsWith('\n')).toBe(true)
    await switchyard(root, ...updated)
    put(root, { 'third.js': legacy })
    await switchyard(root, ...held)
    expect(read(root, 'allowed.json')).toBe(first)
  })

  it('makes an empty baseline where nothing is left, which allows nothing', async () => {
    const root = await accepted({ 'a.js': clean })
    expect(entries(root)).toEqual([])
    put(root, { 'count.js': legacy })
    expect((await switchyard(root, ...held)).status).toBe(1)
  })
})

describe('a baseline that is wrong', () => {
  const entry = { rule: 'facade-use', file: 'a.js', snippet: 'x', count: 1 }
  const withEntry = (change: object) => JSON.stringify({ version: 1, findings: [entry, { ...entry, ...change }] })

  it.each([
    ['{ "version": 1, "findings": [', 'JSON'],
    ['null', 'its "version" is missing, expected 1'],
    ['{ "version": 2, "findings": [] }', 'its "version" is 2, expected 1'],
    ['{ "version": 1 }', 'its "findings" is missing, expected an array'],
    [withEntry({ count: 0 }), 'findings[1].count is 0, expected a whole number from 1'],
    [withEntry({ count: 1.5 }), 'findings[1].count is 1.5, expected a whole number from 1'],
    [withEntry({ rule: 7 }), 'findings[1].rule is 7, expected a string'],
    [withEntry({ file: null }), 'findings[1].file is null, expected a string'],
    [withEntry({ snippet: undefined }), 'findings[1].snippet is missing, expected a string'],
    ['<<<<<<< ours\n', 'JSON'],
  ])('is wrong usage, and stays as it is: %s', async (text, message) => {
    const root = repository({ 'count.js': legacy, 'allowed.json': text })
    for (const args of [held, updated]) {
      const { status, stderr, stdout } = await switchyard(root, ...args)
      expect(status).toBe(2)
      expect(stderr).toContain('allowed.json is no baseline that can be used: ')
      expect(stderr).toContain(message)
      expect(stdout).toBe('')
    }
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('is wrong usage when it is not there, a directory, or missing from the command line', async () => {
    const root = repository({ 'count.js': legacy })
    const absent = await switchyard(root, ...held)
    expect(absent.status).toBe(2)
    expect(absent.stderr).toContain('there is no baseline allowed.json')
    expect(existsSync(join(root, 'allowed.json'))).toBe(false)
    mkdirSync(join(root, 'folder'))
    expect((await switchyard(root, 'audit', '--baseline', 'folder', '--update-baseline')).status).toBe(2)
    const alone = await switchyard(root, 'audit', '--update-baseline')
    expect(alone.status).toBe(2)
    expect(alone.stderr).toContain('--update-baseline needs --baseline <file>')
  })

  it('cannot be held against one facade alone', async () => {
    expect((await switchyard(repository({ 'count.js': legacy }), ...updated, '--only', 'legacy')).status).toBe(2)
  })
})
