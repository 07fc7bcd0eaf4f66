import { describe, expect, it } from 'vitest'
import { cases, type ConformanceSubject, runConformance } from '../../src/conformance.js'

/** A subject of which no dispatcher can be made. */
const refusing: ConformanceSubject = {
  name: 'refusing',
  capabilities: new Set(cases.flatMap(({ needs }) => needs)),
  create: () => Promise.reject(new Error('out of order')),
}

describe('runConformance()', () => {
  it.each(cases)('reports $id of a subject that makes no dispatcher, and leaves no rejection unhandled', async ({ id }) => {
    const unhandled: unknown[] = []
    const keep = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', keep)
    const { passed, failed } = await runConformance(refusing, { only: [id] })
    await new Promise(setImmediate)
    process.off('unhandledRejection', keep)
    expect(unhandled).toEqual([])
    expect([...passed, ...failed.map((each) => each.id)]).toEqual([id])
  })
})
