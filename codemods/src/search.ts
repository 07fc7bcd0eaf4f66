import { dispatcherPackage, facadeNames, kitPackage, packageOf } from './facades.js'
import { wholeFile, type Tree } from './files.js'
import type { Ledger } from './ledger.js'
import { mentionsModule, parseSource } from './mentions.js'
import type { FacadeName, Finding, SourceText } from './plan.js'
import type { Progress } from './progress.js'
import { isComponent, moduleOf } from './single-file-components.js'
import { decode, readSources, type ReadSource, type Stamp } from './read-sources.js'

/** The packages that every search looks for. */
export const ownModules: readonly string[] = [...facadeNames.map(packageOf), dispatcherPackage, kitPackage]

/** What one pass over the bytes of a tree found. */
export interface Searched {
  /** Files that name a facade where code could load it, as they were read. */
  readonly hits: readonly SourceText[]
  /** Which needles the bytes of a file hold, for files that hold any. */
  readonly found: ReadonlyMap<string, ReadonlySet<string>>
  readonly stamps: ReadonlyMap<string, Stamp>
  /** What could not be read, decoded or parsed. */
  readonly findings: readonly Finding[]
}

/** What is searched, and how. */
export interface SearchInput {
  readonly tree: Tree
  readonly only: readonly FacadeName[]
  readonly ledger: Ledger
  readonly progress: Progress
  /** How many threads read. Default 1. */
  readonly concurrency?: number | undefined
  /** Further ASCII texts to look for. */
  readonly needles?: readonly string[] | undefined
  /** Called with each file that holds a needle and can be decoded; its text is not kept. */
  readonly onText?: ((source: SourceText, found: ReadonlySet<string>) => void) | undefined
}

/** Reads every source file of a tree once, and keeps the texts of those that name a facade. */
export function search(input: SearchInput): Searched {
  const { tree, only, ledger, progress, concurrency = 1, needles = [], onText } = input
  const hits: SourceText[] = []
  const found = new Map<string, ReadonlySet<string>>()
  const stamps = new Map<string, Stamp>()
  const findings: Finding[] = []
  const facades = only.map(packageOf)
  let read = 0
  progress.begin('Reading', tree.sources.length)
  for (const path of tree.sources) ledger.give(path)
  const parsedFor = [...facades, ...needles]
  for (const source of readSources(tree.sources, [...ownModules, ...needles], findings, parsedFor, concurrency)) {
    progress.advance((read += 1))
    stamps.set(source.path, source.stamp)
    if (source.found.size === 0) continue
    found.set(source.path, source.found)
    const text = decode(source.bytes)
    const named = facades.filter((name) => source.found.has(name))
    const result = text === undefined ? undecodable(source, named) : examine({ path: source.path, text }, named)
    if (result === 'hit' && text !== undefined) hits.push({ path: source.path, text })
    else if (typeof result === 'object') findings.push(result)
    if (text !== undefined) onText?.({ path: source.path, text }, source.found)
  }
  progress.end()
  return { hits, found, stamps, findings }
}

/** @returns whether the file names one of the packages where code could load it, or why nobody can say */
export function examine({ path, text }: SourceText, packages: readonly string[]): 'hit' | 'miss' | Finding {
  if (packages.length === 0) return 'miss'
  const source = isComponent(path) ? moduleOf({ path, text }) : { path, text }
  const { comments, error } = parseSource(source.path, source.text)
  if (error === undefined) return packages.some((name) => mentionsModule(source.text, comments, name)) ? 'hit' : 'miss'
  const { message, line, column } = error
  return { ...wholeFile(path, 'failed', 'parse-error', `could not be parsed: ${message}`), line, column }
}

function undecodable({ path }: ReadSource, packages: readonly string[]): Finding | 'miss' {
  if (packages.length === 0) return 'miss'
  const what = `mentions ${packages.join(', ')}, and is not valid UTF-8: save it as UTF-8 and run again`
  return wholeFile(path, 'failed', 'invalid-utf-8', what)
}
