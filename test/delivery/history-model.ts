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

/** What a client did. */
export type Deed =
  | { readonly did: 'applied'; readonly place: Place; readonly userId: string; readonly moment: Moment }
  /** `isFirst`: its client knows of none before, as after a reload of its page. */
  | { readonly did: 'snapshot'; readonly reason: string; readonly moment: Moment; readonly isFirst: boolean }

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

/** What is wrong with what a client applied; nothing when it is what the log was, told of each loss once. */
export function faultIn(life: Life, eras: readonly Era[]): string | undefined {
  let last: { readonly place: Place | undefined; readonly moment: Moment } = { place: undefined, moment: life.begun }
  let told: Extract<Deed, { did: 'snapshot' }>[] = []
  for (const deed of life.deeds) {
    if (deed.did === 'snapshot') {
      const fault = faultOfSnapshot(deed, told.at(-1), last, eras)
      if (fault !== undefined) return fault
      told.push(deed)
      continue
    }
    if (deed.userId !== life.userId) return `an event of ${deed.userId}`
    const fault = last.place === undefined ? faultOfFirst(deed, told, life, eras) : faultOfNext(deed, told, last.place, last.moment, eras)
    if (fault !== undefined) return fault
    last = deed
    told = []
  }
  return undefined
}

type Applied = Extract<Deed, { did: 'applied' }>
type Told = Extract<Deed, { did: 'snapshot' }>

function faultOfSnapshot(
  { reason, moment, isFirst }: Told,
  before: Told | undefined,
  last: { readonly place: Place | undefined; readonly moment: Moment },
  eras: readonly Era[],
): string | undefined {
  if (!isFirst && before !== undefined && before.moment.era === moment.era && before.moment.dropped === moment.dropped)
    return `snapshot ${reason} was told twice`
  const { place } = last
  const between = eras.slice(last.moment.era, moment.era + 1)
  if (reason === 'history-changed') {
    const isSo = place === undefined ? between.length > 1 : between.some((era) => !era.has(place))
    return isSo ? undefined : `snapshot history-changed, though ${text(place)} is in the log`
  }
  const isLost = between.some((era) => era.places.length > 0 && (place?.seq ?? 0) < moment.dropped)
  return isLost ? undefined : `snapshot ${reason}, though nothing after ${text(place)} was dropped`
}

function faultOfFirst({ place, moment }: Applied, told: readonly Told[], life: Life, eras: readonly Era[]): string | undefined {
  if (!eras.some((era) => era.has(place))) return `${text(place)} is in no log`
  const isElsewhere = moment.era !== life.begun.era
  if (told.length > 0 || (isElsewhere && life.live?.era !== life.begun.era)) return undefined
  if (isElsewhere) return undefined
  if (life.from === 'oldest') return place.seq - 1 <= moment.dropped ? undefined : `began at ${text(place)}, not with the oldest`
  const isInTime = place.seq > life.begun.length && place.seq - 1 <= (life.live ?? moment).length
  return isInTime ? undefined : `began at ${text(place)}, not with what came from then on`
}

function faultOfNext(
  { place, moment }: Applied,
  told: readonly Told[],
  last: Place,
  since: Moment,
  eras: readonly Era[],
): string | undefined {
  if (told.length === 0) {
    const follows = place.seq === last.seq + 1 && eras.some((era) => era.has(last) && era.has(place))
    return follows ? undefined : `${text(last)} was followed by ${text(place)}, and nothing was told`
  }
  const era = eras.slice(since.era, moment.era + 1).find((each) => each.has(place))
  if (era === undefined) return `${text(place)} is in no log`
  return place.seq - 1 <= moment.dropped || era !== eras[moment.era]
    ? undefined
    : `after a snapshot came ${text(place)}, though what is before it is kept`
}

export function text(place: Place | undefined): string {
  return place === undefined ? 'the start' : `${place.seq} (${place.id}, epoch ${place.epoch})`
}
