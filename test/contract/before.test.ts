import { cases, type ConformanceReport, runConformance } from '@switchyard/dispatcher/conformance'
import { beforeAll, describe, expect, it } from 'vitest'
import { subjects } from '../fixtures/before/subjects.js'
import { casesBefore, resultsBefore } from './before.js'
import { mutants } from './mutants.js'
import { quirks } from './quirks.js'

const ids = cases.map(({ id }) => id)
const reports = new Map<string, ConformanceReport>()

beforeAll(async () => {
  for (const subject of subjects) reports.set(subject.name, await runConformance(subject))
}, 60_000)

describe('the table of results before', () => {
  it('has a column for each original, and a row for each case of the kit', () => {
    expect(resultsBefore.map(({ subject }) => subject)).toEqual(subjects.map(({ name }) => name))
    expect(casesBefore).toEqual(ids)
  })
})

describe.each(resultsBefore)('$subject, as it was', ({ subject, failed, skipped }) => {
  it('fails the cases that the table says, and passes the others', () => {
    const report = reports.get(subject)
    expect(report?.failed.map(({ id }) => id)).toEqual(failed)
    expect(report?.skipped.map(({ id }) => id)).toEqual(skipped)
  })

  it('fails none by hanging, which would cost seconds', () => {
    const hung = reports.get(subject)?.failed.filter(({ message }) => message.startsWith('the case had not ended'))
    expect(hung?.map(({ id }) => id)).toEqual([])
  })
})

describe('the conformance kit', () => {
  it.each([...new Set(cases.map(({ violation }) => violation))])('finds %s in one of the originals', (violation) => {
    const found = [...reports.values()].filter(({ failed }) => failed.some((each) => each.violation === violation))
    expect(found).not.toEqual([])
  })

  it('has no case that cannot fail: each fails on one of the originals, or on a planted fault', () => {
    const seen = new Set(resultsBefore.flatMap(({ failed }) => failed))
    for (const { caughtBy } of mutants) seen.add(caughtBy)
    expect(ids.filter((id) => !seen.has(id))).toEqual([])
  })
})

describe('a case that proves a quirk fixed', () => {
  const failedBefore = new Set(resultsBefore.flatMap(({ failed }) => failed))
  const fixed = quirks.flatMap((quirk) =>
    quirk.disposition === 'fixed'
      ? quirk.proofs.flatMap((proof) => ('case' in proof ? [{ id: quirk.id, proof: proof.case }] : []))
      : [],
  )

  it.each(fixed)('failed on one of the originals: $id, $proof', ({ proof }) => {
    expect(failedBefore).toContain(proof)
  })
})
