import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunResult } from '../src/index.js'
import { bin, canonical, commit, git, legacy, put, read, repository } from './repository.js'

const manifest = `{
  "name": "app",
  "dependencies": { "@switchyard/legacy": "^0.9.0" }
}
`

function switchyard(root: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: root, encoding: 'utf8' })
  return { status, stdout, stderr }
}

function json(root: string, ...args: string[]): { status: number | null; result: RunResult } {
  const { status, stdout } = switchyard(root, ...args, '--json')
  return { status, result: JSON.parse(stdout) as RunResult }
}

describe('switchyard migrate', () => {
  it('rewrites a file, moves the dependency, and has nothing left to do a second time', () => {
    const root = repository({ 'src/count.js': legacy, 'package.json': manifest })
    const first = json(root, 'migrate')
    expect(first.status).toBe(0)
    expect(read(root, 'src/count.js')).toBe(canonical)
    const { dependencies } = JSON.parse(read(root, 'package.json')) as { dependencies: Record<string, string> }
    expect(Object.keys(dependencies)).toEqual(['@switchyard/dispatcher'])
    const own = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      dependencies: Record<string, string>
    }
    expect(dependencies['@switchyard/dispatcher']).toBe(`^${own.dependencies['@switchyard/dispatcher']}`)
    commit(root)
    const second = json(root, 'migrate')
    expect(second.status).toBe(0)
    expect(second.result.changes).toEqual([])
  })

  it('says that what it wrote into package.json is to be installed, once it is written', () => {
    const root = repository({ 'src/count.js': legacy, 'package.json': manifest })
    const heading = /^Dependencies.*$/mu
    expect(heading.exec(switchyard(root, 'migrate', '--dry-run').stdout)?.[0]).toBe('Dependencies')
    expect(heading.exec(switchyard(root, 'migrate').stdout)?.[0]).toBe('Dependencies, to be installed now')
  })

  it('accounts for every file', () => {
    const root = repository({ 'a.js': legacy, 'b.js': 'export const b = 1\n', 'c.js': `${legacy}export {\n` })
    const { status, result } = json(root, 'migrate')
    const { given, changed, unchanged, skipped, failed } = result.files
    expect(changed + unchanged + skipped + failed).toBe(given)
    expect({ changed, unchanged, failed }).toMatchObject({ changed: 1, failed: 1 })
    expect(status).toBe(1)
  })

  it('writes nothing with --dry-run, prints the diff, and exits as the real run would', () => {
    const root = repository({ 'count.js': legacy })
    const { status, stdout } = switchyard(root, 'migrate', '--dry-run')
    expect(status).toBe(0)
    expect(stdout).toContain("-import { ToolDispatcher } from '@switchyard/legacy'")
    expect(stdout).toContain("+import { UnifiedToolDispatcher } from '@switchyard/dispatcher'")
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('writes nothing with --check, and exits with 1 when something is left', () => {
    const root = repository({ 'count.js': legacy })
    expect(switchyard(root, 'migrate', '--check').status).toBe(1)
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('says with --quiet in one line why it does not exit with 0, and nothing where it does', () => {
    const root = repository({ 'count.js': legacy })
    expect(switchyard(root, 'migrate', '--check', '--quiet')).toEqual({
      status: 1,
      stdout: '1 file to change, 0 unchanged; nothing left after that.\n',
      stderr: '',
    })
    expect(switchyard(root, 'migrate', '--dry-run', '--quiet')).toEqual({ status: 0, stdout: '', stderr: '' })
    const marked = repository({
      'ask.js': "import { createToolDispatcher as make } from '@switchyard/legacy'\nmake([])\n",
    })
    const { status, stdout } = switchyard(marked, 'migrate', '--dry-run', '--quiet')
    expect(status).toBe(1)
    expect(stdout).toMatch(/^What a person must decide\n {2}ask\.js:2:1\n/u)
    expect(stdout).toMatch(/\n\n1 file to change, 0 unchanged; 1 place left after that\.\n$/u)
  })

  it('takes a package.json that only says of what kind its modules are for no package', () => {
    const marker = '{ "type": "module" }'
    const root = repository({ 'esm/count.js': legacy, 'esm/package.json': marker, 'package.json': '{ "name": "app" }' })
    expect(switchyard(root, 'migrate').status).toBe(0)
    expect(read(root, 'esm/package.json')).toBe(marker)
    const { dependencies } = JSON.parse(read(root, 'package.json')) as { dependencies: Record<string, string> }
    expect(Object.keys(dependencies)).toEqual(['@switchyard/dispatcher'])
  })

  it('leaves package.json alone with --no-package-json', () => {
    const root = repository({ 'count.js': legacy, 'package.json': manifest })
    expect(switchyard(root, 'migrate', '--no-package-json').status).toBe(0)
    expect(read(root, 'package.json')).toBe(manifest)
  })

  it('leaves the other facades with --only', () => {
    const core = `import { ToolStatus } from '@switchyard/core'\nexport const fine = ToolStatus.SUCCESS\n`
    const root = repository({ 'count.js': legacy, 'core.js': core })
    expect(switchyard(root, 'migrate', '--only', 'legacy').status).toBe(0)
    expect(read(root, 'core.js')).toBe(core)
    expect(read(root, 'count.js')).toBe(canonical)
  })

  it('marks what a person must decide, once, and exits with 1 each time', () => {
    const source = `import { createToolDispatcher } from '@switchyard/legacy'\nconst dispatcher = createToolDispatcher([])\ndispatcher.isActive()\n`
    const root = repository({ 'script.js': source })
    expect(switchyard(root, 'migrate').status).toBe(1)
    const marked = read(root, 'script.js')
    expect(marked.match(/@switchyard-todo SWY0001/g)).toHaveLength(1)
    commit(root)
    expect(switchyard(root, 'migrate').status).toBe(1)
    expect(read(root, 'script.js')).toBe(marked)
  })

  it('gives the exact bytes of the last run back with --undo', () => {
    const windows = `\uFEFF${legacy.replaceAll('\n', '\r\n')}`
    const root = repository({ 'count.js': windows, 'package.json': manifest })
    expect(switchyard(root, 'migrate').status).toBe(0)
    expect(read(root, 'count.js')).toBe(`\uFEFF${canonical.replaceAll('\n', '\r\n')}`)
    expect(switchyard(root, 'migrate', '--undo').status).toBe(0)
    expect(read(root, 'count.js')).toBe(windows)
    expect(read(root, 'package.json')).toBe(manifest)
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('finds the same with several threads as with one, whatever they meet', () => {
    const files = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`src/f${index}.ts`, `export const a = ${index}\n`]),
    )
    const root = repository({
      ...files,
      'src/count.js': legacy,
      'src/broken.js': `${legacy}export {\n`,
      'package.json': manifest,
    })
    symlinkSync(join(root, 'nowhere'), join(root, 'src/dangling.ts'))
    const alone = json(root, 'migrate', '--dry-run', '--concurrency', '1')
    const together = json(root, 'migrate', '--dry-run', '--concurrency', '3')
    expect(together).toEqual(alone)
    expect(together.result.files.given).toBeGreaterThan(300)
    expect(together.result.changes.map(({ file }) => file)).toContain('src/count.js')
  })

  it.each(['0', '-1', 'many', '1.5', ''])('refuses --concurrency %j', (value) => {
    const { status, stderr } = switchyard(repository({ 'a.js': legacy }), 'migrate', '--concurrency', value)
    expect(status).toBe(2)
    expect(stderr).toContain('It must be a whole number from 1 to 999.')
  })

  it('keeps the mode of a file', () => {
    const root = repository({ 'count.js': legacy })
    chmodSync(join(root, 'count.js'), 0o755)
    commit(root)
    expect(switchyard(root, 'migrate').status).toBe(0)
    expect(statSync(join(root, 'count.js')).mode & 0o777).toBe(0o755)
  })
})

describe('bad input', () => {
  it.each([
    [['migrate', '--colour']],
    [['migrate', '--only', 'modern']],
    [['migrate', 'nowhere']],
    [['audit', 'nowhere']],
    [['improve']],
  ])('%j is wrong usage: status 2, a message, nothing written', (args) => {
    const root = repository({ 'count.js': legacy })
    const { status, stderr } = switchyard(root, ...args)
    expect(status).toBe(2)
    expect(stderr).toContain(args.at(-1))
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it(
    'a name with a backslash is reported, and the facade it needs stays in package.json',
    { skip: sep !== '/' },
    () => {
      const root = repository({ 'back\\slash.js': legacy, 'count.js': legacy, 'package.json': manifest })
      const { status, result } = json(root, 'migrate')
      expect(status).toBe(1)
      expect(result.files).toMatchObject({ changed: 2, skipped: 1 })
      expect(result.findings).toEqual([expect.objectContaining({ file: 'back\\slash.js', kind: 'skipped' })])
      expect(read(root, 'back\\slash.js')).toBe(legacy)
      expect(read(root, 'package.json')).toContain('"@switchyard/legacy"')
    },
  )

  it('zero files are an error', () => {
    const root = repository({ 'readme.md': 'nothing here\n' })
    expect(switchyard(root, 'migrate').status).toBe(2)
  })

  it('a dirty file is refused without --force, and nothing is written', () => {
    const root = repository({ 'count.js': legacy, 'other.js': legacy })
    writeFileSync(join(root, 'count.js'), `${legacy}// mine\n`)
    const { status, stderr } = switchyard(root, 'migrate')
    expect(status).toBe(2)
    expect(stderr).toContain('count.js')
    expect(read(root, 'count.js')).toBe(`${legacy}// mine\n`)
    expect(read(root, 'other.js')).toBe(legacy)
    expect(switchyard(root, 'migrate', '--force').status).toBe(0)
    expect(read(root, 'count.js')).toBe(`${canonical}// mine\n`)
  })

  it('what cannot be parsed, decoded or followed is reported with its place, and the rest goes on', () => {
    const invalid = Buffer.concat([Buffer.from(legacy), Buffer.from([0x2f, 0x2f, 0xff, 0xfe, 0x0a])])
    const root = repository({ 'good.js': legacy, 'broken.js': `${legacy}const = 1\n`, 'latin.js': invalid })
    symlinkSync(join(root, 'gone.js'), join(root, 'dangling.js'))
    commit(root)
    const { status, result } = json(root, 'migrate')
    expect(status).toBe(1)
    expect(read(root, 'good.js')).toBe(canonical)
    expect(readFileSync(join(root, 'latin.js'))).toEqual(invalid)
    const failed = result.findings.filter(({ kind }) => kind === 'failed' || kind === 'skipped').map(({ file }) => file)
    expect(failed).toEqual(expect.arrayContaining(['broken.js', 'latin.js']))
    expect(result.findings.find(({ file }) => file === 'broken.js')?.line).toBe(7)
  })
})

describe('switchyard audit', () => {
  it('counts what is on the facades, exits with 1, and writes nothing', () => {
    const root = repository({ 'count.js': legacy })
    const { status, result } = json(root, 'audit')
    expect(status).toBe(1)
    expect(result.findings.map(({ rule, line, fixable }) => ({ rule, line, fixable }))).toEqual([
      { rule: 'facade-import', line: 1, fixable: true },
      { rule: 'facade-use', line: 4, fixable: true },
      { rule: 'facade-use', line: 5, fixable: true },
    ])
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('names with --quiet what is left, and how much it is', () => {
    const root = repository({ 'count.js': legacy })
    const { status, stdout, stderr } = switchyard(root, 'audit', '--quiet')
    expect(status).toBe(1)
    expect(stdout).toMatch(/^Where\n {2}count\.js\n/u)
    expect(stdout).not.toContain('On the facades')
    expect(stdout).toMatch(/\n\n1 file looked at; 3 places left\.\n$/u)
    expect(stderr).toBe('')
  })

  it('names a new finding with --quiet and a baseline', () => {
    const root = repository({ 'count.js': legacy })
    switchyard(root, 'audit', '--baseline', 'known.json', '--update-baseline')
    put(root, { 'new.js': legacy })
    const { status, stdout } = switchyard(root, 'audit', '--baseline', 'known.json', '--quiet')
    expect(status).toBe(1)
    expect(stdout).toContain('new.js')
    expect(stdout).not.toContain('count.js')
  })

  it('finds nothing, and exits with 0, once all is migrated', () => {
    const root = repository({ 'count.js': canonical })
    expect(json(root, 'audit')).toMatchObject({ status: 0, result: { findings: [] } })
  })

  it.each([
    ['multiple-implementation', 'class MyToolDispatcher { executeTool() {} }\n'],
    ['multiple-implementation', 'class Runner { dispatch() {} executeTool() {} registerTool() {} }\n'],
    [
      'direct-instantiation',
      "import { UnifiedToolDispatcher } from '@switchyard/dispatcher'\nnew UnifiedToolDispatcher()\n",
    ],
    ['registry-bypass', "const tool = registry.get('add')\nawait tool.execute({})\n"],
    ['event-channel', "socket.send({ type: 'tool_executing' })\n"],
    ['event-channel', 'bridge.notifyToolCompleted(1)\n'],
  ])('finds %s in %j', (rule, source) => {
    const root = repository({ 'file.mjs': source })
    const { status, result } = json(root, 'audit')
    expect(result.findings).toMatchObject([{ rule, kind: 'violation', fixable: false, file: 'file.mjs' }])
    expect(status).toBe(1)
  })

  it.each([
    'export const registry = new Map()\nregistry.get("a")\n',
    "socket.on('tool_executing', () => 1)\n",
    'class Registry { registerTool() {} }\n',
    "import { UnifiedToolDispatcher } from '@switchyard/dispatcher'\nUnifiedToolDispatcher.createForUser(context)\n",
  ])('finds nothing in %j', (source) => {
    expect(json(repository({ 'file.mjs': source }), 'audit').result.findings).toEqual([])
  })

  it('finds two versions of the dispatcher in a lockfile, and one dispatcher imported by two paths', () => {
    const locked = (version: string) => `{ "version": "${version}" }`
    const lockfile = `{ "lockfileVersion": 3, "packages": {\n  "node_modules/@switchyard/dispatcher": ${locked('1.0.0')},\n  "node_modules/x/node_modules/@switchyard/dispatcher": ${locked('1.1.0')} } }\n`
    const root = repository({
      'package-lock.json': lockfile,
      'a.mjs': "import { UnifiedToolDispatcher } from '@switchyard/dispatcher'\nexport { UnifiedToolDispatcher }\n",
      'b.mjs': "import { UnifiedToolDispatcher } from './a.mjs'\nexport const b = UnifiedToolDispatcher\n",
    })
    const { result } = json(root, 'audit')
    expect(result.findings.map(({ rule, file, line }) => ({ rule, file, line }))).toEqual([
      { rule: 'import-path', file: 'b.mjs', line: 1 },
      { rule: 'two-copies', file: 'package-lock.json', line: 2 },
    ])
  })
})

describe('switchyard migrate over several projects', () => {
  const options = {
    composite: true,
    outDir: 'build',
    rootDir: 'src',
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    types: [],
  }
  const tsconfig = (references: readonly string[]) =>
    JSON.stringify({ compilerOptions: options, include: ['src'], references: references.map((path) => ({ path })) })
  const files = {
    'package.json': '{ "private": true, "workspaces": ["packages/*"] }',
    'packages/shared/package.json':
      '{ "name": "@acme/shared", "type": "module", "exports": { ".": { "types": "./build/index.d.ts", "default": "./build/index.js" } } }',
    'packages/shared/tsconfig.json': tsconfig([]),
    'packages/shared/src/index.ts': `import { ToolDispatcher, UserExecutionContext } from '@switchyard/legacy'
export function openDispatcher(userId: string): ToolDispatcher {
  return new ToolDispatcher(UserExecutionContext.create({ userId, threadId: 't-1', runId: 'r-1' }))
}
`,
    'packages/api/package.json': '{ "type": "module", "dependencies": { "@acme/shared": "1.0.0" } }',
    'packages/api/tsconfig.json': tsconfig(['../shared']),
    'packages/api/src/main.ts': `import { openDispatcher } from '@acme/shared'
export async function main(): Promise<unknown> {
  const dispatcher = openDispatcher('ada')
  const answer = await dispatcher.dispatch('add', { a: 1, b: 2 })
  return answer.status === 'success' ? answer.payload?.result : answer.message
}
`,
  }
  const linked = () => {
    const root = repository(files)
    mkdirSync(join(root, 'node_modules/@acme'), { recursive: true })
    symlinkSync(join(root, 'packages/shared'), join(root, 'node_modules/@acme/shared'))
    return root
  }

  it('moves a dispatcher together with its uses in a project that imports it as a package, before the first build', () => {
    const root = linked()
    const { status, result } = json(root, 'migrate')
    expect(result.findings).toEqual([])
    expect(status).toBe(0)
    expect(read(root, 'packages/shared/src/index.ts')).toContain('): UnifiedToolDispatcher {')
    expect(read(root, 'packages/api/src/main.ts')).toContain("dispatcher.executeTool('add', { a: 1, b: 2 })")
    expect(read(root, 'packages/api/src/main.ts')).toContain('answer.success ? answer.result : answer.error?.message')
  })

  it('leaves a dispatcher where it is when its uses in another project cannot move', () => {
    const root = linked()
    const main = read(root, 'packages/api/src/main.ts').replace(
      'return answer',
      'Object.keys(dispatcher)\n  return answer',
    )
    writeFileSync(join(root, 'packages/api/src/main.ts'), main)
    commit(root)
    const { status, result } = json(root, 'migrate')
    expect(status).toBe(1)
    expect(result.findings.map(({ file, kind }) => [file, kind])).toContainEqual(['packages/api/src/main.ts', 'todo'])
    expect(read(root, 'packages/shared/src/index.ts')).toContain('): ToolDispatcher {')
  })
})

describe('what is never entered', () => {
  it('is refused by its name, a link too', () => {
    const root = repository({ 'src/count.js': legacy, 'elsewhere/a.js': legacy })
    symlinkSync(join(root, 'elsewhere'), join(root, 'node_modules'))
    const { status, stderr } = switchyard(root, 'migrate', 'node_modules')
    expect(status).toBe(2)
    expect(stderr).toContain('node_modules is never entered; name the sources that you want changed')
  })
})

describe('the last line', () => {
  it('says of a run that writes nothing what would be left after it', () => {
    const root = repository({ 'src/count.js': legacy, 'package.json': manifest })
    expect(switchyard(root, 'migrate', '--dry-run').stdout).toContain(
      '2 files to change, 0 unchanged; nothing left after that.',
    )
  })
})
