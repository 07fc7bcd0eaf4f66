import { existsSync, readFileSync } from 'node:fs'
import { cases } from '@switchyard/dispatcher/conformance'
import { describe, expect, it } from 'vitest'
import { behaviours } from './behaviours.js'
import { quirks } from './quirks.js'
import { root } from './support/exports-of.js'
import type { Proof } from './support/proofs.js'
import { type DeclaredTest, testsIn, testsOf } from './support/tests-in.js'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

/** One sentence: it starts with a capital letter or with a function's name, and ends with its only full stop. */
const SENTENCE = /^(?:\p{Lu}|[a-z]\w*\(\))[^.!?]{20,}(?:\.\w[^.!?]*)*\.$/u

const declared = new Map<string, readonly DeclaredTest[]>()

function faultsOf(proofs: readonly Proof[]): string[] {
  return proofs.flatMap((proof) => faultOf(proof) ?? [])
}

function faultsOfReason(reason: string): string[] {
  return SENTENCE.test(reason) ? [] : [`no sentence: ${reason}`]
}

/** What is wrong with a proof; nothing where it is a test that runs. */
function faultOf(proof: Proof): string | undefined {
  if ('case' in proof) return cases.some(({ id }) => id === proof.case) ? undefined : `no case ${proof.case}`
  const { file, title } = proof
  if (!existsSync(root + file)) return `no file ${file}`
  if (!declared.has(file)) declared.set(file, testsIn(file))
  return faultOfTitle(title, declared.get(file) ?? [])
}

function faultOfTitle(title: string, tests: readonly DeclaredTest[]): string | undefined {
  const meant = tests.filter((test) => test.title === title || test.title.endsWith(` > ${title}`))
  if (meant.length !== 1) return `${meant.length} tests "${title}"`
  return meant[0]?.skipped === false ? undefined : `"${title}" never runs`
}

describe('the quirks', () => {
  it('are Q1 to Q123, each of them once', () => {
    const ids = quirks.map(({ id }) => Number(id.slice(1)))
    expect(ids.toSorted((one, other) => one - other)).toEqual(numbers(123))
  })

  it.each(quirks)('say in a sentence what $id was', ({ was }) => {
    expect(was).toMatch(SENTENCE)
  })

  it.each(quirks)('have for $id, $disposition, tests that run, or a reason in a sentence', (quirk) => {
    const faults = quirk.disposition === 'not applicable' ? faultsOfReason(quirk.why) : faultsOf(quirk.proofs)
    expect(faults).toEqual([])
  })
})

describe('the behaviours that old tests asserted', () => {
  it('are 1 to 151, each of them once', () => {
    expect(behaviours.map(({ number }) => number).toSorted((one, other) => one - other)).toEqual(numbers(151))
  })

  it.each(behaviours)('say in a sentence what number $number asserted', ({ asserts }) => {
    expect(asserts).toMatch(SENTENCE)
  })

  it.each(behaviours)('have for number $number, $outcome, tests that run, or a reason in a sentence', (behaviour) => {
    const proofs = 'proofs' in behaviour ? faultsOf(behaviour.proofs) : []
    const reason = 'why' in behaviour ? faultsOfReason(behaviour.why) : []
    expect([...proofs, ...reason]).toEqual([])
  })

  it('are settled where they name one of the 21 contradictions', () => {
    const settled = behaviours.flatMap((behaviour) => (behaviour.outcome === 'settled' ? behaviour.contradiction : []))
    expect(settled.length).toBeGreaterThan(10)
    expect(settled.filter((number) => !numbers(21).includes(number))).toEqual([])
  })
})

describe('the files of the proofs', () => {
  const proofs = [...quirks, ...behaviours].flatMap((entry) => ('proofs' in entry ? entry.proofs : []))
  const files = new Set(proofs.flatMap((proof) => ('file' in proof ? proof.file : [])))

  it.each([...files])('test real parts: %s mocks no module', (file) => {
    expect(readFileSync(root + file, 'utf8')).not.toMatch(/\b(?:vi|jest)\.(?:doMock|mock)\(/u)
  })
})

describe('the check itself', () => {
  const text = [
    "describe('a', () => {",
    "  it('works', () => {})",
    "  it.each([1])('is %s', () => {})",
    "  it.skip('sleeps', () => {})",
    '})',
    "describe.skip('b', () => it('works', () => {}))",
    "// it('is gone', () => {})",
  ].join('\n')

  it('reads titles with those around them, and what never runs', () => {
    expect(testsOf(text)).toEqual([
      { title: 'a > works', skipped: false },
      { title: 'a > is %s', skipped: false },
      { title: 'a > sleeps', skipped: true },
      { title: 'b > works', skipped: true },
    ])
  })

  it.each([
    ['a > works', undefined],
    ['is %s', undefined],
    ['works', '2 tests "works"'],
    ['is gone', '0 tests "is gone"'],
    ['sleeps', '"sleeps" never runs'],
    ['b > works', '"b > works" never runs'],
  ])('says of the title %j: %j', (title, fault) => {
    expect(faultOfTitle(title, testsOf(text))).toBe(fault)
  })

  it('finds that a file or a case is missing', () => {
    expect(faultOf({ file: 'test/contract/gone.test.ts', title: 'works' })).toBe('no file test/contract/gone.test.ts')
    expect(faultOf({ case: 'event-routing/gone' })).toBe('no case event-routing/gone')
  })

  it.each(['no sentence.', 'Short.', 'One sentence, and then. Another sentence here.', 'Without its end'])(
    'takes %j for no sentence',
    (words) => {
      expect(words).not.toMatch(SENTENCE)
    },
  )
})
