// @ts-check

/**
 * What nodes and browsers said that they did.
 *
 * @typedef {import('@switchyard/dispatcher').AgentEvent} AgentEvent
 * @typedef {import('./judge.mjs').Client} Client
 * @typedef {import('./judge.mjs').Place} Place
 * @typedef {{ readonly event: AgentEvent, readonly sender: string, isFirstTry: boolean, isAcknowledged: boolean }} Sending
 */

export class Ledger {
  /** @type {Map<string, Sending>} In the order in which each sender sent. */
  sendings = new Map()
  /** @type {Map<string, Client>} */
  clients = new Map()
  /** @type {Map<string, Place>} Where the cursor of each client is. */
  cursors = new Map()
  /** @type {Map<string, Set<string>>} The ids that were acknowledged at a place of a user's log. */
  #places = new Map()
  unacknowledged = 0

  /**
   * @param {string} sender
   * @param {unknown[]} line
   */
  ofNode(sender, [kind, first, epoch, seq]) {
    if (kind === 'try') {
      const event = /** @type {AgentEvent} */ (first)
      const known = this.sendings.get(event.id)
      if (known === undefined) {
        this.sendings.set(event.id, { event, sender, isFirstTry: true, isAcknowledged: false })
        this.unacknowledged += 1
      } else known.isFirstTry = false
      return
    }
    const sending = this.sendings.get(String(first))
    if (sending === undefined) return
    if (kind === 'again') sending.isFirstTry = false
    if (kind !== 'ack') return
    if (!sending.isAcknowledged) this.unacknowledged -= 1
    sending.isAcknowledged = true
    const key = `${sending.event.userId} ${Number(epoch)} ${Number(seq)}`
    this.#places.set(key, (this.#places.get(key) ?? new Set()).add(sending.event.id))
  }

  /** @param {unknown[]} line */
  ofBrowser([kind, name, ...said]) {
    const client = this.clients.get(String(name))
    if (client === undefined) return
    const [first, second, third] = said
    if (kind === 'event') client.deeds.push({ did: 'event', id: String(first), user: String(second) })
    if (kind === 'snapshot') client.deeds.push({ did: 'snapshot', reason: String(first) })
    if (kind !== 'saved') return
    const place = { epoch: Number(first), seq: Number(second), id: third === null ? null : String(third) }
    client.deeds.push({ did: 'saved', ...place })
    this.cursors.set(client.name, place)
  }

  /**
   * What a sender that is gone sent, and nobody acknowledged; all senders' without one.
   *
   * @param {string} [sender]
   * @returns {AgentEvent[]}
   */
  unacknowledgedOf(sender) {
    const left = [...this.sendings.values()].filter(
      (sending) => !sending.isAcknowledged && (sender === undefined || sending.sender === sender),
    )
    for (const sending of left) sending.isFirstTry = false
    return left.map(({ event }) => event)
  }

  /**
   * Whether an event was acknowledged at this place; `undefined` when nothing was.
   *
   * @param {string} user
   * @returns {(place: Place) => boolean | undefined}
   */
  placesOf(user) {
    return ({ epoch, seq, id }) => this.#places.get(`${user} ${epoch} ${seq}`)?.has(id ?? '')
  }

  acknowledged() {
    return [...this.sendings.values()]
      .filter(({ isAcknowledged }) => isAcknowledged)
      .map(({ event, sender, isFirstTry }) => ({ id: event.id, user: event.userId, sender, isFirstTry }))
  }
}
