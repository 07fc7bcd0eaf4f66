import ts from 'typescript-checker'
import { describe, expect, it } from 'vitest'
import { lineOf, violationAt } from '../../src/audit/rule.js'
import { sourceRules } from '../../src/audit/source-rules.js'

describe('every rule', () => {
  it.each(sourceRules().map((rule) => [rule.name, rule] as const))(
    '%s says why, and what to do',
    (_, { why, fix, needles }) => {
      for (const sentence of [why, fix]) expect(sentence).toMatch(/^[A-Z].*\.$/)
      expect(needles.length).toBeGreaterThan(0)
      // A needle is looked for in bytes.
      for (const needle of needles) expect(needle).toMatch(/^[\x21-\x7e]+$/)
    },
  )
})

describe('violationAt()', () => {
  it('is at the first character of a node, behind its comments, with its line', () => {
    const source = ts.createSourceFile('/a.ts', '\uFEFFa\r\n\t/* b */ call() // c\r\n', ts.ScriptTarget.ESNext, true)
    const node = source.statements[1]
    expect(node && violationAt(node, 'no')).toEqual({
      file: '/a.ts',
      line: 2,
      column: 10,
      message: 'no',
      snippet: '/* b */ call() // c',
    })
  })
})

describe('lineOf()', () => {
  it.each([
    ['a\n  b \nc', 4, 'b'],
    ['a', 0, 'a'],
    ['a\r\nb', 3, 'b'],
    ['', 0, ''],
  ])('of %j at %d is %j', (text, offset, line) => {
    expect(lineOf(text, offset)).toBe(line)
  })

  it('ends after 200 characters', () => {
    expect(lineOf('x'.repeat(300), 0)).toBe(`${'x'.repeat(199)}…`)
  })
})
