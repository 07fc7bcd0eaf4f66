import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FileStatus, Ledger } from '../src/ledger.js'
import { exitStatus } from '../src/result.js'

const statuses: readonly FileStatus[] = ['unchanged', 'changed', 'skipped', 'failed']
const file = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const word = fc.tuple(file, fc.constantFrom(...statuses))

describe('Ledger', () => {
  it('counts every file given once, by the gravest word about it, in whatever order the words come', () => {
    fc.assert(
      fc.property(fc.array(file), fc.array(word), (given, words) => {
        const ledger = new Ledger()
        for (const path of given) ledger.give(path)
        for (const [path, status] of words) ledger.settle(path, status)
        const counts = ledger.counts()
        expect(counts.given).toBe(new Set(given).size)
        const gravest = [...new Set(given)].map((path) =>
          Math.max(-1, ...words.filter(([of]) => of === path).map(([, status]) => statuses.indexOf(status))),
        )
        for (const [at, status] of statuses.entries())
          expect(counts[status]).toBe(gravest.filter((grave) => grave === at).length)
      }),
    )
  })

  it('names exactly the files without a word, and the words without a file', () => {
    fc.assert(
      fc.property(fc.array(file), fc.array(word), (given, words) => {
        const ledger = new Ledger()
        for (const path of given) ledger.give(path)
        for (const [path, status] of words) ledger.settle(path, status)
        const settled = new Set(words.map(([path]) => path))
        const lost = [...new Set(given)].filter((path) => !settled.has(path))
        const strays = [...settled].filter((path) => !given.includes(path))
        expect(new Set(ledger.unaccounted())).toEqual(new Set([...lost, ...strays]))
        for (const path of given) expect(ledger.has(path)).toBe(true)
        for (const path of strays) expect(ledger.has(path)).toBe(false)
      }),
    )
  })

  it('makes the run exit with 3 exactly when a file is lost', () => {
    fc.assert(
      fc.property(fc.array(file), fc.array(word), (given, words) => {
        const ledger = new Ledger()
        for (const path of given) ledger.give(path)
        for (const [path, status] of words) ledger.settle(path, status)
        const lost =
          new Set(given).size > new Set(words.map(([path]) => path).filter((path) => given.includes(path))).size
        const result = { version: 1, command: 'migrate', files: ledger.counts(), findings: [], changes: [] } as const
        expect(exitStatus(result) === 3).toBe(lost)
      }),
    )
  })

  it('forgets no word when a file is given twice', () => {
    const ledger = new Ledger()
    ledger.give('a')
    ledger.settle('a', 'failed')
    ledger.give('a')
    expect(ledger.counts()).toEqual({ given: 1, changed: 0, unchanged: 0, skipped: 0, failed: 1 })
  })
})
