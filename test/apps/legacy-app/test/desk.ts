import type { AddressInfo } from 'node:net'
import { WebSocket } from 'ws'
import { createApp, type App } from '../src/app.js'
import { loadConfig } from '../src/config.js'

export interface Frame {
  type: string
  data: Record<string, any>
}

/** A desk on a free port, and what a browser would do with it. */
export class TestDesk {
  private constructor(
    readonly app: App,
    readonly url: string,
  ) {}

  static async open(): Promise<TestDesk> {
    const app = createApp(loadConfig())
    const port: AddressInfo['port'] = await app.listen(0, '127.0.0.1')
    return new TestDesk(app, `http://127.0.0.1:${port}`)
  }

  close() {
    return this.app.close()
  }

  async signOn(user: string): Promise<Seat> {
    const reply = await fetch(`${this.url}/api/session`, { method: 'POST', body: JSON.stringify({ user }) })
    const { token } = (await reply.json()) as { token: string }
    return new Seat(this.url, user, token)
  }
}

export class Seat {
  readonly frames: Frame[] = []
  private socket?: WebSocket
  private waiting: (() => void)[] = []

  constructor(
    readonly url: string,
    readonly user: string,
    readonly token: string,
  ) {}

  async call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
    const reply = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}` },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await reply.text()
    return { status: reply.status, body: reply.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : text }
  }

  async connect(path = '/ws', token = this.token): Promise<this> {
    this.socket = new WebSocket(this.url.replace('http', 'ws') + path)
    this.socket.on('open', () => this.socket?.send(JSON.stringify({ type: 'auth', token })))
    this.socket.on('message', (data) => {
      this.frames.push(JSON.parse(data.toString()))
      for (const look of this.waiting) look()
    })
    await this.until((frames) => frames.some((frame) => frame.type === 'ready'))
    return this
  }

  until(enough: (frames: Frame[]) => boolean): Promise<Frame[]> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!enough(this.frames)) return
        this.waiting = this.waiting.filter((other) => other !== look)
        resolve(this.frames)
      }
      this.waiting.push(look)
      this.socket?.once('close', (code) => reject(new Error(`socket closed with ${code}`)))
      look()
    })
  }

  events(): Frame[] {
    return this.frames.filter((frame) => frame.type !== 'ready')
  }
}
