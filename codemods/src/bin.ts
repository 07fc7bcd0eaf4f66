#!/usr/bin/env node
import { run } from './command.js'

// A reader that closes early (`switchyard audit | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

void run(process.argv.slice(2)).then((status) => {
  process.exitCode = status
})
