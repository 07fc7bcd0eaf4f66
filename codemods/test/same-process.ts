import { PassThrough } from 'node:stream'
import { run } from '../src/command.js'
import type { RunResult } from '../src/index.js'

/** A module that is on none. */
export const clean = 'export const fine = 1\n'

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
