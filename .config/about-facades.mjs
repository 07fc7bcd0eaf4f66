// @ts-check
// What goes on the day the facades go. A new test that needs them belongs into this list; test/releases/about-facades.test.ts
// fails when something that stays reaches into what goes.
import { dirname, posix } from 'node:path'
import ts from 'typescript-checker'

/**
 * Files and folders that are about the facades and nothing else: the packages, their tests, the story of leaving them, and
 * what takes them out. A folder ends with a slash.
 */
export const paths = [
  '.config/about-facades.mjs',
  '.config/remove-facades.mjs',
  'packages/facades/',
  'test/apps/',
  'test/bench/cases/facades.mjs',
  'test/codemods/',
  'test/consumer/',
  'test/contract/',
  'test/demo/',
  'test/fixtures/before/',
  'test/golden-path/application.test.ts',
  'test/golden-path/facades.test.ts',
  'test/releases/about-facades.test.ts',
  'test/releases/application-life.mjs',
  'test/releases/installers.mjs',
  'test/releases/killed.mjs',
  'test/releases/maintainer.mjs',
  'test/releases/one-edit.test.ts',
  'test/releases/registry/',
  'test/releases/rehearse.mjs',
  'test/releases/removal.mjs',
  'test/releases/removal.test.ts',
  'test/releases/repository-copy.mjs',
  'test/releases/verdaccio.mjs',
]

/** The scripts of the root manifest that run them. */
export const scripts = ['demo', 'generate', 'proof', 'release:rehearse', 'remove:rehearse']

/**
 * Lines that go from files that stay: each that contains the text.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const lines = { 'test/bench/plan.mjs': "import('./cases/facades.mjs')" }

const facades = ['legacy', 'request-scoped', 'core', 'enhanced'].map((name) => `@switchyard/${name}`)

/**
 * @param {string} path Relative to the root, with slashes; a folder's may end without one.
 * @returns {boolean} whether it goes
 */
export function goes(path) {
  return paths.some((each) => (each.endsWith('/') ? `${path}/`.startsWith(each) : path === each))
}

/**
 * What a file that stays imports of what goes: another file by a relative path, or a facade by its name.
 *
 * @param {string} file Relative to the root, with slashes.
 * @param {string} text
 * @returns {string[]} the specifiers as they are written; empty for a file that goes itself
 */
export function reachesWhatGoes(file, text) {
  if (goes(file)) return []
  const line = lines[file]
  const left = text.split('\n').filter((each) => line === undefined || !each.includes(line))
  const specifiers = ts.preProcessFile(left.join('\n'), true, true).importedFiles.map(({ fileName }) => fileName)
  return specifiers.filter((specifier) => {
    if (!specifier.startsWith('.')) return facades.some((name) => `${specifier}/`.startsWith(`${name}/`))
    const target = posix.join(dirname(file), specifier)
    return goes(target) || goes(target.replace(/\.js$/u, '.ts'))
  })
}
