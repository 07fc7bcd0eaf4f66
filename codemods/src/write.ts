import { accessSync, chmodSync, chownSync, constants, existsSync, lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { reason } from './files.js'
import type { StagedGroup } from './stage.js'

/** The name under which a file's new content waits for its rename: never more than one run writes. */
export function waitingPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.switchyard-tmp`)
}

/**
 * Puts new content in the place of a file's old one: whoever reads it sees the one or the other, and its mode stays.
 *
 * @throws what the file system says; the file is then as it was
 */
export function replaceFile(path: string, content: Buffer): void {
  const { mode, uid, gid } = lstatSync(path)
  const waiting = waitingPath(path)
  try {
    writeFileSync(waiting, content, { mode: 0o600 })
    keepOwner(waiting, uid, gid)
    chmodSync(waiting, mode & 0o7777)
    renameSync(waiting, path)
  } catch (error) {
    rmSync(waiting, { force: true })
    throw error
  }
}

/**
 * Writes a file that may not exist yet, with the folders above it: whoever reads it sees the old content or the new.
 *
 * @throws what the file system says; the file is then as it was
 */
export function putFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true })
  // A link stays a link: what it leads to is written.
  if (existsSync(path)) replaceFile(realpathSync(path), Buffer.from(content))
  else writeFileSync(path, content, { flag: 'wx' })
}

/**
 * Writes a group whole or not at all: when one of its files cannot be written, those before it are put back.
 *
 * @returns what is wrong with which file; empty when the group is written
 */
export function writeGroup(group: StagedGroup): Map<string, string> {
  const written: { path: string; before: Buffer }[] = []
  for (const { path, before, after } of group) {
    const problem = attempt(path, before, after)
    if (problem !== undefined) {
      for (const each of written.toReversed()) replaceFile(each.path, each.before)
      return new Map([[path, problem]])
    }
    written.push({ path, before })
  }
  return new Map()
}

/** The files of a group that are no longer what the plan was made from. */
export function changedOnDisk(group: StagedGroup): Map<string, string> {
  const problems = new Map<string, string>()
  for (const { path, before } of group) {
    const problem = staleness(path, before)
    if (problem !== undefined) problems.set(path, problem)
  }
  return problems
}

function attempt(path: string, before: Buffer, after: Buffer): string | undefined {
  const stale = staleness(path, before)
  if (stale !== undefined) return stale
  try {
    // A rename asks the folder alone; who made the file read-only meant it.
    accessSync(path, constants.W_OK)
    replaceFile(path, after)
    return undefined
  } catch (error) {
    return `could not be written: ${reason(error)}`
  }
}

function staleness(path: string, before: Buffer): string | undefined {
  try {
    return readFileSync(path).equals(before) ? undefined : 'changed on disk since it was read: run the command again'
  } catch (error) {
    return `could not be read again: ${reason(error)}`
  }
}

/** Only root can give files away; for anyone else the new file is theirs, like every file that an editor saves. */
function keepOwner(path: string, uid: number, gid: number): void {
  if (process.getuid?.() === 0) chownSync(path, uid, gid)
}
