// @ts-check
// Takes facades out of the repository, in one commit's worth of changes.
//   node .config/remove-facades.mjs legacy core    those, in the release that their sunset names
//   node .config/remove-facades.mjs --all          packages/facades as a whole, with what is about it alone
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { root } from './workspaces.mjs'

/** What is about the facades and nothing else: their tests, and the story of leaving them. */
const aboutFacades = [
  'packages/facades',
  'test/contract',
  'test/fixtures/before',
  'test/codemods',
  'test/consumer',
  'test/demo',
  'test/golden-path/golden-path.test.ts',
  'test/apps',
  'test/bench/cases/facades.mjs',
  'test/releases/application-life.mjs',
  'test/releases/installers.mjs',
  'test/releases/maintainer.mjs',
  'test/releases/rehearse.mjs',
  'test/releases/removal.mjs',
  'test/releases/repository-copy.mjs',
  'test/releases/verdaccio.mjs',
  'test/releases/killed.mjs',
  'test/releases/registry',
]

const scripts = ['generate', 'demo', 'release:rehearse', 'remove:rehearse']

/** What only they needed of others. */
const tools = ['@types/ws', 'ws']

/**
 * Takes one facade out: its package, and the places where the build knows it. Its row stays in the migration table, in
 * stage `removed`: what is installed still warns, and the codemods still serve who comes late.
 *
 * @param {string} repository
 * @param {string} name Such as `legacy`.
 */
export function removeFacade(repository, name) {
  const folder = join(repository, 'packages/facades', name)
  if (!existsSync(folder)) throw new Error(`there is no facade ${name}: ${folder} does not exist`)
  rmSync(folder, { recursive: true })
  rmSync(join(repository, 'node_modules/@switchyard', name), { force: true })
  dropReferences(repository, `facades/${name}`)
}

/**
 * Takes `packages/facades` out, the kit too. The codemods keep the migration table, their own from now on, and go on with the
 * kit and the facades that the registry has.
 *
 * @param {string} repository
 */
export function removeAllFacades(repository) {
  const versions = publishedFacades(repository)
  for (const path of aboutFacades) rmSync(join(repository, path), { recursive: true, force: true })
  dropReferences(repository, 'packages/facades')
  edit(repository, 'package.json', withoutFacadeScripts)
  edit(repository, 'codemods/package.json', (text) => withPublished(text, versions))
  edit(repository, 'codemods/src/migrations.ts', (text) => text.replace(/^(?:\/\/ .*\n)+\n/u, ''))
  edit(repository, '.config/check.mjs', (text) => text.replace(/ {2}\{\n {4}name: 'generated',[^}]*\},\n/u, ''))
  edit(repository, '.config/knip.json', withoutFacadeWorkspaces)
  edit(repository, '.oxlintrc.json', (text) => text.replace('"packages/facades/**", ', ''))
  edit(repository, 'README.md', (text) => text.replace(/## The facades, and how long[^]*?(?=^## )/mu, ''))
  edit(repository, '.github/ARCHITECTURE.md', withoutWhatIsGone)
  edit(repository, 'test/releases/supply-chain.test.ts', (text) =>
    text.replace("'test/releases/registry/package-lock.json', ", ''),
  )
  edit(repository, 'test/bench/plan.mjs', (text) => text.replace(/^ +facades: \(\) => .*\n/mu, ''))
  edit(repository, '.ci/run', (text) => text.replaceAll(/^step '[^']*(?:demo|rehearse)'.*\n/gmu, ''))
}

/**
 * @param {string} repository
 * @returns {Record<string, string>} the version of each package below `packages/facades`
 */
function publishedFacades(repository) {
  const folders = ['shared', 'legacy', 'request-scoped', 'core', 'enhanced']
  const manifests = folders
    .map((name) => join(repository, 'packages/facades', name, 'package.json'))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')))
  return Object.fromEntries(manifests.map(({ name, version }) => [name, version]))
}

/**
 * @param {string} text
 * @param {Record<string, string>} versions
 */
function withPublished(text, versions) {
  const manifest = JSON.parse(text)
  const { '@switchyard/facade-kit': kit, ...facades } = versions
  const dependencies = { ...manifest.dependencies, '@switchyard/facade-kit': kit }
  return json({ ...manifest, dependencies, devDependencies: { ...manifest.devDependencies, ...facades } })
}

/** @param {string} text */
function withoutFacadeScripts(text) {
  const manifest = JSON.parse(text)
  for (const name of scripts) delete manifest.scripts[name]
  for (const name of tools) delete manifest.devDependencies[name]
  const workspaces = manifest.workspaces.filter((/** @type {string} */ each) => !each.startsWith('packages/facades'))
  return json({ ...manifest, workspaces })
}

/** @param {string} text */
function withoutFacadeWorkspaces(text) {
  const config = JSON.parse(text)
  for (const name of Object.keys(config.workspaces)) {
    if (name.startsWith('packages/facades') || name === 'test/releases/registry') delete config.workspaces[name]
  }
  const [top, codemods] = [config.workspaces['.'], config.workspaces.codemods]
  top.entry = top.entry.filter((/** @type {string} */ each) => !/test\/(?:demo|releases)\/\*\.mjs/u.test(each))
  // Their declarations are what the fixtures are checked against; no source imports them.
  codemods.ignoreDependencies.push('@switchyard/.+')
  return json(config)
}

/** @param {string} part */
function isAboutFacades(part) {
  return aboutFacades.some((path) => part.includes(path))
}

/**
 * Prose without the paragraphs, and tables without the rows, that name what is gone.
 *
 * @param {string} text
 */
function withoutWhatIsGone(text) {
  return text
    .split(/(?<=\n\n)|(?<=\n)(?=\d+\. )/u)
    .map((block) => (block.startsWith('|') ? withoutLines(block, isAboutFacades) : block))
    .filter((block) => block.startsWith('|') || !isAboutFacades(block))
    .join('')
    .replaceAll(/(?<=[^\n])\n(?=## )/gu, '\n\n')
}

/**
 * @param {string} block
 * @param {(line: string) => boolean} isGone
 */
function withoutLines(block, isGone) {
  return block
    .split('\n')
    .filter((line) => !isGone(line))
    .join('\n')
}

/**
 * @param {string} repository
 * @param {string} folder
 */
function dropReferences(repository, folder) {
  for (const file of ['tsconfig.json', 'test/tsconfig.json']) {
    edit(repository, file, (text) => {
      const lines = text
        .split('\n')
        .filter((line) => !line.includes('{ "path"') || !line.includes(folder.replace(/^packages\//u, '')))
      return lines.join('\n').replace(/,(?=\n *\])/u, '')
    })
  }
}

/**
 * @param {string} repository
 * @param {string} file
 * @param {(text: string) => string} change
 */
function edit(repository, file, change) {
  const path = join(repository, file)
  if (!existsSync(path)) return
  writeFileSync(path, change(readFileSync(path, 'utf8')))
}

/** @param {unknown} value */
function json(value) {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false } },
  })
  if (values.all) removeAllFacades(root)
  else for (const name of positionals) removeFacade(root, name)
  console.log(
    'Now npm install, npm run format, npm test, npm run check; git grep "packages/facades" shows what prose is left.',
  )
}
