import MagicString from 'magic-string'
import type { Edit } from '../plan.js'

/** A piece of a replacement: new text, or a range of the original, in which the edits inside it take effect. */
export type Piece = string | { readonly start: number; readonly end: number }

interface Item {
  readonly start: number
  readonly end: number
  readonly pieces: readonly Piece[]
}

/**
 * The edits of one file, where one may lie inside another: a replacement names the parts of the original that it keeps,
 * and edits within those parts still take effect. Of two edits of one range the later one is the outer one.
 */
export class TextEdits {
  readonly #text: string
  readonly #items: Item[] = []

  constructor(text: string) {
    this.#text = text
  }

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  replace(start: number, end: number, pieces: readonly Piece[]): void {
    this.#items.push({ start, end, pieces })
  }

  insert(at: number, text: string): void {
    this.#items.push({ start: at, end: at, pieces: [text] })
  }

  /** The edits as ranges of the original, sorted, without overlaps, each as small as it can be. */
  flatten(): Edit[] {
    return this.#outermost(0, this.#text.length, this.#items)
      .map(({ item, inner }) => this.#trim({ start: item.start, end: item.end, text: this.#render(item, inner) }))
      .filter(({ start, end, text }) => start !== end || text !== '')
  }

  /** What is found of a range, edits included. */
  textOf(start: number, end: number): string {
    return this.#textOf(start, end, this.#items)
  }

  #textOf(start: number, end: number, items: readonly Item[]): string {
    let text = ''
    let at = start
    for (const { item, inner } of this.#outermost(start, end, items)) {
      text += this.#text.slice(at, item.start) + this.#render(item, inner)
      at = item.end
    }
    return text + this.#text.slice(at, end)
  }

  #render(item: Item, inner: readonly Item[]): string {
    return item.pieces
      .map((piece) => (typeof piece === 'string' ? piece : this.#textOf(piece.start, piece.end, inner)))
      .join('')
  }

  #outermost(start: number, end: number, items: readonly Item[]): { item: Item; inner: Item[] }[] {
    const order = new Map(items.map((item, index) => [item, index]))
    const later = (a: Item, b: Item) => ((order.get(b) ?? 0) - (order.get(a) ?? 0)) * (a.start === a.end ? -1 : 1)
    const within = items
      .filter((item) => item.start >= start && item.end <= end)
      .toSorted((a, b) => a.start - b.start || insertFirst(a, b) || b.end - a.end || later(a, b))
    const found: { item: Item; inner: Item[] }[] = []
    for (const item of within) {
      const outer = found.at(-1)
      if (outer !== undefined && item.start < outer.item.end && outer.item.start !== outer.item.end)
        outer.inner.push(item)
      else found.push({ item, inner: [] })
    }
    return found
  }

  /** Without what is the same at both ends. */
  #trim(edit: Edit): Edit {
    let { start, end, text } = edit
    const old = this.#text
    while (start < end && text !== '' && old[start] === text[0]) {
      start += 1
      text = text.slice(1)
    }
    while (start < end && text !== '' && old[end - 1] === text.at(-1)) {
      end -= 1
      text = text.slice(0, -1)
    }
    return { start, end, text }
  }
}

/** What is inserted before a range comes before it; of two insertions at one place the earlier one comes first. */
function insertFirst(a: Item, b: Item): number {
  const aInserts = a.start === a.end
  const bInserts = b.start === b.end
  return aInserts === bInserts ? 0 : aInserts ? -1 : 1
}

/** A text with edits applied: every other code unit stays. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const edited = new MagicString(text)
  for (const { start, end, text: replacement } of edits) {
    if (start === end) edited.appendLeft(start, replacement)
    else if (replacement === '') edited.remove(start, end)
    else edited.update(start, end, replacement)
  }
  return edited.toString()
}
