import { readFileSync } from 'node:fs'

const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The version of this command. */
export const version = versionOf(manifest)

/**
 * The range in which migrated code depends on a package that this command knows: from the version that its rewrites are
 * checked against. The command's own version says nothing of it, since each package is versioned by itself.
 *
 * @param name such as `@switchyard/dispatcher`
 * @returns such as `^1.0.0`
 * @throws Error when this command does not depend on the package
 */
export function rangeOf(name: string): string {
  const known = isRecord(manifest) && isRecord(manifest['dependencies']) ? manifest['dependencies'][name] : undefined
  if (typeof known === 'string') return `^${known}`
  throw new Error(
    `The package.json beside this command names no version of ${name}: install @switchyard/codemods again`,
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function versionOf(value: unknown): string {
  if (isRecord(value) && typeof value['version'] === 'string') {
    return value['version']
  }
  throw new Error('The package.json beside this command has no version: install @switchyard/codemods again')
}
