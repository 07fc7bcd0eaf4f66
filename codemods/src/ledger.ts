import type { FileCounts } from './result.js'

/** What became of one file; the graver word wins when a file gets two. */
export type FileStatus = 'unchanged' | 'changed' | 'skipped' | 'failed'

const order: readonly FileStatus[] = ['unchanged', 'changed', 'skipped', 'failed']

/** Keeps the account of the files given: each must be settled, or the run says that it lost some. */
export class Ledger {
  readonly #statuses = new Map<string, FileStatus | undefined>()
  readonly #strays = new Set<string>()

  /** Adds a file to account for. */
  give(path: string): void {
    if (!this.#statuses.has(path)) this.#statuses.set(path, undefined)
  }

  /** Says what became of a file. A file that was never given is a stray, and an error of ours. */
  settle(path: string, status: FileStatus): void {
    if (!this.#statuses.has(path)) {
      this.#strays.add(path)
      return
    }
    const before = this.#statuses.get(path)
    if (before === undefined || order.indexOf(status) > order.indexOf(before)) this.#statuses.set(path, status)
  }

  /** Whether the file was given. */
  has(path: string): boolean {
    return this.#statuses.has(path)
  }

  counts(): FileCounts {
    const counts = { given: this.#statuses.size, changed: 0, unchanged: 0, skipped: 0, failed: 0 }
    for (const status of this.#statuses.values()) if (status !== undefined) counts[status] += 1
    return counts
  }

  /** The files that nobody settled, and those that nobody gave. */
  unaccounted(): string[] {
    const unsettled = [...this.#statuses].filter(([, status]) => status === undefined).map(([path]) => path)
    return [...unsettled, ...this.#strays]
  }
}
