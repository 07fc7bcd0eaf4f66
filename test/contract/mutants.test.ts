import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { cases, type ConformanceReport } from '@switchyard/dispatcher/conformance'
import { afterAll, describe, expect, it } from 'vitest'
import { type Mutant, mutants } from './mutants.js'
import { root } from './support/exports-of.js'

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-mutants-')))

afterAll(() => rmSync(scratch, { recursive: true, force: true }), 60_000)

/** What the kit of a copy of the built package, with one fault in it, says of that copy's dispatcher. */
async function reportOf(mutant: Mutant | undefined, only: readonly string[], name: string): Promise<ConformanceReport> {
  const copy = join(scratch, name)
  cpSync(join(root, 'packages/dispatcher/dist'), copy, { recursive: true, filter: isRun })
  writeFileSync(join(copy, 'package.json'), '{ "type": "module" }')
  if (mutant !== undefined) {
    const file = join(copy, mutant.file)
    const parts = readFileSync(file, 'utf8').split(mutant.text)
    if (parts.length !== 2) throw new Error(`${mutant.file} must have this text exactly once: ${mutant.text}`)
    writeFileSync(file, parts.join(mutant.becomes))
  }
  const entry = pathToFileURL(join(copy, 'conformance.js')).href
  const script =
    `import { canonicalSubject, runConformance } from ${JSON.stringify(entry)}\n` +
    `const report = await runConformance(canonicalSubject, ${JSON.stringify({ only })})\n` +
    'process.stdout.write(JSON.stringify(report), () => process.exit())'
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
  return JSON.parse(stdout) as ConformanceReport
}

/** Only what runs: the rest of the built files would be most of the time. */
function isRun(path: string): boolean {
  return !basename(path).includes('.') || path.endsWith('.js')
}

describe('a fault in the canonical dispatcher', () => {
  it('is not there when none was planted', async () => {
    const catchers = [...new Set(mutants.map(({ caughtBy }) => caughtBy))]
    const { passed, failed } = await reportOf(undefined, catchers, 'without')
    expect(failed).toEqual([])
    expect(passed).toHaveLength(catchers.length)
  })

  it.concurrent.each(mutants.map((mutant, index) => ({ ...mutant, index })))(
    'is caught by $caughtBy: $fault',
    async (mutant) => {
      const { failed } = await reportOf(mutant, [mutant.caughtBy], `fault-${mutant.index}`)
      expect(failed.map(({ id }) => id)).toEqual([mutant.caughtBy])
    },
    30_000,
  )

  it('is planted for every class of violation', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(20)
    const classOf = (id: string) => id.split('/')[0]
    const caught = new Set(mutants.map(({ caughtBy }) => classOf(caughtBy)))
    expect(caught).toEqual(new Set(cases.map(({ violation }) => violation)))
  })
})
