import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../../src/index.js'
import { facadeNames } from '../../src/facades.js'
import type { FacadeName } from '../../src/plan.js'

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url))
const jscodeshiftBin = createRequire(import.meta.url).resolve('jscodeshift/bin/jscodeshift.js')
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-jscodeshift-')))
const callers = join(scratch, 'callers')

const legacy = (newline: string) =>
  [
    "import { ToolDispatcher } from '@switchyard/legacy';",
    '',
    'export async function count( context ) {',
    '  const dispatcher   =   new ToolDispatcher(context);',
    '  await dispatcher.cleanup()',
    '}',
    '',
  ].join(newline)

/**
 * Every caller of one file that the fixtures have. Mocks are not among them: they say something about other files, which the
 * command sees and a transform does not.
 */
function fixtureCallers(folder: string, name: string): [string, Buffer][] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, Buffer][] => {
    if (entry.isFile() && /^input\.[cm]?[jt]sx?$/.test(entry.name)) {
      return [[entry.name.replace('input', name), readFileSync(join(folder, entry.name))]]
    }
    return entry.isDirectory() && !/^(?:input|output|mocks)$/.test(entry.name)
      ? fixtureCallers(join(folder, entry.name), name === '' ? entry.name : `${name}-${entry.name}`)
      : []
  })
}

function textsIn(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
}

function copyOf(name: string): string {
  const root = join(scratch, name)
  cpSync(callers, join(root, 'src'), { recursive: true })
  return root
}

function jscodeshift(root: string, facade: string, ...options: string[]): { status: number | null; stdout: string } {
  const transform = fileURLToPath(new URL(`../../${facade}.js`, import.meta.url))
  const args = [jscodeshiftBin, '-t', transform, '--extensions=js,jsx,mjs,cjs,ts,tsx,mts,cts', ...options, 'src']
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return { status, stdout }
}

/** Each file in a run of its own: what stands in one may keep another on its facade. */
async function migrateOnly(root: string, facade: FacadeName): Promise<void> {
  for (const name of readdirSync(join(root, 'src')))
    await migrate({ cwd: root, paths: [`src/${name}`], only: [facade] })
}

beforeAll(() => {
  mkdirSync(callers)
  const written = [
    ...fixtureCallers(fixtures, ''),
    ['crlf.js', Buffer.from(legacy('\r\n'))],
    ['mark.js', Buffer.from(`\uFEFF${legacy('\n')}`)],
    ['latin1.js', Buffer.from(`${legacy('\n')}// caf\u00e9\n`, 'latin1')],
    ['broken.js', Buffer.from(`${legacy('\n')}export {\n`)],
    ['other.js', Buffer.from('export const   other = 1\n')],
  ] as const
  for (const [name, bytes] of written) writeFileSync(join(callers, name), bytes)
  expect(written.length).toBeGreaterThan(50)
})

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('a transform under plain jscodeshift', () => {
  it.each(facadeNames)('writes what switchyard migrate --only %s writes', { timeout: 60_000 }, async (facade) => {
    const root = copyOf(`jscodeshift-${facade}`)
    expect(jscodeshift(root, facade).status).toBe(0)
    const other = copyOf(`migrate-${facade}`)
    await migrateOnly(other, facade)
    const transformed = textsIn(join(root, 'src'))
    expect(transformed).toEqual(textsIn(join(other, 'src')))
    expect(transformed).not.toEqual(textsIn(callers))
  })

  it.each([['--babel=false'], ['--run-in-band']])('works with %s', { timeout: 30_000 }, (option) => {
    const root = join(scratch, `with${option}`)
    mkdirSync(join(root, 'src'), { recursive: true })
    for (const name of ['crlf.js', 'other.js']) cpSync(join(callers, name), join(root, 'src', name))
    const { status, stdout } = jscodeshift(root, 'legacy', option)
    expect(status).toBe(0)
    expect(stdout).toContain('1 ok')
    expect(readFileSync(join(root, 'src/crlf.js'), 'utf8')).toBe(
      legacy('\r\n')
        .replace(
          "import { ToolDispatcher } from '@switchyard/legacy'",
          "import { UnifiedToolDispatcher } from '@switchyard/dispatcher'",
        )
        .replace('new ToolDispatcher(', 'UnifiedToolDispatcher.createForUser(')
        .replace('cleanup', 'dispose'),
    )
  })

  it('reports what is left, and counts what it cannot read as an error', { timeout: 30_000 }, () => {
    const root = join(scratch, 'reports')
    mkdirSync(join(root, 'src'), { recursive: true })
    for (const name of ['broken.js', 'latin1.js']) cpSync(join(callers, name), join(root, 'src', name))
    writeFileSync(
      join(root, 'src/global.js'),
      "import { createToolDispatcher } from '@switchyard/legacy'\nexport const made = () => createToolDispatcher([])\n",
    )
    const { stdout } = jscodeshift(root, 'legacy')
    expect(stdout).toContain('2 errors')
    expect(stdout).toContain('could not be parsed')
    expect(stdout).toContain('is not valid UTF-8')
    expect(stripVTControlCharacters(stdout)).toMatch(/REP src\/global\.js 2:27 todo: choose the context/)
  })
})
