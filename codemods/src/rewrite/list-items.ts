import type ts from '#typescript'
import { type FileWork, ownLines } from './file-work.js'

/** Takes items out of a list in braces, with their commas, and with their lines where they have lines of their own. */
export function removeItems(file: FileWork, items: readonly ts.Node[], removed: ReadonlySet<ts.Node>): void {
  const { text } = file
  let keep = items.length
  while (keep > 0 && removed.has(items[keep - 1] ?? file.source)) keep -= 1
  const lastKept = items[keep - 1]
  const last = items.at(-1)
  // The ones at the end go with the comma before them; a comma behind them stays for the last one that is kept.
  if (keep < items.length && lastKept !== undefined && last !== undefined) {
    const trailing = /^\s*,/.exec(text.slice(last.end))?.[0].length ?? 0
    file.edits.replace(lastKept.end, last.end + trailing, trailing > 0 ? [','] : [])
  }
  for (const item of items.slice(0, lastKept === undefined ? items.length : keep))
    if (removed.has(item)) removeItem(file, item)
}

function removeItem(file: FileWork, item: ts.Node): void {
  const { text } = file
  const start = item.getStart()
  const end = item.end + (/^\s*,/.exec(text.slice(item.end))?.[0].length ?? 0)
  const lines = ownLines(text, { start, end })
  const gap = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0
  file.edits.replace(lines?.start ?? start, lines?.end ?? end + gap, [])
}
