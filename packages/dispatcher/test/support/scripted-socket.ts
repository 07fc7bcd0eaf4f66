import type { SocketEvent } from '../../src/client.js'

/** A socket whose server is the test, so that time can be the test's too. */
export class ScriptedSocket {
  static readonly all: ScriptedSocket[] = []
  readonly url: string
  readonly protocols: readonly string[]
  readonly sent: unknown[] = []
  closed = false
  readonly #listeners: { readonly type: string; readonly listener: (event: SocketEvent) => void }[] = []

  constructor(url: string, protocols: string[] = []) {
    this.url = url
    this.protocols = protocols
    ScriptedSocket.all.push(this)
  }

  addEventListener(type: string, listener: (event: SocketEvent) => void): void {
    this.#listeners.push({ type, listener })
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data))
  }

  close(): void {
    this.closed = true
  }

  /** What the server or the network does. */
  emit(event: SocketEvent): void {
    for (const { type, listener } of this.#listeners) if (type === event.type) listener(event)
  }

  open(): this {
    this.emit({ type: 'open' })
    return this
  }

  frame(frame: unknown): this {
    this.emit({ type: 'message', data: typeof frame === 'string' ? frame : JSON.stringify(frame) })
    return this
  }

  end(code?: number): void {
    this.emit({ type: 'close', code })
  }
}
