import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { afterEach, describe, expect, it } from 'vitest'
import { configFor } from '../src/config.js'
import { UsageError } from '../src/usage-error.js'

const schema: object = JSON.parse(
  readFileSync(new URL('../switchyard.config.schema.json', import.meta.url), 'utf8'),
) as object
const accepts = new Ajv({ strict: true, allErrors: true }).compile(schema)
const roots: string[] = []

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

function folder(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-config-')))
  roots.push(root)
  return root
}

function refusalOf(content: unknown): string {
  const root = folder()
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  writeFileSync(join(root, 'switchyard.config.json'), text)
  try {
    configFor(root, root)
    return ''
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
}

const right: readonly object[] = [
  {},
  { $schema: './node_modules/@switchyard/codemods/switchyard.config.schema.json' },
  { entryPoints: { 'src/agents/tool_dispatcher': 'legacy', '@acme/dispatch-core': 'core', '#d': 'enhanced' } },
  { entryPoints: { './src/scoped': 'request-scoped', '../shared/dispatcher.ts': 'legacy' } },
  { include: ['src/**', 'test'], exclude: ['**/*.generated.ts', '.storybook/'] },
  { owners: { 'src/billing/**': '@acme/billing', docs: ['@acme/docs', 'docs@acme.example'] } },
]

const wrong: readonly (readonly [object, string])[] = [
  [{ entrypoints: {} }, '"entrypoints" is not known here: expected entryPoints, include, exclude or owners'],
  [{ $schema: 7 }, '$schema is 7: expected the address of a JSON Schema'],
  [{ entryPoints: [] }, 'entryPoints is []: expected an object'],
  [
    { entryPoints: { 'src/d': 'legcy' } },
    'entryPoints["src/d"] is "legcy", which is no facade: expected legacy, request-scoped, core or enhanced',
  ],
  [{ entryPoints: { 'src/d': null } }, 'entryPoints["src/d"] is null, which is no facade'],
  [{ entryPoints: { '': 'core' } }, 'entryPoints[""] names no module: expected a path relative to'],
  [{ entryPoints: { '/home/me/d': 'core' } }, 'entryPoints["/home/me/d"] names no module'],
  [{ entryPoints: { 'C:/d': 'core' } }, 'entryPoints["C:/d"] names no module'],
  [{ entryPoints: { 'src\\d': 'core' } }, 'with forward slashes'],
  [{ entryPoints: { 'src/*': 'core' } }, 'entryPoints["src/*"] names no module'],
  [{ entryPoints: { '@switchyard/legacy': 'legacy' } }, 'is a package of Switchyard: expected a module of your own'],
  [{ include: 'src' }, 'include is "src": expected a list of patterns, such as ["src/**"]'],
  [{ exclude: [''] }, 'exclude is [""]: expected a list of patterns'],
  [{ exclude: ['./src'] }, 'exclude has the pattern "./src": expected one relative to switchyard.config.json'],
  [{ include: ['../other'] }, 'include has the pattern "../other"'],
  [{ include: ['!src'] }, 'include has the pattern "!src"'],
  [{ include: ['src\\a'] }, 'with forward slashes'],
  [{ owners: { src: [] } }, 'owners["src"] is []: expected an owner such as "@acme/agents", or a list of them'],
  [{ owners: { src: 3 } }, 'owners["src"] is 3'],
]

describe('configFor()', () => {
  it.each(right)('takes %j, and so does the schema', (content) => {
    expect(refusalOf(content)).toBe('')
    expect(accepts(content), JSON.stringify(accepts.errors)).toBe(true)
  })

  it.each(wrong)('refuses %j, and so does the schema', (content, message) => {
    expect(refusalOf(content)).toContain(message)
    expect(accepts(content)).toBe(false)
  })

  it('refuses what is no JSON or no object', () => {
    expect(refusalOf('{ "include": [ }')).toMatch(/^switchyard\.config\.json: is not JSON \(.+\)$/)
    expect(refusalOf('[]')).toBe('switchyard.config.json: is []: expected an object')
  })

  it('takes the nearest file, not above the root', () => {
    const root = folder()
    mkdirSync(join(root, 'repo/app/src'), { recursive: true })
    const write = (path: string, exclude: string) =>
      writeFileSync(join(root, path, 'switchyard.config.json'), JSON.stringify({ exclude: [exclude] }))
    write('.', 'outside')
    expect(configFor(join(root, 'repo/app/src'), join(root, 'repo'))).toBeUndefined()
    write('repo', 'far')
    expect(configFor(join(root, 'repo/app/src'), join(root, 'repo'))?.directory).toBe(join(root, 'repo'))
    write('repo/app', 'near')
    const config = configFor(join(root, 'repo/app/src'), join(root, 'repo'))
    expect(config?.directory).toBe(join(root, 'repo/app'))
    expect(config?.includes(join(root, 'repo/app/near/a.ts'))).toBe(false)
    expect(config?.includes(join(root, 'repo/app/far/a.ts'))).toBe(true)
  })
})
