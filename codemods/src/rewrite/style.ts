import type ts from '#typescript'

/** How a file is written, for the lines that are added to it. */
export interface Style {
  readonly quote: "'" | '"'
  /** `;` or nothing. */
  readonly semicolon: ';' | ''
  readonly newline: '\n' | '\r\n'
}

/** Reads the style of a file off its statements: the majority wins, and single quotes without anything to go by. */
export function styleOf(source: ts.SourceFile, text = source.text): Style {
  const singles = text.match(/'[^'\n]*'/g)?.length ?? 0
  const doubles = text.match(/"[^"\n]*"/g)?.length ?? 0
  const lines = text.split('\n')
  const semicolons = lines.filter((line) => /;\s*$/.test(line)).length
  // A semicolon that begins a line belongs to what follows it.
  const closed = source.statements.filter((statement) => /[^\s];$/.test(text.slice(0, statement.end))).length
  return {
    quote: importQuote(source) ?? (doubles > singles ? '"' : "'"),
    semicolon: closed > 0 || semicolons * 4 > lines.length ? ';' : '',
    newline: lines.filter((line) => line.endsWith('\r')).length * 2 > lines.length - 1 ? '\r\n' : '\n',
  }
}

function importQuote(source: ts.SourceFile): "'" | '"' | undefined {
  for (const statement of source.statements) {
    const specifier = 'moduleSpecifier' in statement ? (statement.moduleSpecifier as ts.Node | undefined) : undefined
    const quote = specifier === undefined ? undefined : source.text[specifier.getStart(source)]
    if (quote === "'" || quote === '"') return quote
  }
  return undefined
}

/** The white space that the line of an offset begins with. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  return /^[\t ]*/.exec(text.slice(start).replace(/^\uFEFF/, ''))?.[0] ?? ''
}
