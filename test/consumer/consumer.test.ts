import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installFrom, packWorkspaces, type PackedWorkspace } from '../../.config/pack.mjs'

const run = promisify(execFile)
const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url))
const tsc = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url))

// Outside the repository, where nothing can be found by accident in a node_modules further up.
let folder: string
let packed: PackedWorkspace[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'switchyard-consumer-'))
  packed = packWorkspaces(join(folder, 'tarballs'))
}, 60_000)

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

  it('load every entry point that a manifest names', async () => {
    const entries = packed.flatMap(({ name, exports }) =>
      Object.keys(exports)
        .filter((subpath) => subpath !== './package.json')
        .map((subpath) => name + subpath.slice(1)),
    )
    const load = `for (const entry of ${JSON.stringify(entries)}) console.log(Object.keys(await import(entry)).length > 0)`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', load], { cwd: project })
    expect(stdout.trim().split('\n')).toEqual(entries.map(() => 'true'))
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

/** A copy of a fixture with the packed packages installed. */
async function freshProject(name: string): Promise<string> {
  const project = join(folder, name)
  await cp(join(fixtures, name), project, { recursive: true })
  installFrom(project, packed)
  return project
}

/** Compiles the project, and gives back what the compiler has to say. */
async function complaintsOfCompiler(project: string): Promise<string> {
  try {
    return (await run(tsc, ['-p', project], { cwd: project })).stdout
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
