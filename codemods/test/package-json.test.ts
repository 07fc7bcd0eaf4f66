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
      'a catalog of pnpm behind the range',
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
  "bundleDependencies": ["other"],
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
