import { readFileSync } from 'node:fs'

const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The version of this command. */
export const version = versionOf(manifest)

/** The range in which migrated code depends on packages of ours, which are released together with this command. */
export const ownRange = `^${version}`

function versionOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'string') {
    return value.version
  }
  throw new Error('The package.json beside this command has no version: install @switchyard/codemods again')
}
