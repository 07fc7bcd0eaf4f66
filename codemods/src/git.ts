import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** The top of the git work tree that holds `directory`, or undefined: no git, or no repository. */
export function gitRoot(directory: string): string | undefined {
  const top = git(directory, ['rev-parse', '--show-toplevel'])
  return top === undefined ? undefined : top.replace(/\r?\n$/u, '')
}

/**
 * Every file under the paths that git tracks or would track: what `.gitignore` names is left out.
 *
 * @param root The top of the work tree.
 * @param paths Absolute.
 * @returns absolute paths, some of which may not exist any more; undefined when git cannot say
 */
export function gitFiles(root: string, paths: readonly string[]): string[] | undefined {
  const listed = git(root, ['--literal-pathspecs', 'ls-files', '-co', '--exclude-standard', '-z', '--', ...paths])
  return listed === undefined ? undefined : [...new Set(split(listed))].map((file) => join(root, file))
}

/**
 * The files among `paths` that differ from the last commit, or that git does not know: a migration of these could not be told
 * from the work of a person afterwards.
 *
 * @returns absolute paths; none when this is no git repository
 */
export function uncommitted(root: string, paths: readonly string[]): string[] {
  const dirty: string[] = []
  // A command line has a limit; ten thousand paths would pass it.
  for (let start = 0; start < paths.length; start += 500) {
    const some = paths.slice(start, start + 500)
    const args = [
      '--literal-pathspecs',
      'status',
      '--porcelain=v1',
      '-z',
      '--no-renames',
      '--untracked-files=all',
      '--',
      ...some,
    ]
    dirty.push(...split(git(root, args) ?? '').map((entry) => join(root, entry.slice(3))))
  }
  return dirty
}

function git(directory: string, args: readonly string[]): string | undefined {
  // Inside a git hook these name the hook's repository, whatever directory we ask about.
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, ...env } = process.env
  try {
    return execFileSync('git', ['-C', directory, ...args], {
      encoding: 'utf8',
      env: { ...env, GIT_OPTIONAL_LOCKS: '0' },
      maxBuffer: 1024 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return undefined
  }
}

function split(output: string): string[] {
  return output.split('\0').filter((entry) => entry !== '')
}
