import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Build, intactBuild } from './build.js'
import { histories, live, type Operation, withVirtualTime } from './operations.js'
import { memoryStorage, RETENTION, type Retention, sqliteStorage, type Storage } from './storage.js'
import { World } from './world.js'

withVirtualTime()

function check(
  build: Build,
  storageOf: (build: Build, retention: Retention) => Storage,
  numRuns: number,
): Promise<void> {
  const property = fc.asyncProperty(histories, async (steps: Operation[]) => {
    expect(await live(new World(build, storageOf(build, RETENTION), RETENTION), steps)).toBeUndefined()
  })
  return fc.assert(property, { numRuns })
}

describe('event delivery, whatever happens', () => {
  it('gives each client the log of its user from a memory store', async () => {
    await check(await intactBuild(), memoryStorage, Number(process.env['SWITCHYARD_MODEL_RUNS'] ?? 300))
  })

  it('gives each client the log of its user from a SQLite file', async () => {
    await check(await intactBuild(), sqliteStorage, Number(process.env['SWITCHYARD_MODEL_RUNS'] ?? 60))
  })
})
