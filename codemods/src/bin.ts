#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { run } from './command.js'
import { allowRestart, MoreHeapNeeded, restart } from './heap.js'

// A reader that closes early (`switchyard audit | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

allowRestart()
const args = process.argv.slice(2)

/** @returns the exit status, of another process where this one may not become large enough */
async function runOrRestart(): Promise<number> {
  try {
    return await run(args)
  } catch (error) {
    if (!(error instanceof MoreHeapNeeded)) throw error
    return restart(fileURLToPath(import.meta.url), args, error.megabytes)
  }
}

void runOrRestart().then((status) => {
  process.exitCode = status
})
