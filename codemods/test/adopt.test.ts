import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { run } from '../src/command.js'
import type { RunResult } from '../src/index.js'
import { commit, type Files, git, read, repository } from './repository.js'

// Each run starts git several times, and some a type checker.
vi.setConfig({ testTimeout: 60_000 })

const own = `export class ToolDispatcher {}
export const ToolStatus = { SUCCESS: 'success' }
export const ourOwn = 1
`
const config = { entryPoints: { 'src/agents/tool_dispatcher': 'legacy', '@acme/dispatch-core': 'core' } }
const manifest = `{
  "name": "app",
  "devDependencies": {
    "@acme/dispatch-core": "^3.0.0"
  }
}
`

/** A repository with an own dispatcher at `src/agents/tool_dispatcher.js`. */
function adopting(files: Files, configuration: object = config): string {
  return repository({
    'src/agents/tool_dispatcher.js': own,
    'switchyard.config.json': JSON.stringify(configuration),
    ...files,
  })
}

/** The command on a repository, or on one path of it. */
async function switchyard(
  root: string,
  ...args: string[]
): Promise<{ status: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' }
  const streamOf = (name: keyof typeof written) =>
    new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        written[name] += text
        done()
      },
    })
  const status = await run([...args, root], { stdout: streamOf('stdout'), stderr: streamOf('stderr') })
  return { status, ...written }
}

async function adopt(
  root: string,
  ...args: string[]
): Promise<{ status: number; result: RunResult; messages: string[] }> {
  const { status, stdout } = await switchyard(root, 'adopt', ...args, '--json')
  const result = JSON.parse(stdout) as RunResult
  const { given, changed, unchanged, skipped, failed } = result.files
  expect(changed + unchanged + skipped + failed).toBe(given)
  return { status, result, messages: result.findings.map(({ file, line, message }) => `${file}:${line} ${message}`) }
}

const clean = (root: string) => git(root, 'status', '--porcelain') === ''

/** What becomes of one file of an otherwise empty application. */
async function after(path: string, text: string): Promise<{ text: string; messages: string[]; status: number }> {
  const root = adopting({ [path]: text })
  const { messages, status } = await adopt(root)
  return { text: read(root, path), messages, status }
}

describe('switchyard adopt', () => {
  it('leads every way of importing a module to its facade, and leaves every other byte', async () => {
    const before = [
      '\uFEFF#!/usr/bin/env node\r',
      "import { ToolDispatcher, ToolStatus as Status } from './agents/tool_dispatcher.js' ; // ours\r",
      "import * as dispatching from './agents/tool_dispatcher'\r",
      "import type { ToolResult } from './agents/tool_dispatcher.js'\r",
      'export { ToolStatus } from "./agents/tool_dispatcher.js"\r',
      "export type { ToolDispatcher } from '../src/agents/tool_dispatcher.js'\r",
      'import { ToolDispatcherCore } from "@acme/dispatch-core"\r',
      'type Old = import("./agents/tool_dispatcher").ToolDispatcher\r',
      'const lazily = async () => (await import(`./agents/tool_dispatcher.js`)).ToolStatus\r',
      "const later = () => import('./agents/tool_dispatcher.js').then(({ ToolDispatcher }) => ToolDispatcher)\r",
      "const text = './agents/tool_dispatcher.js', name = '@acme/dispatch-core'\r",
      "// see './agents/tool_dispatcher.js'\r",
      'export const all = [dispatching.ToolStatus, ToolDispatcher, Status, ToolDispatcherCore, lazily, later, text, name]\r',
      'export type Both = Old | ToolResult',
    ].join('\n')
    const { text, messages, status } = await after('src/use.ts', before)
    expect(messages).toEqual([])
    expect(status).toBe(0)
    const expected = before
      .split('\n')
      .map((line) =>
        /^const text|^\/\/ see/u.test(line)
          ? line
          : line
              .replace(/(["'`])[./\w]*\/tool_dispatcher(?:\.js)?\1/gu, '$1@switchyard/legacy$1')
              .replace('"@acme/dispatch-core"', '"@switchyard/core"'),
      )
      .join('\n')
    expect(text).toBe(expected)
    expect(text.match(/@switchyard\/legacy/gu)).toHaveLength(8)
  })

  it('leads CommonJS, JSDoc and import = require() there too', async () => {
    const js = `const { ToolDispatcher } = require('./agents/tool_dispatcher')
const dispatching = require('./agents/tool_dispatcher')
/** @type {import('./agents/tool_dispatcher').ToolResult} */
const last = dispatching.ToolStatus
function status() {
  return require('./agents/tool_dispatcher').ToolStatus.SUCCESS
}
module.exports = { ToolDispatcher, last, status }
`
    const moved = await after('src/use.cjs', js)
    expect(moved).toMatchObject({ messages: [], status: 0 })
    expect(moved.text).toBe(js.replaceAll('./agents/tool_dispatcher', '@switchyard/legacy'))
    const ts = `import dispatching = require('./agents/tool_dispatcher')\nexport const d: dispatching.ToolResult[] = []\n`
    expect((await after('src/use.cts', ts)).text).toBe(ts.replace('./agents/tool_dispatcher', '@switchyard/legacy'))
  })

  it.each([
    ["import dispatcher from './agents/tool_dispatcher.js'", 'has no default export'],
    ["import { ToolDispatcher, ourOwn } from './agents/tool_dispatcher.js'", 'has no export named ourOwn'],
    ["import * as all from './agents/tool_dispatcher.js'\nexport const x = all.ourOwn", 'has no export named ourOwn'],
    ["import * as all from './agents/tool_dispatcher.js'\nexport const x = { all }", 'cannot be seen'],
    ["import './agents/tool_dispatcher.js'", 'the facade does nothing then'],
    ["export * from './agents/tool_dispatcher.js'", 'all that it exports is passed on here'],
    ["export * as all from './agents/tool_dispatcher.js'", 'all that it exports is passed on here'],
    ["import { ToolResult } from './agents/tool_dispatcher.js'\nexport const r = new ToolResult()", 'only a type'],
    ["export const load = () => import('./agents/tool_dispatcher.js')", 'cannot be seen'],
    ["export const { ourOwn } = await import('./agents/tool_dispatcher.js')", 'cannot be seen'],
    ["import('./agents/tool_dispatcher.js').then((m) => m.ourOwn)", 'has no export named ourOwn'],
    ["export const at = import.meta.resolve('./agents/tool_dispatcher.js')", 'its place on disk'],
    ["import { ToolDispatcherCore } from '@acme/dispatch-core/lib/core.js'", 'is a part of @acme/dispatch-core'],
  ])('leaves %j, and says why', async (text, message) => {
    const result = await after('src/use.js', `${text}\n`)
    expect(result.text).toBe(`${text}\n`)
    expect(result.messages).toEqual([expect.stringContaining(message)])
    expect(result.messages[0]).toMatch(/^src\/use\.js:1 /u)
    expect(result.status).toBe(1)
  })

  it('leaves plain JavaScript that leans on a member which the facade has not', async () => {
    const root = adopting({
      'src/agents/tool_dispatcher.js': `class Base {\n  replayAll() {}\n}
export class ToolDispatcher extends Base {\n  constructor() {\n    super()\n    this.journal = []\n  }\n  hasTool() {}\n  #secret() {}\n}\n`,
      'src/replay.js':
        "import { ToolDispatcher } from './agents/tool_dispatcher.js'\nnew ToolDispatcher().replayAll()\n",
      'src/read.js':
        "import { ToolDispatcher } from './agents/tool_dispatcher.js'\nexport const { journal } = new ToolDispatcher()\n",
      'src/ask.js': "import { ToolDispatcher } from './agents/tool_dispatcher.js'\nnew ToolDispatcher().hasTool('a')\n",
    })
    const { stdout } = await switchyard(root, 'adopt', '--dry-run')
    expect(stdout.replaceAll('\n', ' ')).toContain('journal, replayAll of src/agents/tool_dispatcher are nothing that')
    const { status, result, messages } = await adopt(root)
    expect(status).toBe(1)
    expect(result.changes.map(({ file }) => file)).toEqual(['src/ask.js'])
    expect(messages).toEqual([
      expect.stringMatching(/^src\/read\.js:1 .*this file uses \.journal, which/u),
      expect.stringMatching(/^src\/replay\.js:1 .*this file uses \.replayAll, which/u),
    ])
  })

  it('finds a module by tsconfig paths, by its directory, and from within it', async () => {
    const files = {
      'tsconfig.json': JSON.stringify({
        compilerOptions: { paths: { '@agents/*': ['./src/agents/*'], '#calls': ['./src/calls/index.ts'] } },
      }),
      'src/calls/index.ts': own,
      'src/calls/inner.ts': "import { ToolStatus } from '.'\nexport const a = ToolStatus\n",
      'src/calls/deep/inner.ts': "import { ToolStatus } from '..'\nexport const b = ToolStatus\n",
      'src/by-alias.ts': "import { ToolStatus } from '#calls'\nexport const c = ToolStatus\n",
      'src/by-pattern.ts': "import { ToolStatus } from '@agents/tool_dispatcher'\nexport const d = ToolStatus\n",
      'src/by-directory.ts': "import { ToolStatus } from './calls'\nexport const e = ToolStatus\n",
      'src/near-miss.ts': "import { ToolStatus } from './other/tool_dispatcher'\nexport const f = ToolStatus\n",
      'src/other/tool_dispatcher.ts': own,
    }
    const root = adopting(files, { entryPoints: { 'src/agents/tool_dispatcher': 'legacy', 'src/calls': 'core' } })
    const { status, result } = await adopt(root)
    expect(status).toBe(1)
    expect(result.findings.map(({ file, message }) => `${file} ${message.split(';')[0]}`)).toEqual([
      'tsconfig.json compilerOptions.paths.#calls still leads to src/calls',
    ])
    expect(result.changes.map(({ file }) => file)).toEqual([
      'src/by-alias.ts',
      'src/by-directory.ts',
      'src/by-pattern.ts',
      'src/calls/deep/inner.ts',
      'src/calls/inner.ts',
    ])
    expect(read(root, 'src/by-pattern.ts')).toContain("from '@switchyard/legacy'")
    expect(read(root, 'src/calls/inner.ts')).toContain("from '@switchyard/core'")
  })

  it('adds each facade once, where the package stood whose place it takes', async () => {
    const use = "import { ToolDispatcherCore } from '@acme/dispatch-core'\nexport const core = ToolDispatcherCore\n"
    const root = adopting({
      'package.json': manifest,
      'src/use.js': use,
      'packages/a/package.json': '{ "name": "a" }\n',
      'packages/a/use.js':
        "import { ToolStatus } from '../../src/agents/tool_dispatcher.js'\nexport const s = ToolStatus\n",
      'packages/b/package.json': '{ "name": "b" }\n',
      'packages/b/no-use.js': 'export const b = 1\n',
    })
    expect((await adopt(root)).status).toBe(0)
    const { devDependencies } = JSON.parse(read(root, 'package.json')) as { devDependencies: Record<string, string> }
    expect(Object.keys(devDependencies)).toEqual(['@acme/dispatch-core', '@switchyard/core'])
    expect(devDependencies['@switchyard/core']).toMatch(/^\^\d/u)
    expect(read(root, 'packages/a/package.json')).toMatch(/"dependencies": \{ "@switchyard\/legacy": "\^\d[^"]*" \}/u)
    expect(read(root, 'packages/b/package.json')).toBe('{ "name": "b" }\n')
  })

  it('has nothing to do a second time, and says the same of what is left', async () => {
    const root = adopting({
      'src/use.js': "import { ToolStatus } from './agents/tool_dispatcher.js'\nexport const s = ToolStatus\n",
      'src/left.js': "export * from './agents/tool_dispatcher.js'\n",
    })
    const first = await adopt(root)
    expect(first.result.changes.map(({ file }) => file)).toEqual(['src/use.js'])
    commit(root)
    const second = await adopt(root)
    expect(second.result.changes).toEqual([])
    expect([second.status, second.messages]).toEqual([first.status, first.messages])
    expect(clean(root)).toBe(true)
  })

  it('writes nothing with --dry-run and --check, and puts the exact bytes back with --undo', async () => {
    const use = "import { ToolStatus } from './agents/tool_dispatcher.js'\r\nexport const s = ToolStatus\r\n"
    const root = adopting({ 'src/use.js': use, 'package.json': manifest })
    const dry = await switchyard(root, 'adopt', '--dry-run')
    expect(dry.status).toBe(0)
    expect(dry.stdout).toContain("+import { ToolStatus } from '@switchyard/legacy'")
    expect(dry.stdout).toContain('package.json: + @switchyard/legacy ^')
    expect(clean(root)).toBe(true)
    expect((await switchyard(root, 'adopt', '--check')).status).toBe(1)
    expect(clean(root)).toBe(true)
    expect((await switchyard(root, 'adopt')).status).toBe(0)
    expect(clean(root)).toBe(false)
    expect((await switchyard(root, 'adopt', '--undo')).status).toBe(0)
    expect(clean(root)).toBe(true)
    expect(read(root, 'src/use.js')).toBe(use)
  })

  it('refuses to write into uncommitted work without --force', async () => {
    const root = adopting({ 'src/use.js': '' })
    writeFileSync(
      join(root, 'src/use.js'),
      "import { ToolStatus } from './agents/tool_dispatcher.js'\nexport const s = ToolStatus\n",
    )
    const { status, stderr } = await switchyard(root, 'adopt')
    expect(status).toBe(2)
    expect(stderr).toContain('src/use.js')
    expect((await switchyard(root, 'adopt', '--force')).status).toBe(0)
  })

  it('adopts one facade alone with --only, and leaves package.json alone with --no-package-json', async () => {
    const use =
      "import { ToolStatus } from './agents/tool_dispatcher.js'\nimport { ToolDispatcherCore } from '@acme/dispatch-core'\nexport const all = [ToolStatus, ToolDispatcherCore]\n"
    const root = adopting({ 'src/use.js': use, 'package.json': manifest })
    expect((await switchyard(root, 'adopt', '--only', 'core', '--no-package-json')).status).toBe(0)
    expect(read(root, 'src/use.js')).toBe(use.replace('@acme/dispatch-core', '@switchyard/core'))
    expect(read(root, 'package.json')).toBe(manifest)
  })

  it('changes script blocks of components, and nothing else in them', async () => {
    const vue = `<template><p title="import('./agents/tool_dispatcher.js')">{{ status }}</p></template>
<script setup lang="ts">
import { ToolStatus } from './agents/tool_dispatcher.js'
const status: string = ToolStatus.SUCCESS
</script>
`
    const { text, status } = await after('src/Desk.vue', vue)
    expect(status).toBe(0)
    expect(text).toBe(vue.replace("from './agents/tool_dispatcher.js'", "from '@switchyard/legacy'"))
  })

  it('goes on past files that it cannot read as code, and says where', async () => {
    const root = adopting({
      'src/broken.js': "import { ToolStatus } from './agents/tool_dispatcher.js'\nexport const = 1\n",
      'src/latin1.js': Buffer.from("import { ToolStatus } from './agents/tool_dispatcher.js' // \xFC\n", 'latin1'),
      'src/use.js': "import { ToolStatus } from './agents/tool_dispatcher.js'\nexport const s = ToolStatus\n",
    })
    const { status, result } = await adopt(root)
    expect(status).toBe(1)
    expect(result.findings.map(({ file, rule }) => [file, rule])).toEqual([
      ['src/broken.js', 'parse-error'],
      ['src/latin1.js', 'invalid-utf8'],
    ])
    expect(result.changes.map(({ file }) => file)).toEqual(['src/use.js'])
  })
})

describe('switchyard adopt, where tests replace a module', () => {
  const use = "import { ToolStatus } from './agents/tool_dispatcher.js'\nexport const s = ToolStatus\n"
  const mock = `import { vi } from 'vitest'
import { ToolDispatcher } from '../src/agents/tool_dispatcher.js'
vi.mock('../src/agents/tool_dispatcher.js', async (importOriginal) => ({
  ...(await importOriginal<typeof import('../src/agents/tool_dispatcher.js')>()),
  ToolDispatcher: class {},
}))
vi.unmock('../src/agents/tool_dispatcher.js')
export const d = ToolDispatcher
`

  it('says where configuration still leads to a module, with its line on disk', async () => {
    const root = adopting({
      'package.json': [
        '{',
        '  "devDependencies": { "@acme/dispatch-core": "^3.0.0" },',
        '  "imports": { "#dispatch": "./src/agents/tool_dispatcher.js", "#other": "./src/other.js" },',
        '  "jest": {',
        '    "moduleNameMapper": {',
        '      "^@acme/dispatch-core$": "<rootDir>/mocks/core.js",',
        '      "^~dispatch$": "<rootDir>/src/agents/tool_dispatcher"',
        '    }',
        '  }',
        '}',
        '',
      ].join('\n'),
      'tsconfig.json':
        '{\n  "compilerOptions": {\n    "allowJs": true,\n    "paths": { "@old": ["./src/agents/tool_dispatcher"] }\n  }\n}\n',
      'src/a.js': "import { ToolDispatcher } from './agents/tool_dispatcher.js'\nexport const a = ToolDispatcher\n",
    })
    const expected = [
      'package.json:3 imports.#dispatch still leads to src/agents/tool_dispatcher',
      'package.json:6 jest.moduleNameMapper still leads to @acme/dispatch-core',
      'package.json:7 jest.moduleNameMapper.^~dispatch$ still leads to src/agents/tool_dispatcher',
      'tsconfig.json:4 compilerOptions.paths.@old still leads to src/agents/tool_dispatcher',
    ]
    const said = (messages: readonly string[]) => messages.map((message) => message.split(';')[0])
    expect(said((await adopt(root, '--check')).messages)).toEqual(expected)
    const { messages, status } = await adopt(root)
    expect(said(messages).map((message) => message?.replace(/:\d+/u, ''))).toEqual(
      expected.map((message) => message.replace(/:\d+/u, '')),
    )
    expect(status).toBe(1)
  })

  it('moves the mocks with the module', async () => {
    const root = adopting({ 'src/use.js': use, 'test/use.test.ts': mock })
    expect(await adopt(root)).toMatchObject({ status: 0, messages: [] })
    expect(read(root, 'test/use.test.ts')).toBe(
      mock.replaceAll('../src/agents/tool_dispatcher.js', '@switchyard/legacy'),
    )
  })

  it('moves nothing when a mock cannot move', async () => {
    const unknown = mock.replace('ToolDispatcher: class {}', 'ourOwn: 2')
    const root = adopting({ 'src/use.js': use, 'test/use.test.ts': unknown })
    const { status, messages } = await adopt(root)
    expect(status).toBe(1)
    expect(messages).toContainEqual(expect.stringContaining('test/use.test.ts:3'))
    expect(messages).toContainEqual(expect.stringMatching(/^src\/use\.js:1 .*moves everywhere or nowhere.*ourOwn/u))
    expect(clean(root)).toBe(true)
  })

  it('moves nothing when the mock or a user of the module is not among the files of the run', async () => {
    const root = adopting({ 'src/use.js': use, 'test/use.test.ts': mock })
    for (const part of ['src', 'test']) {
      const { status, stdout } = await switchyard(join(root, part), 'adopt', '--json')
      expect(status).toBe(1)
      const { changes, findings } = JSON.parse(stdout) as RunResult
      expect(changes).toEqual([])
      const other = part === 'src' ? 'test/use.test.ts' : 'src/use.js'
      expect(findings[0]?.message).toContain(`${other} names it too, and is not among the files of this run`)
    }
    expect((await adopt(root)).status).toBe(0)
  })

  it.each([
    [
      'jest.config.js',
      "export default { moduleNameMapper: { '^.*/tool_dispatcher(\\.js)?$': '<rootDir>/test/stub.js' } }",
    ],
    [
      'vitest.config.ts',
      "export default { test: { alias: [{ find: /tool_dispatcher\\.js$/, replacement: './stub.js' }] } }",
    ],
  ])('moves nothing when %s leads the module elsewhere', async (path, text) => {
    const root = adopting({ 'src/use.js': use, [path]: `${text}\n` })
    const { status, messages } = await adopt(root)
    expect(status).toBe(1)
    expect(messages).toContainEqual(expect.stringMatching(/config\.[jt]s:1 .*leads modules of this name elsewhere/u))
    expect(clean(root)).toBe(true)
  })

  it('moves nothing when a mock would replace more than it did', async () => {
    const both = {
      'src/agents/factory.js': 'export const createToolDispatcher = () => ({})\n',
      'src/make.js':
        "import { createToolDispatcher } from './agents/factory.js'\nexport const m = createToolDispatcher()\n",
    }
    const entryPoints = { 'src/agents/tool_dispatcher': 'legacy', 'src/agents/factory': 'legacy' }
    const root = adopting({ ...both, 'src/use.js': use, 'test/use.test.ts': mock }, { entryPoints })
    const { status, messages, result } = await adopt(root)
    expect(status).toBe(1)
    expect(messages).toContainEqual(expect.stringContaining('stands for src/agents/factory too'))
    expect(result.changes.map(({ file }) => file)).toEqual(['src/make.js'])
  })
})

describe('switchyard adopt, with types', () => {
  const tsconfig = JSON.stringify({
    compilerOptions: { strict: true, module: 'nodenext', target: 'es2022', noEmit: true, types: [] },
    include: ['src'],
  })
  const typed = `export class ToolDispatcher {
  constructor(readonly context: object) {}
  async dispatch(name: string): Promise<{ good: boolean }> {
    return { good: name !== '' }
  }
}
`

  it('leaves a file that would not type-check on the facade, with what depends on it', async () => {
    const root = adopting(
      {
        'tsconfig.json': tsconfig,
        'src/agents/own.ts': typed,
        'src/good.ts': "import { ToolDispatcher } from './agents/own.js'\nexport const make = ToolDispatcher.name\n",
        'src/holder.ts':
          "import type { ToolDispatcher } from './agents/own.js'\nexport interface Holder {\n  dispatcher: ToolDispatcher\n}\n",
        'src/reader.ts':
          "import type { Holder } from './holder.js'\nexport const read = async ({ dispatcher }: Holder) => (await dispatcher.dispatch('a')).good\n",
      },
      { entryPoints: { 'src/agents/own': 'legacy' } },
    )
    const { status, result, messages } = await adopt(root)
    expect(status).toBe(1)
    expect(result.changes.map(({ file }) => file)).toEqual(['src/good.ts'])
    expect(messages).toEqual([
      expect.stringMatching(/^src\/holder\.ts:1 .*would not type-check src\/reader\.ts:2 \(TS2339/u),
    ])
    expect((await switchyard(root, 'adopt', '--force', '--no-verify')).status).toBe(0)
    expect(read(root, 'src/holder.ts')).toContain('@switchyard/legacy')
  })
})

describe('switchyard.config.json', () => {
  it.each([
    ['no configuration', undefined, 'there is no switchyard.config.json at or above'],
    ['no entry points', {}, 'has no entryPoints'],
    [
      'a facade that does not exist',
      { entryPoints: { 'src/d': 'legcy' } },
      'expected legacy, request-scoped, core or enhanced',
    ],
    ['an unknown key', { entrypoints: {} }, '"entrypoints" is not known here'],
  ])('stops adopt with status 2 for %s, and nothing is written', async (_, content, message) => {
    const root = adopting({ 'src/use.js': "export * from './agents/tool_dispatcher.js'\n" }, content)
    if (content === undefined) rmSync(join(root, 'switchyard.config.json'))
    commit(root)
    const { status, stdout, stderr } = await switchyard(root, 'adopt')
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(message)
    expect(clean(root)).toBe(true)
  })

  it('stops every command when it is wrong', async () => {
    const root = adopting({}, { exclude: 'src' })
    for (const command of ['audit', 'migrate', 'adopt']) {
      const { status, stderr } = await switchyard(root, command)
      expect(status).toBe(2)
      expect(stderr).toContain('switchyard.config.json: exclude is "src": expected a list of patterns')
    }
  })

  it('says which files every command looks at', async () => {
    const legacy = "import { ToolStatus } from '@switchyard/legacy'\nexport const s = ToolStatus\n"
    const files = {
      'src/a.js': legacy,
      'src/generated/b.js': legacy,
      'scripts/c.js': legacy,
      'src/own.js': "import { ToolStatus } from './agents/tool_dispatcher.js'\nexport const s = ToolStatus\n",
    }
    const root = adopting(files, { ...config, include: ['src/**'], exclude: ['src/generated', 'src/own.js'] })
    const found = JSON.parse((await switchyard(root, 'audit', '--json')).stdout) as RunResult
    expect([...new Set(found.findings.map(({ file }) => file))]).toContain('src/a.js')
    expect(found.findings.map(({ file }) => file).join()).not.toMatch(/generated|scripts/u)
    expect((await adopt(root)).result.changes).toEqual([])
    const migrated = JSON.parse((await switchyard(root, 'migrate', '--json')).stdout) as RunResult
    expect(migrated.changes.map(({ file }) => file)).toEqual(['src/a.js'])
    const named = await switchyard(join(root, 'scripts'), 'audit')
    expect(named.status).toBe(2)
    expect(named.stderr).toContain('what switchyard.config.json includes and does not exclude')
  })

  it('hears of an entry point that nothing is called', async () => {
    const root = adopting({}, { entryPoints: { 'src/agents/tool_dispatchr': 'legacy' } })
    const { status, stdout } = await switchyard(root, 'adopt')
    expect(status).toBe(0)
    expect(stdout).toContain('Nothing is called src/agents/tool_dispatchr')
  })
})
