import type { Position } from '@switchyard/dispatcher'

/** A place where an event is. */
export interface Place extends Position {
  readonly id: string
}

/** One history of a user's log: from when it began, or was set back, until it is lost or set back. */
export class Era {
  readonly places: Place[]
  #storedAt: number[] = []
  readonly #maxEvents: number
  readonly #maxAgeMs: number
  #expired = 0

  constructor(limits: { readonly maxEvents: number; readonly maxAgeMs: number }, kept: Era | undefined, length = 0) {
    this.#maxEvents = limits.maxEvents
    this.#maxAgeMs = limits.maxAgeMs
    this.places = kept?.places.slice(0, length) ?? []
    if (kept === undefined) return
    this.#storedAt = kept.#storedAt.slice(0, length)
    this.#expired = Math.min(kept.#expired, length)
  }

  add(place: Place, now: number): void {
    this.places.push(place)
    this.#storedAt.push(now)
  }

  /** How many of the oldest events are dropped by now. */
  dropped(now: number): number {
    while (this.#expired < this.places.length && (this.#storedAt[this.#expired] ?? now) < now - this.#maxAgeMs)
      this.#expired += 1
    return Math.max(this.#expired, this.places.length - this.#maxEvents)
  }

  kept(now: number): Place[] {
    return this.places.slice(this.dropped(now))
  }

  has({ epoch, seq, id }: Place): boolean {
    const there = this.places[seq - 1]
    return there !== undefined && there.epoch === epoch && there.id === id
  }

  /** Whether a cursor there can be continued, as long as what follows is kept. */
  holds({ epoch, seq, id }: Position): boolean {
    const [first] = this.places
    if (seq === 0) return first?.epoch === epoch
    const there = this.places[seq - 1]
    return there !== undefined && there.epoch === epoch && (id === null || there.id === id)
  }

  get head(): Place | undefined {
    return this.places.at(-1)
  }
}

/** What the log of a user was when a client did something. */
export interface Moment {
  /** The index of the history. */
  readonly era: number
  readonly dropped: number
  readonly length: number
}

/** What a client did. `position`: where a snapshot says that it goes on. `isFirst`: its client knows of none before, as after a reload. */
export type Deed =
  | { readonly did: 'applied'; readonly place: Place; readonly userId: string; readonly moment: Moment }
  | {
      readonly did: 'snapshot'
      readonly reason: string
      readonly position: Position
      readonly moment: Moment
      readonly isFirst: boolean
    }

/** The part of a client's life that is judged. */
export interface Life {
  readonly userId: string
  readonly deeds: readonly Deed[]
  /** Where the log was when it began, and when it first was told so; the latter is absent when it never was. */
  readonly begun: Moment
  readonly live: Moment | undefined
  /** Whether it began with the oldest event, or with what came from then on. */
  readonly from: 'oldest' | 'now'
}

type Applied = Extract<Deed, { did: 'applied' }>
type Told = Extract<Deed, { did: 'snapshot' }>

/** What is wrong with what a client applied; nothing when it is what the log was, told of each loss once. */
export function faultIn(life: Life, eras: readonly Era[]): string | undefined {
  let last: Deed | undefined
  for (const deed of life.deeds) {
    const between = eras.slice((last?.moment ?? life.begun).era, deed.moment.era + 1)
    const fault =
      deed.did === 'snapshot' ? faultOfSnapshot(deed, last, between) : faultOfApplied(deed, last, life, eras)
    if (fault !== undefined) return fault
    last = deed
  }
  return undefined
}

function faultOfSnapshot(told: Told, last: Deed | undefined, between: readonly Era[]): string | undefined {
  const { reason, position, moment } = told
  const base = last?.did === 'applied' ? last.place : last?.position
  if (last?.did === 'snapshot' && !told.isFirst && isSame(last.position, position))
    return `snapshot ${reason} was told twice`
  if (reason === 'history-changed') {
    const isSo = base === undefined ? between.length > 1 : between.some((era) => !era.holds(base))
    return isSo ? undefined : `snapshot history-changed, though ${text(base)} is in the log`
  }
  if (base !== undefined && base.epoch !== position.epoch && !told.isFirst)
    return `snapshot ${reason}, though the history has changed`
  const isLost = (base?.seq ?? 0) < position.seq && position.seq <= moment.dropped
  return isLost || between.length > 1
    ? undefined
    : `snapshot ${reason} to ${text(position)}, though nothing after ${text(base)} was dropped`
}

function faultOfApplied(
  { place, userId, moment }: Applied,
  last: Deed | undefined,
  life: Life,
  eras: readonly Era[],
): string | undefined {
  if (userId !== life.userId) return `an event of ${userId}`
  if (!eras.some((era) => era.has(place))) return `${text(place)} is in no log`
  if (last?.did === 'snapshot') {
    const follows = place.epoch === last.position.epoch && place.seq === last.position.seq + 1
    return follows ? undefined : `after a snapshot to ${text(last.position)} came ${text(place)}`
  }
  if (last !== undefined) {
    const follows = place.seq === last.place.seq + 1 && eras.some((era) => era.has(last.place) && era.has(place))
    return follows ? undefined : `${text(last.place)} was followed by ${text(place)}, and nothing was told`
  }
  if (moment.era !== life.begun.era) return undefined
  if (life.from === 'oldest')
    return place.seq - 1 <= moment.dropped ? undefined : `began at ${text(place)}, not with the oldest`
  const isInTime = place.seq > life.begun.length && place.seq - 1 <= (life.live ?? moment).length
  return isInTime ? undefined : `began at ${text(place)}, not with what came from then on`
}

function isSame(one: Position, other: Position): boolean {
  return one.epoch === other.epoch && one.seq === other.seq
}

export function text(place: Position | undefined): string {
  return place === undefined ? 'the start' : `${place.seq} (${String(place.id)}, epoch ${place.epoch})`
}
