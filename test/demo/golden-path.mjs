// @ts-check
import { connectEvents } from '@switchyard/dispatcher/client'
import { WebSocket } from 'ws'
import { startGoldenPath } from '../golden-path/server.mjs'
import { detailOf, eventLine } from './chapters.mjs'
import { post } from './desk.mjs'
import { heading, holds, quote, say } from './terminal.mjs'

/** @typedef {import('@switchyard/dispatcher').AgentEvent} AgentEvent */

const questions = { ada: 'Where is BP-10031?', bob: 'Refund BP-10033' }
const paceMs = 200
const cutAfter = 5
const longestMs = 20_000

/**
 * The last chapter: events of the canonical dispatcher over its own gateway, with every connection cut in the middle.
 *
 * @param {number} port Of the page, which is left up.
 */
export async function followGoldenPath(port) {
  heading(7, 'The golden path, over connections that break')
  const golden = await startGoldenPath({ port, paceMs })
  say(
    `An event gateway and its page: ${golden.url}. Two users ask at once; after ${cutAfter} events every connection is cut:`,
  )
  let shown = 0
  const followers = await Promise.all(
    Object.entries(questions).map(([user, question]) =>
      follow(golden.url, user, question, (event) => {
        shown += 1
        quote(eventLine(user, event.type, detailOf({ ...event.payload })))
        if (shown === cutAfter) say(`-- ${golden.cutConnections()} connections cut --`)
      }),
    ),
  )
  for (const { user, applied, connections } of followers) {
    const log = await golden.events.store.read(user, { epoch: 0, seq: 0, id: null }, 1_000)
    const whole = Array.isArray(log) && log.map(({ id }) => id).join() === applied.map(({ id }) => id).join()
    if (!whole) throw new Error(`${user} did not get what is in the log of ${user}`)
    if (applied.some(({ userId }) => userId !== user)) throw new Error(`${user} got an event of somebody else`)
    if (connections < 2) throw new Error(`${user} was never cut off`)
  }
  const total = followers.reduce((sum, { applied }) => sum + applied.length, 0)
  const connections = followers.reduce((sum, each) => sum + each.connections, 0)
  holds(`Over ${connections} connections each got its own log: ${total} events in all, none missing, none twice.`)
  return golden
}

/**
 * Asks as one user and follows the run to its end.
 *
 * @param {string} url
 * @param {string} user
 * @param {string} question
 * @param {(event: AgentEvent) => void} onEvent
 * @returns {Promise<{ user: string, applied: AgentEvent[], connections: number }>}
 */
async function follow(url, user, question, onEvent) {
  const { session } = await post(`${url}/session`, { user })
  /** @type {AgentEvent[]} */
  const applied = []
  let connections = 0
  let finish = () => {}
  const finished = new Promise((resolve, reject) => {
    finish = () => resolve(undefined)
    setTimeout(() => reject(new Error(`${user}'s run did not end`)), longestMs).unref()
  })
  const connection = connectEvents({
    url: `${url.replace('http', 'ws')}/events`,
    WebSocket,
    getTicket: async () => (await post(`${url}/ticket`, {}, session)).ticket,
    onStatus: (status) => void (connections += status === 'live' ? 1 : 0),
    onEvent: (event) => {
      applied.push(event)
      onEvent(event)
      if (event.type === 'agent_completed' || event.type === 'agent_error') finish()
    },
    cursor: { load: () => ({ epoch: 0, seq: 0, id: null }), save: () => {} },
  })
  try {
    await post(`${url}/runs`, { question }, session)
    await finished
  } finally {
    connection.close()
  }
  return { user, applied, connections }
}
