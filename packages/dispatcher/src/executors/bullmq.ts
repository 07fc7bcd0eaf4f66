import { randomUUID } from 'node:crypto'
import { type ConnectionOptions, Queue, QueueEvents, type QueueEventsOptions } from 'bullmq'
import { Redis } from 'ioredis'
import { quote } from '../errors.js'
import type { ExecutorCall, ToolExecutor } from '../executor.js'
import { inTime } from '../stores/redis-answers.js'
import type { Tool } from '../tool.js'
import {
  checkQueue,
  connectionSettings,
  EXECUTOR_LEASE_MS,
  FATE_SECONDS,
  pack,
  type RemoteCall,
  REMOTE_VERSION,
  type RemoteConnection,
  remoteKeys,
  type RemoteOutcome,
  type RemoteWord,
  unpack,
  unpackOutcome,
} from './remote-call.js'

/** Which tools run elsewhere, and how they get there. */
export interface BullMQExecutorOptions {
  /**
   * Settings of ioredis, or a client whose settings are taken; connections are made of their own, without a `commandTimeout`.
   * A `keyPrefix` has to be the same on both sides.
   */
  readonly connection: RemoteConnection
  /** The name of the queue that the workers serve; without `:`. */
  readonly queue: string
  /** The names of the tools that run on workers; the others run where the dispatcher is. */
  readonly tools: readonly string[]
}

/** An executor with connections, to be closed. */
export interface BullMQExecutor extends ToolExecutor {
  /** Ends the connections; calls that are still under way are `tool_failed`. Waits for Redis for two seconds at most. */
  close(): Promise<void>
}

/**
 * Runs tools on the workers of a queue: the option `executor` of a dispatcher, shared by as many as you like. The dispatcher
 * permits, limits, validates, times and announces; the worker runs the body, at most once unless the tool is `idempotent`.
 * Input, context, progress and result are copied as `structuredClone` does. A lost worker is noticed within twelve seconds.
 *
 * @throws {TypeError} an option is missing or wrong
 */
export function createBullMQExecutor(options: BullMQExecutorOptions): BullMQExecutor {
  return new QueueExecutor(options)
}

/** How often it is looked whether calls that have not answered for a while still have a worker. */
const LOOK_MS = 2_000
/** Looks in a row that must find a call without its worker, since the two questions are not asked at one moment. */
const MOST_LOST_LOOKS = 2
/** How long a closing executor waits for Redis. */
const CLOSE_MS = 2_000
/** How often an idempotent tool is begun at most. */
const MOST_RUNS = 3

class LostWorker extends Error {}

interface Pending {
  readonly call: ExecutorCall
  resolve(outcome: RemoteOutcome): void
  reject(cause: Error): void
  lostLooks: number
  /** The number of the last word that was heard. */
  lastWord: number
  /** Settles when all that was said until now has been heard. */
  hearing: Promise<void>
}

class QueueExecutor implements BullMQExecutor {
  readonly #executorId = randomUUID()
  readonly #names: ReadonlySet<string>
  readonly #keys: ReturnType<typeof remoteKeys>
  readonly #redis: Redis
  readonly #queue: Queue<RemoteCall>
  readonly #events: QueueEvents
  readonly #ready: Promise<void>
  readonly #pending = new Map<string, Pending>()
  readonly #timer: NodeJS.Timeout
  #endWaiting: (cause: Error) => void = () => {}
  #isLooking = false
  #runs = 0
  #closed = false

  constructor({ connection, queue, tools }: BullMQExecutorOptions) {
    if (!Array.isArray(tools) || !tools.every((name) => typeof name === 'string')) {
      throw new TypeError(`tools must be an array of the names of tools; received ${quote(tools)}.`)
    }
    this.#names = new Set<string>(tools)
    const settings = connectionSettings(connection, () => this.#closed)
    this.#keys = remoteKeys(checkQueue(queue), connection)
    this.#redis = new Redis(settings)
    this.#redis.on('error', () => {})
    // Nothing is kept for later: a call that timed out must not be added when Redis comes back.
    const now = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false }
    this.#queue = new Queue<RemoteCall>(queue, {
      connection: { ...settings, ...now } as ConnectionOptions,
      prefix: this.#keys.bullPrefix,
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    })
    this.#queue.on('error', () => {})
    this.#events = new QueueEvents(queue, {
      connection: settings as ConnectionOptions,
      prefix: this.#keys.bullPrefix,
      autorun: false,
    })
    this.#events.on('error', () => {})
    this.#ready = new Promise((resolve, reject) => {
      this.#endWaiting = reject
      this.#listen().then(resolve, reject)
    })
    this.#ready.catch(() => {})
    this.#timer = setInterval(() => void this.#look(), LOOK_MS)
    this.#timer.unref()
  }

  handles(tool: Tool): boolean {
    return this.#names.has(tool.name)
  }

  async run(call: ExecutorCall): Promise<unknown> {
    if (this.#closed) throw new Error('The executor is closed; make another.')
    const body = packCall(call)
    await this.#untilReady(call.signal)
    for (let run = 1; ; run += 1) {
      try {
        return unpackOutcome(await this.#runOnce(call, body))
      } catch (cause) {
        const again = cause instanceof LostWorker && call.tool.idempotent === true && run < MOST_RUNS
        if (!again || call.signal.aborted) throw cause
      }
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    this.#endWaiting(closed())
    for (const pending of this.#pending.values()) pending.reject(closed())
    const goodbye = Promise.allSettled([
      this.#redis.del(this.#keys.executor(this.#executorId)),
      this.#queue.close(),
      this.#events.close(),
    ])
    await inTime(goodbye, CLOSE_MS).catch(() => {
      // Redis is away: the connections end without a word.
      void this.#queue.disconnect().catch(() => {})
      void this.#events.disconnect().catch(() => {})
    })
    this.#redis.disconnect()
  }

  /** Waits for the connections; not for longer than the call does. */
  async #untilReady(signal: AbortSignal): Promise<void> {
    let giveUp = () => {}
    const aborted = new Promise<void>((resolve) => {
      giveUp = resolve
      signal.addEventListener('abort', giveUp, { once: true })
    })
    try {
      await Promise.race([this.#ready, aborted])
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  async #runOnce(call: ExecutorCall, body: string): Promise<RemoteOutcome> {
    const { callId, toolName, signal } = call
    signal.throwIfAborted()
    this.#runs += 1
    const jobId = `${this.#executorId}-${this.#runs}`
    const cancel = () => void this.#cancel(jobId)
    try {
      return await new Promise<RemoteOutcome>((resolve, reject) => {
        this.#pending.set(jobId, { call, resolve, reject, lostLooks: 0, lastWord: 0, hearing: Promise.resolve() })
        signal.addEventListener('abort', cancel, { once: true })
        const job = { version: REMOTE_VERSION, callId, executorId: this.#executorId, body }
        this.#queue.add(toolName, job, { jobId }).then(
          // It may have been cancelled before there was anything to cancel.
          () => signal.aborted && cancel(),
          (cause: unknown) => {
            reject(this.#closed ? closed() : notQueued(cause))
            // Only the answer may be lost.
            cancel()
          },
        )
      })
    } finally {
      this.#pending.delete(jobId)
      signal.removeEventListener('abort', cancel)
      this.#redis.del(this.#keys.said(jobId)).catch(() => {
        // It is forgotten by itself.
      })
    }
  }

  /** Keeps a call from beginning, or aborts it where it runs. */
  async #cancel(jobId: string): Promise<void> {
    this.#pending.get(jobId)?.reject(new Error('The call was cancelled.'))
    try {
      const fate = this.#redis.multi().set(this.#keys.fate(jobId), 'cancelled', 'EX', FATE_SECONDS)
      await fate.publish(this.#keys.cancelled, jobId).exec()
      await this.#queue.remove(jobId)
    } catch {
      // It runs, so that its worker takes it out of the queue; or Redis is away, and with it the word to the worker.
    }
  }

  async #listen(): Promise<void> {
    await this.#stayAlive()
    // From a place and not from "now": what happens between two reads would be lost.
    const [last] = await this.#redis.xrevrange(this.#queue.toKey('events'), '+', '-', 'COUNT', 1)
    const options: QueueEventsOptions = this.#events.opts
    options.lastEventId = last?.[0] ?? '0-0'
    this.#events.on('progress', ({ jobId }) => void this.#hear(jobId))
    this.#events.on('completed', ({ jobId }) => void this.#hear(jobId))
    this.#events.on('failed', ({ jobId, failedReason }) => {
      void this.#hear(jobId).then(() => this.#lost(jobId, failedReason))
    })
    this.#events.run().catch(() => {
      // It was closed.
    })
    await this.#events.waitUntilReady()
    await this.#queue.waitUntilReady()
  }

  /** Hears what the worker has said since, one time after the other. */
  async #hear(jobId: string): Promise<void> {
    const pending = this.#pending.get(jobId)
    if (pending === undefined) return
    pending.hearing = pending.hearing.then(() => this.#hearWords(jobId, pending))
    await pending.hearing
  }

  async #hearWords(jobId: string, pending: Pending): Promise<void> {
    try {
      const { said } = this.#keys
      const words = await this.#redis.zrangebyscore(said(jobId), `(${pending.lastWord}`, '+inf')
      for (const text of words) {
        const { number, word } = JSON.parse(text) as { number: number; word: RemoteWord }
        pending.lastWord = number
        if (word.kind === 'progress') pending.call.reportProgress(unpack(word.progress))
        else pending.resolve(word)
      }
    } catch (cause) {
      pending.reject(new Error(`What the worker said cannot be read: ${textOf(cause)}`, { cause }))
    }
  }

  async #stayAlive(): Promise<void> {
    await this.#redis.set(this.#keys.executor(this.#executorId), '1', 'PX', EXECUTOR_LEASE_MS)
  }

  /** Looks after the calls that have not answered: a worker that was killed says nothing. */
  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      await inTime(this.#stayAlive(), LOOK_MS)
      for (const [jobId, pending] of this.#pending) {
        const isLost = await inTime(this.#hasNoWorker(jobId), LOOK_MS)
        pending.lostLooks = isLost ? pending.lostLooks + 1 : 0
        if (pending.lostLooks < MOST_LOST_LOOKS) continue
        await inTime(this.#hear(jobId), LOOK_MS)
        this.#lost(jobId, 'it says nothing any more')
      }
    } catch {
      // Redis is away: the calls have their own time.
    } finally {
      this.#isLooking = false
    }
  }

  async #hasNoWorker(jobId: string): Promise<boolean> {
    // The lock first: a call that ends between the two questions is not active any more.
    if ((await this.#redis.exists(this.#queue.toKey(`${jobId}:lock`))) === 1) return false
    const state = await this.#queue.getJobState(jobId)
    return state === 'active' || state === 'unknown'
  }

  #lost(jobId: string, reason: string): void {
    const pending = this.#pending.get(jobId)
    if (pending === undefined) return
    pending.reject(new LostWorker(`The worker of tool ${pending.call.toolName} was lost: ${reason}`))
    void this.#cancel(jobId)
  }
}

function packCall({ input, context, toolName }: ExecutorCall): string {
  try {
    return pack({ input, context: context.toJSON() })
  } catch (cause) {
    throw new Error(`The call of tool ${toolName} cannot be sent to another process: ${textOf(cause)}`, { cause })
  }
}

function closed(): Error {
  return new Error('The executor was closed.')
}

function notQueued(cause: unknown): Error {
  return new Error(`The call could not be queued: ${textOf(cause)}`, { cause })
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
