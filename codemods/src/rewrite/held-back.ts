import { relative } from 'node:path'
import type ts from '#typescript'
import { migrations } from '../migrations.js'
import type { Finding } from '../plan.js'
import type { Moves } from './imports.js'
import type { PlannedSite, Work } from './work.js'

/**
 * One line for each file that is left only because of another: what moves together with it is reported where it is, and
 * whoever owns this file would look for the reason in vain.
 */
export function heldBack(work: Work, root: string, moves: Moves, told: readonly Finding[]): Finding[] {
  const silent = new Map<ts.SourceFile, PlannedSite>()
  const spoken = new Set(told.filter(({ kind }) => kind === 'todo' || kind === 'skipped').map(({ file }) => file))
  for (const site of work.sites) {
    const source = site.node.getSourceFile()
    const isLeft = !moves(site.key) && work.only?.has(site.facade) !== false
    if (isLeft && !silent.has(source) && !spoken.has(source.fileName)) silent.set(source, site)
  }
  return [...silent].map(([source, site]) => finding(work, root, source, site))
}

function finding(work: Work, root: string, source: ts.SourceFile, { node, key, facade }: PlannedSite): Finding {
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source))
  const message = `left as it was: it moves together with ${reasonFor(work, root, key)}`
  const place = { file: source.fileName, line: line + 1, column: character + 1 }
  return { ...place, rule: 'facade-use', code: migrations[facade].code, facade, kind: 'todo', message, fixable: false }
}

function reasonFor(work: Work, root: string, key: object): string {
  const group = work.components.find(key)
  const block = work.blocks.find((each) => work.components.find(each.key) === group)
  if (block !== undefined) {
    const file = relative(root, block.node.getSourceFile().fileName).replaceAll('\\', '/')
    return `${file}, where something is left to a person`
  }
  const foreign = work.sites.find(
    (site) => work.only?.has(site.facade) === false && work.components.find(site.key) === group,
  )
  return foreign === undefined
    ? 'code that would not type-check after the migration'
    : `code of @switchyard/${foreign.facade}, which --only leaves out`
}
