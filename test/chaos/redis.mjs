// @ts-check
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onPath } from '../on-path.mjs'
import { watchOver } from './processes.mjs'

/**
 * A Redis of the run, in a folder of its own.
 *
 * @typedef {{ readonly port: number, signal(name: NodeJS.Signals): void, kill(): Promise<void>, start(): Promise<void>, stop(): Promise<void> }} Redis
 */

/** The path of redis-server on PATH; absent when there is none. */
export const redisServer = onPath(['redis-server'])

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/**
 * @param {readonly string[]} settings Such as `['--appendonly', 'yes']`.
 * @returns {Promise<Redis>}
 */
export async function startRedis(settings) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-chaos-redis-'))
  const port = await freePort()
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child
  const kill = async () => {
    if (child === undefined) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    child = undefined
  }
  const start = async () => {
    if (child === undefined) child = await launch(port, folder, settings)
  }
  await start()
  return {
    port,
    signal: (name) => void child?.kill(name),
    kill,
    start,
    stop: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error(`no port in ${String(address)}`)
  return address.port
}

/**
 * @param {number} port
 * @param {string} folder
 * @param {readonly string[]} settings
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
async function launch(port, folder, settings) {
  const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const child = spawn(redisServer ?? 'redis-server', [...where, ...settings], { stdio: ['ignore', 'pipe', 'ignore'] })
  running.add(child)
  const dismiss = watchOver(child)
  child.once('exit', () => {
    running.delete(child)
    dismiss()
  })
  let said = ''
  await new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (status) => reject(new Error(`redis-server ended with ${String(status)}:\n${said}`)))
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      said = (said + text).slice(-4_000)
      if (said.includes('Ready to accept connections')) resolve()
    })
  })
  return child
}
