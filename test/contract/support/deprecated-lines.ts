import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript-checker'
import { root } from './exports-of.js'

/** "'x' is deprecated": what an editor strikes through. */
const IS_DEPRECATED = 6385

/** The lines of a consumer on which an editor shows that something is deprecated, counted from 1. */
export function linesInEditor(text: string): Set<number> {
  const file = `${root}test/contract/consumer.ts`
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => ({
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      strict: true,
    }),
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const content = name === file ? text : ts.sys.readFile(name)
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content)
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: (name) => (name === file ? text : ts.sys.readFile(name)),
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: (name) => ts.sys.realpath?.(name) ?? name,
  }
  const service = ts.createLanguageService(host)
  const errors = service
    .getSemanticDiagnostics(file)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '))
  if (errors.length > 0) throw new Error(`The consumer does not compile: ${errors.join('; ')}`)
  const deprecations = service
    .getSuggestionDiagnostics(file)
    .filter(({ code, reportsDeprecated }) => code === IS_DEPRECATED && reportsDeprecated)
  return new Set(deprecations.map(({ start }) => text.slice(0, start).split('\n').length))
}

/** The lines of a consumer on which `typescript/no-deprecated`, the rule of typescript-eslint, reports something. */
export function linesInLinter(text: string): Set<number> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-lint-'))
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const files = {
      'package.json': { type: 'module' },
      'tsconfig.json': {
        compilerOptions: { module: 'nodenext', strict: true, skipLibCheck: true },
        include: ['consumer.ts'],
      },
      '.oxlintrc.json': {
        categories: { correctness: 'off' },
        plugins: ['typescript'],
        rules: { 'typescript/no-deprecated': 'error' },
      },
    }
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content))
    writeFileSync(join(folder, 'consumer.ts'), text)
    const run = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--type-aware', '--format=unix', 'consumer.ts'], {
      cwd: folder,
      encoding: 'utf8',
    })
    return new Set(
      [...run.stdout.matchAll(/^.*consumer\.ts:(\d+):\d+: .*no-deprecated/gmu)].map(([, line]) => Number(line)),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}
