import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { placesIn, pointAt } from '../configuration-left.js'
import { codeOf, packageOf } from '../facades.js'
import type { FacadeName, Finding } from '../plan.js'
import type { EntryPoint } from './own-modules.js'

/** Where a manifest or a tsconfig leads modules elsewhere. */
const LEADING = /^(?:jest(?:\.|$)|compilerOptions\.paths|imports(?:\.|$)|overrides|resolutions|_moduleAliases|alias)/u

/**
 * What manifests and tsconfigs still say about a team's own modules: module mappers, `paths`, `imports`, overrides, each with
 * its line. Only a person knows whether the facade belongs there, or nothing.
 */
export function ownConfiguration(
  paths: readonly string[],
  entries: readonly EntryPoint[],
  only: readonly FacadeName[],
): Finding[] {
  const wanted = entries.filter(({ facade }) => only.includes(facade))
  return paths.flatMap((path) => {
    const text = readFileSync(path, 'utf8')
    const told = new Set<number>()
    return placesIn(path, text).flatMap((place) => {
      const entry = LEADING.test(place.where) ? wanted.find((each) => leadsTo(path, place.text, each)) : undefined
      const point = pointAt(text, place.at)
      if (entry === undefined || told.has(point.line)) return []
      told.add(point.line)
      return [findingOf(path, point, place.where, entry)]
    })
  })
}

/** Whether a text names an entry point: its package, or one of its files, also as `<rootDir>/…` or in a regular expression. */
function leadsTo(path: string, text: string, { key, files }: EntryPoint): boolean {
  const plain = text.replaceAll('\\', '').replace(/^\^/u, '').replace(/\$$/u, '')
  if (files.size === 0) return plain === key || plain.startsWith(`${key}/`)
  const from = resolve(dirname(path), plain.replace(/^<rootDir>\/?/u, './'))
  return [...files].some((file) => stem(file) === stem(from) || stem(file) === `${from}/index`)
}

function stem(file: string): string {
  return file.replace(/(?:\.d)?\.[cm]?[jt]sx?$/u, '')
}

function findingOf(
  file: string,
  point: { readonly line: number; readonly column: number },
  where: string,
  { key, facade }: EntryPoint,
): Finding {
  const message = `${where} still leads to ${key}; lead it to ${packageOf(facade)}, or take it out once nothing uses it`
  return { file, ...point, rule: 'configuration', code: codeOf(facade), facade, kind: 'todo', message, fixable: false }
}
