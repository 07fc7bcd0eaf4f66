export type Column = { title: string; align?: 'left' | 'right' };

/** Plain text table, padded to the widest cell of each column. */
export function textTable(columns: Column[], rows: string[][]): string {
  const widths = columns.map((column, at) => Math.max(column.title.length, ...rows.map((row) => row[at].length)));
  const line = (cells: string[]) =>
    cells
      .map((cell, at) => (columns[at].align === 'right' ? cell.padStart(widths[at]) : cell.padEnd(widths[at])))
      .join('  ')
      .trimEnd();
  return [line(columns.map((column) => column.title)), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
