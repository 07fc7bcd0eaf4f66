// @ts-check

/**
 * What a client did, in its order. `saved` follows each `event`, unless its process was killed in between.
 *
 * @typedef {{ did: 'event', id: string, user: string } | { did: 'saved', epoch: number, seq: number, id: string | null }
 *   | { did: 'snapshot', reason: string } | { did: 'restart' }} Deed
 * @typedef {{ name: string, user: string, deeds: Deed[] }} Client
 * @typedef {{ epoch: number, seq: number, id: string | null }} Place
 * @typedef {{ missing: number, duplicate: number, misplaced: number, foreign: number, unexplained: number }} Faults
 *   `unexplained`: snapshots without the loss that they speak of, and events that are in no log.
 * @typedef {Faults & { applied: number, snapshots: Record<string, number>, repeatedAfterKill: number, first: string | undefined }} Verdict
 *   `first`: the first fault in words. `repeatedAfterKill`: applied, and applied again by the next process, since the one
 *   that did it first was killed before its cursor was saved.
 */

/** Compares what clients applied with the log of their user. */
export class Judge {
  /** @type {Verdict} */
  verdict = {
    ...{ applied: 0, missing: 0, duplicate: 0, misplaced: 0, foreign: 0, unexplained: 0, repeatedAfterKill: 0 },
    snapshots: {},
    first: undefined,
  }
  #client
  #log
  #known
  /** @type {Set<string>} */
  #applied = new Set()
  /** @type {Set<string>} */
  #skipped = new Set()
  /** @type {Map<string, number>} */
  #indexOf
  #next = 0
  #allowRepeat = false
  /** @type {string | undefined} */
  #pendingSnapshot
  /** @type {Place | undefined} */
  #place
  /** @type {Place[]} What was applied since the last snapshot. */
  #stretch = []

  /**
   * @param {Client} client
   * @param {readonly Place[]} log What the store holds in the end, from the oldest that is kept.
   * @param {(place: Place) => boolean | undefined} isKnown Whether this event was acknowledged at this place;
   *   `undefined`: nothing is known of the place.
   */
  constructor(client, log, isKnown) {
    this.#client = client
    this.#log = log
    this.#known = isKnown
    this.#indexOf = new Map(log.map(({ id }, index) => [id ?? '', index]))
  }

  /** One history, and all of it kept: what was applied is the log from the start on, and nothing else happened. */
  judgeWhole() {
    for (const deed of this.#client.deeds) {
      if (deed.did === 'restart') this.#allowRepeat = true
      else if (deed.did === 'snapshot') this.#snapshotOf(deed.reason, true)
      else if (deed.did === 'event') this.#applyFromLog(deed)
    }
    this.#end()
    return this.verdict
  }

  /**
   * Histories that are lost, or kept in part: between two snapshots nothing is missing, each snapshot stands where
   * something is, and what follows the last one is the log as it is now.
   */
  judgeStretches() {
    const deeds = this.#client.deeds
    for (const [index, deed] of deeds.entries()) {
      if (deed.did === 'restart') this.#allowRepeat = true
      else if (deed.did === 'snapshot') this.#snapshotOf(deed.reason, false)
      else if (deed.did === 'event') {
        const saved = deeds[index + 1]
        if (saved?.did === 'saved' && saved.id === deed.id) this.#applyAt(deed, saved)
        else this.#applyUnplaced(deed)
      }
    }
    this.#endOfStretches()
    return this.verdict
  }

  /** @param {{ id: string, user: string }} event */
  #applyFromLog({ id, user }) {
    if (!this.#isOwn(id, user)) return
    const index = this.#indexOf.get(id)
    if (index === undefined) this.#fault('unexplained', `${id} is not in the log`)
    else if (this.#applied.has(id)) this.#again(id)
    else if (this.#skipped.delete(id)) {
      this.#fault('misplaced', `${id} came late`)
      this.verdict.missing -= 1
    } else {
      for (; this.#next < index; this.#next += 1) this.#skip(this.#log[this.#next]?.id ?? '')
      this.#next = index + 1
    }
    this.#applied.add(id)
    this.#allowRepeat = false
  }

  /**
   * @param {{ id: string, user: string }} event
   * @param {Place} place
   */
  #applyAt({ id, user }, place) {
    if (!this.#isOwn(id, user)) return
    const last = this.#place
    const reason = this.#pendingSnapshot
    const follows = last === undefined || (last.epoch === place.epoch && last.seq + 1 === place.seq)
    const known = this.#known(place)
    if (known === false)
      this.#fault('unexplained', `${id} was acknowledged elsewhere than at ${place.epoch}/${place.seq}`)
    // By its place: an event that is kept no longer may be sent, and stored, once more.
    const key = `${place.epoch}/${place.seq}`
    if (this.#applied.has(key) || (this.#allowRepeat && this.#applied.has(id))) this.#again(id)
    else if (!follows && reason === undefined) this.#fault('missing', `from ${text(last)} to ${text(place)} in silence`)
    else if (last !== undefined && reason !== undefined && reason !== 'history-changed')
      this.#checkLoss(last, place, reason)
    this.#applied.add(key)
    this.#place = place
    this.#stretch.push(place)
    this.#pendingSnapshot = undefined
    this.#allowRepeat = false
  }

  /**
   * The process was killed between the event and its cursor: the next one applies it again, at the same place.
   *
   * @param {{ id: string, user: string }} event
   */
  #applyUnplaced({ id, user }) {
    if (this.#isOwn(id, user)) this.#applied.add(id)
  }

  /**
   * @param {Place} last
   * @param {Place} place
   * @param {string} reason
   */
  #checkLoss(last, place, reason) {
    if (place.epoch === last.epoch && place.seq > last.seq + 1) return
    this.#fault('unexplained', `snapshot ${reason} from ${text(last)} to ${text(place)}`)
  }

  /**
   * @param {string} id
   * @param {string} user
   */
  #isOwn(id, user) {
    this.verdict.applied += 1
    if (user === this.#client.user) return true
    this.#fault('foreign', `${id} of ${user}`)
    return false
  }

  /** @param {string} id */
  #again(id) {
    if (this.#allowRepeat) this.verdict.repeatedAfterKill += 1
    else this.#fault('duplicate', `${id} came again`)
  }

  /** @param {string} id */
  #skip(id) {
    this.#skipped.add(id)
    this.#fault('missing', `${id} was left out`)
  }

  /**
   * @param {string} reason
   * @param {boolean} isFault
   */
  #snapshotOf(reason, isFault) {
    this.verdict.snapshots[reason] = (this.verdict.snapshots[reason] ?? 0) + 1
    if (isFault) this.#fault('unexplained', `snapshot ${reason}, though all is kept`)
    // A cursor may lose its place once more before anything follows; the stronger reason stands.
    const isSecond = this.#pendingSnapshot !== undefined && this.#pendingSnapshot !== reason
    this.#pendingSnapshot = isSecond ? 'history-changed' : reason
    this.#stretch = []
    // What the new history still has of the old one comes again, as the frame says.
    if (reason === 'history-changed') this.#applied.clear()
  }

  #end() {
    for (; this.#next < this.#log.length; this.#next += 1) this.#skip(this.#log[this.#next]?.id ?? '')
  }

  #endOfStretches() {
    const last = this.#place
    const head = this.#log.at(-1)
    if (head === undefined) return
    if (last?.id !== head.id) this.#fault('missing', `ended at ${text(last)}, the log at ${text(head)}`)
    const first = this.#log[0]?.seq ?? 1
    for (const place of this.#stretch) {
      const there = this.#log[place.seq - first]
      if (there !== undefined && (there.id !== place.id || there.epoch !== place.epoch))
        this.#fault('missing', `${text(place)} was of another history, and nothing was told after it`)
    }
  }

  /**
   * @param {keyof Faults} kind
   * @param {string} what
   */
  #fault(kind, what) {
    this.verdict[kind] += 1
    this.verdict.first ??= `${this.#client.name}: ${kind}: ${what}`
  }
}

/** @param {Place | undefined} place */
function text(place) {
  return place === undefined ? 'nowhere' : `${place.epoch}/${place.seq} (${place.id})`
}
