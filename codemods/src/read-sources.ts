import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { sep } from 'node:path'
import { unreadable, wholeFile } from './files.js'
import type { Finding } from './plan.js'
import { searchInThreads } from './search-threads.js'

/** Larger files are bundles: searched, never parsed. */
const largestFile = 5 * 1024 * 1024

/** When a file was last changed and how long it was: a cheap way to see that somebody wrote it since. */
export interface Stamp {
  readonly mtimeMs: number
  readonly size: number
}

/** A file as it was read. */
export interface ReadSource {
  readonly path: string
  /** The whole file; nothing for a bundle, or where it holds no needle. */
  readonly bytes: Buffer
  readonly stamp: Stamp
  /** Which of the needles the bytes hold. */
  readonly found: ReadonlySet<string>
}

const NOTHING = Buffer.alloc(0)
const NONE: ReadonlySet<string> = new Set()
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads files one after the other and searches their bytes. What cannot be read, or is too large to parse and would have to
 * be, becomes a finding instead.
 *
 * @param needles ASCII texts to look for.
 * @param parsedFor Those of the needles for which a file is parsed. Default: all of them.
 * @param threads How many search at once; 1: this one alone.
 */
export function* readSources(
  paths: readonly string[],
  needles: readonly string[],
  findings: Finding[],
  parsedFor: readonly string[] = needles,
  threads = 1,
): Generator<ReadSource> {
  const searches = searchesFor(needles)
  const misses = threads > 1 ? searchInThreads(paths, needles, threads, missIn(needles)) : undefined
  for (const path of paths) {
    try {
      const stamp = misses?.get(path)
      if (stamp !== undefined) {
        yield { path, bytes: NOTHING, stamp, found: NONE }
        continue
      }
      const source = readOne(path, searches)
      const wanted = parsedFor.filter((text) => source.found.has(text))
      if (source.stamp.size > largestFile && wanted.length > 0) findings.push(tooLarge(source, wanted))
      else if (sep === '/' && path.includes('\\') && wanted.length > 0) findings.push(badlyNamed(source, wanted))
      else yield source
    } catch (error) {
      findings.push(unreadable(path, error))
    }
  }
}

/**
 * The text of a file's bytes, byte order mark kept, so that it encodes to the same bytes again.
 *
 * @returns undefined when they are no UTF-8
 */
export function decode(bytes: Buffer): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** Says of a file when it was changed if it holds none of the needles; nothing when it does, or cannot be read. */
export function missIn(needles: readonly string[]): (path: string) => Stamp | undefined {
  const searches = searchesFor(needles)
  return (path) => {
    try {
      const { found, stamp } = readOne(path, searches)
      return found.size === 0 ? stamp : undefined
    } catch {
      return undefined
    }
  }
}

function searchesFor(needles: readonly string[]): Searches {
  const [first = ''] = needles
  let length = 0
  while (length < first.length && needles.every((text) => text[length] === first[length])) length += 1
  return {
    all: needles.map((text) => ({ text, bytes: Buffer.from(text), wide: Buffer.from(text, 'utf16le') })),
    start: Buffer.from(first.slice(0, length)),
  }
}

interface Searches {
  readonly all: readonly Search[]
  /** What all of them begin with: a file without it holds none. */
  readonly start: Buffer
}

interface Search {
  readonly text: string
  readonly bytes: Buffer
  /** The same in UTF-16, which an editor may have saved and which we can only report. */
  readonly wide: Buffer
}

function readOne(path: string, searches: Searches): ReadSource {
  const file = openSync(path, 'r')
  try {
    const stats = fstatSync(file)
    const stamp = stampOf(stats)
    if (stats.size > largestFile)
      return { path, bytes: Buffer.alloc(0), stamp, found: searchInPieces(file, searches.all) }
    const bytes = bytesOf(file, stats.size)
    const wide = wideText(bytes)
    if (wide === undefined && !bytes.includes(searches.start)) return { path, bytes: NOTHING, stamp, found: NONE }
    const found = searches.all.filter((each) => bytes.includes(each.bytes) || wide?.includes(each.wide) === true)
    if (found.length === 0) return { path, bytes: NOTHING, stamp, found: NONE }
    return { path, bytes: Buffer.from(bytes), stamp, found: new Set(found.map(({ text }) => text)) }
  } finally {
    closeSync(file)
  }
}

/** What files are read into, one after the other: most are looked at once, and making room for each takes longer. */
let room = NOTHING

/** The first bytes of a file, until the next one is read; fewer where it has become shorter. */
function bytesOf(file: number, size: number): Buffer {
  if (room.length < size) room = Buffer.allocUnsafe(Math.max(size, 256 * 1024))
  let filled = 0
  for (let read = -1; read !== 0 && filled < size; filled += read)
    read = readSync(file, room, filled, size - filled, null)
  return room.subarray(0, filled)
}

/** UTF-16 with its little end first, when a byte order mark says that these bytes are UTF-16. */
function wideText(bytes: Buffer): Buffer | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes
  if (bytes[0] !== 0xfe || bytes[1] !== 0xff) return undefined
  return Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2))).swap16()
}

/** The stamp of a file's stats. */
export function stampOf({ mtimeMs, size }: Stats): Stamp {
  return { mtimeMs, size }
}

/** Keeps a bundle out of memory: one piece at a time, each with the end of the one before it. */
function searchInPieces(file: number, searches: readonly Search[]): Set<string> {
  const found = new Set<string>()
  const overlap = Math.max(0, ...searches.map(({ bytes }) => bytes.length))
  const piece = Buffer.alloc(1024 * 1024 + overlap)
  let kept = 0
  for (let read = readSync(file, piece, 0, piece.length, null); read > 0;) {
    const filled = piece.subarray(0, kept + read)
    for (const { text, bytes } of searches) if (filled.includes(bytes)) found.add(text)
    kept = Math.min(overlap, filled.length)
    piece.copyWithin(0, filled.length - kept, filled.length)
    read = readSync(file, piece, kept, piece.length - kept, null)
  }
  return found
}

/** A compiler takes a backslash for the end of a folder's name, and would look for another file. */
function badlyNamed({ path }: ReadSource, wanted: readonly string[]): Finding {
  const what = `mentions ${wanted.join(', ')}, and has a backslash in its path, which no type checker can look up`
  return wholeFile(path, 'skipped', 'bad-name', `${what}: rename it, and run again`)
}

function tooLarge({ path, stamp }: ReadSource, wanted: readonly string[]): Finding {
  const size = (stamp.size / 1024 / 1024).toFixed(1)
  const what = `mentions ${wanted.join(', ')}, and is too large to change (${size} MB; the limit is 5 MB)`
  return wholeFile(
    path,
    'skipped',
    'too-large',
    `${what}: if it is built from other files, migrate those and build again`,
  )
}
