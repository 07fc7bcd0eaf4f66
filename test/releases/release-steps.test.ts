import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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
