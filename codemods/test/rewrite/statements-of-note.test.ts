import ts from 'typescript-checker'
import { describe, expect, it } from 'vitest'
import { statementsOfNote } from '../../src/rewrite/statements-of-note.js'

/** The first lines of the statements of note of a module. */
function noted(text: string, file = '/a.ts'): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true)
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost({}),
    getSourceFile: (name) => (name === file ? source : undefined),
    fileExists: (name) => name === file,
  }
  // Asking for a checker binds the file, which is where its names come from.
  ts.createProgram([file], { noLib: true, allowJs: true }, host).getTypeChecker()
  return statementsOfNote(source).map((node) => node.getText(source).split('\n')[0] ?? '')
}

const load = `import { ToolDispatcher as Old } from '@switchyard/legacy'`

describe('statementsOfNote()', () => {
  it('leaves out what shares no name with what loads a facade', () => {
    const text = [
      load,
      'export const rate = 2',
      'export function total(given: number) { return given * rate }',
      'new Old(ctx)',
    ]
    expect(noted(text.join('\n'))).toEqual([load, 'new Old(ctx)'])
  })

  it('follows names, whatever their order', () => {
    const text = [
      load,
      'use(made)',
      'const made = open()',
      'function open() { return { inner: build() } }',
      'function build() { return new Old(ctx) }',
      'function use(given) { keep.last = given }',
      'const keep = {}',
      'log(keep.last.inner)',
      'const other = 1',
    ]
    expect(noted(text.join('\n'))).toEqual(text.slice(0, -1))
  })

  it.each([
    ['an old member of something unknown', `export const run = (d) => d.dispatch('a')`],
    ['a text that names one', `const name = 'executeTool'`],
    ['a type in a comment', `/** @type {import('@switchyard/core').ToolDispatcher} */ let d`],
    ['a facade that is loaded late', `const later = () => import('@switchyard/core')`],
    ['what is shared without a declaration', 'globalThis.held = 1'],
  ])('keeps %s', (_, statement) => {
    const text = [load, 'globalThis.d = new Old(ctx)', statement, 'export const other = 1']
    const kept = noted(text.join('\n'))
    expect(kept).toHaveLength(3)
    expect(kept).not.toContain('export const other = 1')
  })

  it('keeps what a loop or a block declares for the whole module', () => {
    const text = [load, 'if (ready) { var d = new Old(ctx) }', 'work(d)', 'const other = 1']
    expect(noted(text.join('\n'))).toEqual(text.slice(0, -1))
  })

  it.each([
    ["a script, whose names are everybody's", 'const d = 1\nconst other = 2', '/a.ts'],
    [
      'a module that adds to the globals',
      `${load}\ndeclare global { interface Held { d: Old } }\nconst other = 2`,
      '/a.ts',
    ],
    ['a module with escapes in it', `${load}\nconst \\u0064 = 1`, '/a.ts'],
  ])('is the whole of %s', (_, text, file) => {
    expect(noted(text, file)).toHaveLength(1)
  })

  it('knows the modules of CommonJS', () => {
    const text = [
      `const { ToolDispatcher } = require('@switchyard/legacy')`,
      'const other = 1',
      'module.exports = { make: () => new ToolDispatcher(ctx) }',
    ]
    expect(noted(text.join('\n'), '/a.js')).toEqual([text[0], text[2]])
  })
})
