// @ts-check
// Attaches to each release on GitHub the list of what the package is made of. Runs in the release workflow, after the
// changesets action has made the releases; PUBLISHED is the action's list: [{ "name", "version" }].
import { execFileSync } from 'node:child_process'
import { tagOf } from './release-preconditions.mjs'
import { billOfMaterialsOf } from './release-steps.mjs'

/** @type {{ name: string, version: string }[]} */
const published = JSON.parse(process.env['PUBLISHED'] ?? '[]')
for (const each of published) {
  execFileSync('gh', ['release', 'upload', tagOf(each), billOfMaterialsOf(each), '--clobber'], { stdio: 'inherit' })
}
console.log(`attached to ${published.length} releases`)
