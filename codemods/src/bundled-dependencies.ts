import { addElement, removeElement } from './json-edit.js'

/** Where a manifest lists the dependencies that it is published with; both names are in use. */
const fields = ['bundleDependencies', 'bundledDependencies'] as const

/**
 * Lists packages beside a facade that is listed: a bundled facade brings what it needs along, and what the code names instead
 * must not be missing where there is no registry to get it from.
 */
export function bundleBeside(text: string, facade: string, names: readonly string[]): string {
  let after = text
  for (const field of fields) for (const name of names) after = addElement(after, [field], name, facade)
  return after
}

/** Takes a package off the lists. */
export function removeBundled(text: string, name: string): string {
  return fields.reduce((after, field) => removeElement(after, [field], name), text)
}
