import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { rangeOf } from '../src/own-manifest.js'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>
}

describe('rangeOf()', () => {
  it.each(['@switchyard/dispatcher', '@switchyard/facade-kit'])(
    'accepts of %s what the rewrites are checked against, whatever version the command itself has',
    (name) => {
      expect(rangeOf(name)).toBe(`^${manifest.dependencies[name]}`)
    },
  )

  it('refuses a package that the command does not know', () => {
    expect(() => rangeOf('@switchyard/legacy')).toThrow('names no version of @switchyard/legacy')
  })
})
