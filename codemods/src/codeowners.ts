import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Config } from './config.js'

/** Where GitHub looks, in its order: the first one that exists counts alone. */
const places = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS']

interface Rule {
  readonly pattern: RegExp
  /** As the file has them, with single spaces; empty where a line takes ownership away. */
  readonly owners: string
}

/**
 * Who owns which file, by the `CODEOWNERS` file of a repository, and by the `owners` of a configuration, which win.
 *
 * @param root The repository's root, absolute.
 * @param config Its patterns are those of `CODEOWNERS`, relative to its directory; the last that matches wins.
 * @returns a function from a path (relative to the root, with forward slashes) to its owners, such as `@acme/web` or
 *   `@acme/web ada@acme.example`; undefined for a file that nobody owns
 */
export function codeowners(
  root: string,
  config?: Pick<Config, 'directory' | 'owners'>,
): (file: string) => string | undefined {
  const rules = parse(read(root)).toReversed()
  const own = [...(config?.owners ?? [])].map(([pattern, owners]) => ({
    pattern: patternOf(pattern),
    owners: owners.join(' '),
  }))
  const inConfig = config === undefined ? '' : relative(root, config.directory).split(sep).join('/')
  const prefix = inConfig === '' ? '' : `${inConfig}/`
  const find = (file: string): string | undefined => {
    const path = file.startsWith(prefix) ? file.slice(prefix.length) : undefined
    const rule = path === undefined ? undefined : own.findLast(({ pattern }) => pattern.test(path))
    return (rule ?? rules.find(({ pattern }) => pattern.test(file)))?.owners || undefined
  }
  const known = new Map<string, string | undefined>()
  return (file) => {
    if (!known.has(file)) known.set(file, find(file))
    return known.get(file)
  }
}

function read(root: string): string {
  for (const place of places) {
    try {
      return readFileSync(join(root, place), 'utf8')
    } catch {
      // The next place.
    }
  }
  return ''
}

function parse(text: string): Rule[] {
  return text.split(/\r?\n/u).flatMap((line) => {
    // A space in a path is escaped; a comment may follow the owners.
    const [pattern, ...words] = line.replace(/^\uFEFF/u, '').match(/(?:\\.|[^\s\\])+/gu) ?? []
    if (pattern === undefined || isUnsupported(pattern)) return []
    const comment = words.findIndex((word) => word.startsWith('#'))
    return [{ pattern: patternOf(pattern), owners: words.slice(0, comment === -1 ? undefined : comment).join(' ') }]
  })
}

/** GitHub skips comments, and what `.gitignore` has but it has not: negation and ranges of characters. */
function isUnsupported(pattern: string): boolean {
  return /^[#!]|^\\#|\[/u.test(pattern)
}

/**
 * A pattern as GitHub reads it: as `.gitignore` does, but `docs/*` names the files in `docs` and not those deeper down, which
 * is why the libraries that match by `.gitignore` do not serve here.
 */
function patternOf(pattern: string): RegExp {
  const inFolder = pattern.endsWith('/')
  const path = pattern.replace(/^\/|\/$/gu, '')
  const anchored = pattern.startsWith('/') || path.includes('/')
  const segments = [...(anchored ? [] : ['**']), ...path.split('/'), ...(inFolder ? ['**'] : [])]
  let source = ''
  let slash = ''
  for (const [at, segment] of segments.entries()) {
    const last = at === segments.length - 1
    if (segment !== '**') {
      source += slash + (segment === '*' ? '[^/]+' : segmentOf(segment))
      if (last && segment !== '*') source += '(?:/.*)?'
      slash = '/'
    } else if (last) source += `${slash}.+`
    else if (at === 0) source += '(?:.+/)?'
    else source += '(?:/.+)?'
  }
  return new RegExp(`^${source}$`, 'su')
}

function segmentOf(segment: string): string {
  return segment.replaceAll(/\\(.)|[*?]|[^\w\s]/gsu, (found: string, escaped: string | undefined) => {
    if (found === '*') return '[^/]*'
    if (found === '?') return '[^/]'
    return (escaped ?? found).replace(/[\\^$.*+?()[\]{}|/]/u, String.raw`\$&`)
  })
}
