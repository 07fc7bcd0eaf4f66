import { describe, expect, it } from 'vitest'
import { daysLeft, type FacadeMigration, migrationTable, npmMessage, overdue } from '../../.config/deprecations.mjs'

const sunset = { version: '2.0.0', date: '2027-06-30' }
const command = 'npx -p @switchyard/codemods switchyard migrate'

function facadeIn(stage: FacadeMigration['stage']): FacadeMigration {
  return {
    package: '@switchyard/legacy',
    original: 'agents/tool_dispatcher',
    code: 'SWY0001',
    stage,
    since: '1.0.0',
    sunset,
    exports: {},
  }
}

function at(day: string): Date {
  return new Date(`${day}T12:00:00Z`)
}

describe('npmMessage()', () => {
  it('is nothing in stage available', () => {
    expect(npmMessage(facadeIn('available'))).toBeUndefined()
  })

  it.each(['warning', 'final', 'removed'] as const)('names the code, the end and the way out in stage %s', (stage) => {
    const message = npmMessage(facadeIn(stage))
    expect(message).toMatch(/^SWY0001: @switchyard\/legacy /u)
    expect(message).toContain('2.0.0 (2027-06-30)')
    expect(message).toContain(command)
  })

  it('says in stage final how to go on until the end', () => {
    expect(npmMessage(facadeIn('final'))).toContain('SWITCHYARD_DEPRECATIONS=SWY0001:log')
  })

  it('changes with every stage, so that a move reaches the registry', () => {
    const stages = ['available', 'warning', 'final', 'removed'] as const
    expect(new Set(stages.map((stage) => npmMessage(facadeIn(stage)))).size).toBe(stages.length)
  })
})

describe('overdue()', () => {
  it.each([
    ['warning', '2027-03-31', 'in time'],
    ['warning', '2027-04-02', 'must be in final 90 days before'],
    ['available', '2027-04-02', 'must be in final 90 days before'],
    ['final', '2027-04-02', 'in time'],
    ['final', '2027-06-29', 'in time'],
    ['final', '2027-06-30', 'was to be removed by 2027-06-30'],
    ['warning', '2028-01-01', 'was to be removed by 2027-06-30'],
    ['removed', '2028-01-01', 'in time'],
  ] as const)('finds a facade in stage %s on %s %s', (stage, day, finding) => {
    const sentences = overdue([facadeIn(stage)], at(day))
    expect(sentences.map((sentence) => sentence.includes(finding))).toEqual(finding === 'in time' ? [] : [true])
  })

  it('names each facade that is late', () => {
    const others = { ...facadeIn('warning'), package: '@switchyard/core' }
    const sentences = overdue([facadeIn('final'), others, facadeIn('removed')], at('2027-07-01'))
    expect(sentences.map((sentence) => sentence.split(' ')[0])).toEqual(['@switchyard/legacy', '@switchyard/core'])
  })

  it('refuses a sunset that is no day', () => {
    const migration = { ...facadeIn('warning'), sunset: { version: '2.0.0', date: 'next summer' } }
    expect(() => overdue([migration], at('2027-01-01'))).toThrow('next summer')
  })
})

describe('daysLeft()', () => {
  it('counts to the beginning of the sunset day, and below zero after it', () => {
    expect(daysLeft({ sunset }, at('2027-06-29'))).toBe(1)
    expect(daysLeft({ sunset }, at('2027-07-02'))).toBe(-2)
  })
})

describe('the migration table', () => {
  it('gives every facade a sunset that is a day', async () => {
    const table = await migrationTable()
    expect(table.length).toBeGreaterThan(0)
    for (const migration of table) expect(daysLeft(migration, at('2026-01-01'))).toBeGreaterThan(0)
  })
})
