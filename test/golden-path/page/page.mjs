// @ts-check
import { connectEvents } from '@switchyard/dispatcher/client'
import { element, Timeline } from './timeline.mjs'

const examples = ['Where is BP-10031?', 'Refund BP-10033', 'Where is BP-77777?']
const query = new URLSearchParams(location.search)
const isStream = query.get('transport') === 'sse'
const users = query.getAll('user')

/**
 * @param {string} path
 * @param {unknown} body
 * @param {string} [session]
 */
async function post(path, body, session) {
  const headers = { 'content-type': 'application/json', ...(session && { authorization: `Bearer ${session}` }) }
  const signal = AbortSignal.timeout(10_000)
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body), signal })
  const reply = await response.json()
  if (!response.ok) throw new Error(reply.message)
  return reply
}

/** One user's desk: a connection for the events, a form for the questions. */
class Desk {
  /** The log from its oldest event; then where the page has got to. @type {import('@switchyard/dispatcher/client').Position} */
  #cursor = { epoch: 0, seq: 0, id: null }
  /** @type {Promise<{ session: string }> | undefined} */
  #session
  /** @type {import('@switchyard/dispatcher/client').EventsConnection | undefined} */
  #connection
  /** Events up to this moment of the server's clock were there before this connection. */
  #connectedAt = ''
  /** @type {Set<string>} */
  #applied = new Set()
  #twice = 0
  #user
  #root
  #timeline

  /** @param {string} user @param {Element} root */
  constructor(user, root) {
    this.#user = user
    this.#root = root
    this.#timeline = new Timeline(this.#find('.runs'))
    root.setAttribute('data-user', user)
    root.setAttribute('aria-label', `Desk of ${user}`)
    this.#find('h2').textContent = user
    this.#find('.toggle').addEventListener('click', () => this.#toggle())
    const form = this.#find('form')
    const input = /** @type {HTMLInputElement} */ (this.#find('input'))
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#ask(input.value)
      input.value = ''
    })
    for (const example of examples) {
      const button = element('button', { type: 'button', class: 'quiet' }, example)
      button.addEventListener('click', () => void this.#ask(example))
      this.#find('.examples').append(button)
    }
  }

  connect() {
    const scheme = isStream ? location.protocol : location.protocol.replace('http', 'ws')
    this.#connection = connectEvents({
      url: `${scheme}//${location.host}/events`,
      getTicket: async () => {
        const { ticket, issuedAt } = await this.#post('/ticket', {})
        this.#connectedAt = issuedAt
        return ticket
      },
      cursor: { load: () => this.#cursor, save: (cursor) => void (this.#cursor = cursor) },
      onEvent: (event) => this.#apply(event),
      onSnapshot: (reason) => this.#timeline.clear(reason),
      onStatus: (status) => this.#show(status),
      onError: (error) => console.info(error),
    })
  }

  #toggle() {
    const isOff = this.#connection === undefined
    if (isOff) this.connect()
    else {
      this.#connection?.close()
      this.#connection = undefined
    }
    this.#find('.toggle').textContent = isOff ? 'Disconnect' : 'Reconnect'
  }

  /** @param {string} status */
  #show(status) {
    const place = this.#find('.status')
    place.textContent = { waiting: 'waiting to reconnect', closed: 'disconnected' }[status] ?? status
    place.setAttribute('data-status', status)
  }

  /** @param {import('@switchyard/dispatcher/client').AgentEvent} event */
  #apply(event) {
    if (this.#applied.has(event.id)) this.#twice += 1
    this.#applied.add(event.id)
    const isReplayed = event.timestamp <= this.#connectedAt
    const said = this.#timeline.apply(event, isReplayed)
    if (!isReplayed) this.#find('.said').textContent = said
    this.#find('.empty').setAttribute('hidden', '')
    const attributes = { 'data-kind': event.type, 'data-id': event.id, 'data-replayed': String(isReplayed) }
    const line = element(
      'li',
      attributes,
      element('span', {}, event.type),
      element('span', {}, isReplayed ? 'caught up' : 'live'),
    )
    this.#find('.log ol').append(line)
    this.#find('.count').textContent = `${this.#applied.size} events applied, ${this.#twice} twice`
  }

  /** @param {string} question */
  async #ask(question) {
    const problem = this.#find('.problem')
    problem.textContent = ''
    try {
      await this.#post('/runs', { question })
    } catch (error) {
      problem.textContent = `The question did not get through: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  /** Signs on first, and again after a failure: a server that was started anew knows no sessions. @param {string} path @param {unknown} body */
  async #post(path, body) {
    this.#session ??= post('/session', { user: this.#user })
    try {
      return await post(path, body, (await this.#session).session)
    } catch (error) {
      this.#session = undefined
      throw error
    }
  }

  /** @param {string} selector */
  #find(selector) {
    const found = this.#root.querySelector(selector)
    if (found === null) throw new Error(`the desk has no ${selector}`)
    return found
  }
}

const template = /** @type {HTMLTemplateElement} */ (document.querySelector('#desk'))
for (const user of users.length > 0 ? users : ['ada', 'bob']) {
  const root = /** @type {Element} */ (template.content.firstElementChild?.cloneNode(true))
  document.querySelector('#desks')?.append(root)
  new Desk(user, root).connect()
}

const other = /** @type {HTMLAnchorElement} */ (document.querySelector('#other-transport'))
query.set('transport', isStream ? 'websocket' : 'sse')
other.search = query.toString()
other.textContent = isStream ? 'Use a WebSocket' : 'Use server-sent events'
const name = document.querySelector('#transport')
if (name !== null) name.textContent = isStream ? 'server-sent events.' : 'a WebSocket.'
