import { Worker } from 'node:worker_threads'
import type { Stamp } from './read-sources.js'

/** What the threads share: which files there are, how far they are, and what is known of each file. */
export interface SharedSearch {
  readonly paths: readonly string[]
  readonly needles: readonly string[]
  /** The next file that nobody has taken, and how many of those that were taken are done. */
  readonly counters: Int32Array
  /** Two numbers for each file that holds no needle: when it was changed, and its size. `NaN`: not known. */
  readonly stamps: Float64Array
}

const NEXT = 0
const DONE = 1
/** Files that a thread takes at once. */
const BATCH = 64
/** A thread that has died says nothing, and is not waited for: what it leaves is searched again. */
const PATIENCE_MS = 5_000

/**
 * Searches files for needles in threads, this one included.
 *
 * @param threads How many, this one included; at least 2.
 * @param missed Searches one file: its stamp when it holds no needle.
 * @returns the stamps of files that hold no needle; the others are for the caller to read.
 */
export function searchInThreads(
  paths: readonly string[],
  needles: readonly string[],
  threads: number,
  missed: (path: string) => Stamp | undefined,
): ReadonlyMap<string, Stamp> {
  const shared: SharedSearch = {
    paths,
    needles,
    counters: new Int32Array(new SharedArrayBuffer(8)),
    stamps: new Float64Array(new SharedArrayBuffer(paths.length * 16)).fill(Number.NaN),
  }
  const workers = Array.from({ length: threads - 1 }, () => {
    const worker = new Worker(new URL('search-thread.js', import.meta.url), { workerData: shared })
    // Whatever it died of, this thread does its part.
    worker.on('error', () => {})
    worker.unref()
    return worker
  })
  searchBatches(shared, missed)
  for (let done = 0; (done = Atomics.load(shared.counters, DONE)) < paths.length;) {
    if (Atomics.wait(shared.counters, DONE, done, PATIENCE_MS) === 'timed-out') break
  }
  for (const worker of workers) void worker.terminate()
  return stampsOf(shared)
}

/** Takes files until there are none left. */
export function searchBatches(shared: SharedSearch, missed: (path: string) => Stamp | undefined): void {
  const { paths, counters, stamps } = shared
  for (;;) {
    const from = Atomics.add(counters, NEXT, BATCH)
    const batch = paths.slice(from, from + BATCH)
    if (batch.length === 0) return
    for (const [index, path] of batch.entries()) {
      const stamp = missed(path)
      if (stamp !== undefined) stamps.set([stamp.mtimeMs, stamp.size], (from + index) * 2)
    }
    Atomics.add(counters, DONE, batch.length)
    Atomics.notify(counters, DONE)
  }
}

function stampsOf({ paths, stamps }: SharedSearch): ReadonlyMap<string, Stamp> {
  const known = new Map<string, Stamp>()
  for (const [index, path] of paths.entries()) {
    const [mtimeMs = Number.NaN, size = Number.NaN] = stamps.subarray(index * 2, index * 2 + 2)
    if (!Number.isNaN(mtimeMs) && !Number.isNaN(size)) known.set(path, { mtimeMs, size })
  }
  return known
}
