import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'
import type { RunResult } from '../src/index.js'

/** The built command. */
export const bin = fileURLToPath(new URL('../dist/bin.js', import.meta.url))

/** A file on the legacy facade that migrates to {@link canonical}, all by itself. */
export const legacy = `import { ToolDispatcher } from '@switchyard/legacy'

export async function count(context) {
  const dispatcher = new ToolDispatcher(context)
  await dispatcher.cleanup()
}
`
export const canonical = `import { UnifiedToolDispatcher } from '@switchyard/dispatcher'

export async function count(context) {
  const dispatcher = UnifiedToolDispatcher.createForUser(context)
  await dispatcher.dispose()
}
`

export type Files = Readonly<Record<string, string | Buffer>>

const roots: string[] = []

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

/** A directory with these files, which goes after the test. */
export function folder(files: Files): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-test-')))
  roots.push(root)
  put(root, files)
  return root
}

/** A git repository with these files committed, which goes after the test. */
export function repository(files: Files): string {
  const root = folder(files)
  git(root, 'init', '--quiet')
  commit(root)
  return root
}

export function put(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
}

export function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

export function git(root: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false']
  return execFileSync('git', [...identity, ...args], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

export function commit(root: string): void {
  git(root, 'add', '--all')
  git(root, 'commit', '--quiet', '--allow-empty', '--message', 'State')
}

interface Answer {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The command as somebody to whom the modes of files mean something, which they do not to root. */
export function switchyardAsNobody(root: string, ...args: string[]): Answer {
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const trusted = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' }
  const env = { ...process.env, ...trusted, HOME: root }
  const options = { cwd: root, encoding: 'utf8', env, ...nobody } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options)
  return { status, stdout, stderr }
}

export function resultOf({ stdout, stderr }: Answer): RunResult {
  if (stdout === '') throw new Error(`no result, but: ${stderr}`)
  return JSON.parse(stdout) as RunResult
}

/** The command, begun; the answer comes when it ends, with the signal that ended it. */
export function begun(
  root: string,
  ...args: string[]
): { child: ChildProcess; ended: Promise<Answer & { signal: NodeJS.Signals | null }> } {
  const child = spawn(process.execPath, [bin, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Answer & { signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr })),
  )
  return { child, ended }
}
