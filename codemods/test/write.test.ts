import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StagedGroup } from '../src/stage.js'
import { changedOnDisk, replaceFile, writeGroup } from '../src/write.js'
import { folder, read } from './repository.js'

function group(root: string, ...files: readonly string[]): StagedGroup {
  return files.map((file) => {
    const path = join(root, file)
    return { path, before: readFileSync(path), after: Buffer.from(`${file}, new\n`), edits: [] }
  })
}

describe('replaceFile()', () => {
  it.each([0o644, 0o600, 0o755, 0o444, 0o4755])('keeps mode %o, and leaves nothing beside the file', (mode) => {
    const root = folder({ 'a.js': 'old\n' })
    chmodSync(join(root, 'a.js'), mode)
    replaceFile(join(root, 'a.js'), Buffer.from('new\n'))
    expect(read(root, 'a.js')).toBe('new\n')
    expect(statSync(join(root, 'a.js')).mode & 0o7777).toBe(mode)
    expect(readdirSync(root)).toEqual(['a.js'])
  })

  it('puts a new file in the place of the old one, so that whoever has it open reads on in the old one', () => {
    const root = folder({ 'a.js': 'old\n' })
    const { ino } = statSync(join(root, 'a.js'))
    replaceFile(join(root, 'a.js'), Buffer.from('new\n'))
    expect(statSync(join(root, 'a.js')).ino).not.toBe(ino)
  })

  it('leaves the file as it was, and nothing beside it, when it cannot be renamed', () => {
    const root = folder({ 'a.js/inner.js': 'old\n' })
    expect(() => replaceFile(join(root, 'a.js'), Buffer.from('new\n'))).toThrow('rename')
    expect(readdirSync(root)).toEqual(['a.js'])
    expect(read(root, 'a.js/inner.js')).toBe('old\n')
  })
})

describe('writeGroup()', () => {
  it('writes every file of a group', () => {
    const root = folder({ 'a.js': 'old\n', 'b.js': 'old\n' })
    expect(writeGroup(group(root, 'a.js', 'b.js'))).toEqual(new Map())
    expect([read(root, 'a.js'), read(root, 'b.js')]).toEqual(['a.js, new\n', 'b.js, new\n'])
  })

  it('puts the first files back when a later one changed meanwhile, and names that one', () => {
    const root = folder({ 'a.js': 'old a\n', 'b.js': 'old b\n', 'c.js': 'old c\n' })
    const staged = group(root, 'a.js', 'b.js', 'c.js')
    writeFileSync(join(root, 'c.js'), 'by hand\n')
    const problem = 'changed on disk since it was read: run the command again'
    expect(writeGroup(staged)).toEqual(new Map([[join(root, 'c.js'), problem]]))
    expect(['a.js', 'b.js', 'c.js'].map((file) => read(root, file))).toEqual(['old a\n', 'old b\n', 'by hand\n'])
  })

  it('names a file that is gone', () => {
    const root = folder({ 'a.js': 'old\n' })
    const [file] = group(root, 'a.js')
    const gone = join(root, 'gone.js')
    const staged = file === undefined ? [] : [file, { ...file, path: gone }]
    expect(writeGroup(staged).get(gone)).toMatch(/^could not be read again: ENOENT/)
    expect(read(root, 'a.js')).toBe('old\n')
  })
})

describe('changedOnDisk()', () => {
  it('names the files of a group that are not what they were, by their bytes and not by their times', () => {
    const root = folder({ 'a.js': 'old\n', 'b.js': 'old\n' })
    const staged = group(root, 'a.js', 'b.js')
    expect(changedOnDisk(staged).size).toBe(0)
    writeFileSync(join(root, 'a.js'), 'old\n')
    writeFileSync(join(root, 'b.js'), 'odd\n')
    expect([...changedOnDisk(staged).keys()]).toEqual([join(root, 'b.js')])
  })
})
