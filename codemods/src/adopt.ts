import { ownConfiguration } from './adopt/own-configuration.js'
import { OwnModules, type EntryPoint } from './adopt/own-modules.js'
import { addFacades } from './adopt/facade-dependencies.js'
import { planAdoption, type AdoptionPlan } from './adopt/plan-adoption.js'
import { configName } from './config.js'
import { packageOf } from './facades.js'
import { filesUnder, sourcePattern, wholeFile } from './files.js'
import { count } from './layout.js'
import { parseSource } from './mentions.js'
import {
  begin,
  finishInterrupted,
  mentionInterrupted,
  refuseDirty,
  runOf,
  splitInto,
  write,
  type MigrateOptions,
  type Work,
} from './migrate.js'
import type { MovedManifest } from './package-json.js'
import type { FacadeName, Finding, SourceText } from './plan.js'
import { decode, readSources } from './read-sources.js'
import type { Run } from './result.js'
import { search, type Searched } from './search.js'
import { stage, type StagedGroup } from './stage.js'
import { UsageError } from './usage-error.js'

/** How an adoption is run: as a migration is; `only` names the facades to adopt, `packageJson` says whether they are added. */
export type AdoptOptions = MigrateOptions

/**
 * Takes callers of a team's own modules to the facades that stand for them, as `entryPoints` of `switchyard.config.json` has
 * it: every mention of such a module names the facade afterwards. A statement that takes a name which the facade does not
 * export stays, and is reported.
 *
 * @throws {UsageError} when there is no configuration with entry points or it is wrong, a path does not exist, no source file
 *   is found, a file to be written has uncommitted changes (unless `force`), or another run is writing here; nothing is
 *   written then
 */
export async function adopt(options: AdoptOptions = {}): Promise<Run> {
  const { split, verify = true, force = false } = options
  const mode = split === undefined ? (options.mode ?? 'write') : 'dry-run'
  const work = begin(options)
  const modules = modulesOf(work)
  if (mode === 'write') finishInterrupted(work)
  else mentionInterrupted(work)
  const { searched, texts } = read(work, modules)
  work.progress.begin('Planning', texts.length)
  const adopted = new Set(work.only.filter((facade) => isNamed(searched, packageOf(facade))))
  const { root, sources } = work.tree
  const plan = await Promise.resolve(
    planAdoption({
      root,
      modules,
      texts,
      outside: outsideOf(work, modules),
      files: sources,
      only: work.only,
      adopted,
      verify,
    }),
  )
  work.progress.end()
  work.findings.push(...plan.findings)
  const failed = new Set(work.findings.filter(({ kind }) => kind === 'failed').map(({ file }) => file))
  const mayWrite = (path: string) => work.ledger.has(path) && !failed.has(path)
  const { groups, findings } = stage({ plan, hits: texts, stamps: searched.stamps, mayWrite })
  work.findings.push(...findings)
  const moved = movedManifests(work, modules, groups)
  if (mode !== 'check' && !force) refuseDirty(work, split === undefined ? mode : 'write', [...groups, moved])
  const movedWith = (written: readonly StagedGroup[]) => movedManifests(work, modules, written)
  const done = mode === 'write' ? write(work, groups, moved, movedWith) : { groups, moved }
  work.findings.push(...ownConfiguration([...work.manifests, ...work.tsconfigs], modules.entries, work.only))
  work.notes.push(...notesOn(plan, modules, work.only))
  const patches = split && (await splitInto(work, { groups, verify, movedWith, movedWithAny: () => moved }))
  return runOf(work, 'adopt', {
    ...done,
    typed: undefined,
    patches,
    diffs: mode === 'dry-run' && patches === undefined,
  })
}

function modulesOf({ tree, only }: Work): OwnModules {
  const { config } = tree
  const example = '{ "entryPoints": { "src/agents/tool_dispatcher": "legacy" } }'
  if (config === undefined) {
    throw new UsageError(
      `adopt needs to know your own modules, and there is no ${configName} at or above ${tree.paths.join(', ')}: ` +
        `write one such as ${example}`,
    )
  }
  const wanted = [...config.entryPoints.values()].filter((facade) => only.includes(facade))
  if (wanted.length > 0) return new OwnModules(config, tree)
  const which = config.entryPoints.size === 0 ? 'no entryPoints' : `no entryPoints for ${only.join(', ')}`
  throw new UsageError(`${configName} in ${config.directory} has ${which}: expected some such as ${example}`)
}

/** Reads every source file once; keeps those that may name an entry point. */
function read(work: Work, modules: OwnModules): { searched: Searched; texts: SourceText[] } {
  const { needles } = modules
  const quoted = new RegExp(needles.map(inQuotes).join('|'), 'u')
  const decoded = new Set<string>()
  const texts: SourceText[] = []
  const onText = (source: SourceText, found: ReadonlySet<string>): void => {
    decoded.add(source.path)
    if (!needles.some((needle) => found.has(needle))) return
    // A configuration may name a module by a regular expression.
    if (!quoted.test(source.text) && !/\.config\.[cm]?[jt]s$/u.test(source.path)) return
    const problem = parseProblem(source)
    if (problem === undefined) texts.push(source)
    else work.findings.push(problem)
  }
  const searched = search({ ...work, only: [], needles, onText })
  work.findings.push(...searched.findings)
  for (const [path, found] of searched.found) {
    if (decoded.has(path) || !needles.some((needle) => found.has(needle))) continue
    const what = `may mention ${[...found].join(', ')}, and is not valid UTF-8: save it as UTF-8 and run again`
    work.findings.push(wholeFile(path, 'failed', 'invalid-utf8', what))
  }
  return { searched, texts }
}

/** The files of the repository that name an entry point and are not among those given, as far as they can be read. */
function outsideOf({ tree }: Work, { needles }: OwnModules): SourceText[] {
  const given = new Set(tree.sources)
  const others = filesUnder(tree, tree.root).filter((path) => sourcePattern.test(path) && !given.has(path))
  const found: SourceText[] = []
  for (const { path, bytes, found: held } of readSources(others, needles, [])) {
    const text = held.size > 0 ? decode(bytes) : undefined
    if (text !== undefined && parseProblem({ path, text }) === undefined) found.push({ path, text })
  }
  return found
}

function parseProblem({ path, text }: SourceText): Finding | undefined {
  if (/\.(?:vue|svelte)$/u.test(path)) return undefined
  const { error } = parseSource(path, text)
  if (error === undefined) return undefined
  const { message, line, column } = error
  return { ...wholeFile(path, 'failed', 'parse-error', `could not be parsed: ${message}`), line, column }
}

/** A text as a pattern that finds it within quotes; one that begins with a quote is the whole of what it finds. */
function inQuotes(text: string): string {
  const pattern = text.replaceAll(/[$()*+.?[\\\]^{|}]/gu, String.raw`\$&`)
  return /^["']/u.test(text) ? pattern : `["'\`][^"'\`\\n]*${pattern}`
}

function isNamed({ found }: Searched, name: string): boolean {
  return [...found.values()].some((names) => names.has(name))
}

/** The facades go to the manifests of the files that name them once the groups are written. */
function movedManifests(
  { tree, manifests }: Work,
  modules: OwnModules,
  groups: readonly StagedGroup[],
): MovedManifest[] {
  const changed = new Map<string, Map<FacadeName, string[]>>()
  for (const { path, before, edits } of groups.flat()) {
    const text = before.toString('utf8')
    const facades = new Map<FacadeName, string[]>()
    for (const { start, end } of edits) {
      const specifier = text.slice(start, end)
      const entry = modules.leadOf(path, specifier)?.entry
      if (entry !== undefined) facades.set(entry.facade, [...(facades.get(entry.facade) ?? []), specifier])
    }
    changed.set(path, facades)
  }
  return addFacades({ root: tree.root, manifests, changed })
}

/** What the reader should know of each entry point: that nothing means it, or that nothing needs it any more. */
function notesOn(
  { named, typed, beyond }: AdoptionPlan,
  { entries }: OwnModules,
  only: readonly FacadeName[],
): string[] {
  const wanted = entries.filter(({ facade }) => only.includes(facade))
  const of = (entry: EntryPoint) => named.get(entry) ?? { before: 0, left: 0 }
  const unknown = wanted.filter((entry) => entry.files.size === 0 && of(entry).before === 0)
  const free = wanted.filter((entry) => entry.files.size > 0)
  const isFree = wanted.every((entry) => of(entry).left === 0) && free.length > 0
  return [
    ...(typed ? [] : ['No tsconfig was found for some files: what they make of a facade could not be type-checked.']),
    ...[...beyond]
      .filter(([, members]) => members.size > 0)
      .map(
        ([{ key, facade }, members]) =>
          `${[...members].join(', ')} of ${key} ${members.size === 1 ? 'is' : 'are'} nothing that ${packageOf(facade)} has, and some ` +
          'of the files that moved are not type-checked: look whether code that they hand a dispatcher to uses that.',
      ),
    ...unknown.map(
      ({ key }) => `Nothing is called ${key}, and nothing names it: unless it is gone already, see ${configName}.`,
    ),
    ...(isFree
      ? [
          `No file that was looked at names ${free.map(({ key }) => key).join(', ')} any more: ` +
            `what is left of ${count(free.length, 'module')} can go.`,
        ]
      : []),
  ]
}
