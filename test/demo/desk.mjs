// @ts-check
import { on, once } from 'node:events'
import { WebSocket } from 'ws'
import { serve } from './processes.mjs'

/** The kinds of the golden path, in the order in which a user must see them. */
export const goldenPath = ['agent_started', 'agent_thinking', 'tool_executing', 'tool_completed', 'agent_completed']

/**
 * One frame that a user's page gets.
 *
 * @typedef {{ type: string, data: Record<string, unknown> }} DeskEvent
 */

/**
 * Starts the application's own server on a free port.
 *
 * @param {string} folder The built application.
 * @param {number} [port] Default: any free one.
 */
export async function openDesk(folder, port = 0) {
  const env = { PORT: String(port), HOST: '127.0.0.1' }
  const server = await serve(folder, process.execPath, ['dist/server.js'], { ready: /(http:\/\/\S+)/u, env })
  return { url: server.address, stop: () => server.stop() }
}

/**
 * Signs a user on and opens the socket on which that user's events come.
 *
 * @param {string} url
 * @param {string} user
 */
export async function takeSeat(url, user) {
  const { token } = await post(`${url}/api/session`, { user })
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`)
  const frames = on(socket, 'message', { close: ['close'] })
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'auth', token }))
  const ready = await frames.next()
  if (ready.done === true) throw new Error(`${user}'s socket was closed before it was ready`)
  return {
    user,
    /**
     * Asks one question, and gives back every event until the agent's last. Once for each seat.
     *
     * @param {string} question
     * @param {(event: DeskEvent) => void} [onEvent]
     * @returns {Promise<DeskEvent[]>}
     */
    async ask(question, onEvent = () => {}) {
      const asked = post(`${url}/api/runs`, { question }, token)
      asked.catch(() => socket.terminate())
      /** @type {DeskEvent[]} */
      const events = []
      for await (const [frame] of frames) {
        /** @type {DeskEvent} */
        const event = JSON.parse(String(frame))
        events.push(event)
        onEvent(event)
        if (event.type === 'agent_completed' || event.type === 'agent_error') break
      }
      await asked
      return events
    },
    leave: () => socket.terminate(),
  }
}

/**
 * What is wrong with the events that a user got; empty when all is well.
 *
 * @param {string} user
 * @param {readonly DeskEvent[]} events
 * @returns {string[]}
 */
export function faultsOf(user, events) {
  const kinds = events.map(({ type }) => type)
  const firsts = [...new Set(kinds)]
  const strangers = events.filter(({ data }) => data['userId'] !== user)
  const faults = strangers.map(({ type, data }) => `${type} of ${String(data['userId'])}`)
  if (firsts.join() !== goldenPath.join()) faults.push(`the kinds came as ${firsts.join(', ')}`)
  if (kinds.at(-1) !== 'agent_completed') faults.push(`the last event is ${kinds.at(-1)}`)
  for (const [index, kind] of kinds.entries()) {
    const paired = kind !== 'tool_executing' || kinds[index + 1] === 'tool_completed'
    if (!paired) faults.push(`event ${index + 1} is a tool_executing without its tool_completed`)
  }
  return faults
}

/**
 * Sends JSON; gives back the JSON of the answer.
 *
 * @param {string} url
 * @param {unknown} body
 * @param {string} [token]
 */
export async function post(url, body, token) {
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  })
  const reply = await response.json()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${JSON.stringify(reply)}`)
  return reply
}
