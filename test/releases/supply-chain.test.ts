import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { billOfMaterials, type Lockfile } from '../../.config/bill-of-materials.mjs'
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
    expect(
      Object.keys(manifest.scripts ?? {}).filter((name) => /install|prepare|prepublish|prepack/u.test(name)),
    ).toEqual([])
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
  const entries = Object.entries(packagesOf(file)).filter(
    ([place, { link }]) => place.includes('node_modules/') && link !== true,
  )

  it('says of each package what its bytes must hash to, with SHA-512', () => {
    expect(entries.length).toBeGreaterThan(0)
    expect(entries.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([place]) => place)).toEqual([])
  })

  it('takes nothing from anywhere but a registry', () => {
    const elsewhere = entries.filter(
      ([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.'),
    )
    expect(elsewhere.map(([place]) => place)).toEqual([])
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
})
