// @ts-check
// Takes facades out of the repository, in one commit's worth of changes.
//   node .config/remove-facades.mjs legacy core    those, in the release that their sunset names
//   node .config/remove-facades.mjs --all          packages/facades as a whole, with what is about it alone
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { goes, lines as linesThatGo, paths, scripts } from './about-facades.mjs'
import { root } from './workspaces.mjs'

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
  const tools = toolsOfWhatGoes(repository)
  for (const path of paths) rmSync(join(repository, path), { recursive: true, force: true })
  dropReferences(repository, 'packages/facades')
  edit(repository, 'package.json', (text) => withoutScripts(text, tools))
  edit(repository, 'codemods/package.json', (text) => withPublished(text, versions))
  edit(repository, 'codemods/src/migrations.ts', (text) =>
    text.replace(/^(?:\/\/ .*\n)+\n/u, '').replaceAll(/(?<=^ {4}stage: ')\w+(?=',$)/gmu, 'removed'),
  )
  edit(repository, '.config/check.mjs', (text) => text.replace(/ {2}\{\n {4}name: 'generated',[^}]*\},\n/u, ''))
  edit(repository, '.config/knip.json', withoutFacadeWorkspaces)
  edit(repository, '.oxlintrc.json', (text) => text.replace('"packages/facades/**", ', ''))
  for (const [file, part] of Object.entries(linesThatGo)) {
    edit(repository, file, (text) => withoutLines(text, (line) => line.includes(part)))
  }
  edit(repository, 'README.md', (text) => text.replace(/## The facades, and how long[^]*?(?=^## )/mu, ''))
  for (const file of ['README.md', '.github/ARCHITECTURE.md', '.github/CONTRIBUTING.md']) {
    edit(repository, file, withoutWhatIsGone)
  }
  for (const file of ['.ci/run', ...workflows(repository)])
    edit(repository, file, (text) => withoutLines(text, runsGone))
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

/**
 * The development dependencies of the root that what goes names, and nothing that stays.
 *
 * @param {string} repository
 * @returns {string[]}
 */
function toolsOfWhatGoes(repository) {
  const listed = execFileSync('git', ['ls-files', '-z'], {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const files = listed
    .split('\0')
    .filter((file) => /\.(?:[cm]?[jt]s|json)$/u.test(file) && !/^package(?:-lock)?\.json$/u.test(file))
  const [going, staying] = [files.filter(goes), files.filter((file) => !goes(file))].map((group) =>
    group
      .map((file) => (existsSync(join(repository, file)) ? readFileSync(join(repository, file), 'utf8') : ''))
      .join('\n'),
  )
  const { devDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
  return Object.keys(devDependencies).filter((tool) => isNamed(tool, going) && !isNamed(tool, staying))
}

/**
 * @param {string} tool
 * @param {string | undefined} text
 */
function isNamed(tool, text) {
  const library = tool.replace(/^@types\//u, '')
  return [`'${library}'`, `"${library}"`, `'${library}/`, `"${library}/`].some((each) => text?.includes(each))
}

/**
 * @param {string} text
 * @param {readonly string[]} tools
 */
function withoutScripts(text, tools) {
  const manifest = JSON.parse(text)
  for (const name of scripts) delete manifest.scripts[name]
  for (const name of tools) delete manifest.devDependencies[name]
  const workspaces = manifest.workspaces.filter((/** @type {string} */ each) => !each.startsWith('packages/facades'))
  return json({ ...manifest, workspaces })
}

/** @param {string} text */
function withoutFacadeWorkspaces(text) {
  const config = JSON.parse(text)
  for (const name of Object.keys(config.workspaces)) if (goes(name) || goes(`${name}/`)) delete config.workspaces[name]
  const { '.': top, codemods } = config.workspaces
  top.entry = top.entry.filter((/** @type {string} */ each) => !isBelowWhatGoes(each) && each !== 'test/releases/*.mjs')
  top.project = top.project.filter((/** @type {string} */ each) => !isBelowWhatGoes(each.replace(/^!/u, '')))
  // Only the applications name such a package.
  top.ignoreDependencies = top.ignoreDependencies.filter((/** @type {string} */ each) => each !== '@claims/.+')
  // Their declarations are what the fixtures are checked against; no source imports them.
  codemods.ignoreDependencies.push('@switchyard/.+')
  return json(config)
}

/** @param {string} pattern Of files, such as `test/demo/*.mjs`. */
function isBelowWhatGoes(pattern) {
  return goes(pattern.slice(0, pattern.lastIndexOf('/') + 1))
}

/** @param {string} line */
function runsGone(line) {
  return scripts.some((name) => new RegExp(`npm run ${name}(?![\\w:-])`, 'u').test(line))
}

/** @param {string} part */
function isAboutFacades(part) {
  return paths.some((path) => part.includes(path.replace(/\/$/u, ''))) || runsGone(part)
}

/** @param {string} block Of Markdown. */
function isLineByLine(block) {
  return /^(?:\||```)/u.test(block)
}

/**
 * Prose without the paragraphs and the list items, tables and code without the lines, that name what is gone.
 *
 * @param {string} text
 */
function withoutWhatIsGone(text) {
  return text
    .split(/(?<=\n\n)|(?<=\n)(?=(?:\d+\.|-) )/u)
    .map((block) => (isLineByLine(block) ? withoutLines(block, isAboutFacades) : block))
    .filter((block) => isLineByLine(block) || !isAboutFacades(block))
    .join('')
    .replaceAll(/(?<=[^\n])\n(?=## )/gu, '\n\n')
}

/**
 * @param {string} repository
 * @returns {string[]}
 */
function workflows(repository) {
  const folder = '.github/workflows'
  return existsSync(join(repository, folder))
    ? readdirSync(join(repository, folder)).map((name) => `${folder}/${name}`)
    : []
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
