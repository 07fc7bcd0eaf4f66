import { readFileSync } from 'node:fs'
import { filesUnder, sourcePattern, type Tree } from './files.js'
import { mentionsModule, parseSource } from './mentions.js'
import { decode } from './read-sources.js'

/** Which modules the source files of a tree name, as they are when a run is over. */
export interface Usage {
  /** The files under a directory that name any of the modules, each with those that it names. */
  under(directory: string): ReadonlyMap<string, ReadonlySet<string>>
}

/** What usage is asked of. */
export interface UsageInput {
  readonly tree: Tree
  /** The packages to look for. */
  readonly modules: readonly string[]
  /** What the bytes of files already searched hold; a file that is in `searched` alone holds none. */
  readonly found: ReadonlyMap<string, ReadonlySet<string>>
  readonly searched: ReadonlySet<string>
  /** The new texts of changed files, by path. */
  readonly changed: ReadonlyMap<string, string>
}

/**
 * Answers from what a run has read already, and reads only what it has not. A file that cannot be parsed counts as naming
 * whatever its bytes hold: better a dependency too many than one too few.
 */
export function usageOf({ tree, modules, found, searched, changed }: UsageInput): Usage {
  const known = new Map<string, ReadonlySet<string>>()
  const byDirectory = new Map<string, ReadonlyMap<string, ReadonlySet<string>>>()

  const inFile = (path: string): ReadonlySet<string> => {
    const settled = known.get(path)
    if (settled !== undefined) return settled
    const text = changed.get(path)
    const bytes =
      text === undefined && (found.get(path)?.size ?? 0) === 0 && searched.has(path) ? undefined : read(path)
    const names = text === undefined ? namesIn(path, bytes, modules) : namesInText(path, text, modules)
    known.set(path, names)
    return names
  }

  return {
    under(directory) {
      const cached = byDirectory.get(directory)
      if (cached !== undefined) return cached
      const using = new Map<string, ReadonlySet<string>>()
      for (const path of filesUnder(tree, directory)) {
        const names = sourcePattern.test(path) ? inFile(path) : undefined
        if (names !== undefined && names.size > 0) using.set(path, names)
      }
      byDirectory.set(directory, using)
      return using
    },
  }
}

/** Where either may be what is: each file names what it names in the one or in the other. */
export function eitherUsage(one: Usage, other: Usage): Usage {
  return {
    under(directory) {
      const using = new Map(one.under(directory))
      for (const [path, names] of other.under(directory))
        using.set(path, new Set([...(using.get(path) ?? []), ...names]))
      return using
    },
  }
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

function namesIn(path: string, bytes: Buffer | undefined, modules: readonly string[]): ReadonlySet<string> {
  const held = modules.filter((name) => bytes?.includes(name))
  if (bytes === undefined || held.length === 0) return new Set()
  const text = decode(bytes)
  return text === undefined ? new Set(held) : namesInText(path, text, held)
}

function namesInText(path: string, text: string, modules: readonly string[]): ReadonlySet<string> {
  const held = modules.filter((name) => text.includes(name))
  if (held.length === 0) return new Set()
  const { comments } = parseSource(path, text)
  return new Set(held.filter((name) => mentionsModule(text, comments, name)))
}
