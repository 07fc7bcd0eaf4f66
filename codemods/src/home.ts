import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the command keeps what it keeps, under a repository's root. */
export function homeOf(root: string): string {
  return join(root, '.switchyard')
}

/**
 * Makes the folder where the command keeps what it keeps; git ignores it from then on.
 *
 * @returns its path
 */
export function makeHome(root: string): string {
  const home = homeOf(root)
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, '.gitignore'), '*\n')
  return home
}
