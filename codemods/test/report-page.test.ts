import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { report } from '../src/index.js'
import { markup } from '../src/page/markup.js'
import { git, legacy, put, read, repository } from './repository.js'
import { clean, switchyard } from './same-process.js'

interface Entry {
  readonly date: string
  readonly scope: string
  readonly onFacades: number
  readonly beside: number
  readonly files: number
}

const entries = (root: string) =>
  (JSON.parse(read(root, '.switchyard/history.json')) as { entries: readonly Entry[] }).entries
const on =
  (day: string, time = '12:00') =>
  () =>
    new Date(`${day}T${time}:00Z`)
const page = (root: string) => read(root, '.switchyard/report.html')

describe('switchyard report', () => {
  it('writes the page, says where it is, exits as audit does, and leaves nothing for git to see', async () => {
    const root = repository({ 'src/count.js': legacy })
    const { status, stdout } = await switchyard(root, 'report')
    expect(status).toBe(1)
    expect(stdout).toBe(`3 places left: see ${join(root, '.switchyard/report.html')}\n`)
    expect(page(root)).toMatch(/^<!doctype html>/u)
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('exits with 0 when nothing is left', async () => {
    const root = repository({ 'a.js': clean })
    expect((await switchyard(root, 'report')).status).toBe(0)
    expect(page(root)).toContain('nothing is left</h1>')
  })

  it('writes where --output says, folders and all, and keeps the history at the root', async () => {
    const root = repository({ 'src/count.js': legacy })
    await switchyard(join(root, 'src'), 'report', '--output', 'out/deep/page.html')
    expect(read(root, 'src/out/deep/page.html')).toContain('3 places left')
    expect(existsSync(join(root, '.switchyard/report.html'))).toBe(false)
    expect(entries(root)).toHaveLength(1)
  })

  it.each([
    [['report', '--output', 'folder'], 'folder is a directory'],
    [['report', '--output', 'src/count.js'], 'src/count.js is there, and is no HTML page'],
    [['report', 'nowhere'], 'no file or directory nowhere'],
    [['report', '--outptu', 'a.html'], '--outptu'],
    [['report', '--json'], '--json'],
  ])('%j is wrong usage, and nothing is written', async (args, message) => {
    const root = repository({ 'src/count.js': legacy })
    mkdirSync(join(root, 'folder'))
    const { status, stderr } = await switchyard(root, ...args)
    expect(status).toBe(2)
    expect(stderr).toContain(message)
    expect(existsSync(join(root, '.switchyard'))).toBe(false)
    expect(read(root, 'src/count.js')).toBe(legacy)
  })
})

describe('the history', () => {
  it('gets one entry for each day, by UTC, the last of the day winning', async () => {
    const root = repository({ 'src/count.js': legacy, 'own.mjs': 'class MyToolDispatcher { executeTool() {} }\n' })
    await report({ cwd: root, now: on('2026-11-01') })
    await report({ cwd: root, now: on('2026-11-02', '00:00') })
    put(root, { 'src/count.js': clean })
    await report({ cwd: root, now: on('2026-11-02', '23:59') })
    expect(entries(root)).toEqual([
      { date: '2026-11-01', scope: '.', onFacades: 3, beside: 1, files: 2 },
      { date: '2026-11-02', scope: '.', onFacades: 0, beside: 1, files: 1 },
    ])
  })

  it('shows the trend of what was looked at, and of nothing else', async () => {
    const root = repository({ 'a/count.js': legacy, 'b/count.js': legacy })
    await report({ cwd: root, now: on('2026-11-01') })
    await report({ cwd: root, paths: ['a'], now: on('2026-11-02') })
    expect(page(root)).toContain('The trend begins with this report')
    await report({ cwd: join(root, 'a'), paths: ['.'], now: on('2026-11-03') })
    expect(entries(root).map(({ scope }) => scope)).toEqual(['.', 'a', 'a'])
    expect(page(root)).toContain('Places left, from 3 on 2026-11-02 to 3 on 2026-11-03')
  })

  it('says how many fewer there are than at first', async () => {
    const root = repository({ 'a.js': legacy, 'b.js': legacy })
    await report({ cwd: root, now: on('2026-11-01') })
    put(root, { 'b.js': clean })
    await report({ cwd: root, now: on('2026-11-20') })
    expect(page(root)).toContain('fewer than on <time datetime="2026-11-01">1 November 2026</time></dt><dd>3</dd>')
  })

  it.each([
    '[]',
    '{ "version": 2, "entries": [] }',
    '{ "version": 1, "entries": [{ "date": "yesterday", "scope": ".", "onFacades": 1, "beside": 1, "files": 1 }] }',
    '{ "version": 1, "entries": [{ "date": "2026-11-01", "scope": ".", "onFacades": -1, "beside": 1, "files": 1 }] }',
    '{ "version": 1, "entries": [',
  ])('is not written over when it is wrong: %s', async (text) => {
    const root = repository({ 'a.js': legacy })
    put(root, { '.switchyard/history.json': text })
    const { status, stderr } = await switchyard(root, 'report')
    expect(status).toBe(2)
    expect(stderr).toContain('history.json is no history that can be used')
    expect(read(root, '.switchyard/history.json')).toBe(text)
    expect(existsSync(join(root, '.switchyard/report.html'))).toBe(false)
  })
})

describe('the page', () => {
  it('counts by folder, two steps below what is common, and has one row for the many that are small', async () => {
    const some = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`packages/p${at}/src/deep/a.js`, legacy] as const),
    )
    const root = repository({ ...some, 'packages/p0/src/deep/b.js': legacy })
    await report({ cwd: root })
    expect(page(root)).toContain('<th scope="row"><code>packages/p0/src</code></th><td class="number">6<')
    expect(page(root)).toContain('<th scope="row"><code>6 others</code></th><td class="number">18<')
  })

  it('says nothing about owners where there are none', async () => {
    const root = repository({ 'a.js': legacy })
    await report({ cwd: root })
    expect(page(root)).toContain('No file has an owner')
  })

  it('lists a thousand places, and says how many more there are', async () => {
    const many = `${legacy.split('\n')[0]}\n${'new ToolDispatcher(1)\n'.repeat(1004)}`
    const root = repository({ 'a.js': many })
    await report({ cwd: root })
    expect(page(root).match(/<li>Line /gu)).toHaveLength(1000)
    expect(page(root)).toContain('And 5 more:')
  })

  it('escapes what is put into markup, but not markup itself', () => {
    const inner = markup`<b>${`"'<&>`}</b>`
    expect(markup`<i title="${'"x'}">${inner}${[inner]}</i>`.text).toBe(
      '<i title="&#34;x"><b>&#34;&#39;&#60;&#38;&#62;</b><b>&#34;&#39;&#60;&#38;&#62;</b></i>',
    )
  })
})
