import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript-checker'
import { afterAll, describe, expect, it } from 'vitest'
import type { MigrationPlan } from '../../src/plan.js'
import { planMigration } from '../../src/rewrite/plan-migration.js'
import { applyEdits } from '../../src/rewrite/text-edits.js'

/**
 * A fixture is a folder: `input.*` and `output.*`, or folders `input` and `output` of several files, and where something is
 * left or bridged a `report.json` of `{ kind, line, message }`, the message a part of the real one. Where a module exports
 * `run()`, what it gives before and after must be the same. A folder `untyped-*` has no tsconfig.
 */
const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))
const repository = fileURLToPath(new URL('../../..', import.meta.url))
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-fixtures-')))

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const options: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node'],
  jsx: ts.JsxEmit.Preserve,
  allowJs: true,
  strict: true,
  skipLibCheck: true,
}
const tsconfig = JSON.stringify({
  compilerOptions: {
    ...{ module: 'nodenext', target: 'es2023', lib: ['es2023', 'esnext.disposable'], types: ['node'], jsx: 'preserve' },
    ...{ allowJs: true, strict: true, skipLibCheck: true, noEmit: true },
  },
})

interface Expected {
  readonly kind: string
  readonly line: number
  readonly message: string
}

describe.each(foldersOf(fixtures).map((folder) => [folder.slice(fixtures.length + 1), folder] as const))(
  '%s',
  (name, folder) => {
    const typed = !basename(folder).startsWith('untyped')
    const before = filesOf(folder, 'input')
    const after = filesOf(folder, 'output')
    const report: readonly Expected[] = existsSync(join(folder, 'report.json'))
      ? (JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as readonly Expected[])
      : []

    it('becomes exactly what is expected, and says what is left', () => {
      const root = place(`${name}/before`, before, typed)
      const plan = planOf(root, before)
      expect(resultOf(root, before, plan)).toEqual(Object.fromEntries(after))
      const found = plan.findings.map(({ kind, line, message }) => ({ kind, line, message }))
      expect(found).toEqual(
        report.map(({ kind, line, message }) => ({ kind, line, message: expect.stringContaining(message) as string })),
      )
    })

    it('does not change again', () => {
      const root = place(`${name}/after`, after, typed)
      const plan = planOf(root, after)
      expect([...plan.edits]).toEqual([])
      const left = report
        .filter(({ kind }) => kind === 'todo')
        .map(({ message }) => expect.stringContaining(message) as string)
      expect(plan.findings.filter(({ kind }) => kind === 'todo').map(({ message }) => message)).toEqual(left)
    })

    it('type-checks against the real packages, as before', () => {
      const complaints = [before, after].map((files, index) =>
        complaintsOf(place(`${name}/checked-${index}`, files, true), files),
      )
      expect(complaints[1]).toEqual(complaints[0])
    })

    const entries = [...before].filter(([, text]) => /export (?:async )?function run\(|exports\.run =/.test(text))
    it.each(entries.slice(0, 1))('does the same when %s is run', async (entry) => {
      const results = []
      for (const [index, files] of [before, after].entries())
        results.push(await runIn(`${name}/run-${index}`, files, entry))
      expect(results[1]).toEqual(results[0])
      expect(results[0]).toBeDefined()
    })
  },
)

/** Folders that hold an input, at any depth. */
function foldersOf(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  if (entries.some((entry) => entry.name === 'input' || entry.name.startsWith('input.'))) return [folder]
  return entries.filter((entry) => entry.isDirectory()).flatMap((entry) => foldersOf(join(folder, entry.name)))
}

function filesOf(folder: string, side: 'input' | 'output'): Map<string, string> {
  const files = new Map<string, string>()
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile() && entry.name.startsWith(`${side}.`)) {
      files.set(entry.name.replace(side, 'file'), readFileSync(join(folder, entry.name), 'utf8'))
    } else if (entry.isDirectory() && entry.name === side) {
      for (const path of readdirSync(join(folder, side), { recursive: true, encoding: 'utf8' })) {
        const full = join(folder, side, path)
        if (/\.[cm]?[jt]sx?$/.test(path)) files.set(path, readFileSync(full, 'utf8'))
      }
    }
  }
  return files
}

function place(name: string, files: ReadonlyMap<string, string>, typed: boolean): string {
  const root = join(scratch, name)
  mkdirSync(root, { recursive: true })
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  if (typed) writeFileSync(join(root, 'tsconfig.json'), tsconfig)
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

function planOf(root: string, files: ReadonlyMap<string, string>): MigrationPlan {
  const sources = [...files].map(([path, text]) => ({ path: join(root, path), text }))
  const hits = sources.filter(({ text }) => /@switchyard\/(?:legacy|request-scoped|core|enhanced)/.test(text))
  return planMigration({ root, hits, files: sources.map(({ path }) => path) })
}

function resultOf(root: string, files: ReadonlyMap<string, string>, plan: MigrationPlan): Record<string, string> {
  return Object.fromEntries(
    [...files].map(([path, text]) => [path, applyEdits(text, plan.edits.get(join(root, path)) ?? [])]),
  )
}

function complaintsOf(root: string, files: ReadonlyMap<string, string>): string[] {
  const paths = [...files.keys()].map((path) => join(root, path))
  const program = programOf(paths, { ...options, noEmit: true })
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    )
}

// What the facades say about themselves is tested elsewhere.
process.env['SWITCHYARD_DEPRECATIONS'] = '*:silence'

const parsed = new Map<string, ts.SourceFile>()

/** A program that shares what does not change between fixtures: the language's and the packages' declarations. */
function programOf(rootNames: readonly string[], programOptions: ts.CompilerOptions): ts.Program {
  const host = ts.createCompilerHost(programOptions, true)
  const getSourceFile = host.getSourceFile.bind(host)
  host.getSourceFile = (path, version) => {
    const cached = parsed.get(path)
    if (cached !== undefined) return cached
    const source = getSourceFile(path, version)
    if (source !== undefined && path.startsWith(repository)) parsed.set(path, source)
    return source
  }
  return ts.createProgram({ rootNames, options: programOptions, host })
}

/** Compiles the files of a fixture and runs the entry's `run()`. */
async function runIn(name: string, files: ReadonlyMap<string, string>, entry: string): Promise<unknown> {
  const root = place(name, files, true)
  const outDir = join(root, 'out')
  const paths = [...files.keys()].map((path) => join(root, path))
  programOf(paths, { ...options, rootDir: root, outDir, jsx: ts.JsxEmit.React }).emit()
  const compiled = join(
    outDir,
    entry
      .replace(/\.ts(x?)$/, '.js')
      .replace(/\.mts$/, '.mjs')
      .replace(/\.cts$/, '.cjs'),
  )
  const loaded = (await import(/* @vite-ignore */ pathToFileURL(compiled).href)) as { run(): unknown }
  return structuredClone(await loaded.run())
}
