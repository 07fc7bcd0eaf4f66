// @ts-check
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-checker'

/**
 * A file that was given a caller of a facade.
 *
 * @typedef {object} Injected
 * @property {string} path Relative to the package.
 * @property {string} caller
 * @property {string} expected The text that the file must have after `migrate`.
 */

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))

/**
 * Gives files of a package, evenly spread over it, one caller each: its imports behind the last import of the file, the
 * rest at its end, with the file's own quotes, semicolons and line ends. The caller's number makes its names unique,
 * since modules that export everything of each other may not meet a name twice.
 *
 * @param {string} folder
 * @param {object} wish
 * @param {RegExp} wish.sources
 * @param {readonly string[]} wish.callers Given in turn. `received` calls what the file before it exports.
 * @param {number} wish.files How many files at most.
 * @param {'' | '.js' | '.ts'} [wish.extension] How files of the package are named in imports.
 * @returns {Injected[]}
 */
export function injectCallers(folder, { sources, callers, files, extension = '' }) {
  const candidates = filesOf(folder).filter(
    (path) => sources.test(path) && !/\.d\.[cm]?ts$/u.test(path) && lastImport(textOf(folder, path)) !== undefined,
  )
  const step = Math.max(1, candidates.length / files)
  const chosen = Array.from(
    { length: Math.min(files, candidates.length) },
    (_, at) => candidates[Math.floor(at * step)],
  )
  return chosen.map((path, at) => {
    const caller = callers[at % callers.length]
    if (path === undefined || caller === undefined) throw new Error(`there is no caller or no file for place ${at}`)
    const previous = chosen[at - 1] ?? path
    const names = { $n: `${at}`, $m: `${at - 1}`, $other: specifier(path, previous, extension) }
    // Every seventh file as an editor on Windows would leave it.
    const text = at % 7 === 6 ? textOf(folder, path).replaceAll(/\r?\n/gu, '\r\n') : textOf(folder, path)
    writeFileSync(join(folder, path), withCaller(text, templateOf(caller, 'before'), names))
    return { path, caller, expected: withCaller(text, templateOf(caller, 'after'), names) }
  })
}

/** @param {string} folder */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !/^(?:\.git|node_modules)\//u.test(path) && /\.[cm]?[jt]sx?$/u.test(path))
    .toSorted()
}

/**
 * @param {string} folder
 * @param {string} path
 */
function textOf(folder, path) {
  return readFileSync(join(folder, path), 'utf8')
}

/**
 * @param {string} caller
 * @param {'before' | 'after'} moment
 */
function templateOf(caller, moment) {
  const file = readdirSync(join(fixtures, caller)).find((name) => name.startsWith(`${moment}.`))
  if (file === undefined) throw new Error(`${join(fixtures, caller)} has no ${moment}.*`)
  const text = readFileSync(join(fixtures, caller, file), 'utf8')
  const blank = text.startsWith('\n') ? 0 : text.indexOf('\n\n') + 1
  return { imports: text.slice(0, blank), body: text.slice(blank) }
}

/**
 * @param {string} text
 * @param {{ imports: string, body: string }} template Its first paragraph, and the rest with the blank line before it.
 * @param {Record<string, string>} names
 */
function withCaller(text, { imports, body }, names) {
  const last = lastImport(text)
  if (last === undefined) throw new Error('the file imports nothing')
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const dressed = (/** @type {string} */ part) => {
    const named = part.replaceAll(/\$(?:n|m|other)/gu, (name) => names[name] ?? name)
    const quoted = last.text.includes('"') ? named.replaceAll("'", '"') : named
    const ended = last.text.endsWith(';') ? quoted : quoted.replaceAll(/;(?= *(?:\/\/.*)?$)/gmu, '')
    return ended.replaceAll('\n', eol)
  }
  const line = text.indexOf('\n', last.end) + 1
  const at = line === 0 ? text.length : line
  return `${text.slice(0, at)}${dressed(imports)}${text.slice(at)}${text.endsWith('\n') ? '' : eol}${dressed(body)}`
}

/**
 * The last of the import declarations, or `require` statements, at the top of a file, where its line ends with it.
 *
 * @param {string} text
 */
function lastImport(text) {
  const source = ts.createSourceFile('file.tsx', text, ts.ScriptTarget.Latest)
  const last = source.statements.findLast((one) => ts.isImportDeclaration(one) || isRequire(one))
  if (last === undefined || !/^[\t ]*(?:\r?\n|$)/u.test(text.slice(last.end))) return undefined
  return { text: text.slice(last.getStart(source), last.end), end: last.end }
}

/** @param {import('typescript-checker').Statement} statement */
function isRequire(statement) {
  if (!ts.isVariableStatement(statement)) return false
  const value = statement.declarationList.declarations[0]?.initializer
  return value !== undefined && ts.isCallExpression(value) && value.expression.kind === ts.SyntaxKind.Identifier
    ? /** @type {import('typescript-checker').Identifier} */ (value.expression).text === 'require'
    : false
}

/**
 * @param {string} from
 * @param {string} to
 * @param {string} extension
 */
function specifier(from, to, extension) {
  const path = relative(dirname(from), to)
    .split(sep)
    .join(posix.sep)
    .replace(/\.[cm]?[jt]sx?$/u, extension)
  return path.startsWith('.') ? path : `./${path}`
}
