import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runInThisContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findCallSite, type Callee, type CallSite } from '../src/call-site.js'

type Run = (callback: () => CallSite) => CallSite

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-call-site-')))

/** An installed package whose one function calls what it is handed. */
async function install(name: string, manifest: object | string | undefined): Promise<Run> {
  const home = join(folder, 'node_modules', name)
  mkdirSync(home, { recursive: true })
  if (manifest !== undefined) {
    const text = typeof manifest === 'string' ? manifest : JSON.stringify({ name, type: 'module', ...manifest })
    writeFileSync(join(home, 'package.json'), text)
  }
  writeFileSync(join(home, 'index.mjs'), 'export function run(callback) {\n  return callback()\n}\n')
  const loaded: unknown = await import(/* @vite-ignore */ pathToFileURL(join(home, 'index.mjs')).href)
  return (loaded as { run: Run }).run
}

/** Stands in for an export of a facade. */
function exported(): CallSite {
  return findCallSite(exported, '@switchyard/legacy')
}

let dependent: Run
let container: Run

beforeAll(async () => {
  dependent = await install('@acme/agents', { version: '3.1.4', dependencies: { '@switchyard/legacy': '^1.0.0' } })
  container = await install('container', { version: '2.0.0', dependencies: { lodash: '^4.0.0' } })
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('findCallSite()', () => {
  it('names file, line and column of the caller', () => {
    const { location, dependency } = exported()
    expect(location).toMatch(/call-site\.test\.ts:\d+:\d+$/u)
    expect(location).not.toContain('file://')
    expect(dependency).toBeUndefined()
  })

  it('finds the caller through promises', async () => {
    async function later() {
      await Promise.resolve()
      return exported()
    }
    expect((await later()).location).toMatch(/call-site\.test\.ts:\d+:\d+$/u)
  })

  it.each<[string, () => unknown]>([
    ['gets no text', () => []],
    [
      'fails',
      () => {
        throw new Error('cannot format')
      },
    ],
  ])('names the caller where the application formats stacks itself and %s', (_, prepare) => {
    const { prepareStackTrace } = Error
    Error.prepareStackTrace = prepare
    let site: CallSite
    let after: unknown
    try {
      site = exported()
      after = Error.prepareStackTrace
    } finally {
      Error.prepareStackTrace = prepareStackTrace
    }
    expect(site.location).toMatch(/call-site\.test\.ts:\d+:\d+$/u)
    expect(after).toBe(prepare)
  })

  it('takes the stacks that the application formats into text, such as with source maps', () => {
    const { prepareStackTrace } = Error
    Error.prepareStackTrace = () => 'Error\n    at run (/app/src/orders.ts:12:7)'
    let site: CallSite
    try {
      site = exported()
    } finally {
      Error.prepareStackTrace = prepareStackTrace
    }
    expect(site.location).toBe('/app/src/orders.ts:12:7')
  })

  it('works where nobody may change the length of stacks, as with --frozen-intrinsics', () => {
    const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')
    Object.defineProperty(Error, 'stackTraceLimit', { value: 10, writable: false })
    let site: CallSite
    try {
      site = exported()
    } finally {
      Object.defineProperty(Error, 'stackTraceLimit', limit ?? { value: 10, writable: true })
    }
    expect(site.location).toMatch(/call-site\.test\.ts:\d+:\d+$/u)
  })

  it('names a caller whose file address is no path', () => {
    const run = runInThisContext('(callback) => callback()', { filename: 'file://server/agents.js' }) as Run
    expect(run(exported).location).toMatch(/^file:\/\/server\/agents\.js:1:\d+$/u)
  })

  it('tells two calls on one line apart', () => {
    const [first, second] = [exported(), exported()]
    expect(first.location).not.toBe(second.location)
  })

  it('blames an installed package that depends on the facade', () => {
    const { location, dependency } = dependent(exported)
    expect(dependency).toBe('@acme/agents@3.1.4')
    expect(location).toBe(`${join(folder, 'node_modules/@acme/agents/index.mjs')}:2:10`)
  })

  it('finds the application behind a container that merely calls what it was handed', () => {
    const site = container(() => exported())
    expect(site.dependency).toBeUndefined()
    expect(site.location).toMatch(/call-site\.test\.ts/u)
  })

  it('blames the package that depends on the facade, not the one that calls for it', () => {
    expect(container(() => dependent(() => container(exported))).dependency).toBe('@acme/agents@3.1.4')
  })

  it.each(['peerDependencies', 'optionalDependencies'])('counts %s as depending', async (field) => {
    const run = await install(`by-${field.toLowerCase()}`, { version: '1.0.0', [field]: { '@switchyard/legacy': '*' } })
    expect(run(exported).dependency).toBe(`by-${field.toLowerCase()}@1.0.0`)
  })

  it.each<[string, string | undefined]>([
    ['without a manifest', undefined],
    ['with a manifest that is no JSON', '{ version'],
  ])('finds the application behind a vendored folder %s', async (words, manifest) => {
    const run = await install(`vendored-${words.length}`, manifest)
    expect(run(exported).location).toMatch(/call-site\.test\.ts/u)
  })

  it('leaves the stack trace limit as it was, and works where it is 0', () => {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    try {
      expect(exported().location).toMatch(/call-site\.test\.ts/u)
      expect(Error.stackTraceLimit).toBe(0)
    } finally {
      Error.stackTraceLimit = limit
    }
  })

  it('answers unknown where the callee is not on the stack', () => {
    const elsewhere: Callee = () => {}
    expect(findCallSite(elsewhere, '@switchyard/legacy')).toEqual({ location: 'unknown' })
  })
})
