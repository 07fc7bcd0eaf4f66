import { type ConnectionOptions, type Job, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { UserExecutionContext } from '../context.js'
import { quote } from '../errors.js'
import { ToolRegistry } from '../registry.js'
import type { Tool, ToolCall } from '../tool.js'
import {
  checkQueue,
  connectionSettings,
  FATE_SECONDS,
  LOCK_MS,
  pack,
  packThrown,
  type RemoteCall,
  type RemoteConnection,
  remoteKeys,
  type RemoteOutcome,
  unpack,
} from './remote-call.js'

/** How to run tools for dispatchers of other processes. */
export interface ToolWorkerOptions {
  /** Settings of ioredis, or a client whose settings are taken; connections are made of their own. */
  readonly connection: RemoteConnection
  /** The name of the queue that the executors use; without `:`. */
  readonly queue: string
  /** The tools that it runs. Their schemas are not asked again: the input was checked where the call was made. */
  readonly tools: ToolRegistry
  /** How many calls run at once in this process. Default 10. */
  readonly concurrency?: number | undefined
}

/** A process's part in running tools for others. */
export interface ToolWorker {
  /** Resolves once it takes calls; rejects when it is closed before. */
  readonly ready: Promise<void>
  /**
   * Takes no more calls, and waits for those that run; what runs after `drainMs` is aborted.
   *
   * @param drainMs Default 30,000.
   */
  close(drainMs?: number): Promise<void>
}

/**
 * Runs tools for the dispatchers whose executor uses the same queue: each call once, for the user of its context, with a
 * signal that aborts when the call times out, is aborted or its dispatcher ends. A tool that blocks the event loop for longer
 * than eight seconds is taken for lost.
 *
 * @throws {TypeError} an option is missing or wrong
 */
export function startToolWorker(options: ToolWorkerOptions): ToolWorker {
  return new BullMQToolWorker(options)
}

const DRAIN_MS = 30_000

/** Begins a call unless it has begun somewhere, was cancelled, or nobody waits for it any more. Keys: its fate, its executor. */
const BEGIN = `
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
return redis.call('SET', KEYS[1], 'started', 'NX', 'EX', ARGV[1]) and 1 or 0`

class BullMQToolWorker implements ToolWorker {
  readonly ready: Promise<void>
  readonly #tools: ToolRegistry
  readonly #keys: ReturnType<typeof remoteKeys>
  readonly #redis: Redis
  readonly #subscriber: Redis
  readonly #worker: Worker<RemoteCall, RemoteOutcome>
  readonly #running = new Map<string, AbortController>()

  constructor({ connection, queue, tools, concurrency = 10 }: ToolWorkerOptions) {
    if (!(tools instanceof ToolRegistry)) throw new TypeError(`tools must be a ToolRegistry; received ${quote(tools)}.`)
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new TypeError(`concurrency must be a whole number of 1 or more; received ${quote(concurrency)}.`)
    }
    this.#tools = tools
    this.#keys = remoteKeys(checkQueue(queue))
    const settings = connectionSettings(connection)
    this.#redis = new Redis(settings)
    this.#subscriber = new Redis({ ...settings, autoResubscribe: false })
    // A lost connection is made anew; there is nothing to tell of each attempt.
    for (const redis of [this.#redis, this.#subscriber]) redis.on('error', () => {})
    this.#subscriber.on('message', (_channel, jobId: string) => this.#running.get(jobId)?.abort(cancelled()))
    this.#subscriber.on('ready', () => void this.#listen())
    this.#worker = new Worker<RemoteCall, RemoteOutcome>(queue, (job) => this.#run(job), {
      connection: settings as ConnectionOptions,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS,
      // A call that may have begun is never begun again.
      maxStalledCount: 0,
    })
    this.#worker.on('error', () => {})
    this.ready = this.#worker.waitUntilReady()
    this.ready.catch(() => {})
  }

  async close(drainMs: number = DRAIN_MS): Promise<void> {
    const deadline = setTimeout(() => {
      for (const controller of this.#running.values()) controller.abort(new Error('The worker is closing.'))
    }, drainMs)
    await this.#worker.close()
    clearTimeout(deadline)
    this.#redis.disconnect()
    this.#subscriber.disconnect()
  }

  async #run(job: Job<RemoteCall, RemoteOutcome>): Promise<RemoteOutcome> {
    const jobId = job.id ?? ''
    const { executorId } = job.data
    const begun = await this.#redis.eval(
      BEGIN,
      2,
      this.#keys.fate(jobId),
      this.#keys.executor(executorId),
      FATE_SECONDS,
    )
    if (begun !== 1) throw new Error(`The call ${job.data.callId} has begun already, or nobody waits for it.`)
    const controller = new AbortController()
    this.#running.set(jobId, controller)
    let reported: Promise<unknown> = Promise.resolve()
    const report = (progress: unknown) => {
      const packed = pack(progress)
      reported = reported.then(() => job.updateProgress({ packed })).catch(() => {})
    }
    try {
      const result = await this.#execute(job, controller.signal, report)
      return { kind: 'result', result: packResult(job.name, result) }
    } catch (cause) {
      return packThrown(cause)
    } finally {
      // What was reported arrives before the result does.
      await reported
      this.#running.delete(jobId)
    }
  }

  async #execute(job: Job<RemoteCall>, signal: AbortSignal, report: (progress: unknown) => void): Promise<unknown> {
    const tool: Tool | undefined = this.#tools.get(job.name)
    if (tool === undefined) throw new Error(`Tool ${job.name} is not registered in the worker that took the call`)
    const { input, context } = unpack(job.data.body) as { input: unknown; context: unknown }
    const call: ToolCall = {
      callId: job.data.callId,
      toolName: job.name,
      context: UserExecutionContext.fromJSON(context),
      signal,
      reportProgress: (progress) => {
        if (!signal.aborted) report(progress)
      },
      executeTool: (name) =>
        Promise.reject(
          new Error(`Tool ${job.name} runs on a worker, which has no dispatcher to call ${quote(name)} with`),
        ),
    }
    return await tool.execute(input, call)
  }

  /** Listens for cancelled calls; those that were cancelled while nobody listened are asked for. */
  async #listen(): Promise<void> {
    try {
      await this.#subscriber.subscribe(this.#keys.cancelled)
      for (const [jobId, controller] of this.#running) {
        if ((await this.#redis.get(this.#keys.fate(jobId))) === 'cancelled') controller.abort(cancelled())
      }
    } catch {
      // The connection is gone again, and will be ready again.
    }
  }
}

function cancelled(): DOMException {
  return new DOMException('The call has settled where it was made.', 'AbortError')
}

function packResult(toolName: string, result: unknown): string {
  try {
    return pack(result)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`The result of tool ${toolName} cannot be sent to another process: ${reason}`, { cause })
  }
}
