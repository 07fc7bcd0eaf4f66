import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { billOfMaterials, type Lockfile } from '../../.config/bill-of-materials.mjs'
import { lockfileFaults, scriptsThatRunByThemselves } from '../../.config/supply-chain.mjs'
import { root, workspaces } from '../../.config/workspaces.mjs'

interface Manifest {
  readonly scripts?: Record<string, string>
  readonly publishConfig?: { readonly provenance?: boolean }
}

const packages = workspaces().map((workspace) => ({ ...workspace, place: relative(root, workspace.folder) }))
const lockfile = packagesOf('package-lock.json')
const lockfiles = execFileSync(
  'git',
  ['ls-files', 'package-lock.json', '*/package-lock.json', '*/yarn.lock', '*/pnpm-lock.yaml'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => file !== '' && !/\bfixtures\b|^test\/apps\//u.test(file))

function packagesOf(file: string): Lockfile & Record<string, { hasInstallScript?: boolean }> {
  return (JSON.parse(readFileSync(join(root, file), 'utf8')) as { packages: Lockfile }).packages
}

describe.each(packages)('$name', ({ folder, place }) => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest

  it('runs nothing when it is installed or published', () => {
    expect(scriptsThatRunByThemselves(manifest)).toEqual([])
  })

  it('brings its licence along', () => {
    expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })

  it('asks for provenance', () => {
    expect(manifest.publishConfig?.provenance).toBe(true)
  })

  it('brings nothing along that runs when it is installed', () => {
    const { dependencies } = billOfMaterials(place, lockfile)
    const names = new Set(dependencies.map(({ ref }) => ref.slice('pkg:npm/'.length).replace('%40', '@')))
    const running = Object.entries(lockfile).flatMap(([key, { hasInstallScript, version }]) =>
      hasInstallScript === true ? [`${key.replace(/^.*node_modules\//u, '')}@${version}`] : [],
    )
    expect(running.filter((name) => names.has(name))).toEqual([])
  })
})

describe.each(lockfiles)('%s', (file) => {
  it('says what the bytes of each package must hash to, and takes none from elsewhere', () => {
    const locked = packagesOf(file)
    expect(Object.keys(locked).length).toBeGreaterThan(1)
    expect(lockfileFaults(locked)).toEqual([])
  })
})

describe('lockfileFaults()', () => {
  const good = { version: '1.0.0', integrity: 'sha512-AAEC' }

  it.each([
    ['no integrity', { version: '1.0.0' }, 'must say what its bytes hash to, with SHA-512; it says undefined'],
    ['a weak one', { ...good, integrity: 'sha1-AAEC' }, 'it says sha1-AAEC'],
    [
      'another registry',
      { ...good, resolved: 'https://registry.evil.example/a.tgz' },
      'it comes from https://registry.e',
    ],
    ['a repository', { ...good, resolved: 'git+ssh://git@github.com/a/a.git#1234' }, 'it comes from git+ssh:'],
    ['a file', { ...good, resolved: 'file:../a.tgz' }, 'it comes from file:../a.tgz'],
  ])('names a package with %s', (_, locked, sentence) => {
    expect(lockfileFaults({ 'node_modules/a': locked })).toEqual([expect.stringContaining(sentence)])
  })

  it('lets the registry serve, and workspaces link', () => {
    const resolved = 'https://registry.npmjs.org/a/-/a-1.0.0.tgz'
    const link = { link: true, resolved: 'packages/b' }
    expect(
      lockfileFaults({ 'node_modules/a': { ...good, resolved }, 'node_modules/b': link, 'packages/b': {} }),
    ).toEqual([])
  })
})

describe('scriptsThatRunByThemselves()', () => {
  it.each(['install', 'preinstall', 'postinstall', 'prepare', 'prepublishOnly', 'prepack', 'postpack', 'postpublish'])(
    'names %s',
    (name) => {
      expect(scriptsThatRunByThemselves({ scripts: { test: 'x', [name]: 'x' } })).toEqual([name])
    },
  )

  it('lets what a person runs be', () => {
    expect(scriptsThatRunByThemselves({ scripts: { test: 'x', build: 'x', 'install:tools': 'x' } })).toEqual([])
  })
})

describe('billOfMaterials()', () => {
  const small: Lockfile = {
    mine: { name: '@x/mine', version: '1.0.0', license: 'MIT', dependencies: { a: '^1.0.0', alias: 'npm:b@2.0.0' } },
    'node_modules/@x/other': { link: true, resolved: 'other' },
    other: { name: '@x/other', version: '3.0.0' },
    'node_modules/a': { version: '1.2.0', integrity: 'sha512-AAEC', dependencies: { c: '*', '@x/other': '*' } },
    'node_modules/alias': { name: 'b', version: '2.0.0', optionalDependencies: { absent: '*' } },
    'node_modules/c': { version: '1.0.0' },
    'node_modules/a/node_modules/c': { version: '2.0.0' },
    'node_modules/unused': { version: '9.0.0' },
  }

  it('lists what is reached, the nearer copy of it, aliases by their own name, links by what they link to', () => {
    const bill = billOfMaterials('mine', small)
    expect(bill.metadata.component).toMatchObject({
      name: '@x/mine',
      version: '1.0.0',
      purl: 'pkg:npm/%40x/mine@1.0.0',
    })
    expect(bill.components.map(({ name, version }) => `${name}@${version}`).toSorted()).toEqual(
      ['a@1.2.0', 'b@2.0.0', 'c@2.0.0', '@x/other@3.0.0'].toSorted(),
    )
  })

  it('says what needs what, and what the bytes hash to', () => {
    const bill = billOfMaterials('mine', small)
    expect(bill.dependencies.find(({ ref }) => ref === 'pkg:npm/a@1.2.0')?.dependsOn).toEqual([
      'pkg:npm/c@2.0.0',
      'pkg:npm/%40x/other@3.0.0',
    ])
    expect(bill.components.find(({ name }) => name === 'a')?.hashes).toEqual([{ alg: 'SHA-512', content: '000102' }])
  })

  it('refuses a lockfile that lacks what is needed', () => {
    const { 'node_modules/a': _, ...rest } = small
    expect(() => billOfMaterials('mine', rest)).toThrow('package-lock.json has no a, which mine needs')
  })

  it('lists every dependency that the dispatcher declares', () => {
    const names = billOfMaterials('packages/dispatcher', lockfile).components.map(({ name }) => name)
    const declared = packages.find(({ place }) => place === 'packages/dispatcher')?.dependencies ?? {}
    expect(names).toEqual(expect.arrayContaining(Object.keys(declared)))
  })

  it('lists no optional peer of the dispatcher: who wants one installs it', () => {
    const names = billOfMaterials('packages/dispatcher', lockfile).components.map(({ name }) => name)
    const { peerDependencies = {} } = JSON.parse(
      readFileSync(join(root, 'packages/dispatcher/package.json'), 'utf8'),
    ) as { peerDependencies?: Record<string, string> }
    expect(Object.keys(peerDependencies).length).toBeGreaterThan(0)
    expect(names.filter((name) => name in peerDependencies)).toEqual([])
  })
})
