// @ts-check
// What must be true of the repository before a release: a sentence for each thing that is not.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from './workspaces.mjs'

/** @typedef {import('./deprecations.mjs').FacadeMigration} FacadeMigration */
/** @typedef {Pick<import('./workspaces.mjs').Workspace, 'name' | 'version' | 'folder'>} Package */

const stages = ['available', 'warning', 'final', 'removed']

/** @param {{ name: string, version: string }} workspace */
export function tagOf({ name, version }) {
  return `${name}@${version}`
}

/**
 * @param {string} [repository] The root of the repository. Default: this one.
 * @returns {string[]}
 */
export function unfinished(repository = root) {
  const pending = changesets(repository).map(({ file }) => file)
  const changed = git(repository, 'status', '--porcelain').trimEnd()
  return [
    ...(pending.length > 0 ? [`changesets are pending (${pending.join(', ')}): npm run version, and commit`] : []),
    ...(changed === '' ? [] : [`the tags would name a commit without these changes: commit them\n${changed}`]),
  ]
}

/**
 * Packages that ship something else than at the tag of their version, with no changeset that says so: no user would get it.
 *
 * @param {readonly Package[]} packages
 * @param {string} [repository]
 * @returns {string[]}
 */
export function unannounced(packages, repository = root) {
  const announced = changesets(repository)
    .map(({ text }) => text.split('---')[1] ?? '')
    .join('\n')
  return packages.flatMap((each) => {
    const tag = tagOf(each)
    const isNamed = announced.includes(`'${each.name}'`) || announced.includes(`"${each.name}"`)
    if (commitOf(tag, repository) === undefined || isNamed) return []
    const folder = relative(repository, each.folder).split(sep).join('/')
    const files = git(repository, 'diff', '--name-only', tag, '--', folder)
      .split('\n')
      .filter((file) => file !== '' && isShipped(file.slice(folder.length + 1), each, tag, repository))
    if (files.length === 0) return []
    return [
      `${each.name} differs from ${tag} (${files.slice(0, 5).join(', ')}) and no changeset says so: npx changeset`,
    ]
  })
}

/**
 * Tags that name another commit than the one that would be published under their version.
 *
 * @param {readonly Package[]} unpublished
 * @param {string} [repository]
 * @returns {string[]}
 */
export function misplacedTags(unpublished, repository = root) {
  const head = git(repository, 'rev-parse', 'HEAD').trim()
  return unpublished.flatMap((each) => {
    const commit = commitOf(tagOf(each), repository)
    if (commit === undefined || commit === head) return []
    const [is, wanted] = [commit, head].map((hash) => hash.slice(0, 10))
    return [
      `the tag ${tagOf(each)} names ${is}, but that version is not published yet and would be built from ${wanted}: git tag --delete ${tagOf(each)}, or check ${is} out`,
    ]
  })
}

/**
 * Promises that the migration table takes back: users were told a stage and an end.
 *
 * @param {readonly FacadeMigration[]} before As it was released last.
 * @param {readonly FacadeMigration[]} now
 * @returns {string[]}
 */
export function takenBack(before, now) {
  return before.flatMap((was) => {
    const is = now.find(({ package: name }) => name === was.package)
    if (is === undefined) {
      return [`${was.package} has no row in the migration table any more: keep it, in stage removed`]
    }
    return [
      ...(stages.indexOf(is.stage) < stages.indexOf(was.stage)
        ? [
            `${is.package} was released in stage ${was.stage} and is in ${is.stage} now: a stage only moves on; to give users more time, move its sunset`,
          ]
        : []),
      ...(is.sunset.date < was.sunset.date
        ? [
            `${is.package} was to be removed on ${was.sunset.date} and now is on ${is.sunset.date}: users were promised the time until then`,
          ]
        : []),
    ]
  })
}

/**
 * Facades whose package and row in the migration table tell different things.
 *
 * @param {readonly FacadeMigration[]} migrations
 * @param {readonly Pick<Package, 'name'>[]} packages
 * @returns {string[]}
 */
export function contradictions(migrations, packages) {
  return migrations.flatMap(({ package: name, stage }) => {
    const isThere = packages.some((each) => each.name === name)
    if (stage === 'removed' && isThere) {
      return [`${name} is in stage removed and still has a package: node .config/remove-facades.mjs, or another stage`]
    }
    if (stage !== 'removed' && !isThere) {
      return [`${name} has no package any more and is in stage ${stage}: its stage is removed`]
    }
    return []
  })
}

/**
 * The migration table as the newest release of the codemods has it.
 *
 * @param {string} [repository]
 * @returns {Promise<FacadeMigration[]>} empty when they were never released
 */
export async function releasedTable(repository = root) {
  const tags = git(repository, 'tag', '--list', '@switchyard/codemods@*', '--sort=-version:refname')
  const newest = tags.split('\n').find((tag) => tag !== '')
  if (newest === undefined) return []
  const source = git(repository, 'show', `${newest}:codemods/src/migrations.ts`)
  // Loaded here, since it takes longer than all else.
  const { default: ts } = await import('typescript-checker')
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext } })
  const { migrations } = await import(`data:text/javascript;base64,${Buffer.from(outputText).toString('base64')}`)
  return Object.values(migrations)
}

/** @param {string} repository */
function changesets(repository) {
  const folder = join(repository, '.changeset')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }))
}

/**
 * Whether users get a file, or, of the manifest, whether what they get of it changed.
 *
 * @param {string} file Relative to its package.
 * @param {Package} workspace
 * @param {string} tag
 * @param {string} repository
 */
function isShipped(file, { folder }, tag, repository) {
  if (file === 'package.json') {
    const place = relative(repository, join(folder, file)).split(sep).join('/')
    const texts = [git(repository, 'show', `${tag}:${place}`), readFileSync(join(folder, file), 'utf8')]
    const [was, is] = texts.map((text) => JSON.stringify({ ...JSON.parse(text), devDependencies: {} }))
    return was !== is
  }
  return !/^(?:test|etc|scripts|node_modules)\/|^(?:CHANGELOG\.md|tsconfig\.json)$/u.test(file)
}

/**
 * @param {string} tag
 * @param {string} repository
 * @returns {string | undefined}
 */
function commitOf(tag, repository) {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--quiet', '--verify', `refs/tags/${tag}^{commit}`], {
    cwd: repository,
    encoding: 'utf8',
  })
  return status === 0 ? stdout.trim() : undefined
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
