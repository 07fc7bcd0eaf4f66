import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import ts from 'typescript-checker'
import { describe, expect, it, vi } from 'vitest'
import type { MigrationPlan, PlanInput } from '../../src/plan.js'
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

  it('follows an import of what the file declares itself', () => {
    const text = [
      load,
      'namespace Held { export namespace Inner { export const last = new Old(ctx) } }',
      'import Alias = Held.Inner',
      'log(Alias.last)',
      'const after = 1',
    ]
    expect(noted(text)).toEqual(text.slice(0, -1))
  })

  it.each(['x', '{\n  log(1)\n}', '[\n  1,\n].forEach(log)', '(\n  log\n)(1)', '`\n`.at(0)', '[\r\n  1\r\n].at(0)'])(
    'leaves as many lines as there were in the place of %j',
    (statement) => {
      const text = `${load}\nconst first = 1;\n${statement};\nnew Old(ctx)\n`
      const left = textOfNote('/a.ts', text)
      expect(left.split('\n').map((line) => line.length)).toEqual(text.split('\n').map((line) => line.length))
    },
  )

  it('does not follow names that are of one function alone', () => {
    const text = [
      load,
      'function make() { const made = new Old(ctx); return made }',
      'function other() { const made = 1; return made }',
      'namespace Held { export const made = 1 }',
    ]
    expect(noted(text)).toEqual(text.slice(0, 2))
  })

  it('follows what is given a property, wherever it comes from, in JavaScript', () => {
    const text = [
      load,
      `import store from './store.js'`,
      'store.last = new Old(ctx)',
      'function keep() { unknown.kept /* all */ [0].last = store }',
      'log(unknown)',
      'globalThis.made = store',
      'log(made)',
      'const after = 1',
    ]
    expect(noted(text, '/a.js')).toEqual(text.slice(0, -1))
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
    ['a case declares', 'switch (kind) { case 1: var d = new Old(ctx) }'],
    ['a handler declares', 'try { begin() } catch (error) { var d = new Old(ctx) }'],
    ['a labelled loop declares', 'out: for (var d = new Old(ctx); ready;) { break out }'],
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

type Plan = (input: PlanInput) => MigrationPlan

/** The planning as it is, and as it would be from whole texts. */
async function bothPlans(): Promise<readonly [Plan, Plan]> {
  const { planMigration } = await import('../../src/rewrite/plan-migration.js')
  vi.resetModules()
  vi.doMock('../../src/rewrite/text-of-note.js', () => ({ textOfNote: (_: string, text: string) => text }))
  const { planMigration: planWhole } = await import('../../src/rewrite/plan-migration.js')
  vi.doUnmock('../../src/rewrite/text-of-note.js')
  return [planMigration, planWhole]
}

function planned(plan: Plan, texts: ReadonlyMap<string, string>): object {
  const hits = [...texts].map(([path, text]) => ({ path, text }))
  const { edits, findings, sites } = plan({ root: '/alone', hits, files: [...texts.keys()], ownDirectory: own })
  return { findings, sites, texts: hits.map(({ path, text }) => applyEdits(text, edits.get(path) ?? [])) }
}

const name = fc.constantFrom('alpha', 'beta', 'gamma', 'delta', 'store', 'handler', 'held', 'made')
const type = fc.constantFrom('A', 'B', 'ToolDispatcher', 'any', 'unknown')

/** Statements with places for names, `_`, and types, `T`: those of every file, of modules, of CommonJS and of TypeScript. */
const anywhere = `const _ = new ToolDispatcher(ctx, tools)|let _ = null|_ = new ToolDispatcher(ctx)|_._ = new ToolDispatcher(ctx)|const _ = {}
const _ = { _: _, _ }|const _ = new Map()|_.set('a', _)|function _(_) { return _ }|;[_].forEach(_)|(await _).cleanup()|\`\${_}\`.length
async function _(_) { const r = await _.dispatch('add', { a: 1 }); if (r.status === 'success') return r.payload?.result; return r.message }
class A { constructor(_) { this._ = _ } async run() { return this._.dispatchTool('a', {}) } }|new A(_).run()|A.prototype._ = _
if (_) { var _ = _ } else { _() }|for (const _ of [_, _]) _(_)|try { _() } catch (error) { log(error) }|globalThis._ = _|log(_, _)
_.on('x', _)|app.use((error, request, response, next) => next(_))|app.get('/x', _)|const { _ } = _|const { _: { _ } } = _|out: { _(); break out }|switch (_) { case 1: var _ = _; default: _() }|try { _() } catch { var _ = _ }|[↵  _,↵].forEach(_)|{↵  _(_)↵}|_ /* c */ . _ = _ // about _
/* about _ */ const _ = () => _|const _ = _ instanceof ToolDispatcher|const UnifiedToolDispatcher = _|function call(_) { return result }
const result = await _.dispatch('a')|log(await _.dispatch('a', { x: await _() }))|const _ = ToolDispatcher.from(_)|vi.mock('./_.js')`
const modules = `import _ from './_.js'|import { _ } from './_.js'|import * as _ from './_.js'|export const _ = 1|export function _() { return _ }|export default _`
const common = `exports._ = _|module.exports = { _ }|const _ = require('./_.js')|const _ = require('./_.js'), _ = _`
const typed = `import _ = _._|enum _ { _ }|namespace _ { export const _ = _ }|type A = { _: ToolDispatcher }|interface B { _(): T }|const _: T = _|function _(_: T) { _(_) }`
const statements = { js: [anywhere, modules], cjs: [anywhere, common], ts: [anywhere, modules, typed] }

const file = fc
  .constantFrom('js', 'cjs', 'ts')
  .chain((kind) =>
    fc.tuple(
      fc.constant(kind),
      fc.array(filled(statements[kind].join('|').split(/[|\n](?!\|)/)), { minLength: 4, maxLength: 16 }),
    ),
  )
  .chain(([kind, lines]) =>
    fc.record({
      kind: fc.constant(kind),
      lines: fc.constant(lines),
      end: fc.constantFrom('\n', ';\n', '\r\n\r\n'),
      head: fc.constantFrom('', "'use client'", 'const head = 1'),
    }),
  )
  .map(({ kind, lines, end, head }) => {
    const taken = '{ ToolDispatcher, createRequestScopedToolDispatcher }'
    const first =
      kind === 'cjs' ? `const ${taken} = require('@switchyard/legacy')` : `import ${taken} from '@switchyard/legacy'`
    return [
      kind === 'ts' ? '/alone/a.ts' : '/alone/a.js',
      [head, first, ...lines].filter(Boolean).join(end) + end,
    ] as const
  })

function filled(templates: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...templates), fc.array(name, { minLength: 8, maxLength: 8 }), type)
    .map(([template, names, of]) => {
      let at = 0
      return template
        .replaceAll(/\b_\b/g, () => names[(at += 1) - 1] ?? 'made')
        .replaceAll(/\bT\b/g, of)
        .replaceAll('↵', '\n')
    })
}

describe('planMigration() of files that stand alone', () => {
  it('plans the same from what is of note as from all of it, for every fixture', async () => {
    const cases = new Map<string, Map<string, string>>()
    for (const path of inputs) {
      const folder = path.slice(0, path.indexOf('/input'))
      const texts = cases.get(folder) ?? new Map<string, string>()
      const at = join('/alone', path)
      cases.set(folder, texts.set(at, amongOthers(at, readFileSync(join(fixtures, path), 'utf8'))))
    }
    const [plan, planWhole] = await bothPlans()
    let shorter = 0
    for (const [folder, texts] of cases) {
      if ([...texts].some(([path, text]) => textOfNote(path, text) !== text)) shorter += 1
      expect(planned(plan, texts), folder).toEqual(planned(planWhole, texts))
    }
    expect(shorter).toBeGreaterThan(cases.size / 2)
  }, 120_000)

  it('plans the same for files put together at random', async () => {
    const [plan, planWhole] = await bothPlans()
    let shorter = 0
    const numRuns = Number(process.env['SWITCHYARD_RUNS'] ?? 200)
    fc.assert(
      fc.property(file, ([path, text]) => {
        if (textOfNote(path, text) !== text) shorter += 1
        const texts = new Map([[path, text]])
        expect(planned(plan, texts)).toEqual(planned(planWhole, texts))
      }),
      { numRuns },
    )
    expect(shorter).toBeGreaterThan(numRuns / 3)
  }, 600_000)
})
