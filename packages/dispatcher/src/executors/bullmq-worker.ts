import { type ConnectionOptions, type Job, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { UserExecutionContext } from '../context.js'
import { quote } from '../errors.js'
import { redact } from '../events/redact.js'
import { ToolRegistry } from '../registry.js'
import { inTime } from '../stores/redis-answers.js'
import type { Tool, ToolCall } from '../tool.js'
import {
  checkQueue,
  connectionSettings,
  FATE_SECONDS,
  LOCK_MS,
  pack,
  packThrown,
  type RemoteCall,
  REMOTE_VERSION,
  type RemoteConnection,
  remoteKeys,
  type RemoteWord,
  SAID_SECONDS,
  unpack,
} from './remote-call.js'

/** How to run tools for dispatchers of other processes. */
export interface ToolWorkerOptions {
  /**
   * Settings of ioredis, or a client whose settings are taken; connections are made of their own, without a `commandTimeout`.
   * A `keyPrefix` has to be the same on both sides.
   */
  readonly connection: RemoteConnection
  /** The name of the queue that the executors use; without `:`. */
  readonly queue: string
  /** The tools that it runs. Their schemas are not asked again: the input was checked where the call was made. */
  readonly tools: ToolRegistry
  /**
   * How many calls run at once in this process. Default 10. A call that has settled does not count, even if its tool ignores
   * its signal and goes on; up to ten times as many may.
   */
  readonly concurrency?: number | undefined
}

/** A process's part in running tools for others. */
export interface ToolWorker {
  /** Resolves once it takes calls; rejects when it is closed before. */
  readonly ready: Promise<void>
  /**
   * Takes no more calls, and waits for those that run; what runs after `drainMs` is aborted, and `tool_failed` for its
   * caller. Resolves within two seconds more, whatever Redis and the tools do.
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
/** How long a closing worker waits for Redis once its calls have ended. */
const CLOSE_MS = 2_000
/** A worker may have this many times `concurrency` bodies that outlived their calls. */
const OUTLIVED_FACTOR = 10

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
  readonly #worker: Worker<RemoteCall, void>
  readonly #mostOutlived: number
  readonly #running = new Map<string, AbortController>()
  #hasDrained = false
  #outlived = 0

  constructor({ connection, queue, tools, concurrency = 10 }: ToolWorkerOptions) {
    if (!(tools instanceof ToolRegistry)) throw new TypeError(`tools must be a ToolRegistry; received ${quote(tools)}.`)
    if (!Number.isInteger(concurrency) || concurrency < 1) {
      throw new TypeError(`concurrency must be a whole number of 1 or more; received ${quote(concurrency)}.`)
    }
    this.#tools = tools
    this.#mostOutlived = concurrency * OUTLIVED_FACTOR
    const settings = connectionSettings(connection, () => this.#hasDrained)
    this.#keys = remoteKeys(checkQueue(queue), connection)
    this.#redis = new Redis(settings)
    this.#subscriber = new Redis({ ...settings, autoResubscribe: false })
    // A lost connection is made anew; there is nothing to tell of each attempt.
    for (const redis of [this.#redis, this.#subscriber]) redis.on('error', () => {})
    this.#subscriber.on('message', (_channel, jobId: string) => this.#running.get(jobId)?.abort(cancelled()))
    this.#subscriber.on('ready', () => void this.#listen())
    this.#worker = new Worker<RemoteCall, void>(queue, (job) => this.#run(job), {
      connection: settings as ConnectionOptions,
      prefix: this.#keys.bullPrefix,
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
    const closing = this.#worker.close()
    await inTime(closing, drainMs).catch(() => {
      for (const controller of this.#running.values()) controller.abort(new WorkerClosed())
    })
    this.#hasDrained = true
    await inTime(closing, CLOSE_MS).catch(() => {
      // Redis is away: the connections end without a word.
      void this.#worker.disconnect().catch(() => {})
    })
    this.#redis.disconnect()
    this.#subscriber.disconnect()
  }

  async #run(job: Job<RemoteCall, void>): Promise<void> {
    const jobId = job.id ?? ''
    const controller = new AbortController()
    const { signal } = controller
    // Before it begins: the word that it is cancelled may come sooner than the answer that it has begun.
    this.#running.set(jobId, controller)
    let said = 0
    let saying: Promise<unknown> = Promise.resolve()
    const say = (word: RemoteWord) => {
      const number = (said += 1)
      saying = saying.then(() => this.#say(jobId, number, word))
      return saying
    }
    const report = (progress: unknown) => {
      void say({ kind: 'progress', progress: packProgress(progress) })
      // Only to wake the executor.
      saying = saying.then(() => job.updateProgress(said)).catch(() => {})
    }
    try {
      await this.#begin(jobId, job)
      const ended = await this.#untilSettled(job.name, this.#execute(job, signal, report), signal)
      // What was reported arrives before.
      await say(ended)
    } finally {
      this.#running.delete(jobId)
      this.#redis.expire(this.#keys.fate(jobId), SAID_SECONDS).catch(() => {
        // It is forgotten later.
      })
    }
  }

  async #begin(jobId: string, { data }: Job<RemoteCall>): Promise<void> {
    const { fate, executor } = this.#keys
    const begun = await this.#redis.eval(BEGIN, 2, fate(jobId), executor(data.executorId), FATE_SECONDS)
    if (begun !== 1) throw new Error(`The call ${data.callId} has begun already, or nobody waits for it.`)
  }

  /** Says it once, however often it is sent: a lost connection sends again. */
  async #say(jobId: string, number: number, word: RemoteWord): Promise<void> {
    const key = this.#keys.said(jobId)
    await this.#redis.multi().zadd(key, number, JSON.stringify({ number, word })).expire(key, SAID_SECONDS).exec()
  }

  /** How the body ends; when the signal aborts first, the worker is free for other calls, unless too many bodies go on. */
  async #untilSettled(toolName: string, body: Promise<unknown>, signal: AbortSignal): Promise<RemoteWord> {
    let goOn = () => {}
    const aborted = new Promise<'aborted'>((resolve) => {
      goOn = () => {
        if (signal.reason instanceof WorkerClosed || this.#outlived < this.#mostOutlived) resolve('aborted')
      }
    })
    const end = body
      .then((result): RemoteWord => ({ kind: 'result', result: packResult(toolName, result) }))
      .catch(packThrown)
    signal.addEventListener('abort', goOn, { once: true })
    if (signal.aborted) goOn()
    const ended = await Promise.race([end, aborted])
    signal.removeEventListener('abort', goOn)
    if (ended !== 'aborted') return ended
    this.#outlived += 1
    void end.then(() => (this.#outlived -= 1))
    return packThrown(new Error(`Tool ${toolName} did not end before its worker was closed`))
  }

  async #execute(job: Job<RemoteCall>, signal: AbortSignal, report: (progress: unknown) => void): Promise<unknown> {
    signal.throwIfAborted()
    const { version } = job.data
    if (version !== REMOTE_VERSION) {
      throw new Error(
        `The worker understands calls of version ${REMOTE_VERSION}, not ${quote(version)}; use one version of @switchyard/dispatcher on both sides`,
      )
    }
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

/** Why what still runs is aborted when the worker closes. */
class WorkerClosed extends Error {
  override readonly message = 'The worker is closing.'
}

function cancelled(): DOMException {
  return new DOMException('The call has settled where it was made.', 'AbortError')
}

/** What cannot be copied is shown as in events, where it goes. */
function packProgress(progress: unknown): string {
  try {
    return pack(progress)
  } catch {
    return pack(redact(progress))
  }
}

function packResult(toolName: string, result: unknown): string {
  try {
    return pack(result)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`The result of tool ${toolName} cannot be sent to another process: ${reason}`, { cause })
  }
}
