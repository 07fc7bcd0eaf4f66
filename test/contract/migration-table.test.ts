import { readFileSync } from 'node:fs'
import { migrations, type FacadeName } from '@switchyard/facade-kit'
import { describe, expect, it } from 'vitest'
import { exportsOf, root } from './support/exports-of.js'

const facades = Object.keys(migrations) as FacadeName[]

describe.each(facades)('the migration table of %s', (facade) => {
  const migration = migrations[facade]
  const exported = exportsOf(`packages/facades/${facade}`)
  const readme = readFileSync(`${root}packages/facades/${facade}/README.md`, 'utf8')

  it('has an entry for each export, and for nothing else', () => {
    expect(exported.map(({ name }) => name).toSorted()).toEqual(Object.keys(migration.exports).toSorted())
  })

  it.each(exported)('knows that $name is a $kind', ({ name, kind }) => {
    expect(migration.exports[name]?.kind).toBe(kind)
  })

  it.each(exported.filter(({ name, kind }) => kind === 'class' && migration.exports[name]?.change !== 'rename'))(
    'has an entry for each static member of $name',
    ({ name, statics }) => {
      expect(statics.toSorted()).toEqual(Object.keys(migration.exports[name]?.statics ?? {}).toSorted())
    },
  )

  it.each(exported)('is what the @deprecated of $name says, on each of its declarations', ({ name, deprecations }) => {
    const { code, since, sunset } = migration
    const replacement = migration.exports[name]?.replacement.replaceAll(/@[\w-]+\/[\w-]+/gu, '`$&`')
    const notice = `${code}, since ${since}, removed in ${sunset.version} (${sunset.date}): use ${replacement}`
    expect(deprecations.length).toBeGreaterThan(0)
    for (const deprecation of deprecations) expect(deprecation).toBe(notice)
  })

  it.each(exported)('is what the README says of $name', ({ name }) => {
    const { kind, replacement, statics = {} } = migration.exports[name] ?? { kind: 'missing', replacement: 'missing' }
    expect(readme).toContain(`| \`${name}\` | ${kind} | \`${replacement}\` |`)
    for (const [member, its] of Object.entries(statics)) {
      expect(readme).toContain(`| \`${name}.${member}\` | static | \`${its.replacement}\` |`)
    }
  })

  it.each(exported)('is shown in the migration guide for $name, before and after', ({ name }) => {
    const guide = readFileSync(`${root}codemods/README.md`, 'utf8')
    const section = guide.split(`<code>${migration.package}</code>`)[1]?.split('</details>')[0] ?? ''
    const entry = section.split(`#### \`${name}\`: use `)[1]?.split('\n#### ')[0] ?? ''
    expect(entry).toContain(`\`${migration.exports[name]?.replacement}\``)
    expect(entry).toMatch(/```diff\n[^]*^[+-]/mu)
    expect(entry).toContain(name)
  })

  it('is what the README says of code, stage and end', () => {
    const { code, stage, since, sunset } = migration
    expect(readme).toContain(
      `\`${code}\`, stage ${stage}; deprecated since ${since}, removed in ${sunset.version} (${sunset.date})`,
    )
    expect(readFileSync(`${root}README.md`, 'utf8')).toContain(
      `| \`${migration.package}\` | \`${migration.original}\` |`,
    )
  })
})

describe("the codemods' mapping", () => {
  it('is the table, word for word, under a header that says so', () => {
    const table = readFileSync(`${root}packages/facades/shared/src/migrations.ts`, 'utf8')
    const copy = readFileSync(`${root}codemods/src/migrations.ts`, 'utf8')
    expect(copy.endsWith(`\n\n${table}`)).toBe(true)
    expect(copy.slice(0, -table.length)).toMatch(/^(?:\/\/ .*\n)+\n$/u)
  })
})
