import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-checker'
import { afterAll, describe, expect, it } from 'vitest'
import { migrations } from '../../src/migrations.js'
import { planMigration } from '../../src/rewrite/plan-migration.js'
import { applyEdits } from '../../src/rewrite/text-edits.js'

/**
 * The fixtures that derive from the migration table: each export of each facade in each form of import, one file each. A file
 * is off the facade afterwards or says what a person must decide; what the table names comes in its place; it compiles as
 * before; and a second run changes nothing.
 */
const repository = fileURLToPath(new URL('../../..', import.meta.url))
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-matrix-')))

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

type Form = (module: string, name: string) => string

const valueForms: Readonly<Record<string, Form>> = {
  named: (m, x) => `import { ${x} } from '${m}'\nexport const used = ${x}\n`,
  renamed: (m, x) => `import { ${x} as Mine } from '${m}'\nexport const used = Mine\n`,
  namespace: (m, x) => `import * as old from '${m}'\nexport const used = old.${x}\n`,
  dynamic: (m, x) => `export const used = async () => (await import('${m}')).${x}\n`,
  'dynamic, taken apart': (m, x) =>
    `export async function use() {\n  const { ${x} } = await import('${m}')\n  return ${x}\n}\n`,
}
const typeForms: Readonly<Record<string, Form>> = {
  'named type': (m, x) => `import type { ${x} } from '${m}'\nexport type Used = ${x}\n`,
  'inline type': (m, x) => `import { type ${x} as Mine } from '${m}'\nexport type Used = Mine\n`,
  'namespace type': (m, x) => `import type * as old from '${m}'\nexport type Used = old.${x}\n`,
  'import() type': (m, x) => `export type Used = import('${m}').${x}\n`,
  're-exported type': (m, x) => `export type { ${x} } from '${m}'\n`,
}
const anyForms: Readonly<Record<string, Form>> = {
  're-exported': (m, x) => `export { ${x} } from '${m}'\n`,
  're-exported under another name': (m, x) => `export { ${x} as Mine } from '${m}'\n`,
}
const requireForms: Readonly<Record<string, Form>> = {
  require: (m, x) => `const { ${x} } = require('${m}')\nexports.used = ${x}\n`,
  'require, whole': (m, x) => `const old = require('${m}')\nexports.used = old.${x}\n`,
}

/** A call of what the table says is rewritten: it names a function, or a static of a class. */
function callOf(module: string, name: string, member: string | undefined): string {
  const given = member === 'from' ? 'unified' : member === 'cleanupUserDispatchers' ? "'ada'" : 'context'
  return [
    "import { UnifiedToolDispatcher as Canonical, UserExecutionContext } from '@switchyard/dispatcher'",
    `import { ${name} } from '${module}'`,
    '',
    "const context = UserExecutionContext.create({ userId: 'ada', threadId: 'thread-1', runId: 'run-1' })",
    'export const unified = Canonical.createForUser(context)',
    '',
    'export async function use() {',
    `  const made = await ${member === undefined ? name : `${name}.${member}`}(${given})`,
    member === 'cleanupUserDispatchers' ? '  return made' : "  return made.hasTool('add')",
    '}',
    '',
  ].join('\n')
}

function replaces(text: string, { module, name }: { readonly module: string; readonly name: string }): boolean {
  return text.includes(module) && text.includes(name)
}

interface Case {
  readonly form: string
  readonly name: string
  readonly file: string
  readonly text: string
  readonly to: { readonly module: string; readonly name: string } | undefined
}

const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  strict: true,
  skipLibCheck: true,
  noEmit: true,
}

function place(folder: string, files: ReadonlyMap<string, string>): string {
  const root = join(scratch, folder)
  mkdirSync(root, { recursive: true })
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
  }
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...compilerOptions, strict: true } }))
  for (const [path, text] of files) writeFileSync(join(root, path), text)
  return root
}

function migrated(root: string, files: ReadonlyMap<string, string>) {
  const sources = [...files].map(([path, text]) => ({ path: join(root, path), text }))
  const plan = planMigration({ root, hits: sources, files: sources.map(({ path }) => path) })
  const after = new Map(
    [...files].map(([path, text]) => [path, applyEdits(text, plan.edits.get(join(root, path)) ?? [])]),
  )
  return { plan, after }
}

function complaintsOf(root: string, files: Iterable<string>): Map<string, string[]> {
  const complaints = new Map<string, string[]>()
  const program = ts.createProgram(
    [...files].filter((path) => path.endsWith('.ts')).map((path) => join(root, path)),
    options,
  )
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const name = (file?.fileName ?? '').slice(root.length + 1)
    complaints.set(name, [...(complaints.get(name) ?? []), ts.flattenDiagnosticMessageText(messageText, ' ')])
  }
  return complaints
}

describe.each(Object.values(migrations))('the callers of $package', (migration) => {
  const cases = Object.entries(migration.exports).flatMap(([name, { kind, to }], index): Case[] => {
    const isType = kind !== 'function'
    const forms = {
      ...(kind === 'type' ? {} : { ...valueForms, ...anyForms, ...requireForms }),
      ...(isType ? typeForms : {}),
    }
    return Object.entries(forms).map(([form, text], at) => {
      const file = `export_${index}_${at}.${form in requireForms ? 'cjs' : 'ts'}`
      // A function that is passed on goes, and so does the need for what stands in for it.
      const goes = kind === 'function' && form in anyForms
      return { form, name, file, text: text(migration.package, name), to: goes ? undefined : to }
    })
  })
  const calls = Object.entries(migration.exports).flatMap(([name, { kind, change, statics = {} }], index) => {
    const called =
      kind === 'function'
        ? [[undefined, change] as const]
        : Object.entries(statics).map(([s, { change: c }]) => [s, c] as const)
    return called
      .filter(([, its]) => its === 'rewrite')
      .map(([member], at) => {
        const file = `call_${index}_${at}.ts`
        return {
          call: member === undefined ? name : `${name}.${member}`,
          file,
          text: callOf(migration.package, name, member),
        }
      })
  })
  const before = new Map([...cases, ...calls].map(({ file, text }) => [file, text]))
  const name = migration.package.replace('@switchyard/', '')
  const root = place(`${name}-before`, before)
  const { plan, after } = migrated(root, before)
  const rootAfter = place(`${name}-after`, after)
  const again = migrated(rootAfter, after)
  const complaints = complaintsOf(rootAfter, after.keys())

  it('compile before', () => {
    expect(complaintsOf(root, before.keys())).toEqual(new Map())
  })

  it.each(cases)('are off $name, $form, or say what is left', ({ file, to }) => {
    const text = after.get(file) ?? ''
    const left = plan.findings.filter((finding) => finding.file === join(root, file) && finding.kind === 'todo')
    const found = { stays: text.includes(migration.package), replaced: to === undefined || replaces(text, to) }
    const expected = left.length > 0 ? found : { stays: false, replaced: true }
    expect(found, text).toEqual(expected)
    expect(complaints.get(file) ?? [], text).toEqual([])
    expect(again.after.get(file)).toBe(text)
  })

  it.each(calls)('are off $call() without a person', ({ file }) => {
    const text = after.get(file) ?? ''
    const left = plan.findings.filter((finding) => finding.file === join(root, file) && finding.kind === 'todo')
    expect(left, text).toEqual([])
    expect(text).not.toContain(migration.package)
    expect(text).toContain('@switchyard/dispatcher')
    expect(complaints.get(file) ?? [], text).toEqual([])
    expect(again.after.get(file)).toBe(text)
  })
})
