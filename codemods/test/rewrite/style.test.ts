import ts from 'typescript-checker'
import { describe, expect, it } from 'vitest'
import { indentAt, styleOf } from '../../src/rewrite/style.js'

const style = (text: string) => styleOf(ts.createSourceFile('a.ts', text, ts.ScriptTarget.ESNext, true))

describe('styleOf()', () => {
  it.each([
    ['the imports', `import a from "a"\nf('b', 'c', 'd')\n`, '"'],
    ['the first import', `import a from 'a'\nimport b from "b"\nimport c from "c"\n`, "'"],
    ['an export from', `export * from "a"\n`, '"'],
    ['the majority where nothing is imported', `f("a", "b", 'c')\n`, '"'],
    ['nothing', `f(1)\n`, "'"],
  ])('has the quotes of %s', (_, text, quote) => {
    expect(style(text).quote).toBe(quote)
  })

  it.each([
    ['import a from "a";\na();\n', ';'],
    ['import a from "a"\na()\n', ''],
    ['a()\n;[1].map(a)\n', ''],
    ['for (let i = 0; i < 3; i++) {\n}\n', ''],
    ['', ''],
  ])('sees of %j whether statements end in a semicolon', (text, semicolon) => {
    expect(style(text).semicolon).toBe(semicolon)
  })

  it.each([
    ['a\nb\n', '\n'],
    ['a\r\nb\r\n', '\r\n'],
    ['a\nb\nc\r\nd\n', '\n'],
    ['a\r\nb\r\nc\nd\r\n', '\r\n'],
    ['a', '\n'],
  ])('has the line ends of most lines of %j', (text, newline) => {
    expect(style(text).newline).toBe(newline)
  })
})

describe('indentAt()', () => {
  it.each([
    ['  a', 2, '  '],
    ['x\n\t\ta', 4, '\t\t'],
    ['x\r\n \ta b', 7, ' \t'],
    ['\uFEFF  a', 3, '  '],
    ['a', 0, ''],
    ['', 0, ''],
  ])('of %j at %d is %j', (text, offset, indent) => {
    expect(indentAt(text, offset)).toBe(indent)
  })
})
