import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { interruptedRun, Journal, undoLastRun } from '../src/journal.js'
import { migrate } from '../src/migrate.js'
import { exitStatus } from '../src/result.js'
import type { StagedFile } from '../src/stage.js'
import { undo } from '../src/undo.js'
import { UsageError } from '../src/usage-error.js'
import { replaceFile, waitingPath } from '../src/write.js'
import { begun, canonical, folder, legacy, read, repository } from './repository.js'

function staged(root: string, file: string, after: string): StagedFile {
  const path = join(root, file)
  return { path, before: readFileSync(path), after: Buffer.from(after), edits: [] }
}

/** A run in this process that was interrupted after it wrote the first of two files. */
function interrupted(): string {
  const root = folder({ 'a.js': 'a, old\n', 'b.js': 'b, old\n' })
  const files = [staged(root, 'a.js', 'a, new\n'), staged(root, 'b.js', 'b, new\n')]
  Journal.begin(root).keep(files)
  replaceFile(join(root, 'a.js'), Buffer.from('a, new\n'))
  return root
}

describe('the journal', () => {
  it('knows a run that was interrupted, and when it began', () => {
    expect(interruptedRun(interrupted())).toMatch(/^\d{4}-\d\d-\d\dT/)
    expect(interruptedRun(folder({}))).toBeUndefined()
  })

  it('gives back what was written, leaves what was not, and forgets the run then', () => {
    const root = interrupted()
    const undone = undoLastRun(root)
    expect(undone.restored).toEqual([join(root, 'a.js')])
    expect(undone.untouched).toEqual([join(root, 'b.js')])
    expect(read(root, 'a.js')).toBe('a, old\n')
    expect(() => undoLastRun(root)).toThrow(UsageError)
  })

  it('keeps any bytes, in any order, empty files too', () => {
    const contents: Record<string, Buffer> = {
      'bytes.js': Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      'empty.js': Buffer.alloc(0),
      'wide.js': Buffer.from('\uFEFFünïcödé 😀\r\n', 'utf16le'),
    }
    const root = folder(contents)
    const journal = Journal.begin(root)
    const files = Object.keys(contents).map((file) => staged(root, file, `${file} is new`))
    for (const one of files) {
      journal.keep([one])
      replaceFile(one.path, one.after)
    }
    journal.finish(new Set(files.map(({ path }) => path)))
    undoLastRun(root)
    for (const [file, bytes] of Object.entries(contents)) expect(readFileSync(join(root, file))).toEqual(bytes)
  })

  it('refuses a file that was changed, deleted or replaced by a folder since, says why, and keeps its bytes for later', () => {
    const root = folder({ 'changed.js': 'old\n', 'deleted.js': 'old\n', 'folder.js': 'old\n', 'fine.js': 'old\n' })
    const files = ['changed.js', 'deleted.js', 'folder.js', 'fine.js'].map((file) => staged(root, file, 'new\n'))
    const journal = Journal.begin(root)
    journal.keep(files)
    for (const { path, after } of files) replaceFile(path, after)
    journal.finish(new Set(files.map(({ path }) => path)))
    writeFileSync(join(root, 'changed.js'), 'by hand\n')
    rmSync(join(root, 'deleted.js'))
    rmSync(join(root, 'folder.js'))
    mkdirSync(join(root, 'folder.js'))
    const { restored, refused } = undoLastRun(root)
    expect(restored).toEqual([join(root, 'fine.js')])
    expect(Object.fromEntries(refused)).toEqual({
      [join(root, 'changed.js')]: 'changed since the run wrote it, and stays as it is',
      [join(root, 'deleted.js')]: 'is no longer there',
      [join(root, 'folder.js')]: 'is no longer there',
    })
    expect(read(root, 'changed.js')).toBe('by hand\n')
    writeFileSync(join(root, 'changed.js'), 'new\n')
    expect(undoLastRun(root).restored).toEqual([join(root, 'changed.js')])
    expect(read(root, 'changed.js')).toBe('old\n')
  })

  it('puts back nothing from a damaged copy', () => {
    const root = interrupted()
    const kept = join(root, '.switchyard/last-run/before.bin')
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('a, old', 'x, old'))
    expect([...undoLastRun(root).refused.values()]).toEqual([expect.stringContaining('is damaged')])
    expect(read(root, 'a.js')).toBe('a, new\n')
  })

  it('of another version is named, and nothing is done', () => {
    const root = interrupted()
    writeFileSync(join(root, '.switchyard/last-run/journal.json'), '{ "version": 2 }')
    expect(() => undoLastRun(root)).toThrow(/journal\.json was written by another version/)
    expect(read(root, 'a.js')).toBe('a, new\n')
  })

  it('sweeps away the temporary file of a write that was cut off', () => {
    const root = interrupted()
    writeFileSync(waitingPath(join(root, 'b.js')), 'b, ne')
    undoLastRun(root)
    expect(readdirSync(root).filter((name) => name.endsWith('-tmp'))).toEqual([])
  })

  it('is forgotten by the next run when the process died while it was being forgotten', () => {
    const root = interrupted()
    writeFileSync(join(root, 'a.js'), 'a, old\n')
    rmSync(join(root, '.switchyard/last-run/before.bin'))
    expect(undoLastRun(root).untouched).toHaveLength(2)
    expect(interruptedRun(root)).toBeUndefined()
  })

  it('holds only what the run wrote once it is done, and leaves the run before it when it wrote nothing', () => {
    const root = folder({ 'a.js': 'a, old\n', 'b.js': 'b, old\n' })
    const files = [staged(root, 'a.js', 'a, new\n'), staged(root, 'b.js', 'b, new\n')]
    const journal = Journal.begin(root)
    journal.keep(files)
    replaceFile(join(root, 'a.js'), Buffer.from('a, new\n'))
    writeFileSync(join(root, 'b.js'), 'b, by hand\n')
    journal.finish(new Set([join(root, 'a.js')]))
    const second = Journal.begin(root)
    second.keep([])
    second.finish(new Set())
    expect(undoLastRun(root)).toMatchObject({ restored: [join(root, 'a.js')], untouched: [], refused: new Map() })
    expect(read(root, 'b.js')).toBe('b, by hand\n')
  })
})

describe('two runs at once', () => {
  const locked = (root: string, owner: number | string) => {
    mkdirSync(join(root, '.switchyard'), { recursive: true })
    writeFileSync(join(root, '.switchyard/lock'), String(owner))
  }

  it('a run is refused while another one writes, and nothing is written', async () => {
    const root = repository({ 'count.js': legacy })
    locked(root, process.ppid)
    await expect(migrate({ cwd: root })).rejects.toThrow(`another run is writing here (process ${process.ppid})`)
    expect(read(root, 'count.js')).toBe(legacy)
  })

  it('--undo is refused while another run writes, and nothing is put back', async () => {
    const root = repository({ 'count.js': legacy })
    await migrate({ cwd: root })
    locked(root, process.ppid)
    expect(() => undo({ cwd: root })).toThrow(`another run is writing here (process ${process.ppid})`)
    expect(read(root, 'count.js')).toBe(canonical)
  })

  it.each(['', '999999999', 'nobody'])('a lock that holds %j is swept away', async (owner) => {
    const root = repository({ 'count.js': legacy })
    locked(root, owner)
    await migrate({ cwd: root })
    expect(read(root, 'count.js')).toBe(canonical)
    expect(readdirSync(join(root, '.switchyard'))).not.toContain('lock')
  })

  it('started together they write each file once, and --undo gives the old bytes back', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `f${at}.js`)
    const root = repository(Object.fromEntries(names.map((name) => [name, legacy])))
    const runs = [begun(root, 'migrate', '--json', '--force'), begun(root, 'migrate', '--json', '--force')]
    const answers = await Promise.all(runs.map(({ ended }) => ended))
    expect(answers.map(({ status }) => status)).toContain(0)
    for (const { status } of answers) expect([0, 1, 2]).toContain(status)
    for (const name of names) expect(read(root, name)).toBe(canonical)
    expect(readdirSync(root).filter((name) => name.endsWith('-tmp'))).toEqual([])
    undo({ cwd: root })
    for (const name of names) expect(read(root, name)).toBe(legacy)
  })
})

describe('--undo', () => {
  it('is wrong usage when there is nothing to undo', () => {
    const root = repository({ 'count.js': legacy })
    expect(() => undo({ cwd: root })).toThrow(UsageError)
    expect(() => undo({ cwd: root })).toThrow('there is no run to undo')
  })

  it('gives exact bytes and modes back, and leaves what was edited by hand since, with a finding', async () => {
    const root = repository({ 'a.js': legacy, 'b.js': legacy, 'c.js': legacy })
    chmodSync(join(root, 'a.js'), 0o700)
    await migrate({ cwd: root, force: true })
    writeFileSync(join(root, 'b.js'), `${canonical}// by hand\n`)
    writeFileSync(join(root, 'c.js'), legacy)
    const { result } = undo({ cwd: root })
    expect(exitStatus(result)).toBe(1)
    expect(result.files).toEqual({ given: 3, changed: 1, unchanged: 1, skipped: 1, failed: 0 })
    expect(result.findings).toMatchObject([{ file: 'b.js', kind: 'skipped', rule: 'not-undone' }])
    expect(read(root, 'a.js')).toBe(legacy)
    expect(statSync(join(root, 'a.js')).mode & 0o777).toBe(0o700)
    expect(read(root, 'b.js')).toBe(`${canonical}// by hand\n`)
    expect(read(root, 'c.js')).toBe(legacy)
  })

  it('of a run in a folder below works from the root, and undoes the last run alone', async () => {
    const root = repository({ 'src/a.js': legacy, 'lib/b.js': legacy })
    await migrate({ cwd: join(root, 'src') })
    await migrate({ cwd: root, paths: ['lib'] })
    undo({ cwd: join(root, 'src') })
    expect(read(root, 'src/a.js')).toBe(canonical)
    expect(read(root, 'lib/b.js')).toBe(legacy)
  })
})
