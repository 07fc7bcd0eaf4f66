import { parseSync, type Comment, type ParserOptions } from 'oxc-parser'

/** What the fast parser saw of a file. */
export interface ParsedSource {
  /** Ranges in the text. */
  readonly comments: readonly Pick<Comment, 'start' | 'end'>[]
  /** Where no way of parsing succeeds: what is wrong, and where. */
  readonly error?: { readonly message: string; readonly line: number; readonly column: number }
}

/**
 * Parses a file by its extension, and when that fails, in the other ways that its kind of file is written.
 *
 * @returns the comments, with the first attempt's error when every attempt failed
 */
export function parseSource(path: string, text: string): ParsedSource {
  const mark = text.startsWith('\uFEFF') ? 1 : 0
  const code = text.slice(mark)
  let error: ParsedSource['error']
  for (const options of attempts(path)) {
    const { comments, errors } = parseSync(path, code, options)
    const first = errors.find(({ severity }) => String(severity) === 'Error')
    if (first === undefined)
      return { comments: comments.map(({ start, end }) => ({ start: start + mark, end: end + mark })) }
    error ??= { message: first.message, ...placeAt(text, (first.labels[0]?.start ?? 0) + mark) }
  }
  return { comments: [], ...(error !== undefined && { error }) }
}

function attempts(path: string): ParserOptions[] {
  if (/\.[cm]?tsx?$/u.test(path)) {
    const first = path.endsWith('x') ? 'tsx' : 'ts'
    return [{ lang: first }, { lang: first === 'ts' ? 'tsx' : 'ts' }]
  }
  return [
    { lang: 'jsx', sourceType: 'unambiguous' },
    { lang: 'jsx', sourceType: 'commonjs' },
    { lang: 'jsx', sourceType: 'script' },
    { lang: 'tsx' },
  ]
}

/** The line and column, both from 1, of an offset in a text. */
function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  let line = 1
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line += 1
  return { line, column: offset - start + 1 }
}

/**
 * Whether a text names a module, or a path of it, where code could load it: as a whole string, or in an `import()` of JSDoc.
 * Other comments and longer strings that hold the name do not count.
 */
export function mentionsModule(text: string, comments: ParsedSource['comments'], name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const before = text[at - 1] ?? ''
    const after = text[at + name.length] ?? ''
    const closes = after === before || after === '/'
    if (!/["'`]/u.test(before) || !closes) continue
    const inComment = comments.some(({ start, end }) => start <= at && at < end)
    if (!inComment || /(?:import\(\s*|@import\b.*\bfrom\s*)["'`]$/u.test(text.slice(0, at))) return true
  }
  return false
}
