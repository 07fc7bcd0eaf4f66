// @ts-check
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Takes one facade out of a repository: its package, and the places where the build knows it. Its row stays in the
 * migration table, in stage `removed`: what is installed still warns, and the codemods still serve who comes late.
 *
 * @param {string} repository
 * @param {string} name Such as `legacy`.
 */
export async function removeFacade(repository, name) {
  rmSync(join(repository, 'packages/facades', name), { recursive: true })
  for (const file of ['tsconfig.json', 'test/tsconfig.json']) dropReference(join(repository, file), `facades/${name}`)
  rmSync(join(repository, 'node_modules/@switchyard', name), { force: true })
}

/**
 * @param {string} file
 * @param {string} folder
 */
function dropReference(file, folder) {
  const text = readFileSync(file, 'utf8')
  const lines = text.split('\n').filter((line) => !/^ *\{ "path": /u.test(line) || !line.includes(folder))
  writeFileSync(file, lines.join('\n').replace(/,(?=\n *\])/u, ''))
}
