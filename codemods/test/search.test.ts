import { describe, expect, it } from 'vitest'
import { facadeNames } from '../src/facades.js'
import { listTree } from '../src/files.js'
import { Ledger } from '../src/ledger.js'
import type { FacadeName } from '../src/plan.js'
import { silent } from '../src/progress.js'
import { search, type Searched } from '../src/search.js'
import { folder, type Files } from './repository.js'

function searched(files: Files, only: readonly FacadeName[] = facadeNames, needles: readonly string[] = []): Searched {
  const root = folder(files)
  return search({ tree: listTree([], root), only, ledger: new Ledger(), progress: silent, needles })
}

const hitsIn = (files: Files, only?: readonly FacadeName[]) =>
  searched(files, only).hits.map(({ path }) => path.slice(path.lastIndexOf('/') + 1))

describe('search()', () => {
  it.each([
    `import '@switchyard/legacy'`,
    `import { A } from "@switchyard/core"`,
    `export * from '@switchyard/enhanced/sub'`,
    'const core = await import(`@switchyard/core`)',
    `const { A } = require('@switchyard/request-scoped')`,
    `vi.mock('@switchyard/legacy')`,
    `type A = import('@switchyard/legacy').A`,
    `/** @type {import('@switchyard/legacy').A} */ let a`,
    `/** @import { A } from '@switchyard/legacy' */`,
    `declare module '@switchyard/legacy' {}`,
  ])('keeps a file with %j', (text) => {
    expect(hitsIn({ 'a.ts': text })).toEqual(['a.ts'])
  })

  it.each([
    `// import { A } from '@switchyard/legacy'`,
    `/* @switchyard/legacy */`,
    `log('see @switchyard/legacy')`,
    `import '@switchyard/legacy-ui'`,
    `import '@switchyard/dispatcher'`,
    'const text = `from @switchyard/legacy`',
  ])('drops a file with %j', (text) => {
    const { hits, findings } = searched({ 'a.ts': text })
    expect([hits, findings]).toEqual([[], []])
  })

  it('keeps the facades asked for', () => {
    const files = { 'a.js': `import '@switchyard/legacy'`, 'b.js': `import '@switchyard/core'` }
    expect(hitsIn(files, ['core'])).toEqual(['b.js'])
  })

  it('parses by the extension, and in the other way when that fails', () => {
    const load = `import '@switchyard/legacy'\n`
    const files = {
      'assertion.ts': `${load}const a = <string>b`,
      'element.tsx': `${load}const a = <b>text</b>`,
      'element.ts': `${load}const a = <b>text</b>`,
      'element.js': `${load}const a = <b>text</b>`,
      'typed.js': `${load}const a: string = b`,
      'common.cjs': `require('@switchyard/legacy')\nreturn`,
      'old.js': `require('@switchyard/legacy'); with (a) b = 010`,
      'wait.mjs': `${load}await 1`,
    }
    const { findings } = searched(files)
    expect(findings).toEqual([])
    expect(hitsIn(files)).toEqual(Object.keys(files).toSorted())
  })

  it.each([
    ['does not parse', `\uFEFFimport '@switchyard/legacy'\n\nconst = 1\n`, { rule: 'parse-error', line: 3, column: 7 }],
    ['is no UTF-8', Buffer.from([...Buffer.from(`import '@switchyard/legacy' //`), 0xff]), { rule: 'invalid-utf-8' }],
    ['is UTF-16', Buffer.from(`\uFEFFimport '@switchyard/legacy'`, 'utf16le'), { rule: 'invalid-utf-8' }],
  ])('reports a file that %s', (_, content, expected) => {
    const { hits, findings } = searched({ 'a.js': content, 'b.js': `import '@switchyard/legacy'` })
    expect(findings).toMatchObject([{ kind: 'failed', ...expected }])
    expect(hits).toHaveLength(1)
  })

  it.each([
    ['nothing of a facade', Buffer.from([0xff, 0xfe, 0x00])],
    ['a facade that is not asked for', Buffer.from([...Buffer.from(`'@switchyard/core'`), 0xff])],
    ['a bundle with the dispatcher alone', Buffer.from(`"@switchyard/dispatcher"`.padEnd(5 * 1024 * 1024 + 1))],
    ['a bundle with a facade that is not asked for', Buffer.from(`"@switchyard/core"`.padEnd(5 * 1024 * 1024 + 1))],
  ])('says nothing of %s', (_, content) => {
    expect(searched({ 'a.js': content }, ['legacy']).findings).toEqual([])
  })

  it('says of a bundle that holds what else is looked for that it was not looked at', () => {
    const content = `.execute(`.padEnd(5 * 1024 * 1024 + 1)
    expect(searched({ 'a.js': content }, ['legacy'], ['.execute']).findings).toMatchObject([{ rule: 'too-large' }])
  })
})
