import { type ConnectionOptions, Queue, QueueEvents, type QueueEventsOptions } from 'bullmq'
import { Redis } from 'ioredis'
import { inTime } from '../deadlines.js'
import {
  connectionSettings,
  EXECUTOR_LEASE_MS,
  FATE_SECONDS,
  type RemoteCall,
  type RemoteConnection,
  remoteKeys,
  type RemoteWord,
  unlessAborted,
} from './remote-call.js'

/** How long the end of the connections waits for Redis. */
const CLOSE_MS = 2_000

/** A word of a worker's, and its number. */
export interface SaidWord {
  readonly number: number
  readonly word: RemoteWord
}

/** What is told of the calls in the queue. */
export interface CallListener {
  /** Its worker has said something. */
  said(jobId: string): void
  /** It will not be run any further. */
  failed(jobId: string, reason: string): void
}

/** An executor's side of the queue: three connections, and what is asked and told through them. */
export class CallQueue {
  readonly #executorId: string
  readonly #keys: ReturnType<typeof remoteKeys>
  readonly #redis: Redis
  readonly #queue: Queue<RemoteCall>
  readonly #events: QueueEvents
  readonly #ready: Promise<void>
  #endWaiting: (cause: Error) => void = () => {}
  #isClosed = false

  constructor(connection: RemoteConnection, queue: string, executorId: string, listener: CallListener) {
    this.#executorId = executorId
    this.#keys = remoteKeys(queue)
    const settings = connectionSettings(connection, () => this.#isClosed)
    this.#redis = new Redis(settings)
    this.#redis.on('error', () => {})
    // Redis may have come back without its memory.
    this.#redis.on('ready', () => void this.stayAlive().catch(() => {}))
    // Nothing is kept for later: a call that timed out must not be added when Redis comes back.
    const now = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false }
    this.#queue = new Queue<RemoteCall>(queue, {
      connection: { ...settings, ...now } as ConnectionOptions,
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    })
    this.#queue.on('error', () => {})
    this.#events = new QueueEvents(queue, { connection: settings as ConnectionOptions, autorun: false })
    this.#events.on('error', () => {})
    this.#ready = new Promise((resolve, reject) => {
      this.#endWaiting = reject
      this.#listen(listener).then(resolve, reject)
    })
    this.#ready.catch(() => {})
  }

  /** Waits for the connections, not for longer than the signal lets it. */
  async untilReady(signal: AbortSignal): Promise<void> {
    await unlessAborted(this.#ready, signal)
  }

  async add(jobId: string, toolName: string, call: RemoteCall): Promise<void> {
    await this.#queue.add(toolName, call, { jobId })
  }

  /** Keeps a call from beginning, or aborts it where it runs. Rejects when it runs already, or Redis is away. */
  async cancel(jobId: string): Promise<void> {
    const fate = this.#redis.multi().set(this.#keys.fate(jobId), 'cancelled', 'EX', FATE_SECONDS)
    await fate.publish(this.#keys.cancelled, jobId).exec()
    await this.#queue.remove(jobId)
  }

  /** What the worker has said after the word of that number. */
  async wordsAfter(jobId: string, number: number): Promise<SaidWord[]> {
    const words = await this.#redis.zrangebyscore(this.#keys.said(jobId), `(${number}`, '+inf')
    return words.map((text) => JSON.parse(text) as SaidWord)
  }

  forgetWords(jobId: string): void {
    this.#redis.del(this.#keys.said(jobId)).catch(() => {
      // They are forgotten by themselves.
    })
  }

  /** Says that this executor still wants its calls. */
  async stayAlive(): Promise<void> {
    if (!this.#isClosed) await this.#redis.set(this.#keys.executor(this.#executorId), '1', 'PX', EXECUTOR_LEASE_MS)
  }

  async hasNoWorker(jobId: string): Promise<boolean> {
    // The lock first: a call that ends between the two questions is not active any more.
    if ((await this.#redis.exists(this.#queue.toKey(`${jobId}:lock`))) === 1) return false
    const state = await this.#queue.getJobState(jobId)
    return state === 'active' || state === 'unknown'
  }

  /** Ends the connections, and the waiting for them with `cause`. */
  async close(cause: Error): Promise<void> {
    this.#isClosed = true
    this.#endWaiting(cause)
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

  async #listen(listener: CallListener): Promise<void> {
    await this.stayAlive()
    // From a place and not from "now": what happens between two reads would be lost.
    const [last] = await this.#redis.xrevrange(this.#queue.toKey('events'), '+', '-', 'COUNT', 1)
    const options: QueueEventsOptions = this.#events.opts
    options.lastEventId = last?.[0] ?? '0-0'
    this.#events.on('progress', ({ jobId }) => listener.said(jobId))
    this.#events.on('completed', ({ jobId }) => listener.said(jobId))
    this.#events.on('failed', ({ jobId, failedReason }) => listener.failed(jobId, failedReason))
    this.#events.run().catch(() => {
      // It was closed.
    })
    await this.#events.waitUntilReady()
    await this.#queue.waitUntilReady()
  }
}
