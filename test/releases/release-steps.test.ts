import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FacadeMigration, npmMessage } from '../../.config/deprecations.mjs'
import { inDependencyOrder, releaseSteps } from '../../.config/release-steps.mjs'
import { workspaces } from '../../.config/workspaces.mjs'

function packageOf(name: string, needs: readonly string[]) {
  const dependencies = Object.fromEntries(needs.map((need) => [need, '^1.0.0']))
  return { name, version: '1.0.0', folder: `/nowhere/${name}`, exports: {}, dependencies }
}

describe('inDependencyOrder()', () => {
  it('puts each package after all that it depends on, whatever the order that they come in', () => {
    const graph = fc
      .array(fc.array(fc.nat({ max: 20 }), { maxLength: 4 }), { minLength: 1, maxLength: 8 })
      .map((needs) =>
        needs.map((own, at) =>
          packageOf(
            `p${at}`,
            own.filter((to) => to < at).map((to) => `p${to}`),
          ),
        ),
      )
      .chain((packages) => fc.shuffledSubarray(packages, { minLength: packages.length }))
    fc.assert(
      fc.property(graph, (packages) => {
        const ordered = inDependencyOrder(packages)
        expect(ordered.toSorted(byName)).toEqual(packages.toSorted(byName))
        for (const [at, { dependencies }] of ordered.entries()) {
          const before = ordered.slice(0, at).map(({ name }) => name)
          expect(before).toEqual(expect.arrayContaining(Object.keys(dependencies)))
        }
      }),
    )
  })

  it('refuses a circle, naming it', () => {
    expect(() => inDependencyOrder([packageOf('a', ['b']), packageOf('b', ['a'])])).toThrow('a -> b -> a')
  })
})

function byName(one: { name: string }, other: { name: string }): number {
  return one.name.localeCompare(other.name)
}

describe('releaseSteps()', () => {
  const release = {
    packages: workspaces(),
    migrations: [],
    registry: 'http://127.0.0.1:9/',
    provenance: true,
    checks: true,
    today: new Date('2027-07-01T00:00:00Z'),
    deprecateToken: undefined,
  }

  it('publishes nothing before all checks, tags nothing before all is published', () => {
    const kinds = releaseSteps(release).map(({ name }) => name.split(' ')[0])
    expect(kinds.lastIndexOf('check')).toBeLessThan(kinds.indexOf('publish'))
    expect(kinds.lastIndexOf('publish')).toBeLessThan(kinds.indexOf('tag'))
  })

  it('stops on a facade that is overdue', async () => {
    const late = {
      package: '@switchyard/legacy',
      original: 'agents/tool_dispatcher',
      code: 'SWY0001',
      stage: 'final' as const,
      since: '1.0.0',
      sunset: { version: '2.0.0', date: '2027-06-30' },
      exports: {},
    }
    const step = releaseSteps({ ...release, migrations: [late] }).find(({ name }) => name === 'no facade is overdue')
    await expect(step?.run()).rejects.toThrow('@switchyard/legacy was to be removed by 2027-06-30')
  })

  it('does not take a registry that is out of reach for an empty one', async () => {
    const step = releaseSteps(release).find(({ name }) => name.startsWith('publish'))
    await expect(step?.isDone()).rejects.toThrow('the registry does not answer at http://127.0.0.1:9/')
  })
})

describe('deprecating what is published already', { timeout: 60_000 }, () => {
  const legacy: FacadeMigration = {
    package: '@switchyard/legacy',
    original: 'agents/tool_dispatcher',
    code: 'SWY0001',
    stage: 'final',
    since: '1.0.0',
    sunset: { version: '2.0.0', date: '2027-06-30' },
    exports: {},
  }
  const message = npmMessage(legacy)
  /** What the registry has of each version. */
  let versions: Record<string, { name: string; version: string; deprecated?: string }>
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    if (request.method !== 'PUT') return answer(200, { name: legacy.package, versions })
    if (request.headers.authorization !== 'Bearer of-a-maintainer') return answer(401, { error: 'who are you?' })
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => (body += text))
    return request.on('end', () => {
      ;({ versions } = JSON.parse(body) as { versions: typeof versions })
      answer(200, { ok: true })
    })
  })
  let registry: string

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))
  beforeEach(() => {
    const named = (version: string, deprecated: string) => ({ name: legacy.package, version, deprecated })
    versions = { '1.0.0': named('1.0.0', 'what stage warning said'), '1.1.0': named('1.1.0', message ?? '') }
  })

  function step(deprecateToken?: string) {
    const today = new Date('2027-01-01T00:00:00Z')
    const settings = { packages: [], migrations: [legacy], registry, provenance: false, checks: false, today }
    const found = releaseSteps({ ...settings, deprecateToken }).find(({ name }) => name.startsWith('deprecate'))
    if (found === undefined) throw new Error('a facade in stage final should be deprecated')
    return found
  }

  it('is not done while one version says something else', async () => {
    expect(await step().isDone()).toBe(false)
  })

  it('puts the message on every version with the token it is given, and is done then', async () => {
    expect(await step('of-a-maintainer').run()).toBeUndefined()
    expect(Object.values(versions).map(({ deprecated }) => deprecated)).toEqual([message, message])
    expect(await step().isDone()).toBe(true)
  })

  it('gives back the command for a person without a token, and goes on', async () => {
    const command = await step().run()
    expect(command).toContain(
      `npm deprecate --registry ${registry} @switchyard/legacy "SWY0001: @switchyard/legacy throws`,
    )
    expect(versions['1.0.0']?.deprecated).toBe('what stage warning said')
  })

  it('does so with a token that the registry does not take', async () => {
    expect(await step('of-a-stranger').run()).toContain('npm deprecate')
  })
})

describe('tagging what is published', () => {
  const repository = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-tags-')))
  let gitHead: string | undefined
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ name: 'one', versions: { '1.0.0': { version: '1.0.0', gitHead } } })),
  )
  let registry: string

  beforeAll(async () => {
    git('init', '--quiet')
    git('config', 'user.name', 'x')
    git('config', 'user.email', 'x@localhost')
    for (const message of ['one', 'two']) git('commit', '--quiet', '--allow-empty', '--message', message)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  beforeEach(() => {
    if (git('tag') !== '') git('tag', '--delete', 'one@1.0.0')
  })
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    rmSync(repository, { recursive: true, force: true })
  })

  function git(...args: string[]): string {
    return execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).trim()
  }

  function step() {
    const today = new Date('2027-01-01T00:00:00Z')
    const settings = { packages: [packageOf('one', [])], migrations: [], registry, provenance: false, checks: false }
    const steps = releaseSteps({ ...settings, today, deprecateToken: undefined, repository })
    const found = steps.find(({ name }) => name.startsWith('tag'))
    if (found === undefined) throw new Error('a package should be tagged')
    return found
  }

  it('names the commit that was published, though a later one finishes the release', async () => {
    gitHead = git('rev-parse', 'HEAD~1')
    expect(await step().isDone()).toBe(false)
    await step().run()
    expect(git('rev-parse', 'one@1.0.0^{commit}')).toBe(gitHead)
    expect(await step().isDone()).toBe(true)
  })

  it('names the newest commit where the registry knows of none', async () => {
    gitHead = undefined
    await step().run()
    expect(git('rev-parse', 'one@1.0.0^{commit}')).toBe(git('rev-parse', 'HEAD'))
  })
})

describe('publishing where npm may not', { timeout: 60_000 }, () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-publish-')))
  let answers: { status: number; body: unknown }
  const server = createServer((request, response) => {
    request.resume()
    if (request.method !== 'PUT') return response.writeHead(404).end('{}')
    return request.on('end', () => response.writeHead(answers.status).end(JSON.stringify(answers.body)))
  })
  let registry: string

  beforeAll(async () => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: '@switchyard/one', version: '1.0.0' }))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    rmSync(folder, { recursive: true, force: true })
  })

  function publish(token: string | undefined) {
    const file = join(folder, '.npmrc')
    writeFileSync(file, token === undefined ? '' : `//${new URL(registry).host}/:_authToken=${token}\n`)
    const packages = [{ ...packageOf('@switchyard/one', []), folder }]
    const today = new Date('2027-01-01T00:00:00Z')
    const settings = { packages, migrations: [], registry, provenance: false, checks: false, today }
    const step = releaseSteps({ ...settings, deprecateToken: undefined }).find(({ name }) => name.startsWith('publish'))
    if (step === undefined) throw new Error('a package should be published')
    return step.run()
  }

  it('says without a token who may, and how', async () => {
    await expect(publish(undefined)).rejects.toThrow(
      /ENEEDAUTH[^]*npm may not publish @switchyard\/one here: .*npm login/u,
    )
  })

  it.each([401, 403, 404])('says it to a user whom the registry answers with %i', async (status) => {
    answers = { status, body: { error: 'not you' } }
    await expect(publish('of-a-stranger')).rejects.toThrow(
      /npm may not publish @switchyard\/one here: .*npm owner ls @switchyard\/one/u,
    )
  })

  it('says what the registry said when it fails for another reason', async () => {
    answers = { status: 400, body: { error: 'the tarball is too large' } }
    await expect(publish('of-a-maintainer')).rejects.toThrow(/the tarball is too large\s*$|E400/u)
  })

  it('is content with a version that the registry has already, and does not show yet', async () => {
    answers = { status: 403, body: { error: 'You cannot publish over the previously published versions: 1.0.0.' } }
    await expect(publish('of-a-maintainer')).resolves.toBeUndefined()
  })
})
