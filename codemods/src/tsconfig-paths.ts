import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { packageOf } from './facades.js'
import { keysAt, removeMember } from './json-edit.js'
import type { MovedManifest } from './package-json.js'
import type { FacadeName } from './plan.js'
import { reportedPath } from './result.js'
import type { Usage } from './usage.js'

const pathsOption = ['compilerOptions', 'paths']

/**
 * Removes the `paths` of a facade from every tsconfig under which nothing names that facade any more.
 *
 * @param tsconfigs Absolute paths.
 * @returns the files that change
 */
export function removeFacadePaths(
  root: string,
  tsconfigs: readonly string[],
  facades: readonly FacadeName[],
  usage: Usage,
): MovedManifest[] {
  return tsconfigs.flatMap((path) => {
    const before = readFileSync(path)
    const text = before.toString('utf8')
    const gone = facades
      .map(packageOf)
      .filter((name) => text.includes(name) && !isNamedUnder(dirname(path), name, usage))
    const keys = keysAt(text, pathsOption).filter((key) =>
      gone.some((name) => key === name || key.startsWith(`${name}/`)),
    )
    if (keys.length === 0 || !Buffer.from(text).equals(before)) return []
    const after = keys.reduce((changed, key) => removeMember(changed, [...pathsOption, key]), text)
    const file = reportedPath(root, path)
    const edits = keys.map(() => ({ start: 0, end: 0, text: '' }))
    return [{ path, before, after: Buffer.from(after), edits, moved: keys.map((key) => `${file}: - paths of ${key}`) }]
  })
}

function isNamedUnder(directory: string, name: string, usage: Usage): boolean {
  return [...usage.under(directory).values()].some((names) => names.has(name))
}
