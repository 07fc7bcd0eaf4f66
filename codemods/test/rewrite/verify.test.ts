import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findWorse } from '../../src/rewrite/verify.js'
import { projectOf } from './surveyed.js'

/** What gets worse in a project when some of its files have other texts: file, line, message. */
function worse(before: Readonly<Record<string, string>>, changes: Readonly<Record<string, string>>): string[] {
  const { project, root } = projectOf(before)
  const texts = new Map(Object.entries(changes).map(([file, text]) => [join(root, file), text]))
  return findWorse(project, texts).map(
    ({ file, line, column, message }) => `${file.slice(root.length + 1)}:${line}:${column} ${message}`,
  )
}

const wrong = "export const wrong: number = 'text'\n"
const notAssignable = "TS2322: Type 'string' is not assignable to type 'number'."

describe('findWorse()', () => {
  it('finds the first new complaint of a file that is changed', () => {
    const text = `export const a: number = 1\n${wrong}${wrong.replace('wrong', 'more')}`
    expect(worse({ 'a.ts': 'export const a: number = 1\n' }, { 'a.ts': text })).toEqual([`a.ts:2:14 ${notAssignable}`])
  })

  it('finds a complaint in a file that depends on a changed one, through others too', () => {
    const files = {
      'a.ts': 'export const a = 1\n',
      'b.ts': "export { a as b } from './a.js'\n",
      'c.ts': "import { b } from './b.js'\nexport const c: number = b\n",
      'd.ts': wrong,
    }
    expect(worse(files, { 'a.ts': "export const a = 'text'\n" })).toEqual([`c.ts:2:14 ${notAssignable}`])
  })

  it('does not mind what was wrong before, wherever it stands now', () => {
    expect(worse({ 'a.ts': wrong }, { 'a.ts': `// moved\n\n${wrong}` })).toEqual([])
    expect(worse({ 'a.ts': wrong, 'b.ts': wrong }, { 'b.ts': 'export const fine = 1\n' })).toEqual([])
  })

  it('counts: the same complaint a second time is new', () => {
    expect(worse({ 'a.ts': wrong }, { 'a.ts': wrong + wrong.replace('wrong', 'again') })).toEqual([
      `a.ts:2:14 ${notAssignable}`,
    ])
  })

  it('does not mind that what was wrong before is told in another order of its types', () => {
    // A union is told in the order in which the compiler met its members.
    const told = 'declare const asked: 71001 | 71002\nasked.name\n'
    const files = { 'a.ts': 'export const a = 71002\n', 'b.ts': `import { a } from './a.js'\n${told}export { a }\n` }
    expect(worse(files, { 'a.ts': 'export const a = 71001\n' })).toEqual([])
    const inside = (first: number) => `export const a = ${first}\n${told}`
    expect(worse({ 'a.ts': inside(71002) }, { 'a.ts': `// moved\n${inside(71001)}` })).toEqual([])
    expect(worse({ 'a.ts': inside(71002) }, { 'a.ts': `${inside(71001)}asked.size\n` })).toEqual([
      "a.ts:4:7 TS2339: Property 'size' does not exist on type '71001 | 71002'.",
    ])
  })

  it('finds what does not even parse any more', () => {
    expect(worse({ 'a.ts': 'export const a = 1\n' }, { 'a.ts': 'export const a = \n' })).toEqual([
      'a.ts:1:17 TS1109: Expression expected.',
    ])
  })

  it('does not mind that a package of ours is not installed yet, and minds any other', () => {
    const files = { 'a.ts': 'export {}\n' }
    expect(
      worse(files, { 'a.ts': "import '@switchyard/missing'\nimport type {} from '@switchyard/missing'\n" }),
    ).toEqual([])
    expect(worse(files, { 'a.ts': "import { a } from '@acme/missing'\nexport { a }\n" })).toEqual([
      expect.stringContaining("TS2307: Cannot find module '@acme/missing'"),
    ])
  })

  it('has nothing to say of no changes', () => {
    expect(worse({ 'a.ts': wrong }, {})).toEqual([])
  })
})
