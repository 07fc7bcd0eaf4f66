import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** The path of redis-server on PATH; absent when there is none, which `CI=true` does not allow. */
export const redisExecutable: string | undefined = findRedis()

/** A real Redis on a free port, in a folder of its own. */
export interface RedisServer {
  readonly url: string
  readonly port: number
  /** Ends it as a power cut would, without a word. */
  kill(): Promise<void>
  /** Starts it again on the same port and folder, with what the disk still has. */
  restart(): Promise<void>
  /** Freezes it: connections stay open, nothing answers. */
  pause(): void
  resume(): void
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/** Starts a Redis; each acknowledged write is on disk (`appendfsync always`) unless the settings say otherwise. */
export async function startRedis(
  settings: readonly string[] = ['--appendonly', 'yes', '--appendfsync', 'always'],
): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-redis-'))
  const port = await freePort()
  let child = await launch(port, folder, settings)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGKILL')
      child = await launch(port, folder, settings)
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stop: async () => {
      await end('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function launch(port: number, folder: string, settings: readonly string[]): Promise<ChildProcess> {
  const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  const child = spawn(redisExecutable ?? 'redis-server', [...where, '--save', '', ...settings], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (status) => reject(new Error(`redis-server ended with ${String(status)}:\n${said}`)))
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('Ready to accept connections')) resolve()
    })
  })
  return child
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error(`no port in ${String(address)}`)
  return address.port
}

function findRedis(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  const found = folders.map((folder) => join(folder, 'redis-server')).find(isExecutable)
  if (found === undefined && process.env['CI'] === 'true') {
    throw new Error('CI=true, and no redis-server on PATH: install Redis first')
  }
  if (found === undefined) console.warn('tests with Redis skipped: no redis-server on PATH')
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
