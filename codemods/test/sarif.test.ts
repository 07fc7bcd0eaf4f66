import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Ajv04 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { legacy, put, repository } from './repository.js'
import { json, switchyard } from './same-process.js'

interface Result {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly message: { readonly text: string }
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string }
      readonly region: { readonly startLine: number; readonly startColumn: number }
    }
  }[]
  readonly partialFingerprints: Readonly<Record<string, string>>
  readonly baselineState?: string
  readonly properties: Readonly<Record<string, unknown>>
}

interface Log {
  readonly version: string
  readonly runs: readonly [
    { readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }; results: Result[] },
  ]
}

// The schema of OASIS as SchemaStore publishes it, taken unchanged from @microsoft/jest-sarif 1.0.0-beta.0 (MIT).
const schema: unknown = JSON.parse(
  readFileSync(fileURLToPath(new URL('fixtures/sarif-2.1.0-rtm.5.json', import.meta.url)), 'utf8'),
)
const ajv = new Ajv04.default({ allErrors: true, strict: false, unicodeRegExp: false })
addFormats.default(ajv)
const validate = ajv.compile(schema as object)

async function sarif(root: string, ...args: string[]): Promise<{ status: number; log: Log; run: Log['runs'][0] }> {
  const { status, stdout } = await switchyard(root, ...args, '--sarif')
  const log = JSON.parse(stdout) as Log
  return { status, log, run: log.runs[0] }
}

const marked = `import { createToolDispatcher } from '@switchyard/legacy'\ncreateToolDispatcher([]).isActive()\n`
const files = {
  '.github/CODEOWNERS': '/src/ @acme/web\n',
  'src/count.js': legacy,
  'src/a b#ü?%.js': marked,
  'own.mjs': 'class MyToolDispatcher { executeTool() {} }\n',
  'broken.js': `${legacy}const = 1\n`,
}

describe('--sarif', () => {
  it.each([[['audit']], [['migrate', '--dry-run']], [['migrate', '--check']]])(
    '%j prints a log that is valid',
    async (args) => {
      const root = repository(files)
      const { log, run, status } = await sarif(root, ...args)
      validate(log)
      expect(validate.errors).toBeNull()
      expect(status).toBe(1)
      expect(run.results.length).toBeGreaterThan(0)
    },
  )

  it('is judged by a schema that refuses what is wrong', async () => {
    const { log } = await sarif(repository(files), 'audit')
    expect(validate({ ...log, version: '2.0.0' })).toBe(false)
    const [first] = log.runs[0].results
    expect(validate({ ...log, runs: [{ ...log.runs[0], results: [{ ...first, level: 'bad' }] }] })).toBe(false)
  })

  it('says the same as --json: each finding with its place, rule, kind and owner', async () => {
    const root = repository(files)
    const { findings } = (await json(root, 'audit')).result
    const { run } = await sarif(root, 'audit')
    const told = run.results.map(({ ruleId, message, locations, properties }) => {
      const place = locations[0]?.physicalLocation
      return [
        decodeURIComponent(place?.artifactLocation.uri ?? ''),
        place?.region.startLine,
        place?.region.startColumn,
        ruleId,
        message.text,
        properties['kind'],
        properties['owner'],
      ]
    })
    expect(told).toEqual(
      findings.map(({ file, line, column, rule, message, kind, owner }) => [
        file,
        line,
        column,
        rule,
        message,
        kind,
        owner,
      ]),
    )
    expect(new Set(told.map(([, , , , , kind]) => kind))).toEqual(new Set(['violation', 'todo', 'failed']))
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
  })

  it('escapes file names as URIs', async () => {
    const { run } = await sarif(repository(files), 'audit')
    const uris = run.results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri)
    expect(uris).toContain('src/a%20b%23%C3%BC%3F%25.js')
  })

  it('gives a finding a fingerprint that outlives the move of its line, and equal findings different ones', async () => {
    const root = repository({
      'count.js': `${legacy}\n${legacy.replace(/^import.*$/mu, '').replace('count', 'again')}`,
    })
    const prints = async () =>
      (await sarif(root, 'audit')).run.results.map((each) => each.partialFingerprints['switchyard/v1'])
    const before = await prints()
    expect(new Set(before).size).toBe(5)
    put(root, { 'count.js': `// moved\n\n${legacy}\n${legacy.replace(/^import.*$/mu, '').replace('count', 'again')}` })
    expect(await prints()).toEqual(before)
  })

  it('prints an empty log when nothing is left', async () => {
    const { log, run, status } = await sarif(repository({ 'a.js': 'export const a = 1\n' }), 'audit')
    expect(validate(log)).toBe(true)
    expect(run.results).toEqual([])
    expect(status).toBe(0)
  })

  it('is wrong usage together with --json', async () => {
    const { status, stderr, stdout } = await switchyard(repository(files), 'audit', '--json', '--sarif')
    expect(status).toBe(2)
    expect(stderr).toContain("'--sarif' cannot be used with option '--json'")
    expect(stdout).toBe('')
  })

  it('calls what a baseline does not allow new', async () => {
    const root = repository({ 'count.js': legacy })
    await switchyard(root, 'audit', '--baseline', 'allowed.json', '--update-baseline')
    put(root, { 'other.js': legacy })
    const { log, run } = await sarif(root, 'audit', '--baseline', 'allowed.json')
    validate(log)
    expect(validate.errors).toBeNull()
    expect(run.results.map(({ baselineState }) => baselineState)).toEqual(['new', 'new', 'new'])
  })
})

describe('owners', () => {
  it('are told with each finding in --json and in the text, and are absent where nobody owns the file', async () => {
    const root = repository(files)
    const { findings } = (await json(root, 'audit')).result
    const owned = findings.map(({ file, owner }) => [file.startsWith('src/'), owner === '@acme/web'])
    expect(owned.length).toBeGreaterThan(0)
    for (const [inFolder, isOwned] of owned) expect(isOwned).toBe(inFolder)
    expect(findings.filter(({ file }) => file === 'own.mjs').every((finding) => !('owner' in finding))).toBe(true)
    const { stdout } = await switchyard(root, 'audit')
    expect(stdout).toContain('src/count.js (@acme/web)')
    expect(stdout).toMatch(/^By owner\n {2}@acme\/web +6\n {2}\(nobody\) +2$/mu)
  })

  it('are told by migrate too', async () => {
    const { findings } = (await json(repository(files), 'migrate', '--check')).result
    expect(findings.find(({ kind }) => kind === 'todo')).toMatchObject({ owner: '@acme/web' })
  })

  it('are those of switchyard.config.json where it names some', async () => {
    const config = JSON.stringify({ owners: { 'src/count.js': '@acme/counting' } })
    const root = repository({ ...files, 'switchyard.config.json': config })
    for (const args of [['audit'], ['migrate', '--check']]) {
      const { findings } = (await json(root, ...args)).result
      const owned = findings.filter(({ file }) => file === 'src/count.js')
      expect(owned.every(({ owner }) => owner === '@acme/counting')).toBe(true)
      expect(findings.some(({ owner }) => owner === '@acme/web')).toBe(true)
    }
    const counted = (await json(root, 'audit')).result.findings.filter(({ file }) => file === 'src/count.js')
    expect(counted).toHaveLength(3)
  })
})
