import { readFileSync } from 'node:fs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import * as dispatcher from '../src/index.js'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('the tables of the README', () => {
  it('name every error class with its code', () => {
    const classes = Object.entries(dispatcher).flatMap(([name, value]) =>
      typeof value === 'function' && value !== dispatcher.SwitchyardError && value.prototype instanceof Error
        ? [name]
        : [],
    )
    const rows = rowsBetween('errors').map(([name]) => name)
    expect(new Set(rows)).toEqual(new Set(classes))
    for (const [name, code] of rowsBetween('errors')) expect(sourceOf('errors.ts'), name).toContain(`code = '${code}'`)
  })

  it('name every code of a failed call', () => {
    const codes = rowsBetween('codes').map(([code]) => code)
    const declared = /export type ToolErrorCode =([^/]*?)\n\n/.exec(sourceOf('result.ts'))?.[1] ?? ''
    expect(new Set(codes)).toEqual(new Set([...declared.matchAll(/'(\w+)'/g)].map((match) => match[1])))
    expectTypeOf<'tool_not_found'>().toExtend<dispatcher.ToolErrorCode>()
  })
})

function rowsBetween(marker: string): string[][] {
  const start = readme.indexOf(`<!-- ${marker}:start -->`)
  const table = readme.slice(start, readme.indexOf(`<!-- ${marker}:end -->`))
  const rows = table.split('\n').filter((line) => line.startsWith('| `'))
  return rows.map((row) => [...row.matchAll(/^\| `(\w+)` \|(?: `(\w+)`)?/g)].flatMap((match) => match.slice(1)))
}

function sourceOf(file: string): string {
  return readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')
}
