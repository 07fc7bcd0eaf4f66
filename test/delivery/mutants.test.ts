import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { buildWith, removeCopies } from './build.js'
import { histories, live, withVirtualTime } from './operations.js'
import { mutants } from './mutants.js'
import { memoryStorage, RETENTION, sqliteStorage } from './storage.js'
import { World } from './world.js'

const SEED = 20_261_125

afterAll(removeCopies, 60_000)
withVirtualTime()

describe('a fault in event delivery', () => {
  it.each(mutants)('is caught by the model: $fault', async ({ store, ...planted }) => {
    const build = await buildWith(planted)
    const storageOf = store === 'sqlite' ? sqliteStorage : memoryStorage
    let found: string | undefined
    const property = fc.asyncProperty(histories, async (steps) => {
      found = await live(new World(build, storageOf(build, RETENTION), RETENTION), steps)
      return found === undefined
    })
    // The first history that shows it is enough; how small it could be is of no interest here.
    await fc.check(property, { seed: SEED, numRuns: 500, endOnFailure: true })
    expect(found).toBeTypeOf('string')
  })

  it('is planted in store, gateway and client', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(25)
    expect(new Set(mutants.map(({ file }) => file.split('/')[0]))).toEqual(
      new Set(['events', 'stores', 'delivery', 'client']),
    )
  })
})
