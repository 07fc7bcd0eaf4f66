import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { audit } from '../../.config/audit.mjs'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-audit-')))
const advisory = {
  id: 1,
  url: 'https://github.com/advisories/GHSA-x',
  title: 'Says too much',
  severity: 'high',
  vulnerable_versions: '<2.0.0',
}

/** A registry of its own thread, since `audit()` blocks this one. The answer lies in the path. */
const source = `
  const { createServer } = require('node:http')
  const { parentPort, workerData } = require('node:worker_threads')
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method !== 'POST') response.writeHead(200).end(JSON.stringify({ name: 'one', versions: {} }))
      else if (request.url.startsWith('/none/')) response.writeHead(405).end()
      else response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify(request.url.startsWith('/clean/') ? {} : { one: [workerData] }),
      )
    })
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`
const registry = new Worker(source, { eval: true, workerData: advisory })
let url: string
beforeAll(async () => {
  url = await new Promise((resolve) => registry.once('message', (port) => resolve(`http://127.0.0.1:${String(port)}`)))
})
afterAll(async () => {
  await registry.terminate()
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => {
  const manifest = { name: 'audited', version: '1.0.0', dependencies: { one: '1.0.0' } }
  const one = { version: '1.0.0', integrity: 'sha512-AAEC' }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ ...manifest, lockfileVersion: 3, packages: { '': manifest, 'node_modules/one': one } }),
  )
})

function audited(answer: string, excused: Record<string, string> = {}) {
  const args = ['--package-lock-only', '--audit-level=low', '--fetch-retries=0', `--registry=${url}/${answer}/`]
  return audit(folder, args, excused)
}

describe('audit()', { timeout: 60_000 }, () => {
  it('finds nothing where nothing is known', () => {
    expect(audited('clean')).toEqual({ kind: 'clean' })
  })

  it('names the package, how bad it is, and the advisory', () => {
    expect(audited('found')).toEqual({
      kind: 'found',
      findings: ['one <2.0.0 (high): Says too much, https://github.com/advisories/GHSA-x'],
    })
  })

  it('leaves out what is explained', () => {
    expect(audited('found', { [advisory.url]: 'it is never called' })).toEqual({ kind: 'clean' })
  })

  it('does not take a registry that cannot tell for a clean one, nor for a finding', () => {
    expect(audited('none')).toEqual({ kind: 'unavailable', reason: expect.stringContaining('405') as string })
  })
})
