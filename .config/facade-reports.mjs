// @ts-check
// A facade's API report may not lose a line before its removal: whoever still calls it must go on compiling.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { root } from './workspaces.mjs'

/**
 * Every line that a facade's API report had at its last release tag and has no more.
 *
 * @param {readonly Pick<import('./workspaces.mjs').Workspace, 'name' | 'folder'>[]} packages Those that live in
 *   `packages/facades` are looked at.
 * @param {string} [repository] The root of the repository. Default: this one.
 * @returns {string[]} a sentence for each line; empty too for a facade that was never released
 */
export function lostFacadeLines(packages, repository = root) {
  return packages.flatMap(({ name, folder }) => {
    const report = relative(repository, join(folder, 'etc', `${basename(name)}.api.md`))
    const tag = lastTag(name, repository)
    if (!report.startsWith(join('packages', 'facades')) || tag === undefined) return []
    const released = git(repository, 'show', `${tag}:${report}`)
    const lost = missing(released, readFileSync(join(repository, report), 'utf8'))
    return lost.map((line) => `${report} lost a line since ${tag}, before the facade's removal: ${line}`)
  })
}

/**
 * The lines of one text that another lacks, or has less often.
 *
 * @param {string} before
 * @param {string} after
 */
function missing(before, after) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  for (const line of after.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1)
  return before.split('\n').filter((line) => {
    const left = counts.get(line) ?? 0
    counts.set(line, left - 1)
    return left <= 0
  })
}

/**
 * @param {string} name
 * @param {string} repository
 */
function lastTag(name, repository) {
  const tags = git(repository, 'tag', '--list', `${name}@*`, '--sort=-version:refname')
  return tags.split('\n').find((tag) => tag !== '')
}

/**
 * @param {string} repository
 * @param {string[]} args
 */
function git(repository, ...args) {
  const run = spawnSync('git', args, { cwd: repository, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
  if (run.status !== 0) throw new Error(`git ${args.join(' ')} failed: ${run.stderr}`)
  return run.stdout
}
