// @ts-check
import { git } from './application.mjs'

/**
 * What a migration left alone, and what it changed without need.
 *
 * @typedef {object} Comparison
 * @property {string[]} changed Files that differ, relative to the application.
 * @property {number} sameFiles Files that are the same, byte for byte.
 * @property {number} sameLines Lines of the changed files that are the same, byte for byte, line ends included.
 * @property {number} changedLines Lines of the changed files that were replaced or removed.
 * @property {string[]} reprinted Lines that changed in nothing but their blanks, quotes, semicolons, commas or line end.
 */

/**
 * Compares the application's working tree with its last commit.
 *
 * @param {string} folder
 * @returns {Promise<Comparison>}
 */
export async function compareWithCommit(folder) {
  const before = await git(folder, 'ls-tree', '-r', '--name-only', '-z', 'HEAD')
  const files = before.split('\0').filter(Boolean)
  const diff = await git(folder, 'diff', '--no-color', '--no-ext-diff', '--no-renames', '--unified=0', 'HEAD')
  const changed = (await git(folder, 'diff', '--name-only', '-z', 'HEAD')).split('\0').filter(Boolean)
  const removed = linesOf(diff, '-')
  const kept = await Promise.all(changed.map((file) => lineCount(folder, file)))
  const total = kept.reduce((sum, count) => sum + count, 0)
  return {
    changed,
    sameFiles: files.length - changed.length,
    sameLines: total - removed.length,
    changedLines: removed.length,
    reprinted: reprintedIn(diff),
  }
}

/**
 * @param {string} folder
 * @param {string} file
 */
async function lineCount(folder, file) {
  const text = await git(folder, 'show', `HEAD:${file}`)
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

/**
 * Lines removed by a hunk that the same hunk adds again with another spelling of the same code.
 *
 * @param {string} diff
 */
function reprintedIn(diff) {
  const hunks = diff.split(/^@@ .*$/mu).slice(1)
  return hunks.flatMap((hunk) => {
    const added = new Set(linesOf(hunk, '+').map(code))
    return linesOf(hunk, '-').filter((line) => code(line) !== '' && added.has(code(line)))
  })
}

/**
 * @param {string} diff
 * @param {'+' | '-'} sign
 */
function linesOf(diff, sign) {
  const header = sign.repeat(3)
  return diff
    .split('\n')
    .filter((line) => line.startsWith(sign) && !line.startsWith(`${header} `))
    .map((line) => line.slice(1))
}

/**
 * A line without what a printer of code may choose.
 *
 * @param {string} line
 */
function code(line) {
  return line.replaceAll(/[\s;,]/gu, '').replaceAll(/["'`]/gu, "'")
}
