import { describe, expect, it } from 'vitest'
import { facadeFindings } from '../../src/audit/facade-sites.js'
import type { Finding, MigrationPlan, Site } from '../../src/plan.js'

const site: Site = {
  file: '/a.ts',
  line: 2,
  column: 3,
  rule: 'facade-use',
  facade: 'legacy',
  name: 'dispatch()',
  fixable: true,
}
const todo: Finding = {
  file: '/a.ts',
  line: 2,
  column: 1,
  rule: 'todo',
  kind: 'todo',
  message: 'choose a context',
  fixable: false,
}
const plan = (sites: readonly Site[], findings: readonly Finding[]): MigrationPlan => ({
  edits: new Map(),
  groups: [],
  findings,
  sites,
  typed: true,
})
const findingsOf = (sites: readonly Site[], findings: readonly Finding[] = []) =>
  facadeFindings(plan(sites, findings), ({ line }) => `line ${line}`)

describe('facade-import and facade-use', () => {
  it('say what is used of which facade, why it matters, and how to fix it', () => {
    expect(findingsOf([site])).toEqual([
      {
        ...{ file: '/a.ts', line: 2, column: 3, rule: 'facade-use', code: 'SWY0001', facade: 'legacy' },
        ...{ kind: 'violation', fixable: true, snippet: 'line 2' },
        message: 'uses dispatch() of @switchyard/legacy',
        why: expect.stringContaining('breaks on the day that the facade is taken away') as string,
        fix: expect.stringContaining('`switchyard migrate`') as string,
      },
    ])
  })

  it.each([
    ['ToolStatus', 'imports ToolStatus of @switchyard/core'],
    ['@switchyard/core', 'names @switchyard/core'],
  ])('of an import of %s say %j', (name, message) => {
    const [finding] = findingsOf([{ ...site, rule: 'facade-import', facade: 'core', name }])
    expect(finding).toMatchObject({ message, rule: 'facade-import', code: 'SWY0003' })
    expect(finding?.why).toContain('deprecated')
  })

  it('tell a decision with its site, once, and promise no fix', () => {
    const findings = findingsOf([{ ...site, fixable: false }], [todo])
    expect(findings).toMatchObject([{ kind: 'todo', rule: 'facade-use', message: 'choose a context', fixable: false }])
    expect(findings[0]).not.toHaveProperty('fix')
  })

  it('tell a decision that has no site of its own, and what is wrong with files, but not what would be bridged', () => {
    const failed: Finding = { ...todo, kind: 'failed', rule: 'parse-error', message: 'broken' }
    const bridged: Finding = { ...todo, kind: 'bridged', message: 'keeps its shape' }
    const findings = findingsOf([site], [{ ...todo, line: 9 }, failed, bridged])
    expect(findings.map(({ message }) => message)).toEqual([
      'uses dispatch() of @switchyard/legacy',
      'choose a context',
      'broken',
    ])
  })
})
