import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-checker'
import { describe, expect, it } from 'vitest'

const folder = fileURLToPath(new URL('../../src/rewrite', import.meta.url))
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const rows = [...readme.matchAll(/^\| `([^`]+ [^`]+ [^`]+)` \|/gm)].map(([, text]) => text ?? '')

/** Not markers: what is bridged, and what concerns a whole file. */
const otherReports = [
  'its result keeps its old shape through …() of the kit',
  'a denial goes on being thrown, through throwIfDenied() of the kit',
  'tools that may share a name go through distinctTools() of the kit, which drops the later one',
  'old metrics such as successRate come from toLegacyMetrics() of the kit',
  'a name that may be taken goes through registerOnce() of the kit, which skips it',
  'left as it was: it moves together with …',
  '…, where something is left to a person',
  'code that would not type-check after the migration',
  'code of @switchyard/…, which --only leaves out',
  'left as it was: after the migration it would not type-check (…)',
]

/** The sentences of a source file: texts of four words and more, with `…` for what is put in. */
function sentencesOf(name: string): string[] {
  const source = ts.createSourceFile(name, readFileSync(join(folder, name), 'utf8'), ts.ScriptTarget.ESNext, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const text = ts.isTemplateExpression(node)
      ? node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('')
      : ts.isStringLiteralLike(node)
        ? node.text
        : ''
    if (text.split(' ').length > 4 && /[a-z]{2,} [a-z]+ [a-z]+/.test(text)) found.push(text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

describe('the table of markers in the README', () => {
  const files = readdirSync(folder).filter((name) => name !== 'facade-declarations.ts')
  const sentences = new Set(files.flatMap(sentencesOf))

  it('has a row for every text that a marker may have', () => {
    expect(sentences.size).toBeGreaterThan(60)
    expect([...sentences].filter((text) => !rows.includes(text) && !otherReports.includes(text))).toEqual([])
  })

  it('has no row for a text that no marker has any more', () => {
    expect([...rows, ...otherReports].filter((text) => !sentences.has(text))).toEqual([])
  })
})
