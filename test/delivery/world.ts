import type { AgentEvent, EventStore } from '@switchyard/dispatcher'
import type { EventGateway } from '@switchyard/dispatcher/websocket'
import { vi } from 'vitest'
import type { Build } from './build.js'
import { FlakyStore, type Trouble, turns } from './flaky-store.js'
import { Era, faultIn, type Moment, type Place, text } from './history-model.js'
import { serverOf, Wire } from './network.js'
import type { Retention, Storage } from './storage.js'
import { OLDEST, type Stage, type User, USERS, WINDOW } from './stage.js'
import { Tab } from './tab.js'

/** A server with its store, the clients of its users, and beside it what the logs must be. */
export class World implements Stage {
  readonly build: Build
  readonly tabs: Tab[] = []
  /** Of the store, for its readers. */
  readonly trouble: Trouble = { lag: 0, failures: 0 }
  /** What was found wrong first. */
  fault: string | undefined
  readonly #storage: Storage
  readonly #retention: Retention
  readonly #eras = new Map<User, Era[]>()
  readonly #sent = new Map<User, AgentEvent[]>()
  readonly #wires = new Set<Wire>()
  #saved: ReadonlyMap<User, { readonly era: Era; readonly length: number }> | undefined
  #store: EventStore
  #gateway: EventGateway
  #server: ReturnType<typeof serverOf>
  #count = 0

  constructor(build: Build, storage: Storage, retention: Retention) {
    this.build = build
    this.#storage = storage
    this.#retention = retention
    for (const user of USERS) this.#eras.set(user, [new Era(retention, undefined)])
    this.#store = storage.open()
    ;[this.#gateway, this.#server] = this.#start()
  }

  /** Stores so many new events of a user, and waits for their places. */
  async append(user: User, count: number): Promise<void> {
    const events = Array.from({ length: count }, () => this.#newEvent(user))
    this.#sentBy(user).push(...events)
    await Promise.all(events.map((event) => this.#emit(user, event)))
  }

  /** Sends an event once more, as after a lost acknowledgement. */
  async resend(user: User, back: number): Promise<void> {
    const event = this.#sentBy(user).at(-1 - back)
    if (event !== undefined) await this.#emit(user, event)
  }

  /** Opens a tab; its socket comes from memory, and its ticket from the gateway. */
  open(user: User, from: 'oldest' | 'now'): void {
    this.tabs.push(new Tab(this, user, from))
  }

  ticketOf(user: User): Promise<string> {
    return this.#gateway.createTicket(user)
  }

  connect(tab: { readonly isStalled: boolean }): Wire {
    const wire = new Wire()
    this.#wires.add(wire)
    wire.client.once('close', () => this.#wires.delete(wire))
    if (tab.isStalled) wire.stall()
    this.#server.emit('connection', wire.server)
    return wire
  }

  async revoke(user: User): Promise<void> {
    await this.#gateway.revoke(user)
    if (this.#gateway.connections(user) > 0) this.found(`${user} was revoked and is still connected`)
  }

  /** Ends the server as a deployment does, and starts another one on the same logs. */
  async shutDown(): Promise<void> {
    const closing = this.#gateway.close(1_000)
    await elapse(1_100)
    await closing
    for (const wire of this.#wires) wire.cut()
    ;[this.#gateway, this.#server] = this.#start()
  }

  /** Kills the server; what its store then has is what the store promises. */
  async kill(logs: 'keep' | 'back up' | 'set back' | 'lose'): Promise<void> {
    for (const wire of this.#wires) wire.cut()
    await this.#gateway.close(0)
    await this.#store.close()
    const isLost = this.#storage.afterKill === 'lost' || logs === 'lose'
    if (isLost) this.#lose()
    else if (logs === 'back up' && this.#storage.backUp()) this.#saved = this.#copyOfEras()
    else if (logs === 'set back') this.#setBack()
    this.#store = this.#storage.open()
    ;[this.#gateway, this.#server] = this.#start()
  }

  /** Lets everybody catch up, and looks whether they have. */
  async settle(): Promise<void> {
    this.trouble.lag = 0
    this.trouble.failures = 0
    for (const tab of this.tabs) tab.relax()
    for (let step = 0; step < 160 && this.fault === undefined; step += 1) {
      await elapse(step < 8 ? 125 : 1_000)
      if (this.tabs.every((tab) => this.#lag(tab) === undefined)) break
    }
    await this.#compareStore()
    for (const tab of this.tabs) {
      const lag = this.#lag(tab)
      if (lag !== undefined) this.found(lag)
    }
    this.judge()
  }

  /** Looks at what the tabs did so far. */
  judge(): void {
    for (const tab of this.tabs) {
      const fault = faultIn(tab.life, this.#erasOf(tab.user))
      if (fault !== undefined) this.found(`${tab.user}: ${fault}`)
    }
  }

  found(fault: string): void {
    this.fault ??= fault
  }

  async end(): Promise<void> {
    for (const tab of this.tabs) tab.close()
    for (const wire of this.#wires) wire.cut()
    await this.#gateway.close(0)
    await this.#store.close()
    await turns(3)
    this.#storage.remove()
  }

  moment(user: User): Moment {
    const eras = this.#erasOf(user)
    const era = eras.at(-1)
    return { era: eras.length - 1, dropped: era?.dropped(Date.now()) ?? 0, length: era?.places.length ?? 0 }
  }

  #start(): [EventGateway, ReturnType<typeof serverOf>] {
    const router = new this.build.main.EventRouter({ store: new FlakyStore(this.#store, this.trouble) })
    const limits = { window: WINDOW, slowTimeoutMs: 5_000, connectionsPerUser: 20, maxBufferedBytes: 500 }
    const gateway = this.build.websocket.createEventGateway({ router, allowedOrigins: [], limits })
    return [gateway, serverOf(gateway)]
  }

  async #emit(user: User, event: AgentEvent): Promise<void> {
    const place = await this.#store.append(user, event)
    const era = this.#erasOf(user).at(-1)
    if (era === undefined || place.id !== event.id) throw new Error(`${event.id} was stored as ${String(place.id)}`)
    const known: Place = { ...place, id: event.id }
    if (place.seq === era.places.length + 1) {
      if (era.kept(Date.now()).some(({ id }) => id === event.id)) this.found(`${event.id} was stored twice`)
      era.add(known, Date.now())
    } else if (!era.has(known)) this.found(`${text(known)} was acknowledged at a place of another event`)
  }

  /** What the tab still lacks when everything is well; nothing when it has caught up. */
  #lag(tab: Tab): string | undefined {
    const era = this.#erasOf(tab.user).at(-1)
    const head = era?.head
    const last = tab.life.deeds.at(-1)
    if (tab.isClosed || head === undefined || era === undefined) return undefined
    const kept = era.kept(Date.now())
    if (last?.did === 'applied' && last.place.id === head.id && last.place.seq === head.seq) return undefined
    if (kept.length === 0 && last?.did === 'snapshot') return undefined
    if (last === undefined && tab.isAtHead(head)) return undefined
    if (last === undefined && kept.length === 0) return undefined
    const at = last?.did === 'applied' ? text(last.place) : (last?.reason ?? 'the start')
    return `${tab.user} stays at ${at}, while the log is at ${text(head)}`
  }

  async #compareStore(): Promise<void> {
    for (const user of USERS) {
      const stored = await this.#store.read(user, OLDEST, 10_000)
      const expected = this.#erasOf(user).at(-1)?.kept(Date.now()) ?? []
      const found = Array.isArray(stored) ? stored.map(({ seq, id }) => `${seq} ${id}`) : [stored.gone]
      if (found.join() !== expected.map(({ seq, id }) => `${seq} ${id}`).join())
        this.found(
          `the log of ${user} holds ${found.join()} and not ${expected.map(({ seq, id }) => `${seq} ${id}`).join()}`,
        )
    }
  }

  #lose(): void {
    this.#storage.lose()
    this.#saved = undefined
    for (const user of USERS) this.#erasOf(user).push(new Era(this.#retention, undefined))
  }

  #setBack(): void {
    if (this.#saved === undefined) return
    this.#storage.setBack()
    for (const user of USERS) {
      const saved = this.#saved.get(user)
      this.#erasOf(user).push(new Era(this.#retention, saved?.era, saved?.length))
    }
  }

  #copyOfEras(): ReadonlyMap<User, { readonly era: Era; readonly length: number }> {
    return new Map(
      USERS.flatMap((user) => {
        const era = this.#erasOf(user).at(-1)
        return era === undefined ? [] : [[user, { era, length: era.places.length }] as const]
      }),
    )
  }

  #erasOf(user: User): Era[] {
    return this.#eras.get(user) ?? []
  }

  #sentBy(user: User): AgentEvent[] {
    const sent = this.#sent.get(user) ?? []
    this.#sent.set(user, sent)
    return sent
  }

  #newEvent(user: User): AgentEvent {
    this.#count += 1
    return {
      ...{ id: `${user}-${this.#count}`, type: 'agent_started', userId: user, threadId: 'thread', runId: 'run' },
      ...{ requestId: 'request', timestamp: new Date().toISOString(), payload: {} },
    }
  }
}

/** Lets time pass, and what happens in it. */
export async function elapse(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 250) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 250))
    await turns(6)
  }
}
