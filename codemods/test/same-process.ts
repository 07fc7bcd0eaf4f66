import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach } from 'vitest'
import { run } from '../src/command.js'
import type { RunResult } from '../src/index.js'

const roots: string[] = []

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

/** A module that is on a facade in three places. */
export const legacy = `import { ToolDispatcher } from '@switchyard/legacy'

export async function count(context) {
  const dispatcher = new ToolDispatcher(context)
  await dispatcher.cleanup()
}
`

/** A module that is on none. */
export const clean = 'export const fine = 1\n'

/** A git repository with these files committed, until the test ends. */
export function repository(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-repository-')))
  roots.push(root)
  put(root, files)
  git(root, 'init', '--quiet')
  git(root, 'add', '--all')
  git(root, 'commit', '--quiet', '--message', 'State')
  return root
}

/** Writes files under a root. */
export function put(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

export function git(root: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8' })
}

/** What one run of the command said. */
export interface Said {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command in a directory, in this process: starting one of its own takes longer than most runs. */
export async function switchyard(directory: string, ...args: string[]): Promise<Said> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() }
  const before = process.cwd()
  process.chdir(directory)
  try {
    const status = await run(args, streams)
    return { status, stdout: textIn(streams.stdout), stderr: textIn(streams.stderr) }
  } finally {
    process.chdir(before)
  }
}

function textIn(stream: PassThrough): string {
  const bytes: unknown = stream.read()
  return bytes instanceof Buffer ? bytes.toString('utf8') : ''
}

/** The same with `--json`. */
export async function json(directory: string, ...args: string[]): Promise<{ status: number; result: RunResult }> {
  const { status, stdout } = await switchyard(directory, ...args, '--json')
  return { status, result: JSON.parse(stdout) as RunResult }
}

export const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8')
