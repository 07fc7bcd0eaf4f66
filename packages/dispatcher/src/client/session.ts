import { ACK_EVERY, type ServerFrame } from '../delivery/protocol.js'
import type { AppliedLog } from './applied-log.js'
import type { Transport, TransportListener } from './transport.js'

/** How often a session looks whether the server is still there. */
const LOOK_MS = 15_000
/** Looks without a sign of life after which it is gone. */
const MOST_SILENT_LOOKS = 3

/** One connection from its opening to its end: applies what arrives, acknowledges it, and notices when the server is gone. */
export class Session implements TransportListener {
  /** Resolves once it has ended and nothing is being applied any more. */
  readonly ended: Promise<number | undefined>
  /** What the network said, if anything. */
  cause: unknown
  readonly #log: AppliedLog
  readonly #onReady: () => void
  readonly #onFault: (error: Error) => void
  #end: (code: number | undefined | Promise<number | undefined>) => void = () => {}
  #transport: Transport | undefined
  #isReady = false
  #isEnded = false
  #waiting: unknown[] = []
  #applying: Promise<void> | undefined
  #unacknowledged = 0
  #ackTimer: ReturnType<typeof setTimeout> | undefined
  #lookTimer: ReturnType<typeof setInterval> | undefined
  #silentLooks = 0

  constructor(log: AppliedLog, onReady: () => void, onFault: (error: Error) => void) {
    this.#log = log
    this.#onReady = onReady
    this.#onFault = onFault
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  start(transport: Transport): void {
    this.#transport = transport
    if (this.#isEnded) transport.close()
    else this.#lookTimer = setInterval(() => this.#look(), LOOK_MS)
  }

  frame(frame: unknown): Promise<void> | undefined {
    this.#waiting.push(frame)
    return this.#applying ?? this.#drain()
  }

  alive(): void {
    this.#silentLooks = 0
  }

  failed(cause: unknown): void {
    this.cause = cause
  }

  closed(code: number | undefined): void {
    if (this.#isEnded) return
    this.#isEnded = true
    clearTimeout(this.#ackTimer)
    clearInterval(this.#lookTimer)
    this.#transport?.close()
    this.#end(this.#applying?.then(() => code) ?? code)
  }

  #drain(): Promise<void> | undefined {
    while (!this.#isEnded && this.#waiting.length > 0) {
      const applied = this.#take(this.#waiting.shift())
      if (applied === false) this.#fail('The server sent what does not follow; the connection is made anew.')
      else if (applied === undefined) this.#acknowledge()
      else {
        this.#applying = applied.then(() => {
          this.#applying = undefined
          this.#acknowledge()
          return this.#drain()
        })
        return this.#applying
      }
    }
    return undefined
  }

  #take(frame: unknown): Promise<void> | undefined | false {
    const known = frame as ServerFrame | null | undefined
    if (this.#isReady) return known ? this.#log.take(known) : false
    if (known?.t !== 'ready') return false
    this.#isReady = true
    const begun = this.#log.begin(known)
    if (begun !== false) this.#onReady()
    return begun
  }

  #acknowledge(): void {
    if (this.#isEnded) return
    this.#unacknowledged += 1
    if (this.#unacknowledged >= ACK_EVERY.events) this.#ack()
    else this.#ackTimer ??= setTimeout(() => this.#ack(), ACK_EVERY.ms)
  }

  #ack(): void {
    clearTimeout(this.#ackTimer)
    this.#ackTimer = undefined
    this.#unacknowledged = 0
    if (this.#log.cursor !== undefined) this.#transport?.ack(this.#log.cursor)
  }

  #look(): void {
    this.#silentLooks += 1
    if (!this.#isReady) this.#fail('The server was not ready in time.')
    else if (this.#transport?.hasHeartbeat === true && this.#silentLooks >= MOST_SILENT_LOOKS) {
      this.#fail('The server has gone silent.')
      // An acknowledgement once more: without any traffic a broken line would never be noticed.
    } else this.#ack()
  }

  #fail(message: string): void {
    this.#onFault(new Error(message))
    this.closed(undefined)
  }
}
