import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-checker'
import { afterAll, describe, expect, it } from 'vitest'
import { facadeNames, packageOf } from '../../src/facades.js'
import { migrations, type ExportMigration } from '../../src/migrations.js'
import type { FacadeName, Finding, SourceText } from '../../src/plan.js'
import { planMigration } from '../../src/rewrite/plan-migration.js'
import { applyEdits } from '../../src/rewrite/text-edits.js'

/**
 * Every export of every facade, in every form in which a module can be named, made from the migration table: a new row
 * there is a new caller of each form here. The planner's own check by types is off, so that nothing hides behind it.
 */
const repository = fileURLToPath(new URL('../../..', import.meta.url))
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-matrix-')))
const compilerOptions = {
  ...{ module: 'nodenext', target: 'es2023', lib: ['es2023', 'esnext.disposable', 'dom'], types: [] },
  ...{ allowJs: true, checkJs: true, strict: true, skipLibCheck: true, noEmit: true },
}

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** One export, and where it comes from. */
interface Named {
  readonly facade: FacadeName
  readonly name: string
  readonly migration: ExportMigration
  readonly from: string
}

interface Form {
  /** The caller; undefined where an export cannot be named like this. */
  readonly text: (named: Named) => string | undefined
  readonly extension?: 'cjs'
  /** Whether a caller moves; what does not is marked. */
  readonly moves: (named: Named) => boolean
}

const existsAtRunTime = ({ migration }: Named) => migration.kind !== 'type'
const hasCounterpart = ({ migration }: Named) => migration.to !== undefined
const never = () => false

/** An expression that uses an export as exports of its kind are used. */
function usedAs(local: string, { facade, name, migration }: Named): string {
  const usual: Readonly<Record<string, string>> = {
    createToolDispatcher: '([])',
    UserExecutionContext: ".create({ userId: 'u-1', threadId: 't-1', runId: 'r-1' })",
    ToolStatus: '.SUCCESS',
    DispatchStrategy: '.DEFAULT',
    ToolDispatchRequest: "({ toolName: 'add' })",
    ToolDispatchResponse: '({ success: true })',
    WebSocketBridgeAdapter: '({ emit: () => undefined }, ctx)',
  }
  const factory = Object.keys(migration.statics ?? {}).find((each) => each !== 'from')
  if (name.endsWith('Error')) return `({ ctx } instanceof ${local})`
  const known = usual[name] ?? '(ctx)'
  if (migration.kind !== 'class' || known.startsWith('.')) return `${local}${known}`
  if (factory !== undefined && (facade !== 'legacy' || name.endsWith('Factory'))) return `${local}.${factory}(ctx)`
  return `new ${local}${known}`
}

const ctx =
  "import { UserExecutionContext as Context } from '@switchyard/dispatcher'\n\n" +
  "const ctx = Context.create({ userId: 'u-1', threadId: 't-1', runId: 'r-1' })\nvoid ctx\n"
const requiredCtx = ctx
  .replace('import', 'const')
  .replace(' as Context', ': Context')
  .replace("from '", "= require('")
  .replace("'\n", "')\n")
const used = (value: string, load = '') =>
  `async function use() {\n${load}  const made = await ${value}\n  return made === undefined\n}\nvoid use\n`
const typed = (type: string) => `function keep(value: ${type}) {\n  return value === undefined\n}\nvoid keep\n`
const typeOf = (local: string, { migration }: Named) => (migration.kind === 'function' ? `typeof ${local}` : local)

/** A form that names values alone. */
function valueForm(text: (named: Named) => string, moves: Form['moves'] = hasCounterpart, extension?: 'cjs'): Form {
  return { text: (named) => (existsAtRunTime(named) ? text(named) : undefined), moves, ...(extension && { extension }) }
}

const asValueOrType = (local: string, named: Named) =>
  existsAtRunTime(named) ? ctx + used(usedAs(local, named)) : typed(local)
/** The type of a class of static members, or of a function, is no dispatcher. */
const typeMoves = (named: Named) =>
  hasCounterpart(named) && named.migration.kind !== 'function' && !named.name.endsWith('Factory')

const forms: Readonly<Record<string, Form>> = {
  named: {
    text: (named) => `import { ${named.name} } from '${named.from}'\n${asValueOrType(named.name, named)}`,
    moves: hasCounterpart,
  },
  renamed: {
    text: (named) => `import { ${named.name} as Old } from '${named.from}'\n${asValueOrType('Old', named)}`,
    moves: hasCounterpart,
  },
  namespace: {
    text: (named) => `import * as old from '${named.from}'\n${asValueOrType(`old.${named.name}`, named)}`,
    moves: hasCounterpart,
  },
  'type only': {
    text: (named) => `import type { ${named.name} } from '${named.from}'\n${typed(typeOf(named.name, named))}`,
    moves: typeMoves,
  },
  'type of one name': {
    text: (named) => `import { type ${named.name} as Old } from '${named.from}'\n${typed(typeOf('Old', named))}`,
    moves: typeMoves,
  },
  're-export': {
    text: ({ name, from, migration }) =>
      `export ${migration.kind === 'type' ? 'type ' : ''}{ ${name} } from '${from}'\n`,
    // A function that nothing here calls may be called from outside.
    moves: (named) => hasCounterpart(named) && named.migration.kind !== 'function',
  },
  'export * as': { text: ({ from }) => `export * as old from '${from}'\n`, moves: never },
  'export *': { text: ({ from }) => `export * from '${from}'\n`, moves: never },
  'require, taken apart': valueForm(
    (named) => `const { ${named.name} } = require('${named.from}')\n${requiredCtx}${used(usedAs(named.name, named))}`,
    hasCounterpart,
    'cjs',
  ),
  'require, member': valueForm(
    (named) => `const old = require('${named.from}')\n${requiredCtx}${used(usedAs(`old.${named.name}`, named))}`,
    hasCounterpart,
    'cjs',
  ),
  'require, member at once': valueForm(
    (named) => `const Old = require('${named.from}').${named.name}\n${requiredCtx}${used(usedAs('Old', named))}`,
    hasCounterpart,
    'cjs',
  ),
  'import(), taken apart': valueForm(
    (named) => ctx + used(usedAs(named.name, named), `  const { ${named.name} } = await import('${named.from}')\n`),
  ),
  'import().then()': valueForm(
    (named) =>
      `${ctx}void import('${named.from}').then(async (old) => void (await ${usedAs(`old.${named.name}`, named)}))\n`,
    never,
  ),
  'import(), member at once': valueForm(
    (named) => ctx + used(usedAs(`(await import('${named.from}')).${named.name}`, named)),
    never,
  ),
  'import() in a type': {
    text: (named) => typed(typeOf(`import('${named.from}').${named.name}`, named)),
    moves: typeMoves,
  },
  // What the kit has would need a mock of its own.
  'vi.mock()': valueForm(
    ({ name, from }) =>
      `declare const vi: { mock(path: string, make: () => unknown): void; fn(make?: () => unknown): () => unknown }\nvi.mock('${from}', () => ({ ${name}: vi.fn(() => ({ executeTool: vi.fn() })) }))\nexport {}\n`,
    ({ migration }) => migration.to?.module === '@switchyard/dispatcher',
  ),
}

const exportsOf = (facade: FacadeName): Named[] =>
  Object.entries(migrations[facade].exports).map(([name, migration]) => ({
    ...{ facade, name, migration, from: packageOf(facade) },
  }))

interface Caller extends Named, SourceText {
  readonly form: Form
}

/** The callers of a form, on disk: one project. */
function callersOf(label: string, form: Form): { root: string; callers: Caller[] } {
  const root = join(scratch, label.replaceAll(/\W+/g, '-'))
  mkdirSync(root, { recursive: true })
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  const callers = facadeNames.flatMap(exportsOf).flatMap((named) => {
    const text = form.text(named)
    const path = join(root, named.facade, `${named.name}.${form.extension ?? 'ts'}`)
    return text === undefined ? [] : [{ ...named, form, path, text }]
  })
  for (const { path, text } of callers) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return { root, callers }
}

interface Outcome {
  readonly after: string
  readonly findings: readonly Finding[]
}

function migrated(root: string, sources: readonly SourceText[]): Map<string, Outcome> {
  const hits = sources.filter(({ text }) => /@switchyard\/(?:legacy|request-scoped|core|enhanced)/.test(text))
  const plan = planMigration({ root, hits, files: sources.map(({ path }) => path), verify: false })
  return new Map(
    sources.map(({ path, text }) => [
      path,
      {
        after: applyEdits(text, plan.edits.get(path) ?? []),
        findings: plan.findings.filter(({ file }) => file === path),
      },
    ]),
  )
}

const parsed = new Map<string, ts.SourceFile>()
const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, repository)

/** What the compiler says of each file against the real packages. */
function complaintsOf(texts: ReadonlyMap<string, string>): (path: string) => string[] {
  const host = ts.createCompilerHost(options, true)
  const { getSourceFile, readFile, fileExists } = host
  host.readFile = (path) => texts.get(path) ?? readFile(path)
  host.fileExists = (path) => texts.has(path) || fileExists(path)
  host.getSourceFile = (path, version) => {
    const own = texts.get(path)
    if (own !== undefined) return ts.createSourceFile(path, own, version, true)
    const source = parsed.get(path) ?? getSourceFile(path, version)
    if (source !== undefined) parsed.set(path, source)
    return source
  }
  const program = ts.createProgram({ rootNames: [...texts.keys()], options, host })
  return (path) => {
    const source = program.getSourceFile(path)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ code, messageText }) => `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    )
  }
}

const withoutMarkers = (text: string) => text.replaceAll(/^\s*\/\/ @switchyard-todo .*\n/gm, '')

/** What is wrong with the outcome of a caller. */
function faultsOf({ name, from, text, form, ...named }: Caller, { after, findings }: Outcome): string[] {
  const todos = findings.filter(({ kind }) => kind === 'todo')
  const code = withoutMarkers(after)
  const moved = !code.includes(from)
  const faults: string[] = []
  if (moved !== form.moves({ name, from, ...named })) faults.push(moved ? 'moved' : 'did not move')
  if (moved && todos.length > 0) faults.push(`moved, and marked: ${todos[0]?.message}`)
  if (!moved && code !== text) faults.push('half moved')
  if (!moved && todos.length === 0) faults.push('left, and not reported')
  for (const { message, code: warning } of todos) {
    if (!after.includes(`// @switchyard-todo ${warning}: ${message}\n`)) faults.push(`lacks the marker: ${message}`)
  }
  return faults
}

describe.each(Object.entries(forms))('an export named by: %s', (label, form) => {
  const { root, callers } = callersOf(label, form)
  const outcomes = migrated(root, callers)
  const outcomeOf = ({ path }: Caller) => outcomes.get(path) ?? { after: '', findings: [] }

  it('moves where it can, and is marked and left whole where not', () => {
    expect(callers.length).toBeGreaterThan(20)
    const faults = callers.flatMap((caller) =>
      faultsOf(caller, outcomeOf(caller)).map(
        (fault) => `${caller.from} ${caller.name}: ${fault}\n${outcomeOf(caller).after}`,
      ),
    )
    expect(faults).toEqual([])
  })

  it('type-checks against the real packages, as before', () => {
    const before = complaintsOf(new Map(callers.map(({ path, text }) => [path, text])))
    const after = complaintsOf(new Map(callers.map((caller) => [caller.path, outcomeOf(caller).after])))
    expect(callers.flatMap(({ path }) => before(path))).toEqual([])
    const complaints = callers.flatMap((caller) =>
      after(caller.path).map((complaint) => `${caller.from} ${caller.name}: ${complaint}\n${outcomeOf(caller).after}`),
    )
    expect(complaints).toEqual([])
  })

  it('does not change again, and says the same', () => {
    const written = callers.map((caller) => ({ path: caller.path, text: outcomeOf(caller).after }))
    for (const { path, text } of written) writeFileSync(path, text)
    const again = migrated(root, written)
    const left = ({ findings }: Outcome) => findings.filter(({ kind }) => kind === 'todo').map(({ message }) => message)
    const changes = callers.flatMap((caller) => {
      const first = outcomeOf(caller)
      const second = again.get(caller.path)
      const isSame = second?.after === first.after && left(second).join() === left(first).join()
      return isSame ? [] : [`${caller.from} ${caller.name}: ${second?.findings[0]?.message}\n${second?.after}`]
    })
    expect(changes).toEqual([])
  })
})
