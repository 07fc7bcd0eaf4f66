import { execFile } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installFrom, packWorkspaces, type PackedWorkspace } from '../../.config/pack.mjs'

const run = promisify(execFile)
const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url))
const tools = fileURLToPath(new URL('tools/', import.meta.url))
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url))
const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))

/** The compilers that people have, the oldest first; CommonJS sources may require an ES module from 5.8 on. */
const compilers = [
  { version: '5.4', bin: join(tools, 'node_modules/typescript-5.4/bin/tsc'), projects: ['esm'] },
  { version: '5.8', bin: join(tools, 'node_modules/typescript-5.8/bin/tsc'), projects: ['esm', 'commonjs'] },
  { version: '6.0', bin: join(tools, 'node_modules/typescript-6.0/bin/tsc'), projects: ['esm', 'commonjs'] },
  { version: '7.0', bin: tsc, projects: ['esm', 'commonjs'] },
]

const facadeReadmes = ['legacy', 'request-scoped', 'core', 'enhanced'].map(
  (name) => `packages/facades/${name}/README.md`,
)

// Outside the repository, where nothing can be found by accident in a node_modules further up.
let folder: string
let packed: PackedWorkspace[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-consumer-'))
  packed = packWorkspaces(join(folder, 'tarballs'))
  if (existsSync(join(tools, 'node_modules/.package-lock.json'))) return
  await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: tools })
}, 300_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the packed packages in a fresh ES module project', () => {
  let project: string
  let complaints: string
  beforeAll(async () => {
    project = await freshProject('esm')
    complaints = await complaintsOfCompiler(project)
  }, 60_000)

  it('type-check strictly, without Node types and without skipLibCheck', () => {
    expect(complaints).toBe('')
  })

  it('run a typed tool with its pair of events', async () => {
    const events = ['tool_executing', 'tool_completed']
    expect(await printed(project, 'canonical.js')).toEqual([
      { total: 5, refused: 'invalid_input', events: [...events, ...events] },
    ])
  })

  it('run the same tool through each facade', async () => {
    const answer = { status: 'success', result: 'OVER HERE' }
    expect(await printed(project, 'facades.js')).toEqual([answer, answer, answer, answer])
  })

  it('run old and new imports side by side, with one class and one set of limits', async () => {
    expect(await printed(project, 'side-by-side.js')).toEqual([
      { codes: ['success', 'success', true, 'rate_limited', 'rate_limited'], oneContext: true, oneClass: true },
    ])
  })

  it('load every entry point that a manifest names', async () => {
    const entries = packed.flatMap(({ name, exports }) =>
      Object.keys(exports)
        .filter((subpath) => !subpath.endsWith('.json'))
        .map((subpath) => name + subpath.slice(1)),
    )
    const load =
      `for (const entry of ${JSON.stringify(entries)}) ` +
      'console.log(await import(entry).then((all) => Object.keys(all).length > 0, (cause) => String(cause.message)))'
    const loaded = async (): Promise<string[]> => {
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', load], { cwd: project })
      return stdout.trim().split('\n')
    }
    // Those that take a peer say which one, and the others need none.
    const before = new Map((await loaded()).map((said, index) => [entries[index], said]))
    for (const [entry, peer] of [
      ['websocket', 'ws'],
      ['sqlite', 'libsql'],
      ['redis', 'ioredis'],
      ['bullmq', 'bullmq'],
    ]) {
      expect(before.get(`@switchyard/dispatcher/${entry}`)).toContain(`Cannot find package '${peer}'`)
      before.delete(`@switchyard/dispatcher/${entry}`)
    }
    expect([...before.values()]).toEqual([...before.values()].map(() => 'true'))
    for (const peer of ['ws', 'libsql', 'ioredis', 'rate-limiter-flexible', 'bullmq']) {
      symlinkSync(join(modules, peer), join(project, 'node_modules', peer))
    }
    expect(await loaded()).toEqual(entries.map(() => 'true'))
  })

  it('offer the switchyard command', async () => {
    const { stdout } = await run(join(project, 'node_modules/.bin/switchyard'), ['--version'], { cwd: project })
    expect(stdout.trim()).toBe(packed.find(({ name }) => name === '@switchyard/codemods')?.version)
  })
})

describe('the packed packages in a fresh CommonJS project', () => {
  let project: string
  let complaints: string
  beforeAll(async () => {
    project = await freshProject('commonjs')
    complaints = await complaintsOfCompiler(project)
  }, 60_000)

  it('type-check under require()', () => {
    expect(complaints).toBe('')
  })

  it('load by require() as the same copy that import() gives', async () => {
    expect(await printed(project, 'main.js')).toEqual([{ oneCopy: true, sameContext: true, answer: { said: 'hello' } }])
  })
})

describe.each(compilers)('TypeScript $version', ({ version, bin, projects }) => {
  const settings = projects.flatMap((name) =>
    (name === 'esm' ? ['nodenext', 'bundler'] : ['nodenext']).map((resolution) => ({ name, resolution })),
  )

  it('is the compiler that it says', async () => {
    expect((await run(process.execPath, [bin, '--version'])).stdout).toContain(`Version ${version}.`)
  })

  it.each(settings)(
    'type-checks the $name project with $resolution resolution',
    async ({ name, resolution }) => {
      const project = await freshProject(name, `${name}-${version}-${resolution}`)
      const module = resolution === 'bundler' ? 'esnext' : 'nodenext'
      const options = ['--module', module, '--moduleResolution', resolution, '--noEmit']
      expect(await complaintsOfCompiler(project, bin, options)).toBe('')
    },
    120_000,
  )
})

describe('the packed packages in a Jest project', () => {
  const config = readFileSync(join(fixtures, 'jest/jest.config.json'), 'utf8')

  it.each(['packages/dispatcher/README.md', ...facadeReadmes])('are set up as %s says', (readme) => {
    const text = readFileSync(fileURLToPath(new URL(`../../${readme}`, import.meta.url)), 'utf8')
    expect(text).toContain(config)
  })

  it('run under import and require(), and can be mocked', async () => {
    const project = await freshProject('jest')
    symlinkSync(join(tools, 'node_modules/@swc'), join(project, 'node_modules/@swc'))
    const jest = join(tools, 'node_modules/jest/bin/jest.js')
    const env = { ...process.env, SWITCHYARD_DEPRECATIONS: '*:silence' }
    const { stdout } = await run(process.execPath, [jest, '--json'], { cwd: project, env })
    expect(JSON.parse(stdout)).toMatchObject({ success: true, numPassedTests: 2, numTotalTests: 2 })
  }, 60_000)
})

/** A copy of a fixture with the packed packages installed. */
async function freshProject(name: string, as = name): Promise<string> {
  const project = join(folder, as)
  await cp(join(fixtures, name), project, { recursive: true })
  installFrom(project, packed)
  return project
}

/** Compiles the project, and gives back what the compiler has to say. */
async function complaintsOfCompiler(project: string, bin = tsc, options: readonly string[] = []): Promise<string> {
  try {
    return (await run(process.execPath, [bin, '-p', project, ...options], { cwd: project })).stdout
  } catch (failure) {
    return failure instanceof Error && 'stdout' in failure ? String(failure.stdout) : String(failure)
  }
}

/** The JSON lines that a compiled program prints. */
async function printed(project: string, program: string): Promise<unknown[]> {
  const { stdout } = await run(process.execPath, [join(project, 'out', program)], { cwd: project })
  return stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
}
