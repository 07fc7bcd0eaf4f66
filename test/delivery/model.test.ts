import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Build, intactBuild } from './build.js'
import { histories, live, type Operation } from './operations.js'
import { memoryStorage, type Retention, sqliteStorage, type Storage } from './storage.js'
import { World } from './world.js'

const RETENTION: Retention = { maxEvents: 12, maxAgeMs: 600_000 }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

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
