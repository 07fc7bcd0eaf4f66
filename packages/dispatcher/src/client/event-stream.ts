import { encodeCursor } from '../delivery/protocol.js'
import type { Position } from '../events/store.js'
import type { Transport, TransportListener } from './transport.js'

/** The HTTP status of a refusal is its close code without the thousands. */
const STATUS_TO_CODE = 4_000
const DATA = 'data: '

type Reader = Pick<TransportListener, 'alive' | 'frame'>

/** Connects over server-sent events, read with `fetch`: an `EventSource` can send no ticket. */
export function openEventStream(
  url: string,
  ticket: string,
  after: Position | undefined,
  listener: TransportListener,
): Transport {
  const abort = new AbortController()
  let isApplying = false
  const reading: Reader = {
    alive: () => listener.alive(),
    frame: async (frame) => {
      isApplying = true
      await listener.frame(frame)
      isApplying = false
      listener.alive()
    },
  }
  const headers: Record<string, string> = { Accept: 'text/event-stream', Authorization: `Bearer ${ticket}` }
  if (after !== undefined) headers['Last-Event-ID'] = encodeCursor(after)
  read(url, { headers, signal: abort.signal, cache: 'no-store', redirect: 'error' }, reading).then(
    (code) => listener.closed(code),
    (cause: unknown) => {
      listener.failed(cause)
      listener.closed(undefined)
    },
  )
  return {
    // While an event is being applied nothing is read, so that its silence is not the server's.
    get hasHeartbeat() {
      return !isApplying
    },
    // The network's back-pressure is the window: the next piece is read when this one has been applied.
    ack: () => {},
    close: () => abort.abort(),
  }
}

/** Reads to the end; resolves to the code with which the server ended it. */
async function read(url: string, options: RequestInit, listener: Reader): Promise<number | undefined> {
  const response = await fetch(url, options)
  if (!response.ok || response.body === null) {
    await response.body?.cancel()
    return STATUS_TO_CODE + response.status
  }
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return undefined
    listener.alive()
    const messages = (rest + decoder.decode(value, { stream: true })).split('\n\n')
    rest = messages.pop() ?? ''
    for (const message of messages) {
      // Not by a pattern: its lines also end at U+2028, which JSON leaves as it is.
      const data = message.split('\n').find((line) => line.startsWith(DATA))
      if (data === undefined) continue
      const frame = JSON.parse(data.slice(DATA.length)) as { readonly t?: unknown; readonly code?: number }
      if (frame.t === 'close') return frame.code
      await listener.frame(frame)
    }
  }
}
