import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installFrom, type PackedWorkspace, packWorkspaces } from '../../.config/pack.mjs'
import { commitAll, git, installCommand } from '../demo/application.mjs'
import { run } from '../demo/processes.mjs'
import { type Comparison, compareWithCommit } from '../demo/untouched.mjs'
import { installWorkspace } from './workspaces.mjs'

interface Application {
  readonly name: string
  readonly install: (folder: string, packed: readonly PackedWorkspace[]) => string[]
  /** What its suite says at its end when all is well. */
  readonly passes: RegExp
  /** Its files that change, its manifests among them. */
  readonly changed: readonly string[]
  /** How many of their lines are replaced or removed. */
  readonly changedLines: number
  /** Those of them that come back in another spelling of the same. */
  readonly reprinted: readonly string[]
  /** What a person must decide. */
  readonly left: readonly string[]
  readonly bridged: readonly string[]
  /** The facades that its manifests ask for before, and after. */
  readonly facades: readonly [before: readonly string[], after: readonly string[]]
}

const applications: readonly Application[] = [
  {
    name: 'warehouse-api',
    install: installFrom,
    passes: /^# pass 15\n# fail 0$/mu,
    changed: [
      'package.json',
      'scripts/nightly.js',
      'src/dispatch/attach.js',
      'src/dispatch/context.js',
      'src/dispatch/index.js',
      'src/services/labels.js',
      'src/services/picking.js',
      'src/services/stocktake.js',
      'test/replenish.test.js',
    ],
    changedLines: 26,
    reprinted: [],
    left: [
      'src/dispatch/attach.js:15',
      'src/services/labels.js:6',
      'src/services/replenish.js:9',
      'test/replenish.test.js:8',
      'test/replenish.test.js:13',
    ],
    bridged: ['scripts/nightly.js:15', 'src/services/stocktake.js:12'],
    facades: [
      ['@switchyard/core', '@switchyard/enhanced', '@switchyard/legacy', '@switchyard/request-scoped'],
      ['@switchyard/core', '@switchyard/enhanced', '@switchyard/request-scoped'],
    ],
  },
  {
    name: 'monorepo',
    install: installWorkspace,
    passes: /Tests {2}7 passed \(7\)/u,
    changed: [
      'packages/agents/package.json',
      'packages/agents/src/assessment-agent.ts',
      'packages/agents/src/pay-out.ts',
      'packages/agents/test/assessment-agent.test.ts',
      'packages/desk/package.json',
      'packages/desk/src/assess-claims.ts',
      'packages/desk/src/quote.ts',
      'packages/desk/test/quote.test.ts',
      'packages/tools/package.json',
      'packages/tools/src/index.ts',
      'packages/tools/types/policies.d.ts',
      'pnpm-workspace.yaml',
    ],
    changedLines: 28,
    // The line below it went, and JSON wants no comma after the last.
    reprinted: ['    "@switchyard/legacy": "catalog:",'],
    left: [
      'packages/agents/test/assessment-agent.test.ts:38',
      'packages/desk/src/quote.ts:10',
      'packages/desk/test/quote.test.ts:6',
      'packages/tools/policies.mjs:9',
      'packages/tools/types/policies.d.ts:10',
      'pnpm-workspace.yaml:8',
    ],
    bridged: ['packages/agents/src/pay-out.ts:8'],
    facades: [['@switchyard/enhanced', '@switchyard/legacy', '@switchyard/request-scoped'], ['@switchyard/legacy']],
  },
]

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-applications-')))
let packed: PackedWorkspace[]
let switchyard: string

beforeAll(() => {
  packed = packWorkspaces(join(scratch, 'tarballs'))
  switchyard = installCommand(join(scratch, 'npx'), packed)
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe.each(applications)(
  'switchyard migrate in $name',
  ({ name, install, passes, changed, changedLines, reprinted, left, bridged, facades }) => {
    const original = fileURLToPath(new URL(`../apps/${name}`, import.meta.url))
    const folder = join(scratch, name)
    let before: string[]
    let suiteBefore: string
    let first: Report
    let comparison: Comparison
    let suiteAfter: string
    let after: string[]
    let second: Report
    let again: Comparison
    let end: Report
    let atTheEnd: string[]
    let suiteAtTheEnd: string

    beforeAll(async () => {
      cpSync(original, folder, { recursive: true, filter: (path) => !/\/(?:node_modules|build)(?:\/|$)/u.test(path) })
      writeFileSync(join(folder, '.gitignore'), 'node_modules\nbuild\n*.tsbuildinfo\n')
      await git(folder, 'init', '--quiet', '--initial-branch=main')
      await commitAll(folder, 'On the facades')
      before = install(folder, packed)
      suiteBefore = await suite(folder)

      first = await migrate(folder)
      comparison = await compareWithCommit(folder)
      await commitAll(folder, 'switchyard migrate')
      after = install(folder, packed)
      suiteAfter = await suite(folder)

      second = await migrate(folder)
      again = await compareWithCommit(folder)

      await git(folder, 'apply', fileURLToPath(new URL(`${name}.patch`, import.meta.url)))
      await commitAll(folder, 'Decide what the codemod left to us')
      end = await migrate(folder)
      atTheEnd = install(folder, packed)
      suiteAtTheEnd = await suite(folder)
    }, 240_000)

    it('starts from a suite that passes on the facades', () => {
      expect(facadesAmong(before)).toEqual(facades[0])
      expect(suiteBefore).toMatch(passes)
    })

    it('leaves only what a person must decide, and says where', () => {
      expect(placesOf(first, ['todo', 'skipped', 'failed'])).toEqual(left)
      expect(placesOf(first, ['bridged'])).toEqual(bridged)
    })

    it('changes no line that did not have to change', () => {
      expect(comparison.changed).toEqual(changed)
      expect(comparison.reprinted).toEqual(reprinted)
      expect(comparison.changedLines).toBe(changedLines)
      for (const file of changed) expect(lineEndsOf(join(folder, file))).toEqual(lineEndsOf(join(original, file)))
    })

    it('keeps the suite passing with the facades that are left', () => {
      expect(facadesAmong(after)).toEqual(facades[1])
      expect(suiteAfter).toMatch(passes)
    })

    it('changes nothing the second time, and says the same', () => {
      expect(again.changed).toEqual([])
      expect(second.status).toBe(first.status)
      expect(messagesOf(second)).toEqual(messagesOf(first))
    })

    it('has no facade left once what it left is decided, and its suite passes', () => {
      expect(messagesOf(end)).toEqual([])
      expect(end.status).toBe(0)
      expect(facadesAmong(atTheEnd)).toEqual([])
      expect(suiteAtTheEnd).toMatch(passes)
    })
  },
)

interface Report {
  readonly status: number
  readonly findings: readonly {
    readonly file: string
    readonly line: number
    readonly kind: string
    readonly message: string
  }[]
}

async function migrate(folder: string): Promise<Report> {
  const { status, stdout, stderr } = await run(folder, switchyard, ['migrate', '--json'])
  if (status > 1) throw new Error(`switchyard migrate exited with ${status}:\n${stderr}`)
  return { ...(JSON.parse(stdout) as Report), status }
}

async function suite(folder: string): Promise<string> {
  const { status, stdout, stderr } = await run(folder, 'npm', ['test'])
  if (status !== 0) throw new Error(`npm test exited with ${status}:\n${stdout}${stderr}`)
  return stripVTControlCharacters(stdout)
}

/** `file:line`, in their order. */
function placesOf({ findings }: Report, kinds: readonly string[]): string[] {
  return findings.filter(({ kind }) => kinds.includes(kind)).map(({ file, line }) => `${file}:${line}`)
}

/** What is left, without the lines, which move with the markers above them. */
function messagesOf({ findings }: Report): string[] {
  return findings.filter(({ kind }) => kind !== 'bridged').map(({ file, message }) => `${file}: ${message}`)
}

function facadesAmong(names: readonly string[]): string[] {
  return names.filter((name) => /^@switchyard\/(?:legacy|request-scoped|core|enhanced)$/u.test(name)).toSorted()
}

function lineEndsOf(file: string): string[] {
  return [...new Set(readFileSync(file, 'utf8').match(/\r?\n/gu))]
}
