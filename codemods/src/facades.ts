import { migrations, type FacadeName } from './migrations.js'

/** The names of the four facades, as `--only` takes them. */
export const facadeNames: readonly FacadeName[] = ['legacy', 'request-scoped', 'core', 'enhanced']

/** The package of the one dispatcher. */
export const dispatcherPackage = '@switchyard/dispatcher'

/** The package that migrated code may lean on for a while. */
export const kitPackage = '@switchyard/facade-kit'

/**
 * The npm package of a facade.
 *
 * @returns such as `@switchyard/legacy`
 */
export function packageOf(facade: FacadeName): string {
  return migrations[facade].package
}

/**
 * The warning code of a facade.
 *
 * @returns such as `SWY0001`
 */
export function codeOf(facade: FacadeName): string {
  return migrations[facade].code
}
