import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-checker'
import { describe, expect, it, vi } from 'vitest'
import type { MigrationPlan } from '../../src/plan.js'
import { applyEdits } from '../../src/rewrite/text-edits.js'
import { textOfNote } from '../../src/rewrite/text-of-note.js'

const load = `import { ToolDispatcher as Old } from '@switchyard/legacy'`

/** The lines of a text that are left, each without what is blank. */
function noted(lines: readonly string[], file = '/a.ts'): string[] {
  const left = textOfNote(file, lines.join('\n')).split('\n')
  return lines.filter((line, at) => left[at] === line)
}

describe('textOfNote()', () => {
  it('leaves out what shares no name with what loads a facade', () => {
    const text = [load, 'const rate = 2', 'function total(given: number) { return given * rate }', 'new Old(ctx)']
    expect(noted(text)).toEqual([load, 'new Old(ctx)'])
  })

  it('follows names, whatever their order', () => {
    const text = [
      load,
      'take(made)',
      'const made = open()',
      'function open() { return { inner: build() } }',
      'function build() { return new Old(ctx) }',
      'function take(given) { keep.last = given }',
      'const keep = {}',
      'log(keep.last.inner)',
      'const other = 1',
    ]
    expect(noted(text)).toEqual(text.slice(0, -1))
  })

  it('does not follow what comes from elsewhere, of which no type is known', () => {
    const text = [load, `import { log } from './log.js'`, 'log(new Old(ctx))', 'function other() { log(1) }']
    expect(noted(text)).toEqual(text.slice(0, -1))
    const common = [
      `const { ToolDispatcher } = require('@switchyard/legacy')`,
      `const { log } = require('./log.js')`,
      'log(new ToolDispatcher(ctx))',
      'function other() { log(1) }',
    ]
    expect(noted(common, '/a.js')).toEqual(common.slice(0, -1))
  })

  it('does not follow names that are of one function alone', () => {
    const text = [
      load,
      'function make() { const made = new Old(ctx); return made }',
      'function other() { const made = 1; return made }',
      'namespace Held { export const made = 1 }',
    ]
    expect(noted(text)).toEqual(text.slice(0, 2))
  })

  it('follows what is declared beside what comes from elsewhere', () => {
    const text = [
      `const { ToolDispatcher } = require('@switchyard/legacy'), other = 1`,
      `const log = require('./log.js'), held = {}`,
      'held.last = new ToolDispatcher(ctx)',
      'log(held)',
      'const after = 1',
    ]
    expect(noted(text, '/a.js')).toEqual(text.slice(0, -1))
  })

  it.each([
    ['an old member of something unknown', `export const run = (d) => d.dispatch('a')`],
    ['a text that names one', `const name = 'executeTool'`],
    ['a type in a comment', `/** @type {import('@switchyard/core').ToolDispatcher} */ let d`],
    ['a facade that is loaded late', `const later = () => import('@switchyard/core')`],
    ['what is shared without a declaration', 'globalThis.held = 1'],
    ['a mock of a module of its own', `vi.mock('./own.js')`],
    ['a handler of errors', 'app.use((error, request, response, next) => next())'],
    ['a name that new code may need', 'function defineTool() {}'],
  ])('keeps %s', (_, statement) => {
    const text = [load, 'globalThis.d = new Old(ctx)', statement, 'export const other = 1']
    expect(noted(text)).toEqual(text.slice(0, 3))
  })

  it.each([
    ['a block declares for the whole module', 'if (ready) { var d = new Old(ctx) }'],
    ['a pattern declares', 'const { held: [d = new Old(ctx)] } = given'],
    ['a namespace declares', 'namespace d { export const held = new Old(ctx) }'],
  ])('follows what %s', (_, statement) => {
    const text = [load, statement, 'work(d)', 'const other = 1']
    expect(noted(text)).toEqual(text.slice(0, -1))
  })

  it('keeps directives, the first statement and what says that it is a module', () => {
    const text = [
      `'use strict'`,
      'const first = 1',
      'const second = 2',
      'export const third = 3',
      'export const fourth = 4',
      `const later = () => import('@switchyard/core')`,
    ]
    expect(noted(text)).toEqual([text[0], text[1], text[3], text[5]])
  })

  it('leaves every position, line end and comment of what is left as it was', () => {
    const text = `\uFEFF${load} // one\r\n/* two */ const other = \`\r\n\`; new Old(ctx) // three\r\n// four\r\n`
    const left = textOfNote('/a.ts', text)
    expect(left).toBe(`\uFEFF${load}       \r\n          0;             \r\n ; new Old(ctx) // three\r\n// four\r\n`)
    expect(left).toHaveLength(text.length)
  })

  it('keeps a statement apart from the next one, closed or not', () => {
    const text = [
      `import { ToolDispatcher } from '@switchyard/legacy'`,
      'const made = new ToolDispatcher(ctx)',
      'function other() {}',
      '(await made).isActive()',
      'let count = 1;',
      '[made].forEach(take)',
      'type Other = 1',
      '`${made}`',
    ]
    const before = ts.createSourceFile('/a.ts', text.join('\n'), ts.ScriptTarget.ESNext)
    const after = ts.createSourceFile('/a.ts', textOfNote('/a.ts', text.join('\n')), ts.ScriptTarget.ESNext)
    const places = (source: ts.SourceFile) => source.statements.map((one) => [one.getStart(source), one.end])
    expect(noted(text)).toEqual(text.filter((_, at) => ![2, 4, 6].includes(at)))
    expect(places(after)).toEqual(expect.arrayContaining(places(before).filter((_, at) => ![2, 4, 6].includes(at))))
  })

  it.each([
    ["a script, whose names are everybody's", '/a.ts', 'const d = 1\nconst other = 2'],
    [
      'a module that adds to the globals',
      '/a.ts',
      `${load}\ndeclare global { interface Held { d: Old } }\nconst other = 2`,
    ],
    ['a module with escapes in it', '/a.ts', `${load}\nconst \\u0064 = 1`],
    ['a file that declares', '/a.d.ts', `${load}\nexport const other: 2`],
    ['a component, whose template may name anything', '/a.vue.ts', `${load}\nconst other = 2`],
    ['types in the comments of JavaScript', '/a.js', `${load}\n/** @typedef {Old} Held */\nconst other = 2`],
    ['a file that cannot be parsed', '/a.ts', `${load}\nconst other = 2\nconst = 3`],
  ])('is the whole of %s', (_, file, text) => {
    expect(textOfNote(file, text)).toBe(text)
  })
})

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))
const own = fileURLToPath(new URL('../..', import.meta.url))
const files = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((path) =>
  /\.[cm]?[jt]sx?$/.test(path),
)
const inputs = files.filter((path) => /[/]input[./]/.test(path))
const outputs = files.filter((path) => /[/]output[./]/.test(path))

/** What has nothing to do with a dispatcher, before each statement of a file. */
function amongOthers(path: string, text: string): string {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext)
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const parts = source.statements.map((statement, at) => {
    const whole = statement.getFullText(source)
    const line = whole.lastIndexOf('\n', statement.getStart(source) - statement.pos) + 1
    const isFree =
      line > 0 && at > 0 && !/\/\*|\/\//.test(whole.slice(line, statement.getStart(source) - statement.pos))
    return isFree
      ? `${whole.slice(0, line)}function other${at}(given) { return given + ${at} }${newline}${whole.slice(line)}`
      : whole
  })
  return parts.join('') + text.slice(source.endOfFileToken.pos)
}

type Planned = Pick<MigrationPlan, 'findings' | 'sites'> & { readonly texts: readonly string[] }

describe('textOfNote() of a file that has a name of its own', () => {
  it('keeps what new code would meet, for every name that an output of a fixture imports', () => {
    const imported = /import (?:type )?\{([^}]*)\} from ['"]@switchyard\/(?:dispatcher|facade-kit)/g
    const lists = outputs.flatMap((path) => [...readFileSync(join(fixtures, path), 'utf8').matchAll(imported)])
    // A name that the caller chose is one that the file had before.
    const brought = new Set(
      lists.flatMap(([, list = '']) => list.split(',').map((name) => /^\s*(?:type )?(\w+)/.exec(name)?.[1] ?? '')),
    )
    expect(brought.size).toBeGreaterThan(15)
    for (const name of brought) {
      const text = [load, `function ${name}() {}`, 'const last = 2']
      expect(noted(text)).toContain(text[1])
    }
  })
})

describe('planMigration() of a file that stands alone', () => {
  it('plans the same from what is of note as from all of it, for every fixture', async () => {
    const cases = new Map<string, Map<string, string>>()
    for (const path of inputs) {
      const name = path.slice(0, path.indexOf('/input'))
      const texts = cases.get(name) ?? new Map<string, string>()
      const at = join('/alone', path)
      cases.set(name, texts.set(at, amongOthers(at, readFileSync(join(fixtures, path), 'utf8'))))
    }
    const { planMigration } = await import('../../src/rewrite/plan-migration.js')
    vi.resetModules()
    vi.doMock('../../src/rewrite/text-of-note.js', () => ({ textOfNote: (_: string, text: string) => text }))
    const { planMigration: planWhole } = await import('../../src/rewrite/plan-migration.js')
    vi.doUnmock('../../src/rewrite/text-of-note.js')

    const planned = (plan: typeof planMigration, texts: ReadonlyMap<string, string>): Planned => {
      const hits = [...texts].map(([path, text]) => ({ path, text }))
      const { edits, findings, sites } = plan({ root: '/alone', hits, files: [...texts.keys()], ownDirectory: own })
      return { findings, sites, texts: hits.map(({ path, text }) => applyEdits(text, edits.get(path) ?? [])) }
    }
    let shorter = 0
    for (const [name, texts] of cases) {
      if ([...texts].some(([path, text]) => textOfNote(path, text) !== text)) shorter += 1
      expect(planned(planMigration, texts), name).toEqual(planned(planWhole, texts))
    }
    expect(shorter).toBeGreaterThan(cases.size / 2)
  }, 120_000)
})
