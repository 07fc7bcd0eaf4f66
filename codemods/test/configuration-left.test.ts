import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { exitStatus, migrate } from '../src/index.js'

const roots: string[] = []

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

const caller =
  "import { ToolDispatcher } from '@switchyard/legacy'\nexport const run = (ctx) => void new ToolDispatcher(ctx).cleanup()\n"

/** What a migration says of configuration: file, line and where in it. */
async function leftIn(files: Readonly<Record<string, string>>): Promise<{ left: string[]; status: number }> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-configuration-')))
  roots.push(root)
  for (const [path, content] of Object.entries({ 'src/run.js': caller, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  const first = await migrate({ cwd: root })
  const second = await migrate({ cwd: root })
  const said = ({ result }: typeof first) =>
    result.findings
      .filter(({ rule }) => rule === 'configuration')
      .map(({ file, line, message }) => `${file}:${line} ${message.split(' still')[0]}`)
  expect(said(second)).toEqual(said(first))
  return { left: said(first), status: exitStatus(first.result) }
}

describe('configuration that a migration does not move', () => {
  it('is nothing where dependencies, overrides and paths have moved', async () => {
    const manifest = { dependencies: { '@switchyard/legacy': '1' }, overrides: { '@switchyard/legacy': '1' } }
    const { left, status } = await leftIn({
      'package.json': JSON.stringify(manifest, null, 2),
      'tsconfig.json': '{ "compilerOptions": { "allowJs": true, "paths": { "@switchyard/legacy": ["./x"] } } }',
    })
    expect(left).toEqual([])
    expect(status).toBe(0)
  })

  it('is reported with its line in package.json', async () => {
    const { left, status } = await leftIn({
      'package.json': [
        '{',
        '  "dependencies": { "@switchyard/legacy": "1" },',
        '  "jest": {',
        '    "moduleNameMapper": {',
        '      "^@switchyard/legacy$": "<rootDir>/mocks/legacy.js",',
        '      "^old$": "@switchyard/legacy"',
        '    }',
        '  },',
        '  "overrides": { "other": "npm:@switchyard/legacy@1" }',
        '}',
      ].join('\n'),
    })
    expect(left).toEqual([
      'package.json:5 jest.moduleNameMapper',
      'package.json:6 jest.moduleNameMapper.^old$',
      'package.json:9 overrides.other',
    ])
    expect(status).toBe(1)
  })

  it.each(['dry-run', 'check'] as const)('is reported with its line on disk under --%s', async (mode) => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-configuration-')))
    roots.push(root)
    writeFileSync(join(root, 'run.js'), caller)
    const overrides = '  "overrides": {\n    "@switchyard/legacy": "1",\n    "other": "npm:@switchyard/legacy@1"\n  }'
    writeFileSync(join(root, 'package.json'), `{\n  "dependencies": { "@switchyard/legacy": "1" },\n${overrides}\n}\n`)
    const { result } = await migrate({ cwd: root, mode })
    expect(result.findings.map(({ file, line }) => `${file}:${line}`)).toEqual(['package.json:5'])
  })

  it('is reported with its line in pnpm-workspace.yaml, comments aside', async () => {
    const { left } = await leftIn({
      'package.json': '{ "dependencies": { "@switchyard/legacy": "catalog:" } }',
      'pnpm-workspace.yaml':
        "packages:\n  - .\n# '@switchyard/core' was here\ncatalog: { '@switchyard/legacy': ^1.0.0,\n  '@switchyard/legacy-tools': 1 }\noverrides:\n  '@switchyard/enhanced': 1\n",
    })
    expect(left).toEqual(['pnpm-workspace.yaml:4 catalog', 'pnpm-workspace.yaml:7 overrides'])
  })

  it('is reported with its line in a tsconfig whose paths stay', async () => {
    const { left } = await leftIn({
      'src/kept.js':
        "import { createToolDispatcher } from '@switchyard/legacy'\nexport const kept = () => void createToolDispatcher([])\n",
      'package.json': '{}',
      'tsconfig.json':
        '{\n  // how it is found\n  "compilerOptions": {\n    "allowJs": true,\n    "paths": {\n      "@switchyard/legacy": ["./old/legacy"]\n    }\n  }\n}\n',
    })
    expect(left).toEqual(['tsconfig.json:6 compilerOptions.paths'])
  })
})
