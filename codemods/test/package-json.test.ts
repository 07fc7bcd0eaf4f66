import { describe, expect, it } from 'vitest'
import { migrate } from '../src/migrate.js'
import { rangeOf } from '../src/own-manifest.js'
import { exitStatus } from '../src/result.js'
import { canonical, folder, type Files, legacy, read } from './repository.js'

/** The manifests after a migration, as text. */
async function moved(files: Files, paths: readonly string[] = []): Promise<Record<string, string>> {
  const root = folder(files)
  const { result } = await migrate({ cwd: root, paths })
  expect(exitStatus(result)).toBe(0)
  return Object.fromEntries(Object.keys(files).map((file) => [file, read(root, file)]))
}

const dispatcher = `"@switchyard/dispatcher": "${rangeOf('@switchyard/dispatcher')}"`
const undecided = `import { createToolDispatcher } from '@switchyard/legacy'\ncreateToolDispatcher([]).isActive()\n`

describe('moveDependencies()', () => {
  it.each([
    [
      'tabs, carriage returns and a byte order mark',
      `\uFEFF{\r\n\t"name": "app",\r\n\t"dependencies": {\r\n\t\t"@switchyard/legacy": "^0.9.0",\r\n\t\t"zod": "4"\r\n\t}\r\n}`,
      `\uFEFF{\r\n\t"name": "app",\r\n\t"dependencies": {\r\n\t\t${dispatcher},\r\n\t\t"zod": "4"\r\n\t}\r\n}`,
    ],
    [
      'keys in no order',
      `{\n  "dependencies": { "zod": "4", "@switchyard/legacy": "0.9.0", "ai": "7" }\n}\n`,
      `{\n  "dependencies": { "zod": "4", ${dispatcher}, "ai": "7" }\n}\n`,
    ],
    [
      'no spaces at all',
      `{"dependencies":{"@switchyard/legacy":"*"}}`,
      `{"dependencies":{${dispatcher.replace(': ', ':')}}}`,
    ],
    [
      'a field that needs it for development only',
      `{\n  "devDependencies": {\n    "@switchyard/legacy": "workspace:*"\n  }\n}\n`,
      `{\n  "devDependencies": {\n    ${dispatcher}\n  }\n}\n`,
    ],
    [
      'a catalog that is nowhere to be found',
      `{ "dependencies": { "@switchyard/legacy": "catalog:" } }\n`,
      `{ "dependencies": { ${dispatcher} } }\n`,
    ],
    [
      'a list, overrides of npm, pnpm and yarn, and a catalog of bun',
      `{
  "dependencies": { "@switchyard/legacy": "0.9.0" },
  "bundleDependencies": ["@switchyard/legacy", "other"],
  "overrides": { "@switchyard/legacy": "0.9.1", "other": "1" },
  "resolutions": { "@switchyard/legacy@npm:^0.9.0": "0.9.1" },
  "pnpm": { "overrides": { "@switchyard/legacy": "0.9.1" } },
  "workspaces": { "packages": [], "catalog": { "@switchyard/legacy": "0.9.0" } }
}
`,
      `{
  "dependencies": { ${dispatcher} },
  "bundleDependencies": ["@switchyard/dispatcher", "other"],
  "overrides": { "other": "1" },
  "resolutions": {},
  "pnpm": { "overrides": {} },
  "workspaces": { "packages": [], "catalog": {} }
}
`,
    ],
    ['no dependencies', `{ "name": "app" }\n`, `{ "name": "app", "dependencies": { ${dispatcher} } }\n`],
    ['nothing at all', `{}\n`, `{ "dependencies": { ${dispatcher} } }\n`],
  ])('keeps the layout of a manifest with %s', async (_, before, after) => {
    const files = await moved({ 'package.json': before, 'src/count.js': legacy })
    expect(files['package.json']).toBe(after)
    expect(files['src/count.js']).toBe(canonical)
  })

  it.each(['bundleDependencies', 'bundledDependencies'])(
    'lists in %s what takes the place of a facade that is listed there',
    async (field) => {
      const before = `{\n  "dependencies": {\n    "@switchyard/legacy": "0.9.0"\n  },\n  "${field}": [\n    "@switchyard/legacy"\n  ]\n}\n`
      const kit = `"@switchyard/facade-kit": "${rangeOf('@switchyard/facade-kit')}"`
      const bridged = `export { distinctTools } from '@switchyard/facade-kit'\n`
      const files = await moved({ 'package.json': before, 'src/count.js': legacy, 'src/bridged.js': bridged })
      expect(files['package.json']).toBe(
        `{\n  "dependencies": {\n    ${dispatcher},\n    ${kit}\n  },\n  "${field}": [\n    "@switchyard/dispatcher",\n    "@switchyard/facade-kit"\n  ]\n}\n`,
      )
    },
  )

  it.each([
    [
      'that is needed already, since the facade brought it along',
      `{ "dependencies": { "@switchyard/dispatcher": "1", "@switchyard/legacy": "0.9.0" }, "bundleDependencies": ["@switchyard/legacy"] }\n`,
      `{ "dependencies": { "@switchyard/dispatcher": "1" }, "bundleDependencies": ["@switchyard/dispatcher"] }\n`,
    ],
    [
      'once',
      `{ "dependencies": { "@switchyard/dispatcher": "1", "@switchyard/legacy": "0.9.0" }, "bundleDependencies": ["@switchyard/dispatcher", "@switchyard/legacy"] }\n`,
      `{ "dependencies": { "@switchyard/dispatcher": "1" }, "bundleDependencies": ["@switchyard/dispatcher"] }\n`,
    ],
    [
      'only where it is needed at run time',
      `{ "devDependencies": { "@switchyard/legacy": "0.9.0" }, "bundleDependencies": ["@switchyard/legacy", "other"] }\n`,
      `{ "devDependencies": { ${dispatcher} }, "bundleDependencies": ["other"] }\n`,
    ],
    [
      'nowhere where everything is bundled',
      `{ "dependencies": { "@switchyard/legacy": "0.9.0" }, "bundleDependencies": true }\n`,
      `{ "dependencies": { ${dispatcher} }, "bundleDependencies": true }\n`,
    ],
  ])('bundles what takes the place of a facade %s', async (_, before, after) => {
    expect((await moved({ 'package.json': before, 'src/count.js': legacy }))['package.json']).toBe(after)
  })

  it('bundles what stands beside a facade that stays, and is bundled', async () => {
    const before = `{ "dependencies": { "@switchyard/legacy": "0.9.0" }, "bundleDependencies": ["@switchyard/legacy"] }\n`
    const root = folder({ 'package.json': before, 'src/count.js': legacy, 'src/ask.js': undecided })
    await migrate({ cwd: root })
    const manifest = JSON.parse(read(root, 'package.json')) as { bundleDependencies: string[] }
    expect(manifest.bundleDependencies).toEqual(['@switchyard/dispatcher', '@switchyard/legacy'])
  })

  it.each([
    ['npm and yarn', { 'package.json': `{ "private": true, "workspaces": ["packages/*"] }` }],
    ['pnpm', { 'package.json': `{ "private": true }`, 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' }],
    ['bun', { 'package.json': `{ "private": true, "workspaces": { "packages": ["packages/*"] } }` }],
  ] satisfies [string, Files][])(
    'changes the manifest of each package alone in a workspace of %s',
    async (_, files) => {
      const own = `{ "dependencies": { "@switchyard/legacy": "0.9.0" } }\n`
      const others = `{ "dependencies": { "zod": "4" } }\n`
      const after = await moved({
        ...files,
        'packages/a/package.json': own,
        'packages/a/index.js': legacy,
        'packages/b/package.json': others,
        'packages/b/index.js': 'export const b = 1\n',
        'packages/c/package.json': own,
        'packages/c/index.js': canonical,
      })
      expect(after['package.json']).toBe(files['package.json'])
      expect(after['packages/a/package.json']).toBe(`{ "dependencies": { ${dispatcher} } }\n`)
      expect(after['packages/b/package.json']).toBe(others)
      expect(after['packages/c/package.json']).toBe(`{ "dependencies": { ${dispatcher} } }\n`)
    },
  )

  it('leans on the manifest above that declares the facade for all of them', async () => {
    const after = await moved({
      'package.json': `{ "workspaces": ["packages/*"], "dependencies": { "@switchyard/legacy": "0.9.0" } }\n`,
      'packages/a/package.json': `{ "name": "a" }\n`,
      'packages/a/index.js': legacy,
    })
    expect(after['package.json']).toBe(`{ "workspaces": ["packages/*"], "dependencies": { ${dispatcher} } }\n`)
    expect(after['packages/a/package.json']).toBe(`{ "name": "a" }\n`)
  })

  it('keeps a facade that a marked file still imports, beside what the others need', async () => {
    const root = folder({
      'package.json': `{ "dependencies": { "@switchyard/legacy": "0.9.0" } }\n`,
      'a.js': legacy,
      'b.js': undecided,
    })
    expect(exitStatus((await migrate({ cwd: root })).result)).toBe(1)
    expect(read(root, 'package.json')).toBe(`{ "dependencies": { ${dispatcher}, "@switchyard/legacy": "0.9.0" } }\n`)
  })

  it('keeps a facade that a file outside the paths given still imports', async () => {
    const root = folder({
      'package.json': `{ "dependencies": { "@switchyard/legacy": "0.9.0" } }\n`,
      'src/a.js': legacy,
      'scripts/b.js': legacy,
    })
    await migrate({ cwd: root, paths: ['src'] })
    expect(read(root, 'scripts/b.js')).toBe(legacy)
    expect(read(root, 'package.json')).toContain('"@switchyard/legacy": "0.9.0"')
    await migrate({ cwd: root })
    expect(read(root, 'package.json')).toBe(`{ "dependencies": { ${dispatcher} } }\n`)
  })

  it.each(['{ "dependencies": { "@switchyard/legacy": "0.9.0", }\n', 'no JSON at all\n', '[]\n'])(
    'leaves %j as it is',
    async (text) => {
      const after = await moved({ 'package.json': text, 'count.js': legacy })
      expect(after['package.json']).toBe(text)
      expect(after['count.js']).toBe(canonical)
    },
  )
})

describe('catalogs and overrides', () => {
  const range = rangeOf('@switchyard/dispatcher')

  it.each([
    [
      'the default catalog, its comments kept',
      'catalog:',
      `packages:\n  - packages/*\n\ncatalog:\n  # for all of us\n  '@switchyard/legacy': ^0.9.0 # until spring\n  zod: 4\n`,
      `packages:\n  - packages/*\n\ncatalog:\n  # for all of us\n  '@switchyard/dispatcher': ${range}\n  zod: 4\n`,
    ],
    [
      'a named catalog, in no order and with carriage returns',
      'catalog:old',
      `catalogs:\r\n  old:\r\n    zod: 4\r\n    "@switchyard/legacy": 1\r\n    ai: 7`,
      `catalogs:\r\n  old:\r\n    zod: 4\r\n    "@switchyard/dispatcher": ${range}\r\n    ai: 7`,
    ],
    [
      'overrides too',
      'catalog:',
      `catalog:\n  '@switchyard/legacy': 1\noverrides:\n  ai: 7\n  zod>@switchyard/legacy: 1\n`,
      `catalog:\n  '@switchyard/dispatcher': ${range}\noverrides:\n  ai: 7\n`,
    ],
  ])('move in pnpm-workspace.yaml: %s', async (_, asked, before, after) => {
    const files = await moved({
      'package.json': `{ "private": true }\n`,
      'pnpm-workspace.yaml': before,
      'packages/a/package.json': `{ "dependencies": { "@switchyard/legacy": "${asked}" } }\n`,
      'packages/a/index.js': legacy,
    })
    expect(files['pnpm-workspace.yaml']).toBe(after)
    expect(files['packages/a/package.json']).toBe(`{ "dependencies": { "@switchyard/dispatcher": "${asked}" } }\n`)
  })

  it('move in the catalogs of bun', async () => {
    const files = await moved({
      'package.json': `{ "workspaces": { "packages": ["packages/*"], "catalogs": { "old": { "@switchyard/legacy": "1", "ai": "7" } } } }\n`,
      'packages/a/package.json': `{ "dependencies": { "@switchyard/legacy": "catalog:old" } }\n`,
      'packages/a/index.js': legacy,
    })
    expect(files['package.json']).toBe(
      `{ "workspaces": { "packages": ["packages/*"], "catalogs": { "old": { "@switchyard/dispatcher": "${range}", "ai": "7" } } } }\n`,
    )
    expect(files['packages/a/package.json']).toBe(`{ "dependencies": { "@switchyard/dispatcher": "catalog:old" } }\n`)
  })

  it('keep a facade that another package of the workspace asks for', async () => {
    const root = folder({
      'package.json': `{ "private": true }\n`,
      'pnpm-workspace.yaml': `catalog:\n  '@switchyard/legacy': 1\n`,
      'packages/a/package.json': `{ "dependencies": { "@switchyard/legacy": "catalog:" } }\n`,
      'packages/a/index.js': legacy,
      'packages/b/package.json': `{ "dependencies": { "@switchyard/legacy": "catalog:" } }\n`,
      'packages/b/index.js': undecided,
    })
    await migrate({ cwd: root })
    expect(read(root, 'pnpm-workspace.yaml')).toBe(
      `catalog:\n  '@switchyard/dispatcher': ${range}\n  '@switchyard/legacy': 1\n`,
    )
    expect(read(root, 'packages/a/package.json')).toBe(`{ "dependencies": { "@switchyard/dispatcher": "catalog:" } }\n`)
    expect(read(root, 'packages/b/package.json')).toContain('"@switchyard/legacy": "catalog:"')
  })

  it.each([
    ['a flow mapping', `catalog: { '@switchyard/legacy': 1 }\n`],
    ['an anchor', `catalog:\n  '@switchyard/legacy': &one 1\n  zod: 4\n`],
    ['two documents', `catalog:\n  '@switchyard/legacy': 1\n---\ncatalog:\n  zod: 4\n`],
  ])('are left and reported where they are written as %s', async (_, text) => {
    const root = folder({
      'package.json': `{ "dependencies": { "@switchyard/legacy": "catalog:" } }\n`,
      'pnpm-workspace.yaml': text,
      'index.js': legacy,
    })
    const { result } = await migrate({ cwd: root })
    expect(read(root, 'pnpm-workspace.yaml')).toBe(text)
    expect(read(root, 'package.json')).toBe(`{ "dependencies": { ${dispatcher} } }\n`)
    expect(result.findings.map(({ file }) => file)).toEqual(['pnpm-workspace.yaml'])
  })

  it('lose nested overrides of npm, and those of yarn and pnpm for one dependent, in a root that needs no facade itself', async () => {
    const files = await moved({
      'package.json': `{ "workspaces": ["packages/*"], "overrides": { "other": { "@switchyard/legacy": "1" }, "third": { ".": "2", "@switchyard/legacy": "1" } }, "resolutions": { "other/@switchyard/legacy": "1", "zod": "4" }, "pnpm": { "overrides": { "other>@switchyard/legacy@1": "1" } } }\n`,
      'packages/a/package.json': `{ "dependencies": { "@switchyard/legacy": "1" } }\n`,
      'packages/a/index.js': legacy,
    })
    expect(files['package.json']).toBe(
      `{ "workspaces": ["packages/*"], "overrides": { "third": { ".": "2" } }, "resolutions": { "zod": "4" }, "pnpm": { "overrides": {} } }\n`,
    )
  })
})

describe('removeFacadePaths()', () => {
  it('takes the paths of a facade out of a tsconfig with comments and a trailing comma, and nothing else', async () => {
    const tsconfig = `{
  // How we build.
  "compilerOptions": {
    "paths": {
      "@switchyard/legacy": ["./vendor/legacy"], // until spring
      "@switchyard/legacy/*": ["./vendor/legacy/*"],
      // Our own.
      "@acme/*": ["./src/*"],
    },
  },
}
`
    const after = await moved({ 'jsconfig.json': tsconfig, 'src/count.js': legacy })
    expect(after['jsconfig.json']).toBe(
      tsconfig
        .split('\n')
        .filter((line) => !line.includes('@switchyard/legacy'))
        .join('\n'),
    )
  })

  it.each([
    [
      'something still names the facade',
      undecided,
      `{ "compilerOptions": { "paths": { "@switchyard/legacy": ["./x"] } } }\n`,
    ],
    ['it names others only', canonical, `{ "compilerOptions": { "paths": { "@switchyard/legacy-ui": ["./x"] } } }\n`],
    ['it is broken', canonical, `{ "compilerOptions": { "paths": { "@switchyard/legacy": ["./x"] } }\n`],
  ])('leaves a tsconfig where %s', async (_, source, tsconfig) => {
    const root = folder({ 'jsconfig.json': tsconfig, 'src/count.js': source })
    await migrate({ cwd: root })
    expect(read(root, 'jsconfig.json')).toBe(tsconfig)
  })
})
