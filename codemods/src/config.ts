import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import picomatch from 'picomatch'
import { facadeNames } from './facades.js'
import type { FacadeName } from './plan.js'
import { UsageError } from './usage-error.js'

/** The name of the configuration file. */
export const configName = 'switchyard.config.json'

/** What a team says about its own code base, in `switchyard.config.json`. */
export interface Config {
  /** The directory of the file, absolute: what its paths and patterns are relative to. */
  readonly directory: string
  /** The team's own modules, by a path without extension or by the name that they are imported by, and the facade each becomes. */
  readonly entryPoints: ReadonlyMap<string, FacadeName>
  /** Who owns which files: a pattern, and the owners of what it matches. */
  readonly owners: ReadonlyMap<string, readonly string[]>
  /** Whether a file, given as an absolute path, is one that the commands look at. */
  readonly includes: (path: string) => boolean
}

/**
 * The configuration that governs a directory: the nearest one at or above it, not above `root`.
 *
 * @throws {UsageError} when it is no JSON, has an unknown key or a wrong value
 */
export function configFor(directory: string, root: string): Config | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const path = join(at, configName)
    if (existsSync(path)) return parseConfig(path, readFileSync(path, 'utf8'), relative(root, path) || configName)
    if (at === root || at === dirname(at)) return undefined
  }
}

type Fail = (where: string, problem: string) => UsageError

function parseConfig(path: string, text: string, shown: string): Config {
  const fail: Fail = (where, problem) => new UsageError(`${shown}: ${where === '' ? '' : `${where} `}${problem}`)
  const { entryPoints, include, exclude, owners, ...rest } = objectIn(jsonIn(text, fail), '', fail)
  const unknown = Object.keys(rest).find((key) => key !== '$schema')
  if (unknown !== undefined) {
    throw fail(JSON.stringify(unknown), 'is not known here: expected entryPoints, include, exclude or owners')
  }
  if (rest['$schema'] !== undefined && typeof rest['$schema'] !== 'string') {
    throw fail('$schema', `is ${shownValue(rest['$schema'])}: expected the address of a JSON Schema`)
  }
  const directory = dirname(path)
  return {
    directory,
    entryPoints: entryPointsIn(entryPoints, fail),
    owners: ownersIn(owners, fail),
    includes: inclusion(directory, patternsIn(include, 'include', fail), patternsIn(exclude, 'exclude', fail)),
  }
}

function jsonIn(text: string, fail: Fail): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/u, ''))
  } catch (error) {
    throw fail('', `is not JSON (${error instanceof Error ? error.message : String(error)})`)
  }
}

function objectIn(value: unknown, where: string, fail: Fail): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw fail(where, `is ${shownValue(value)}: expected an object`)
}

function entryPointsIn(value: unknown, fail: Fail): Map<string, FacadeName> {
  const found = new Map<string, FacadeName>()
  for (const [name, facade] of Object.entries(objectIn(value ?? {}, 'entryPoints', fail))) {
    const where = `entryPoints[${JSON.stringify(name)}]`
    const known = facadeNames.find((each) => each === facade)
    if (known === undefined) {
      throw fail(where, `is ${shownValue(facade)}, which is no facade: expected ${alternatives(facadeNames)}`)
    }
    if (name.trim() === '' || /[\\*]|^\/|^[a-z]:/iu.test(name)) {
      throw fail(
        where,
        `names no module: expected a path relative to ${configName} with forward slashes, such as ` +
          '"src/agents/tool_dispatcher", or the name of a package, such as "@acme/dispatch-core"',
      )
    }
    if (name.startsWith('@switchyard/')) throw fail(where, 'is a package of Switchyard: expected a module of your own')
    found.set(name, known)
  }
  return found
}

function ownersIn(value: unknown, fail: Fail): Map<string, readonly string[]> {
  const entries = Object.entries(objectIn(value ?? {}, 'owners', fail))
  return new Map(
    entries.map(([pattern, owner]) => {
      const list = typeof owner === 'string' ? [owner] : owner
      if (isTexts(list) && list.length > 0) return [pattern, list]
      throw fail(
        `owners[${JSON.stringify(pattern)}]`,
        `is ${shownValue(owner)}: expected an owner such as "@acme/agents", or a list of them`,
      )
    }),
  )
}

function patternsIn(value: unknown, where: string, fail: Fail): readonly string[] {
  if (value === undefined) return []
  if (!isTexts(value)) {
    throw fail(where, `is ${shownValue(value)}: expected a list of patterns, such as ["src/**"]`)
  }
  const wrong = value.find((pattern) => /^(?:\.\.?)?\/|\\|^\.\.?$|^!/u.test(pattern))
  if (wrong === undefined) return value
  throw fail(
    where,
    `has the pattern ${JSON.stringify(wrong)}: expected one relative to ${configName}, with forward slashes and ` +
      'without ./, ../ or ! before it, such as "src/**"',
  )
}

function inclusion(
  directory: string,
  include: readonly string[],
  exclude: readonly string[],
): (path: string) => boolean {
  const included = include.length === 0 ? () => true : matching(include)
  const excluded = exclude.length === 0 ? () => false : matching(exclude)
  return (path) => {
    const name = relative(directory, path).split(sep).join('/')
    return included(name) && !excluded(name)
  }
}

/** A pattern that matches a directory takes in what is under it. */
function matching(patterns: readonly string[]): (name: string) => boolean {
  return picomatch(
    patterns.flatMap((pattern) => [pattern, `${pattern.replace(/\/$/u, '')}/**`]),
    { dot: true },
  )
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '')
}

function alternatives(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
