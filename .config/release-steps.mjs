// @ts-check
// The steps of a release in their order. Each knows whether it is done already, so that a release that died is finished
// by running it again.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { billOfMaterials } from './bill-of-materials.mjs'
import { npmMessage, overdue } from './deprecations.mjs'
import { lostFacadeLines } from './facade-reports.mjs'
import {
  isAlreadyPublished,
  isNotAllowed,
  node,
  npm,
  publishedCommit,
  publishedVersions,
  withToken,
} from './registry.mjs'
import {
  contradictions,
  misplacedTags,
  releasedTable,
  tagOf,
  takenBack,
  unannounced,
  unfinished,
} from './release-preconditions.mjs'
import { root } from './workspaces.mjs'

/** @typedef {import('./deprecations.mjs').FacadeMigration} FacadeMigration */
/** @typedef {import('./workspaces.mjs').Workspace} Workspace */

/**
 * @typedef {object} Release
 * @property {readonly Workspace[]} packages What is published.
 * @property {readonly FacadeMigration[]} migrations
 * @property {string} registry
 * @property {boolean} provenance Whether npm signs where and from what the packages were built.
 * @property {boolean} checks Whether the packages are checked first.
 * @property {Date} today
 * @property {string} [repository] The root of the repository. Default: this one.
 * @property {string | undefined} deprecateToken What `npm deprecate` signs on with. Absent: npm's own configuration.
 */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {boolean} [looks] It only looks whether something is in order, and changes nothing. Default: it does something.
 * @property {() => Promise<boolean>} isDone
 * @property {() => Promise<string | void>} run Gives back what a person has to do by hand, if anything.
 */

/** Where the release leaves what it attaches to the releases on GitHub. */
export const attachments = join(root, '.dist/release')

/**
 * @param {Release} release
 * @returns {Step[]}
 */
export function releaseSteps(release) {
  const ordered = inDependencyOrder(release.packages)
  return [
    ...preconditions(release),
    ...(release.checks ? checks(ordered) : []),
    ...ordered.map((each) => publishStep(each, release)),
    ...ordered.map((each) => tagStep(each, release)),
    ...ordered.map(billOfMaterialsStep),
    ...release.migrations.flatMap((migration) => deprecateStep(migration, release)),
  ]
}

/**
 * @param {Release} release
 * @returns {Step[]}
 */
function preconditions({ packages, migrations, registry, today, repository = root }) {
  const unpublished = async () => {
    const known = await Promise.all(packages.map(({ name }) => publishedVersions(registry, name)))
    return packages.filter(({ version }, at) => known[at]?.has(version) !== true)
  }
  /** @type {[string, () => string[] | Promise<string[]>][]} */
  const wanted = [
    ['no changeset is pending, nothing is uncommitted', () => unfinished(repository)],
    ['every change of a package has its version', () => unannounced(packages, repository)],
    ['no facade is overdue', () => overdue(migrations, today)],
    ['every facade has what its stage says', () => contradictions(migrations, packages)],
    ['no promise to users is taken back', async () => takenBack(await releasedTable(repository), migrations)],
    ['no tag is in the way', async () => misplacedTags(await unpublished(), repository)],
  ]
  return wanted.map(([name, find]) => ({
    name,
    looks: true,
    isDone: never,
    run: async () => requireNothing(await find()),
  }))
}

/**
 * A package comes after all that it depends on: whoever installs in the middle of a release finds every range satisfied.
 *
 * @param {readonly Workspace[]} packages
 * @returns {Workspace[]}
 */
export function inDependencyOrder(packages) {
  /** @type {Set<Workspace>} */
  const ordered = new Set()
  const visit = (/** @type {Workspace} */ each, /** @type {readonly string[]} */ path) => {
    if (path.includes(each.name)) throw new Error(`packages depend on each other: ${[...path, each.name].join(' -> ')}`)
    for (const other of packages) if (other.name in each.dependencies) visit(other, [...path, each.name])
    ordered.add(each)
  }
  for (const each of packages) visit(each, [])
  return [...ordered]
}

/** @param {{ name: string, version: string }} workspace */
export function billOfMaterialsOf({ name, version }) {
  return join(attachments, `${basename(name)}-${version}.cdx.json`)
}

/**
 * @param {readonly Workspace[]} packages
 * @returns {Step[]}
 */
function checks(packages) {
  return [
    { name: 'check the packages', looks: true, isDone: never, run: () => runScript('check-packages.mjs') },
    { name: 'check the API reports', looks: true, isDone: never, run: () => runScript('api-reports.mjs') },
    {
      name: "check the facades' signatures",
      looks: true,
      isDone: never,
      run: () => requireNothing(lostFacadeLines(packages)),
    },
  ]
}

/**
 * @param {Workspace} workspace
 * @param {Release} release
 * @returns {Step}
 */
function publishStep(workspace, { registry, provenance }) {
  const { name, version, folder } = workspace
  const args = ['publish', '--ignore-scripts', '--access', 'public', '--registry', registry]
  return {
    name: `publish ${tagOf(workspace)}`,
    isDone: async () => (await publishedVersions(registry, name)).has(version),
    run: async () => {
      const { status, stderr } = await npm([...args, provenance ? '--provenance' : '--provenance=false'], {
        cwd: folder,
      })
      if (status === 0 || isAlreadyPublished(stderr)) return
      const hint = isNotAllowed(stderr)
        ? `\nnpm may not publish ${name} here: in the workflow, its trusted publisher on npmjs.com must be release.yml in the environment npm; by hand, npm login as one of its maintainers (npm owner ls ${name})`
        : ''
      throw new Error(`npm ${args.join(' ')} failed:\n${stderr}${hint}`)
    },
  }
}

/**
 * @param {Workspace} workspace
 * @param {Release} release
 * @returns {Step}
 */
function tagStep(workspace, { registry, repository = root }) {
  const tag = tagOf(workspace)
  return {
    name: `tag ${tag}`,
    isDone: async () => git(repository, 'tag', '--list', tag).trim() !== '',
    run: async () => {
      // Of a release that died, some packages may have been published from an earlier commit than this one.
      const commit = await publishedCommit(registry, workspace.name, workspace.version)
      git(repository, 'tag', '--annotate', tag, '--message', tag, ...(commit === undefined ? [] : [commit]))
      // The line by which the changesets action knows what to push and to release on GitHub.
      console.log(`New tag:  ${tag}`)
    },
  }
}

/**
 * @param {Workspace} workspace
 * @returns {Step}
 */
function billOfMaterialsStep(workspace) {
  const file = billOfMaterialsOf(workspace)
  return {
    name: `list what ${tagOf(workspace)} is made of`,
    isDone: async () => existsSync(file),
    run: async () => {
      const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
      const place = relative(root, workspace.folder).split(sep).join('/')
      const bill = billOfMaterials(place, packages)
      mkdirSync(attachments, { recursive: true })
      writeFileSync(`${file}.part`, `${JSON.stringify(bill, undefined, 2)}\n`)
      renameSync(`${file}.part`, file)
    },
  }
}

/**
 * @param {FacadeMigration} migration
 * @param {Release} release
 * @returns {Step[]}
 */
function deprecateStep(migration, { registry, deprecateToken }) {
  const message = npmMessage(migration)
  if (message === undefined) return []
  const name = migration.package
  return [
    {
      name: `deprecate ${name} (${migration.stage})`,
      isDone: async () => [...(await publishedVersions(registry, name)).values()].every((said) => said === message),
      run: async () => {
        const args = ['deprecate', '--registry', registry, name, message]
        const { status, stderr } = await npm(args, { cwd: root, env: withToken(registry, deprecateToken) })
        if (status === 0) return undefined
        const byHand = args.map((arg) => (/[\s;=()]/u.test(arg) ? JSON.stringify(arg) : arg)).join(' ')
        if (isNotAllowed(stderr)) return `npm ${byHand}`
        throw new Error(`npm ${byHand} failed:\n${stderr}`)
      },
    },
  ]
}

/**
 * Not synchronously, as npm: a connection that the registry closes meanwhile would be used again.
 *
 * @param {string} script
 */
async function runScript(script) {
  const { status, stdout, stderr } = await node([join(root, '.config', script)], { cwd: root })
  if (status !== 0) throw new Error(`${script} fails:\n${stdout}${stderr}`)
}

/** @param {readonly string[]} faults */
async function requireNothing(faults) {
  if (faults.length > 0) throw new Error(faults.join('\n'))
}

async function never() {
  return false
}

/**
 * @param {string} repository
 * @param {string[]} args
 */
function git(repository, ...args) {
  const run = spawnSync('git', args, { cwd: repository, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`git ${args.join(' ')} failed: ${run.stderr}`)
  return run.stdout
}
