import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { appendFileSync, lstatSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { reason } from './files.js'
import { homeOf, makeHome } from './home.js'
import type { StagedFile } from './stage.js'
import { UsageError } from './usage-error.js'
import { replaceFile, waitingPath } from './write.js'

/** One file of a run: where its old bytes lie, and how to know its new ones. */
interface Entry {
  /** Relative to the root. */
  readonly file: string
  /** In `before.bin`, in bytes. */
  readonly offset: number
  readonly length: number
  /** SHA-256 of the bytes before and after, in hexadecimal. */
  readonly before: string
  readonly after: string
}

interface Record {
  readonly version: 1
  /** When the run began, as ISO 8601. */
  readonly startedAt: string
  /** `writing` until every file of the run is written: a run found so was interrupted. */
  readonly state: 'writing' | 'done'
  readonly files: readonly Entry[]
}

/** What putting files back came to. Paths are absolute. */
export interface Undone {
  readonly startedAt: string
  readonly restored: readonly string[]
  /** Files that were old already. */
  readonly untouched: readonly string[]
  /** Files that somebody changed since, with what to know about each; they stay as they are. */
  readonly refused: ReadonlyMap<string, string>
}

/**
 * The old bytes of what a run writes, kept in `.switchyard/` at the root from before the first write on, so that the run can
 * be undone: by `--undo`, or by the next run when this one is interrupted.
 */
export class Journal {
  readonly #root: string
  readonly #folder: string
  readonly #startedAt = new Date().toISOString()
  #entries: Entry[] = []
  #size = 0

  private constructor(root: string, folder: string) {
    this.#root = root
    this.#folder = folder
  }

  /**
   * Begins the journal of a run, and keeps other runs from writing until it ends.
   *
   * @throws {UsageError} when another run is writing
   */
  static begin(root: string): Journal {
    const home = makeHome(root)
    lock(home)
    return new Journal(root, join(home, 'last-run'))
  }

  /** Keeps the old bytes of files that are about to be written; the first of them take the place of the last run's. */
  keep(files: readonly StagedFile[]): void {
    if (files.length === 0) return
    if (this.#entries.length === 0) {
      forget(this.#folder)
      mkdirSync(this.#folder)
    }
    for (const { path, before, after } of files) {
      appendFileSync(join(this.#folder, 'before.bin'), before)
      const file = path.slice(this.#root.length + 1)
      this.#entries.push({ file, offset: this.#size, length: before.length, before: hash(before), after: hash(after) })
      this.#size += before.length
    }
    this.#save('writing')
  }

  /**
   * Says that the run is over.
   *
   * @param written Absolute paths of what it wrote: what it kept and then left alone is not its to undo.
   */
  finish(written: ReadonlySet<string>): void {
    if (this.#entries.length > 0) {
      this.#entries = this.#entries.filter(({ file }) => written.has(join(this.#root, file)))
      this.#save('done')
    }
    unlock(homeOf(this.#root))
  }

  /** Puts everything back that was written so far. */
  abandon(): void {
    if (this.#entries.length > 0) undoLastRun(this.#root)
    unlock(homeOf(this.#root))
  }

  #save(state: Record['state']): void {
    save(this.#folder, { version: 1, startedAt: this.#startedAt, state, files: this.#entries })
  }
}

/**
 * When the last run that wrote here was interrupted: the time it began.
 *
 * @throws {UsageError} when it is still writing
 */
export function interruptedRun(root: string): string | undefined {
  const record = load(root)
  if (record?.state !== 'writing') return undefined
  refuseLiveOwner(homeOf(root))
  return record.startedAt
}

/**
 * Puts the last run's old bytes back, exactly. A file that is neither what the run wrote nor what it found stays as it is.
 *
 * @throws {UsageError} when there is no run to undo, or another one is writing
 */
export function undoLastRun(root: string): Undone {
  const home = homeOf(root)
  const record = load(root)
  if (record === undefined) throw new UsageError(`there is no run to undo: nothing is kept in ${home}`)
  lock(home)
  try {
    return undoRecord(root, record)
  } finally {
    unlock(home)
  }
}

function undoRecord(root: string, record: Record): Undone {
  const folder = join(homeOf(root), 'last-run')
  const restored: string[] = []
  const untouched: string[] = []
  const refused = new Map<string, string>()
  for (const entry of record.files) {
    const path = join(root, entry.file)
    const outcome = restore(path, entry, join(folder, 'before.bin'))
    if (outcome === 'restored') restored.push(path)
    else if (outcome === 'untouched') untouched.push(path)
    else refused.set(path, outcome.refused)
  }
  const open = record.files.filter(({ file }) => refused.has(join(root, file)))
  if (open.length === 0) forget(folder)
  else save(folder, { ...record, state: 'done', files: open })
  return { startedAt: record.startedAt, restored, untouched, refused }
}

function restore(path: string, entry: Entry, kept: string): 'restored' | 'untouched' | { readonly refused: string } {
  try {
    rmSync(waitingPath(path), { force: true })
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return { refused: 'is no longer there' }
    const now = hash(readFileSync(path))
    if (now === entry.before) return 'untouched'
    if (now !== entry.after) return { refused: 'changed since the run wrote it, and stays as it is' }
    const before = readKept(kept, entry)
    if (hash(before) !== entry.before) return { refused: 'cannot be put back: its copy in .switchyard is damaged' }
    replaceFile(path, before)
    return 'restored'
  } catch (error) {
    return { refused: `could not be put back: ${reason(error)}` }
  }
}

function readKept(kept: string, { offset, length }: Entry): Buffer {
  const bytes = Buffer.alloc(length)
  const file = openSync(kept, 'r')
  try {
    readSync(file, bytes, 0, length, offset)
    return bytes
  } finally {
    closeSync(file)
  }
}

/** The record goes first: what is left when this is cut off is no run to anybody. */
function forget(folder: string): void {
  rmSync(join(folder, 'journal.json'), { force: true })
  rmSync(folder, { recursive: true, force: true })
}

function load(root: string): Record | undefined {
  const file = join(homeOf(root), 'last-run', 'journal.json')
  if (!existsSync(file)) return undefined
  const record: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (isRecord(record)) return record
  throw new UsageError(`${file} was written by another version of this command: undo with that one, or delete the file`)
}

function isRecord(value: unknown): value is Record {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1
}

function save(folder: string, record: Record): void {
  const file = join(folder, 'journal.json')
  writeFileSync(`${file}.new`, JSON.stringify(record))
  renameSync(`${file}.new`, file)
}

function lock(home: string): void {
  refuseLiveOwner(home)
  writeFileSync(join(home, 'lock'), String(process.pid), { flag: 'wx' })
}

function unlock(home: string): void {
  rmSync(join(home, 'lock'), { force: true })
}

/** A lock whose process is gone is swept away. */
function refuseLiveOwner(home: string): void {
  if (!readdirSync(home).includes('lock')) return
  const owner = Number(readFileSync(join(home, 'lock'), 'utf8'))
  if (owner !== process.pid && isAlive(owner)) {
    throw new UsageError(
      `another run is writing here (process ${owner}); if that is not so, delete ${join(home, 'lock')}`,
    )
  }
  unlock(home)
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
