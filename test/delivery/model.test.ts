import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Build, intactBuild } from './build.js'
import { histories, live, type Operation, withVirtualTime } from './operations.js'
import { memoryStorage, RETENTION, type Retention, sqliteStorage, type Storage } from './storage.js'
import { World } from './world.js'

withVirtualTime()

/** What is wrong in the smallest history that shows it; nothing when nothing is. */
async function faultOf(
  build: Build,
  storageOf: (build: Build, retention: Retention) => Storage,
  numRuns: number,
): Promise<string | undefined> {
  const property = fc.asyncProperty(histories, async (steps: Operation[]) => {
    const fault = await live(new World(build, storageOf(build, RETENTION), RETENTION), steps)
    if (fault !== undefined) throw new Error(fault)
  })
  const details = await fc.check(property, { numRuns })
  return details.failed ? fc.defaultReportMessage(details) : undefined
}

describe('event delivery, whatever happens', () => {
  // More: SWITCHYARD_MODEL_RUNS=5000.
  const runs = Number(process.env['SWITCHYARD_MODEL_RUNS'] ?? 0)

  it('gives each client the log of its user from a memory store', async () => {
    expect(await faultOf(await intactBuild(), memoryStorage, runs || 300)).toBeUndefined()
  })

  it('does not take a tab that is held again for one whose event has been let go', async () => {
    const steps: Operation[] = [
      { do: 'open', user: 'ann', from: 'oldest' },
      { do: 'hold', tab: 0 },
      { do: 'append', user: 'ann', count: 2 },
      { do: 'turns', count: 12 },
      { do: 'relax', tab: 0 },
      { do: 'hold', tab: 0 },
      { do: 'turns', count: 1 },
    ]
    const build = await intactBuild()
    expect(await live(new World(build, memoryStorage(build, RETENTION), RETENTION), steps)).toBeUndefined()
  })

  it('gives each client the log of its user from a SQLite file', async () => {
    expect(await faultOf(await intactBuild(), sqliteStorage, runs || 60)).toBeUndefined()
  })
})
