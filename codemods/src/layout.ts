import { createColors } from 'picocolors'

/** How text is laid out for one reader. */
export interface Layout {
  /** Columns to fill. */
  readonly columns: number
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly green: (text: string) => string
}

/**
 * The layout for a reader.
 *
 * @param columns The width of the terminal, or what suits a log.
 * @param terminal Whether colours may be used; `NO_COLOR` is respected.
 */
export function layoutFor(columns: number, terminal: boolean): Layout {
  const colours = createColors(terminal && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb')
  const { bold, dim, red, yellow, green } = colours
  return { columns: Math.max(30, Math.min(columns, 120)), bold, dim, red, yellow, green }
}

/**
 * Breaks a text at its spaces into lines of at most `columns`. A word that is longer stays whole, so that a path can be
 * copied.
 *
 * @param first What the first line begins with.
 * @param rest What the others begin with.
 */
export function wrap(text: string, columns: number, first = '', rest = ' '.repeat(first.length)): string[] {
  const lines: string[] = []
  let line = first
  let empty = true
  for (const word of text.split(/\s+/u).filter((each) => each !== '')) {
    if (!empty && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = rest
      empty = true
    }
    line += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, line]
}

/** A table whose columns are as wide as their widest cell; the first is aligned left, numbers right. */
export function table(rows: readonly (readonly (string | number)[])[], indent = '  '): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, String(cell).length)
  }
  const isNumber = widths.map((_, at) => rows.some((row) => typeof row[at] === 'number'))
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      const width = widths[at] ?? 0
      return isNumber[at] === true ? String(cell).padStart(width) : String(cell).padEnd(width)
    })
    return (indent + cells.join('  ')).trimEnd()
  })
}

/** A number with its noun: `1 file`, `2 files`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
