import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { goes, lines, paths, reachesWhatGoes, scripts } from '../../.config/about-facades.mjs'
import { root } from '../../.config/workspaces.mjs'

const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.ts', '*.mjs']
const sources = execFileSync('git', listed, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  .split('\0')
  .filter((file) => file !== '' && !file.includes('/fixtures/') && existsSync(join(root, file)))
const staying = sources.filter((file) => !goes(file))

describe('what goes with the facades', () => {
  it.each(paths)('has %s, which exists', (path) => {
    expect(existsSync(join(root, path))).toBe(true)
  })

  it.each(Object.entries(lines))('has one line of %s: %s', (file, line) => {
    expect(readFileSync(join(root, file), 'utf8').split(line)).toHaveLength(2)
  })

  it('has scripts that exist', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
    expect(Object.keys(manifest.scripts)).toEqual(expect.arrayContaining(scripts))
  })

  it('is reached by nothing that stays: put what needs a facade into .config/about-facades.mjs', () => {
    expect(staying.length).toBeGreaterThan(200)
    const reaching = staying.flatMap((file) =>
      reachesWhatGoes(file, readFileSync(join(root, file), 'utf8')).map((specifier) => `${file} imports ${specifier}`),
    )
    expect(reaching).toEqual([])
  })
})

describe('reachesWhatGoes()', () => {
  it.each([
    ['test/chaos/load.ts', "import { ToolDispatcher } from '@switchyard/legacy'", ['@switchyard/legacy']],
    ['test/chaos/load.ts', "const { run } = await import('../demo/processes.mjs')", ['../demo/processes.mjs']],
    ['test/chaos/load.ts', "export * from '../contract/quirks.js'", ['../contract/quirks.js']],
    ['test/chaos/load.ts', "import { thing } from '@switchyard/legacy-of-others'", []],
    ['test/chaos/load.ts', "import { chromiumFor } from '../golden-path/chromium.js'", []],
    ['test/bench/plan.mjs', "  facades: () => import('./cases/facades.mjs'),", []],
    ['test/contract/tables.test.ts', "import { ToolDispatcher } from '@switchyard/legacy'", []],
  ])('finds in %s, which says %s, %j', (file, text, found) => {
    expect(reachesWhatGoes(file, text)).toEqual(found)
  })
})
