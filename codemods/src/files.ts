import { accessSync, constants, existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import type { Dirent, Stats } from 'node:fs'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { configFor, configName, type Config } from './config.js'
import { gitFiles, gitRoot } from './git.js'
import type { Finding } from './plan.js'
import { UsageError } from './usage-error.js'

/** What a run is about. All paths are absolute and real. */
export interface Tree {
  /** The top of the git work tree, or the directory that holds everything given. */
  readonly root: string
  /** Whether git keeps the root. */
  readonly git: boolean
  /** What was asked for: files and directories. */
  readonly paths: readonly string[]
  /** Source files. */
  readonly sources: readonly string[]
  /** `package.json` files. */
  readonly manifests: readonly string[]
  /** `tsconfig*.json` and `jsconfig*.json` files. */
  readonly tsconfigs: readonly string[]
  readonly lockfiles: readonly string[]
  /** What `switchyard.config.json` says; undefined where there is none. */
  readonly config: Config | undefined
  /** What could not even be listed. */
  readonly findings: readonly Finding[]
}

/** A source file by its name. */
export const sourcePattern = /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte)$/u
const tsconfigPattern = /^(?:ts|js)config(?:\..*)?\.json$/u
const lockfiles = new Set(['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock'])
const neverEntered = new Set(['node_modules', 'dist', '.git', '.switchyard'])
/** Left out where no `.gitignore` can say it. */
const leftOutWithoutGit = new Set([
  ...neverEntered,
  '.hg',
  '.svn',
  'coverage',
  '.next',
  '.nuxt',
  '.turbo',
  '.cache',
  '.yarn',
])

/**
 * Lists what a run is about.
 *
 * @param paths Files and directories, relative to `cwd` or absolute; `cwd` itself when empty.
 * @throws {UsageError} when a path does not exist, no source file is under any, or `switchyard.config.json` is wrong
 */
export function listTree(paths: readonly string[], cwd: string): Tree {
  const given = (paths.length === 0 ? ['.'] : paths).map((path) => realPath(path, cwd))
  // A link is taken for what it is called: what it leads to is another project's.
  const never = paths.find((path) => neverEntered.has(basename(resolve(cwd, path))))
  if (never !== undefined) throw new UsageError(`${never} is never entered; name the sources that you want changed`)
  const common = given.reduce(commonDirectory, directoryOf(given[0] ?? cwd))
  const top = gitRoot(common)
  const realCwd = realpathSync(cwd)
  const root = top === undefined ? (isInside(realCwd, common) ? realCwd : common) : realpathSync(top)
  const config = configFor(common, root)
  const listed = top === undefined ? undefined : gitFiles(root, given)

  const findings: Finding[] = []
  const isOutside = outsideNever(root)
  const found = listed?.map(unknown) ?? given.flatMap((path) => walk(path, findings))
  const files = [...new Map(found.map((each) => [each.path, each])).values()]
    .filter((each) => isOutside(each.path) && isRegularFile(each, findings))
    .map(({ path }) => path)
    .toSorted()
  const tree: Tree = {
    root,
    git: listed !== undefined,
    paths: given,
    sources: files.filter((file) => sourcePattern.test(file) && (config?.includes(file) ?? true)),
    manifests: files.filter((file) => basename(file) === 'package.json'),
    tsconfigs: files.filter((file) => tsconfigPattern.test(basename(file))),
    lockfiles: files.filter((file) => lockfiles.has(basename(file))),
    config,
    findings,
  }
  if (tree.sources.length === 0 && findings.length === 0) throw noFiles(paths, tree)
  return tree
}

/**
 * Every file under a directory of the tree, for questions about more than what was given.
 *
 * @returns absolute paths of files that may be symbolic links or gone
 */
export function filesUnder(tree: Tree, directory: string): string[] {
  const listed = tree.git ? gitFiles(tree.root, [directory]) : undefined
  return (listed ?? walk(directory, []).map(({ path }) => path)).filter(outsideNever(tree.root))
}

/** Whether `path` is `directory` or under it. */
export function isInside(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

function realPath(path: string, cwd: string): string {
  const absolute = resolve(cwd, path)
  if (!existsSync(absolute)) throw new UsageError(`there is no file or directory ${path} (looked for ${absolute})`)
  return realpathSync(absolute)
}

function directoryOf(path: string): string {
  return statSync(path).isDirectory() ? path : dirname(path)
}

function commonDirectory(directory: string, path: string): string {
  let common = directory
  while (!isInside(common, path)) common = dirname(common)
  return common
}

/** Whether a file is in none of the folders that are never entered; asked once for each folder. */
function outsideNever(root: string): (file: string) => boolean {
  const known = new Map<string, boolean>()
  return (file) => {
    const directory = dirname(file)
    let outside = known.get(directory)
    if (outside === undefined) {
      outside = !relative(root, directory)
        .split(sep)
        .some((part) => neverEntered.has(part))
      known.set(directory, outside)
    }
    return outside
  }
}

/** What a listing says of a path. */
interface Listed {
  readonly path: string
  /** Whether it is known to be a file itself, rather than a link, or gone. */
  readonly isFile: boolean
}

function unknown(path: string): Listed {
  return { path, isFile: false }
}

/** Leaves out what is no file of the tree itself; a link that leads nowhere is reported. */
function isRegularFile({ path, isFile }: Listed, findings: Finding[]): boolean {
  if (isFile) return true
  const found = statusOf(path, findings)
  // Tracked, and deleted in the work tree.
  if (found === undefined) return false
  if (!found.isSymbolicLink()) return found.isFile()
  // A link that works leads to a file that is listed itself, or to one outside, which is not ours to change.
  if (sourcePattern.test(path) && !existsSync(path)) {
    findings.push(wholeFile(path, 'skipped', 'broken-link', 'is a symbolic link to a file that does not exist'))
  }
  return false
}

/** What a path is, itself; undefined when it is nothing, or is where nobody may look, which is reported. */
function statusOf(path: string, findings: Finding[]): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // A file where its folder was: as gone as a file that is deleted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTDIR')) findings.push(unreadable(path, error))
    return undefined
  }
}

/** The files among `paths` that can be read; the others are reported. */
export function readable(paths: readonly string[], findings: Finding[]): string[] {
  return paths.filter((path) => {
    try {
      accessSync(path, constants.R_OK)
      return true
    } catch (error) {
      findings.push(unreadable(path, error))
      return false
    }
  })
}

/** The finding for a file or folder that the file system does not let us read. */
export function unreadable(path: string, error: unknown): Finding {
  return wholeFile(path, 'failed', 'unreadable', `could not be read: ${reason(error)}`)
}

/** A finding that concerns a whole file. */
export function wholeFile(file: string, kind: 'skipped' | 'failed', rule: string, message: string): Finding {
  return { file, line: 1, column: 1, rule, kind, message, fixable: false }
}

function walk(path: string, findings: Finding[]): Listed[] {
  if (!statSync(path).isDirectory()) return [unknown(path)]
  const files: Listed[] = []
  const open = [path]
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    for (const entry of entriesOf(directory, findings)) {
      if (!entry.isDirectory()) files.push({ path: join(directory, entry.name), isFile: entry.isFile() })
      else if (!leftOutWithoutGit.has(entry.name)) open.push(join(directory, entry.name))
    }
  }
  return files
}

function entriesOf(directory: string, findings: Finding[]): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    findings.push(unreadable(directory, error))
    return []
  }
}

/** The reason in an error of the file system, without its path. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message.replace(/, \w+(?: '.*')?$/u, '')
}

function noFiles(paths: readonly string[], tree: Tree): UsageError {
  const where = paths.length === 0 ? tree.paths.join(', ') : paths.join(', ')
  const ignored = tree.git ? ' that .gitignore does not leave out' : ''
  return new UsageError(
    `no source file${ignored} in ${where}: expected .ts .tsx .mts .cts .js .jsx .mjs .cjs .vue or .svelte, ` +
      `outside node_modules and dist${tree.config === undefined ? '' : `, and what ${configName} includes and does not exclude`}`,
  )
}
