import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DIST, runModule } from './support/node-process.js'

let folder: string
/** Installs of the package, the way npm lays them out: `<place>/node_modules/@switchyard/dispatcher`. */
let copies: string[]

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'switchyard-copies-')))
  copies = await Promise.all(['first', 'second', 'third place'].map(install))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function install(place: string): Promise<string> {
  const target = join(folder, place, 'node_modules/@switchyard/dispatcher')
  await mkdir(target, { recursive: true })
  await cp(DIST, join(target, 'dist'), { recursive: true, filter: (source) => !source.includes('.test-types') })
  await writeFile(
    join(target, 'package.json'),
    JSON.stringify({
      name: '@switchyard/dispatcher',
      type: 'module',
      exports: { '.': { default: './dist/index.js' } },
    }),
  )
  return target
}

/** Loads copies of the package in a process of its own; gives the warnings that it saw, as JSON. */
async function warningsOf(
  paths: readonly string[],
  more = '',
): Promise<{ name: string; code: string; message: string }[]> {
  const { stdout } = await runModule(`
    const warnings = []
    process.on('warning', ({ name, code, message }) => warnings.push({ name, code, message }))
    for (const path of ${JSON.stringify(paths)}) await import(path)
    ${more}
    await new Promise((resolve) => setImmediate(resolve))
    console.log(JSON.stringify(warnings))
  `)
  return JSON.parse(stdout) as { name: string; code: string; message: string }[]
}

function entryOf(copy: string | undefined): string {
  return `${copy}/dist/index.js`
}

describe('loading the package', () => {
  it('once warns of nothing', async () => {
    expect(await warningsOf([entryOf(copies[0])])).toEqual([])
  })

  it('twice from the same path warns of nothing', async () => {
    expect(await warningsOf([entryOf(copies[0]), entryOf(copies[0]), `${entryOf(copies[0])}?again`])).toEqual([])
  })

  it('from two paths emits one warning that names both, the first one first', async () => {
    const warnings = await warningsOf([entryOf(copies[0]), entryOf(copies[1])])
    expect(warnings).toHaveLength(1)
    const [warning] = warnings
    expect(warning).toMatchObject({ name: 'SwitchyardWarning', code: 'SWY_TWO_COPIES' })
    const paths = [...(warning?.message ?? '').matchAll(/from (\S+\.js)/g)].map((match) => match[1])
    expect(paths).toEqual([`${copies[0]}/dist/dispatcher.js`, `${copies[1]}/dist/dispatcher.js`])
    expect(warning?.message).toContain('depend on one version')
  })

  it('from three paths emits one warning still, with the path as a person would type it', async () => {
    const warnings = await warningsOf(copies.map(entryOf).toReversed())
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.message).toContain(`${copies[2]}/dist/dispatcher.js`)
    expect(warnings[0]?.message).toContain('third place')
  })

  it('warns on standard error, where nobody listens', async () => {
    const { stderr } = await runModule(`for (const path of ${JSON.stringify(copies.map(entryOf))}) await import(path)`)
    expect(stderr.split('SWY_TWO_COPIES')).toHaveLength(2)
    expect(stderr).toContain('SwitchyardWarning: Two copies of @switchyard/dispatcher are loaded')
  })

  it('with require() loads the very copy that import loads', async () => {
    const warnings = await warningsOf(
      [entryOf(copies[0])],
      `
      const { createRequire } = await import('node:module')
      const require = createRequire(${JSON.stringify(join(folder, 'first', 'caller.cjs'))})
      const required = require('@switchyard/dispatcher')
      const imported = await import(${JSON.stringify(entryOf(copies[0]))})
      if (required.UnifiedToolDispatcher !== imported.UnifiedToolDispatcher) throw new Error('two copies')
      `,
    )
    expect(warnings.filter(({ name }) => name === 'SwitchyardWarning')).toEqual([])
  })
})

describe('two copies', () => {
  it('do not take each other for the other: a context of one is none to the other', async () => {
    const { stdout } = await runModule(`
      const [first, second] = await Promise.all(${JSON.stringify(copies.slice(0, 2).map(entryOf))}.map((path) => import(path)))
      const context = first.UserExecutionContext.create({ userId: 'u-1', threadId: 't-1', runId: 'r-1' })
      try {
        second.UnifiedToolDispatcher.createForUser(context)
      } catch (error) {
        console.log(error.code)
      }
    `)
    expect(stdout.trim()).toBe('invalid_context')
  })
})
