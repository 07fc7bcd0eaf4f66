import { describe, expect, it } from 'vitest'
import { isWatched } from '../../src/rewrite/watchers.js'
import { surveyed } from './surveyed.js'

const watched = [
  'try { await probe() } catch { recover() }',
  'try { await probe() } catch (e) { recover(e); throw e }',
  'try { await probe() } catch (e) { throw new Error("no", { cause: e }) }',
  'try { try { await probe() } catch (e) { throw e } } catch { recover() }',
  'async function work() { await probe() }\ntry { await work() } catch { recover() }',
  'const work = async () => { await probe() }\nwork().catch(recover)',
  'const work = async () => probe()\nwork().then(use, recover)',
  'const work = async () => probe()\nwork().then(use).catch(recover)',
  'const work = async () => probe()\nwork().finally(close).then(use).catch(recover)',
  'const work = async () => probe()\nawait Promise.allSettled([work()])',
  'const work = async () => probe()\nPromise.all([work(), other()]).catch(recover)',
  'const work = async () => probe()\nPromise.race([work()]).then(use).catch(recover)',
  'async function a() { await probe() }\nasync function b() { await a() }\nasync function c() { await b() }\nc().catch(recover)',
  'class A { async run() { await probe() } }\ntry { await new A().run() } catch { recover() }',
  'const tools = { run: async () => probe() }\ntools.run().catch(recover)',
  'async function a(n: number): Promise<void> { await probe(); await a(n - 1) }\ntry { await a(3) } catch { recover() }',
  'try { await other(async () => { await probe() }) } catch { recover() }',
  'async function a(use: () => unknown) { try { await use() } catch { recover() } }\nawait a(async () => { await probe() })',
  'async function work() { await probe() }\nawait Promise.allSettled([1, 2].map((n) => work()))',
  'async function work() { await probe() }\nPromise.all([1, 2].map(() => work())).catch(recover)',
  'await other.$transaction(async () => { await probe() })',
]
const free = [
  'await probe()',
  'try { await probe() } finally { close() }',
  'try { await probe() } catch (e) { throw e }',
  'try { await probe() } catch (e) { console.error(e); throw e }',
  'try { await probe() } catch (e) { logger.warn("no", e); throw e }',
  'try { await other() } catch { await probe() }',
  'try { other(async () => { await probe() }) } catch { recover() }',
  'async function work() { await probe() }\nawait work()',
  'async function work() { await probe() }\nwork().then(use)',
  'async function work() { await probe() }\nfunction other() { return work }\ntry { other() } catch { recover() }',
  'async function work() { await probe() }\n{ const work = () => 1\n try { work() } catch { recover() } }',
  'async function a(): Promise<void> { await probe(); await a() }\nawait a()',
  'const work = async () => probe()\nawait Promise.all([work()])',
  'const work = async () => probe()\nawait Promise.all([1, 2].map(() => work()))',
  'async function a(use: () => unknown) { await use() }\nawait a(async () => { await probe() })',
]
const declarations = 'declare const recover: any, close: any, use: any, other: any, logger: any, probe: any\n'
const { work, probeIn } = surveyed([...watched, ...free].map((text) => declarations + text))

describe('isWatched()', () => {
  it.each(watched)('sees who watches in %j', (text) => {
    expect(isWatched(work, probeIn(declarations + text))).toBe(true)
  })

  it.each(free)('sees nobody who watches in %j', (text) => {
    expect(isWatched(work, probeIn(declarations + text))).toBe(false)
  })
})

describe('isWatched(), with the error middleware of a server', () => {
  const server = `interface App { get(path: string, handler: any): void; use(...handlers: any[]): void }
declare const app: App, probe: any, list: { get(path: string, handler: any): void }
`
  const middleware = `${server}app.use((error: unknown, request: unknown, response: unknown, next: unknown) => {})`
  const served = `${server}app.get('/', async () => { await probe() })`
  const named = `${server}async function handler() { await probe() }\napp.get('/', handler)`
  const elsewhere = `${server}list.get('/', async () => { await probe() })`

  it('sees it behind a handler that the server is given, here or by its name', () => {
    const project = surveyed([served, named, elsewhere, middleware])
    expect([served, named, elsewhere].map((text) => isWatched(project.work, project.probeIn(text)))).toEqual([
      true,
      true,
      false,
    ])
  })

  it('sees none where a server has no handler of errors', () => {
    const plain = `${server}app.use((request: unknown, response: unknown, next: unknown) => {})`
    const project = surveyed([served, plain])
    expect(isWatched(project.work, project.probeIn(served))).toBe(false)
  })
})
