import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../fixtures/tool-worker/worker.mjs', import.meta.url))

/** Worker processes of one queue, and what their tools wrote. */
export class ToolWorkers {
  readonly #env: NodeJS.ProcessEnv
  readonly #runs: string
  readonly #children: ChildProcess[] = []

  constructor(port: number, queue: string, runs: string) {
    this.#runs = runs
    writeFileSync(runs, '')
    this.#env = { ...process.env, REDIS_PORT: String(port), QUEUE: queue, RUNS: runs }
  }

  /** Starts one more; resolves when it takes calls. */
  async start(env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
    const child = spawn(process.execPath, [script], {
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#children.push(child)
    const early = once(child, 'exit').then(([status]) =>
      Promise.reject(new Error(`the worker ended: ${String(status)}`)),
    )
    early.catch(() => {})
    await Promise.race([once(child.stdout, 'data'), early])
    return child
  }

  /** The lines that the tools have written. */
  get runs(): string[] {
    return readFileSync(this.#runs, 'utf8').split('\n').filter(Boolean)
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
}
