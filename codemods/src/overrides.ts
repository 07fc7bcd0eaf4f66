import type { Draft } from './catalogs.js'
import { keysAt, removeMember } from './json-edit.js'
import { removeYamlMember, yamlKeysAt } from './yaml-edit.js'

/** Where a manifest says which version of a package others get. */
const fields: readonly (readonly string[])[] = [['overrides'], ['resolutions'], ['pnpm', 'overrides']]

/** Takes out what npm, yarn, pnpm and bun are told about the version of a package that nothing needs any more. */
export function removeOverrides(draft: Draft, name: string): void {
  const after = draft.path.endsWith('.yaml') ? withoutYaml(draft.text, name) : withoutJson(draft.text, name)
  if (after === draft.text) return
  draft.text = after
  draft.lines.push(`- overrides of ${name}`)
}

function withoutYaml(text: string, name: string): string {
  const path = ['overrides']
  return yamlKeysAt(text, path)
    .filter((key) => isAbout(key, name))
    .reduce((after, key) => removeYamlMember(after, path, key), text)
}

function withoutJson(text: string, name: string): string {
  return fields.reduce((after, path) => withoutAt(after, path, name), text)
}

/** npm's overrides hold others: `{ "other": { "@switchyard/legacy": "1" } }`. */
function withoutAt(text: string, path: readonly string[], name: string): string {
  let after = text
  for (const key of keysAt(text, path)) {
    const inner = [...path, key]
    if (isAbout(key, name)) {
      after = removeMember(after, inner)
      continue
    }
    if (keysAt(after, inner).length === 0) continue
    const shorter = withoutAt(after, inner, name)
    after = shorter !== after && keysAt(shorter, inner).length === 0 ? removeMember(shorter, inner) : shorter
  }
  return after
}

/** Whether a key is about a package: by itself, of a version, or under another one (`a>b` of pnpm, `a/b` of yarn). */
function isAbout(key: string, name: string): boolean {
  const at = key.lastIndexOf(name)
  if (at === -1) return false
  const [before, behind] = [key.slice(0, at), key.slice(at + name.length)]
  return (before === '' || /[>/]$/u.test(before)) && (behind === '' || behind.startsWith('@'))
}
