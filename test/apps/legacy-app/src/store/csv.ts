/** Small CSV reader: our exports have no quoted fields, but vendors' files come with `;`. */
export function parseCsv(text: string, separator = ','): Record<string, string>[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) return [];
  const header = lines[0].split(separator).map((cell) => cell.trim());
  return lines.slice(1).map((line, index) => {
    const cells = line.split(separator);
    if (cells.length !== header.length) {
      throw new Error(`line ${index + 2}: expected ${header.length} fields, got ${cells.length}`);
    }
    return Object.fromEntries(header.map((name, at) => [name, cells[at].trim()]));
  });
}
