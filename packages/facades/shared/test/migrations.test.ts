import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as dispatcher from '@switchyard/dispatcher'
import { describe, expect, it } from 'vitest'
import * as kit from '../src/index.js'
import { migrations } from '../src/migrations.js'

const facades = Object.entries(migrations)
const entries = facades.flatMap(([facade, { exports }]) =>
  Object.entries(exports).map(([name, migration]) => ({ facade, name, migration })),
)

describe('the migration table', () => {
  it('has the four facades, with a code each', () => {
    expect(facades.map(([facade, { package: name, code }]) => [facade, name, code])).toEqual([
      ['legacy', '@switchyard/legacy', 'SWY0001'],
      ['request-scoped', '@switchyard/request-scoped', 'SWY0002'],
      ['core', '@switchyard/core', 'SWY0003'],
      ['enhanced', '@switchyard/enhanced', 'SWY0004'],
    ])
  })

  it.each(facades)('starts %s in the stage warning, with a sunset after its deprecation', (_, facade) => {
    expect(facade.stage).toBe('warning')
    expect(Number.parseInt(facade.sunset.version, 10)).toBeGreaterThan(Number.parseInt(facade.since, 10))
    expect(new Date(facade.sunset.date).toISOString().slice(0, 10)).toBe(facade.sunset.date)
  })

  it.each(entries)('gives $facade $name a replacement that reads on after "use"', ({ migration }) => {
    for (const { replacement } of [migration, ...Object.values(migration.statics ?? {})]) {
      expect(replacement).toMatch(/^\S.*[^\s.]$/u)
      expect(replacement).not.toMatch(/^use /iu)
    }
  })

  it.each(entries.filter(({ migration: { to, kind } }) => to !== undefined && kind !== 'type'))(
    'sends $facade $name to an export that exists',
    ({ migration: { to } }) => {
      const modules: Record<string, object> = { '@switchyard/dispatcher': dispatcher, '@switchyard/facade-kit': kit }
      expect(Object.keys(modules[to?.module ?? ''] ?? {})).toContain(to?.name)
    },
  )

  it.each(entries)('knows an import for $facade $name, unless a person must choose', ({ migration }) => {
    expect(migration.to === undefined).toBe(migration.change === 'manual')
  })

  it('imports nothing, so that it can be copied whole', () => {
    const source = readFileSync(new URL('../src/migrations.ts', import.meta.url), 'utf8')
    expect(source).not.toMatch(/^import /mu)
  })
})

describe('scripts/generate.mjs --check', () => {
  const script = fileURLToPath(new URL('../scripts/generate.mjs', import.meta.url))

  it('finds every text that derives from the table fresh', () => {
    expect(existsSync(new URL('../dist/migrations.js', import.meta.url)), 'npm run build makes it').toBe(true)
    expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toBe('')
  })

  it.each(facades)('has a table in the README of %s', (facade) => {
    const readme = readFileSync(new URL(`../../${facade}/README.md`, import.meta.url), 'utf8')
    for (const name of Object.keys(migrations[facade as keyof typeof migrations].exports)) {
      expect(readme).toContain(`| \`${name}\` |`)
    }
  })
})
