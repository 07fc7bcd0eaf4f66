/**
 * The code in a file: the file itself, or of a `.vue` or `.svelte` component what its `<script>` blocks hold, everything else
 * made blank, so that each place in it is the same place in the file.
 */
export function scriptText(path: string, text: string): string {
  if (!/\.(?:vue|svelte)$/u.test(path)) return text
  let code = ''
  let at = 0
  for (const script of text.matchAll(/(<script\b[^>]*>)([\s\S]*?)<\/script\s*>/gu)) {
    const [, opening = '', content = ''] = script
    const start = script.index + opening.length
    code += blank(text.slice(at, start)) + content
    at = start + content.length
  }
  return code + blank(text.slice(at))
}

function blank(part: string): string {
  return part.replaceAll(/[^\r\n]/gu, ' ')
}
