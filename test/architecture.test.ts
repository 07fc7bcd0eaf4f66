import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-checker'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const dispatcher = 'packages/dispatcher/src'
/** Those that are left: the folder goes as a whole one day, and this test stays. */
const facades = ['legacy', 'request-scoped', 'core', 'enhanced'].filter((name) =>
  existsSync(join(root, 'packages/facades', name)),
)
const kits = existsSync(join(root, 'packages/facades')) ? ['packages/facades/shared'] : []
const facadePackages = facades.map((name) => `@switchyard/${name}`)

/** The rows of the canonical package, lowest first. A file imports only from lower rows; a name with a slash is a folder. */
const rows: readonly (readonly string[])[] = [
  ['errors.ts', 'clock.ts', 'ids.ts', 'snapshot.ts', 'json-size.ts', 'single-copy.ts', 'thenable.ts'],
  ['context.ts', 'result.ts', 'tool-definitions.ts', 'events/redact.ts'],
  ['tool.ts', 'events/event.ts'],
  ['foreign-tools/', 'executor.ts', 'events/lost-events.ts'],
  [
    'registry.ts',
    'permissions.ts',
    'limits.ts',
    'deadlines.ts',
    'caller-signal.ts',
    'middleware.ts',
    'metrics.ts',
    'events/store.ts',
    'events/agent-run.ts',
  ],
  ['execution.ts', 'events/memory-store.ts', 'delivery/protocol.ts', 'delivery/tickets.ts'],
  ['scope.ts', 'events/router.ts'],
  ['dispatch.ts'],
  ['dispatcher.ts'],
  ['delivery/', 'client/', 'stores/', 'executors/', 'interop/', 'conformance/'],
  ['index.ts', 'websocket.ts', 'client.ts', 'sqlite.ts', 'redis.ts', 'bullmq.ts', 'interop.ts', 'conformance.ts'],
]
const entryRow = rows.length - 1

describe('the layers of packages/dispatcher/src', () => {
  const files = sourcesUnder(dispatcher)

  it('are read from files that exist', () => {
    expect(files).toContain(`${dispatcher}/dispatcher.ts`)
  })

  it.each(files)('give %s a row', (file) => {
    expect(place(file), `add ${file} to the layer table, or move it to the room where it belongs`).toBeDefined()
  })

  it.each(files)('let %s import from lower rows only', (file) => {
    expect(arrowsAgainstLayers(file)).toEqual([])
  })

  it.each(files)('keep the other packages of this repository out of %s', (file) => {
    expect(importsOf(file).filter((specifier) => specifier.startsWith('@switchyard/'))).toEqual([])
  })

  it('have one entry file for each subpath export, and it holds named re-exports alone', () => {
    const entries = files.filter((file) => place(file)?.row === entryRow)
    expect(entries.map(subpathOf).toSorted()).toEqual(exportedSubpaths('packages/dispatcher').toSorted())
    for (const entry of entries) expect(statementsBesideReExports(entry), entry).toEqual([])
  })
})

describe('the arrows between packages', () => {
  const owners: readonly { folder: string; may: readonly string[]; mayDeclare?: readonly string[] }[] = [
    ...facades.map((name) => ({
      folder: `packages/facades/${name}`,
      may: ['@switchyard/dispatcher', '@switchyard/facade-kit'],
    })),
    ...kits.map((folder) => ({ folder, may: ['@switchyard/dispatcher'] })),
    { folder: 'packages/dispatcher', may: [] },
    // Declared so that the type check of a rewritten project always finds them; its sources import neither.
    { folder: 'codemods', may: [], mayDeclare: ['@switchyard/dispatcher', '@switchyard/facade-kit'] },
  ]

  it.each(owners)('let $folder reach $may of ours and its own files', ({ folder, may }) => {
    const files = [...sourcesUnder(`${folder}/src`), ...sourcesUnder(`${folder}/test`)]
    expect(files).not.toEqual([])
    for (const file of files) expect(foreign(file, folder, may), file).toEqual([])
  })

  it.each(owners.map(({ folder, may, mayDeclare = may }) => ({ folder, mayDeclare })))(
    'let the manifest of $folder depend on $mayDeclare of ours',
    ({ folder, mayDeclare }) => {
      const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifest(folder)
      const ours = Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })
      expect(ours.filter((name) => name.startsWith('@switchyard/') && !mayDeclare.includes(name))).toEqual([])
    },
  )

  it.each(facades)('let the source of %s import no package but the canonical one and the kit', (name) => {
    for (const file of sourcesUnder(`packages/facades/${name}/src`)) {
      const others = importsOf(file).filter((specifier) => !/^(?:\.|node:)/u.test(specifier))
      expect(
        others.filter((specifier) => !reaches(specifier, ['@switchyard/dispatcher', '@switchyard/facade-kit'])),
        file,
      ).toEqual([])
    }
  })

  it('let nothing but test/ import a facade', () => {
    const files = ['.config', 'codemods/src', 'codemods/test', 'packages'].flatMap((folder) => sourcesUnder(folder))
    expect(files.length).toBeGreaterThan(20)
    const importers = files.filter((file) => importsOf(file).some((specifier) => reaches(specifier, facadePackages)))
    expect(importers.filter((file) => !ownFacade(file))).toEqual([])
  })
})

describe('.github/ARCHITECTURE.md', () => {
  const text = readFileSync(join(root, '.github/ARCHITECTURE.md'), 'utf8')
  const paths = [...text.matchAll(/`((?:packages|codemods|test|\.config|\.ci|\.github)\/[\w./-]+)`/gu)].map(
    ([, path = '']) => path,
  )

  it('names files', () => {
    expect(paths.length).toBeGreaterThan(10)
  })

  it.each(paths)('names %s, which exists', (path) => {
    expect(existsSync(join(root, path))).toBe(true)
  })
})

describe('what is written for people and for CI', () => {
  const files = ['README.md', '.github/CONTRIBUTING.md', '.ci/run', ...workflows()]
  const { scripts = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts?: Record<string, string>
  }

  it.each(files)('runs only scripts that exist: %s', (file) => {
    const named = [...readFileSync(join(root, file), 'utf8').matchAll(/npm run ([\w:-]+)/gu)].map(
      ([, name = '']) => name,
    )
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
  })

  function workflows(): string[] {
    const folder = '.github/workflows'
    return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)
  }
})

describe('the check itself', () => {
  it.each([
    ["import { a } from './a.js'", ['./a.js']],
    ["import type { A } from './a.js'", ['./a.js']],
    ["export * from './a.js'", ['./a.js']],
    ["type A = import('./a.js').A", ['./a.js']],
    ["const a = await import('./a.js')", ['./a.js']],
    ["const a = require('./a.js')", ['./a.js']],
    ["// import './a.js'", []],
  ])('sees in %s the modules %j', (text, modules) => {
    expect(specifiersIn(text)).toEqual(modules)
  })

  it('puts the arrow from execution.ts to dispatcher.ts against the layers', () => {
    expect(isAgainstLayers(`${dispatcher}/execution.ts`, `${dispatcher}/dispatcher.ts`)).toBe(true)
    expect(isAgainstLayers(`${dispatcher}/dispatcher.ts`, `${dispatcher}/execution.ts`)).toBe(false)
  })
})

/** The row of a file and the folder or file that holds it there. */
function place(file: string): { row: number; room: string } | undefined {
  const name = posix.relative(dispatcher, file)
  for (const [row, rooms] of rows.entries()) {
    const room = rooms.find((each) => (each.endsWith('/') ? name.startsWith(each) : name === each))
    if (room !== undefined) return { row, room }
  }
  return undefined
}

function arrowsAgainstLayers(file: string): string[] {
  return importsOf(file)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => sourceOf(file, specifier))
    .filter((target) => isAgainstLayers(file, target))
}

function isAgainstLayers(from: string, to: string): boolean {
  const source = place(from)
  const target = place(to)
  if (source === undefined || target === undefined) return true
  const sameFolder = source.room.endsWith('/') && source.room === target.room
  return !sameFolder && target.row >= source.row
}

/** What a file of `folder` imports from our packages without the right to, by name or by a path out of its folder. */
function foreign(file: string, folder: string, may: readonly string[]): string[] {
  const own = manifest(folder).name
  return importsOf(file).filter((specifier) => {
    if (specifier.startsWith('.')) return !`${sourceOf(file, specifier)}/`.startsWith(`${folder}/`)
    return specifier.startsWith('@switchyard/') && !reaches(specifier, [...may, own])
  })
}

function reaches(specifier: string, packages: readonly string[]): boolean {
  return packages.some((name) => specifier === name || specifier.startsWith(`${name}/`))
}

function ownFacade(file: string): boolean {
  const [, , name = ''] = file.split('/')
  return (
    file.startsWith('packages/facades/') &&
    importsOf(file).every(
      (s) =>
        !reaches(
          s,
          facadePackages.filter((f) => f !== `@switchyard/${name}`),
        ),
    )
  )
}

/** TypeScript and script files under a folder, relative to the root, fixtures and output left out. */
function sourcesUnder(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:[cm]?ts|[cm]?js)$/u.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !/(?:^|\/)(?:node_modules|dist|\.dist|fixtures)\//u.test(file))
}

function importsOf(file: string): string[] {
  return specifiersIn(readFileSync(join(root, file), 'utf8'))
}

function specifiersIn(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map((each) => each.fileName)
}

/** The source file behind a relative specifier, relative to the root. */
function sourceOf(file: string, specifier: string): string {
  const target = relative(root, resolve(root, dirname(file), specifier)).replaceAll('\\', '/')
  return target.replace(/\.js$/u, '.ts')
}

function subpathOf(entry: string): string {
  const name = posix.basename(entry, '.ts')
  return name === 'index' ? '.' : `./${name}`
}

function exportedSubpaths(folder: string): string[] {
  return Object.keys(manifest(folder).exports).filter((subpath) => subpath !== './package.json')
}

function statementsBesideReExports(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ESNext)
  const others = source.statements.filter(
    (each) =>
      !(ts.isExportDeclaration(each) && each.exportClause !== undefined && ts.isNamedExports(each.exportClause)),
  )
  return others.map((each) => each.getText(source))
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest
}
