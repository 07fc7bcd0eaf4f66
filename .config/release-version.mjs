// @ts-check
// `npm run version`: raises the versions that the changesets ask for, and brings everything along that follows from them:
// the changelogs, the texts of the migration table, the facades' `deprecated` fields, the lockfile. Run again after a crash it writes the same.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { daysLeft, migrationTable, npmMessage } from './deprecations.mjs'
import { withRelease } from './root-changelog.mjs'
import { root, workspaces } from './workspaces.mjs'

const kit = 'packages/facades/shared'
const generator = `${kit}/scripts/generate.mjs`

/** @type {readonly { name: string, run: () => unknown }[]} */
const steps = [
  { name: 'raise the versions', run: () => run(join(root, 'node_modules/.bin/changeset'), 'version') },
  { name: 'derive the texts of the migration table', run: generate },
  { name: "write the facades' deprecated", run: bearDeprecated },
  { name: 'write the root changelog', run: writeChangelog },
  {
    name: 'write the lockfile',
    run: () => run('npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'),
  },
]
for (const step of steps) {
  console.log(`begin    ${step.name}`)
  await step.run()
  console.log(`done     ${step.name}`)
}

function generate() {
  if (existsSync(join(root, generator))) {
    run(join(root, 'node_modules/.bin/tsc'), '-b', kit)
    run(process.execPath, generator)
  }
  run(join(root, 'node_modules/.bin/tsc'), '-b', 'codemods')
}

async function bearDeprecated() {
  for (const migration of await migrationTable()) bornDeprecated(migration)
}

/**
 * A version whose manifest says `deprecated` is deprecated from its publication on: no token is needed for it.
 *
 * @param {import('./deprecations.mjs').FacadeMigration} migration
 */
function bornDeprecated(migration) {
  const workspace = workspaces().find(({ name }) => name === migration.package)
  if (workspace === undefined) return
  const file = join(workspace.folder, 'package.json')
  const { deprecated: _, ...manifest } = JSON.parse(readFileSync(file, 'utf8'))
  const deprecated = npmMessage(migration)
  write(file, `${JSON.stringify(deprecated === undefined ? manifest : { ...manifest, deprecated }, undefined, 2)}\n`)
}

async function writeChangelog() {
  const file = join(root, 'CHANGELOG.md')
  const today = new Date()
  const changelogs = workspaces().flatMap(({ name, folder }) => {
    const own = join(folder, 'CHANGELOG.md')
    return existsSync(own) ? [{ name, text: readFileSync(own, 'utf8') }] : []
  })
  const facades = (await migrationTable()).map((migration) => ({ ...migration, daysLeft: daysLeft(migration, today) }))
  write(file, withRelease(readFileSync(file, 'utf8'), { day: today.toISOString().slice(0, 10), changelogs, facades }))
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  if (readFileSync(file, 'utf8') === text) return
  writeFileSync(file, text)
  console.log(`wrote ${relative(root, file)}`)
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, ...args) {
  execFileSync(command, args, { cwd: root, stdio: 'inherit' })
}
