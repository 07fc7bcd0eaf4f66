import { randomUUID } from 'node:crypto'
import { inTime } from '../deadlines.js'
import { quote } from '../errors.js'
import type { ExecutorCall, ToolExecutor } from '../executor.js'
import type { Tool } from '../tool.js'
import { CallQueue } from './call-queue.js'
import {
  checkQueue,
  pack,
  REMOTE_VERSION,
  type RemoteConnection,
  type RemoteOutcome,
  unpack,
  unpackOutcome,
} from './remote-call.js'

/** Which tools run elsewhere, and how they get there. */
export interface BullMQExecutorOptions {
  /** Settings of ioredis, or a client whose settings are taken; connections are made of their own. */
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
  readonly #calls: CallQueue
  readonly #pending = new Map<string, Pending>()
  readonly #timer: NodeJS.Timeout
  #isLooking = false
  #runs = 0
  #closed = false

  constructor({ connection, queue, tools }: BullMQExecutorOptions) {
    if (!Array.isArray(tools) || !tools.every((name) => typeof name === 'string')) {
      throw new TypeError(`tools must be an array of the names of tools; received ${quote(tools)}.`)
    }
    this.#names = new Set<string>(tools)
    this.#calls = new CallQueue(connection, checkQueue(queue), this.#executorId, {
      said: (jobId) => void this.#hear(jobId),
      failed: (jobId, reason) => void this.#hear(jobId).then(() => this.#lost(jobId, reason)),
    })
    this.#timer = setInterval(() => void this.#look(), LOOK_MS)
    this.#timer.unref()
  }

  handles(tool: Tool): boolean {
    return this.#names.has(tool.name)
  }

  async run(call: ExecutorCall): Promise<unknown> {
    if (this.#closed) throw new Error('The executor is closed; make another.')
    const body = packCall(call)
    await this.#calls.untilReady(call.signal)
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
    for (const pending of this.#pending.values()) pending.reject(closed())
    await this.#calls.close(closed())
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
        this.#calls.add(jobId, toolName, job).then(
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
      this.#calls.forgetWords(jobId)
    }
  }

  /** Keeps a call from beginning, or aborts it where it runs. */
  async #cancel(jobId: string): Promise<void> {
    this.#pending.get(jobId)?.reject(new Error('The call was cancelled.'))
    try {
      await this.#calls.cancel(jobId)
    } catch {
      // It runs, so that its worker takes it out of the queue; or Redis is away, and with it the word to the worker.
    }
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
      for (const { number, word } of await this.#calls.wordsAfter(jobId, pending.lastWord)) {
        pending.lastWord = number
        if (word.kind === 'progress') pending.call.reportProgress(unpack(word.progress))
        else pending.resolve(word)
      }
    } catch (cause) {
      pending.reject(new Error(`What the worker said cannot be read: ${textOf(cause)}`, { cause }))
    }
  }

  /** Looks after the calls that have not answered: a worker that was killed says nothing. */
  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      await inTime(this.#calls.stayAlive(), LOOK_MS)
      for (const [jobId, pending] of this.#pending) {
        const isLost = await inTime(this.#calls.hasNoWorker(jobId), LOOK_MS)
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
