import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../src/plan.js'
import { decode, readSources, stampOf } from '../src/read-sources.js'
import { folder, type Files } from './repository.js'

const needles = ['@switchyard/legacy', '@switchyard/core']

function readAll(files: Files): {
  found: Record<string, string[]>
  findings: Finding[]
  bytes: Record<string, Buffer>
} {
  const root = folder(files)
  const findings: Finding[] = []
  const paths = Object.keys(files).map((file) => join(root, file))
  const sources = [...readSources(paths, needles, findings)]
  const name = (path: string) => path.slice(root.length + 1)
  return {
    found: Object.fromEntries(sources.map(({ path, found }) => [name(path), [...found]])),
    bytes: Object.fromEntries(sources.map(({ path, bytes }) => [name(path), bytes])),
    findings: findings.map((finding) => ({ ...finding, file: name(finding.file) })),
  }
}

describe('readSources()', () => {
  it.each([
    ['in single quotes', `'@switchyard/legacy'`],
    ['in double quotes', `"@switchyard/legacy"`],
    ['in a template', '`@switchyard/legacy`'],
    ['as a subpath', `'@switchyard/legacy/sub'`],
    ['at the very beginning', '@switchyard/legacy'],
    ['among bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0xfd, ...Buffer.from('"@switchyard/legacy"'), 0x80])],
    ['among NUL bytes', Buffer.from('\0\0"@switchyard/legacy"\0\0')],
    ['in UTF-16, little end first', Buffer.from(`\uFEFFimport '@switchyard/legacy'`, 'utf16le')],
    ['in UTF-16, big end first', Buffer.from(`\uFEFFimport '@switchyard/legacy'`, 'utf16le').swap16()],
  ])('finds a needle %s', (_, content) => {
    expect(readAll({ 'a.js': content }).found).toEqual({ 'a.js': ['@switchyard/legacy'] })
  })

  it.each(['', '@switchyard', '@switchyard/ legacy', '@SWITCHYARD/LEGACY', '@switchyard\\legacy'])(
    'finds nothing in %j',
    (content) => {
      expect(readAll({ 'a.js': content })).toMatchObject({ found: { 'a.js': [] }, findings: [] })
    },
  )

  it('gives the bytes of what holds a needle exactly as they are, whatever is read after it', () => {
    const bytes = Buffer.from([...Array.from({ length: 512 }, (_, at) => at % 256), ...Buffer.from(needles.join())])
    const files = { 'a.js': bytes, 'b.js': 'const other = 1', 'c.js': Buffer.concat([bytes, bytes]) }
    expect(readAll(files).bytes).toEqual({ ...files, 'b.js': Buffer.alloc(0) })
  })

  it('finds a needle anywhere in a bundle of more than 5 MB, across the pieces that it is read in too', () => {
    const size = 5 * 1024 * 1024 + 4096
    const needle = Buffer.from('"@switchyard/legacy"')
    const places = [0, 1024 * 1024 - 10, 1024 * 1024 + 5, 2 * 1024 * 1024 + 12, size - needle.length]
    const files: Record<string, Buffer> = { 'none.js': Buffer.alloc(size, 'x') }
    for (const at of places) {
      const bundle = Buffer.alloc(size, 'x')
      needle.copy(bundle, at)
      files[`at-${at}.js`] = bundle
    }
    const { findings, found, bytes } = readAll(files)
    expect(findings.map(({ file }) => file)).toEqual(places.map((at) => `at-${at}.js`))
    expect(findings[0]).toMatchObject({
      kind: 'skipped',
      rule: 'too-large',
      message: expect.stringContaining(
        'mentions @switchyard/legacy, and is too large to change (5.0 MB; the limit is 5 MB)',
      ) as string,
    })
    expect(found).toEqual({ 'none.js': [] })
    expect(bytes['none.js']).toHaveLength(0)
  })

  it('reports what cannot be read, and goes on', () => {
    const root = folder({ 'a.js': `'@switchyard/core'`, 'folder.js/b.js': '' })
    const findings: Finding[] = []
    const paths = ['gone.js', 'folder.js', 'a.js'].map((file) => join(root, file))
    chmodSync(join(root, 'a.js'), 0o400)
    expect([...readSources(paths, needles, findings)].map(({ path }) => path)).toEqual([join(root, 'a.js')])
    expect(findings.map(({ kind, rule, message }) => [kind, rule, message])).toEqual([
      ['failed', 'unreadable', 'could not be read: ENOENT: no such file or directory'],
      ['failed', 'unreadable', 'could not be read: EISDIR: illegal operation on a directory'],
    ])
  })
})

describe('decode()', () => {
  it('gives a text that encodes to the same bytes, a byte order mark and NUL included, or nothing', () => {
    const text = fc.string({ unit: 'binary' }).map((each) => Buffer.from(`\uFEFF${each}\0\r\n`))
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
        (bytes) => {
          const decoded = decode(bytes)
          const isText = Buffer.from(bytes.toString('utf8')).equals(bytes)
          expect(decoded === undefined ? undefined : Buffer.from(decoded)).toEqual(isText ? bytes : undefined)
        },
      ),
    )
  })
})

describe('stampOf()', () => {
  it('is the time of the last change and the size', () => {
    expect(stampOf({ mtimeMs: 1.5, size: 3 } as Parameters<typeof stampOf>[0])).toEqual({ mtimeMs: 1.5, size: 3 })
  })
})
