import { once } from 'node:events'
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { endAfterTest } from './delivery.js'

/** One message of a stream of server-sent events. */
export interface SseMessage {
  readonly id: string | undefined
  readonly event: string | undefined
  readonly data: unknown
}

/** A reader of server-sent events over plain HTTP. */
export class SseReader {
  readonly messages: SseMessage[] = []
  readonly response: IncomingMessage
  readonly ended: Promise<unknown>
  text = ''

  constructor(response: IncomingMessage) {
    this.response = response
    this.ended = once(response, 'close')
    this.ended.catch(() => {})
    let rest = ''
    response.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk
      rest += chunk
      const blocks = rest.split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) this.#add(block)
    })
    response.on('error', () => {})
  }

  get status(): number {
    return this.response.statusCode ?? 0
  }

  get eventIds(): (string | undefined)[] {
    return this.messages.filter(({ event }) => event === 'event').map(({ id }) => id)
  }

  #add(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    )
    const data = fields.get('data')
    if (data !== undefined) {
      this.messages.push({ id: fields.get('id'), event: fields.get('event'), data: JSON.parse(data) as unknown })
    }
  }
}

/** Sends a request and waits for the head of the response; a refusal is read to its end. */
export async function readSse(url: string, headers: IncomingHttpHeaders, method = 'GET'): Promise<SseReader> {
  const sent: ClientRequest = request(url, { method, headers, agent: false })
  sent.on('error', () => {})
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  endAfterTest(() => sent.destroy())
  const reader = new SseReader(response)
  if (reader.status !== 200) await reader.ended
  return reader
}
