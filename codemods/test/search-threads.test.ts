import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
// As built: its threads load the file beside it.
import { missIn } from '../dist/read-sources.js'
import { searchInThreads } from '../dist/search-threads.js'
import { folder } from './repository.js'

describe('searchInThreads()', () => {
  const paths = (root: string, count: number) => Array.from({ length: count }, (_, index) => join(root, `f${index}.ts`))

  it('lets other threads do what a slow one does not come to', () => {
    const root = folder(Object.fromEntries(Array.from({ length: 256 }, (_, index) => [`f${index}.ts`, 'export {}\n'])))
    const missed = missIn(['needle'])
    const pause = new Int32Array(new SharedArrayBuffer(4))
    let here = 0
    const found = searchInThreads(paths(root, 256), ['needle'], 2, (path) => {
      here += 1
      Atomics.wait(pause, 0, 0, 20)
      return missed(path)
    })
    expect(found.size).toBe(256)
    expect(here).toBeLessThan(256)
  })

  it('gives the stamps of files without a needle, and leaves the others to be read', () => {
    const root = folder({ 'f0.ts': 'export {}\n', 'f1.ts': 'a needle\n', 'f2.ts': '' })
    for (const path of paths(root, 3)) utimesSync(path, 1_000, 1_000)
    const found = searchInThreads([...paths(root, 3), join(root, 'nowhere.ts')], ['needle'], 3, missIn(['needle']))
    expect([...found]).toEqual([
      [join(root, 'f0.ts'), { mtimeMs: 1_000_000, size: 10 }],
      [join(root, 'f2.ts'), { mtimeMs: 1_000_000, size: 0 }],
    ])
  })
})
