import { readFileSync } from 'node:fs'

interface OwnManifest {
  readonly version: string
  readonly devDependencies: Readonly<Record<string, string>>
}

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as OwnManifest

/** The version of this command. */
export const version = manifest.version

/**
 * The caret range of a package of ours that this version of the command was made for: the ranges in its own manifest, which
 * every release moves.
 *
 * @param name Such as `@switchyard/dispatcher`.
 * @returns such as `^1.2.0`
 */
export function rangeOf(name: string): string {
  const range = manifest.devDependencies[name]
  if (range === undefined) throw new Error(`The manifest of @switchyard/codemods names no range for ${name}`)
  return range
}
