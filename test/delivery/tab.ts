import type { AgentEvent, Position } from '@switchyard/dispatcher'
import type { Deed, Life, Moment, Place } from './history-model.js'
import { type Tap, webSocketOver, type Wire } from './network.js'
import { OLDEST, type Stage, type User, USERS, WINDOW } from './stage.js'

/** A real client of a user, which can be held up, cut off and reloaded. */
export class Tab {
  readonly user: User
  isStalled = false
  isClosed = false
  readonly #world: Stage
  readonly #from: 'oldest' | 'now'
  readonly #begun: Moment
  readonly #deeds: Deed[] = []
  #live: Moment | undefined
  #client: { close(): void }
  #generation = 0
  #wire: Wire | undefined
  #cursor: Position | undefined
  /** The event that is being applied. */
  #current: AgentEvent | undefined
  #hold: { readonly released: Promise<void>; release(): void } | undefined
  /** What the event that is being applied waits for. */
  #holdOfCurrent: Promise<void> | undefined
  #startedAt: Position | undefined
  #isTold = false
  #timesOfNext = 1
  /** The last frame was left out, which only another one would show. */
  #lacksLast = false
  /** The reason of a snapshot whose position is not saved yet. */
  #told: string | undefined

  constructor(world: Stage, user: User, from: 'oldest' | 'now') {
    this.#world = world
    this.user = user
    this.#from = from
    this.#begun = world.moment(user)
    this.#cursor = from === 'oldest' ? OLDEST : undefined
    this.#client = this.#connect()
  }

  get life(): Life {
    return { userId: this.user, deeds: this.#deeds, begun: this.#begun, live: this.#live, from: this.#from }
  }

  isAtHead({ epoch, seq }: Position): boolean {
    return this.#startedAt?.epoch === epoch && this.#startedAt.seq === seq
  }

  drop(): void {
    this.#wire?.cut()
  }

  stall(): void {
    this.isStalled = true
    this.#wire?.stall()
  }

  /** Does not come to an end with what it is given, and so acknowledges nothing. */
  hold(): void {
    if (this.#hold !== undefined) return
    let release = (): void => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    this.#hold = { released, release }
  }

  relax(): void {
    this.isStalled = false
    this.#timesOfNext = 1
    if (this.#lacksLast) this.drop()
    this.#wire?.flow()
    this.#hold?.release()
    this.#hold = undefined
    this.#holdOfCurrent = undefined
  }

  /** The page is loaded anew, with the cursor that was saved. */
  reload(): void {
    // Without a cursor it would begin anew, as another tab.
    if (this.isClosed || this.#cursor === undefined) return
    this.#client.close()
    this.#current = undefined
    this.#holdOfCurrent = undefined
    this.#isTold = false
    this.#told = undefined
    this.#client = this.#connect()
  }

  close(): void {
    this.isClosed = true
    this.#client.close()
    this.#hold?.release()
  }

  /** The server sends the next event twice. */
  repeat(): void {
    this.#timesOfNext = 2
  }

  /** The server leaves the next event out. */
  swallow(): void {
    this.#timesOfNext = 0
  }

  #timesNext(): number {
    const times = this.#timesOfNext
    this.#timesOfNext = 1
    return times
  }

  #connect(): { close(): void } {
    this.#generation += 1
    const generation = this.#generation
    const isCurrent = () => generation === this.#generation && !this.isClosed
    const other = USERS.find((each) => each !== this.user) ?? this.user
    const connect = () => {
      this.#wire = this.#world.connect(this)
      return this.#wire.client
    }
    return this.#world.build.client.connectEvents({
      // What it says of a user is to be ignored.
      url: `ws://memory/events?userId=${other}&user=${other}`,
      getTicket: () => this.#world.ticketOf(this.user),
      WebSocket: webSocketOver(connect, () => this.#tap()),
      onEvent: (event) => (isCurrent() ? this.#apply(event) : this.#applyLate()),
      onSnapshot: (reason) => {
        this.#told = reason
      },
      onStatus: (status) => {
        if (status === 'live') this.#live ??= this.#world.moment(this.user)
      },
      onError: () => {},
      cursor: {
        load: () => this.#cursor,
        save: (cursor) => {
          if (isCurrent()) this.#save(cursor)
        },
      },
    })
  }

  #apply(event: AgentEvent): Promise<void> | undefined {
    if (this.#current !== undefined) this.#world.found(`${event.id} was applied while ${this.#current.id} was`)
    this.#current = event
    this.#holdOfCurrent = this.#hold?.released
    return this.#holdOfCurrent
  }

  #applyLate(): undefined {
    this.#world.found('an event was applied after close()')
    return undefined
  }

  #save(cursor: Position): void {
    this.#cursor = cursor
    const moment = this.#world.moment(this.user)
    if (this.#told !== undefined) {
      this.#deeds.push({ did: 'snapshot', reason: this.#told, position: cursor, moment, isFirst: !this.#isTold })
      this.#told = undefined
      this.#isTold = true
      return
    }
    const event = this.#current
    if (event === undefined) return
    if (this.#holdOfCurrent !== undefined) this.#world.found(`the cursor was saved while ${event.id} was being applied`)
    this.#current = undefined
    if (cursor.id !== event.id) this.#world.found(`after ${event.id} the cursor was ${String(cursor.id)}`)
    const place: Place = { epoch: cursor.epoch, seq: cursor.seq, id: event.id }
    this.#deeds.push({ did: 'applied', place, userId: event.userId, moment })
  }

  /** Looks at the frames of one connection: how many events are in flight, and where it starts. */
  #tap(): Tap {
    let acknowledged: { epoch: number; seq: number } | undefined
    let sent = 0
    return {
      heard: (frame) => {
        const { t, epoch, seq, id } = JSON.parse(frame) as Position & { readonly t: string }
        if (t === 'ready' || t === 'snapshot') {
          acknowledged = { epoch, seq }
          sent = seq
          this.#startedAt = { epoch, seq, id }
        }
        if (t === 'event' && acknowledged?.epoch === epoch && seq - acknowledged.seq > WINDOW)
          this.#world.found(
            `${seq - acknowledged.seq} events were in flight for ${this.user}, with a window of ${WINDOW}`,
          )
        if (t === 'event' && seq !== sent + 1) this.#world.found(`${sent} was followed by ${seq} on one connection`)
        if (t === 'event') sent = seq
        const times = t === 'event' ? this.#timesNext() : 1
        this.#lacksLast = times === 0
        return times
      },
      said: (frame) => {
        const { t, seq } = JSON.parse(frame) as { readonly t: string; readonly seq: number }
        if (t === 'ack' && acknowledged !== undefined) acknowledged.seq = Math.max(acknowledged.seq, seq)
      },
    }
  }
}
