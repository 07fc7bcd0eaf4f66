import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { root } from '../support/exports-of.js'

const script = [
  "import { createToolDispatcher } from '@switchyard/legacy'",
  "import { RequestScopedToolDispatcher } from '@switchyard/request-scoped'",
  'createToolDispatcher([])',
  'const context = createToolDispatcher([]).userContext',
  'new RequestScopedToolDispatcher(context)',
  "setImmediate(() => console.log('ran on'))",
].join('\n')

/** Which codes a process warned of, and whether it ran on, with switches of Node and a setting of ours. */
function runWith(switches: readonly string[], setting = '') {
  const env = { ...process.env, NODE_OPTIONS: '', SWITCHYARD_DEPRECATIONS: setting }
  const node = [...switches, '--input-type=module', '--eval', script]
  const { stdout, stderr } = spawnSync(process.execPath, node, { cwd: root, env, encoding: 'utf8' })
  const codes = Array.from(stderr.matchAll(/\[(SWY\d{4})\] DeprecationWarning/gu), ([, code]) => code)
  return { codes, ranOn: stdout.includes('ran on'), stderr }
}

describe('a process that uses two facades', () => {
  it('is warned of both by default, once for each call site, and runs on', () => {
    expect(runWith([])).toMatchObject({ codes: ['SWY0001', 'SWY0001', 'SWY0002'], ranOn: true })
  })

  it.each<[switches: string[], codes: string[]]>([
    [['--no-deprecation'], []],
    [['--no-warnings'], []],
    [['--disable-warning=SWY0001'], ['SWY0002']],
    [['--disable-warning=DeprecationWarning'], []],
  ])('hears as much as %j leaves', (switches, codes) => {
    expect(runWith(switches)).toMatchObject({ codes, ranOn: true })
  })

  it('ends at the first use with --throw-deprecation', () => {
    const { ranOn, stderr } = runWith(['--throw-deprecation'])
    expect(ranOn).toBe(false)
    expect(stderr).toContain("code: 'SWY0001'")
  })

  it.each<[setting: string, codes: string[]]>([
    ['SWY0001:silence', ['SWY0002']],
    ['*:silence,SWY0002:log', ['SWY0002']],
    ['*:silence', []],
  ])('hears as much as SWITCHYARD_DEPRECATIONS=%s leaves', (setting, codes) => {
    expect(runWith([], setting)).toMatchObject({ codes, ranOn: true })
  })

  it('ends at the first use that SWITCHYARD_DEPRECATIONS forbids', () => {
    const { ranOn, stderr } = runWith([], 'SWY0002:throw')
    expect(ranOn).toBe(false)
    expect(stderr).toMatch(/DeprecationError: .* uses RequestScopedToolDispatcher of @switchyard\/request-scoped/u)
  })
})
