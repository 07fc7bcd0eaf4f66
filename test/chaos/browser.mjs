// @ts-check
/**
 * Stands for the browsers of some users: real clients of `@switchyard/dispatcher/client`, which tell what they apply, and
 * how far their cursor is, so that both are known after the process was killed. Any message ends the slowness of the slow ones.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { connectEvents } from '@switchyard/dispatcher/client'
import { WebSocket } from 'ws'
import { randomOf } from './random.mjs'

/**
 * @typedef {import('@switchyard/dispatcher').Position} Position
 * @typedef {{ name: string, user: string, port: number, transport: 'ws' | 'http', slowness: number, cursor: Position }} Tab
 *   `slowness`: the longest time that an event keeps it busy, in milliseconds.
 */

/** @type {{ seed: number, tabs: Tab[] }} */
const settings = JSON.parse(process.argv[2] ?? '{}')
const random = randomOf(settings.seed)
// A run lasts seconds: the back-off of a client grows as it does for hours, and is then cut short.
const realRandom = Math.random.bind(Math)
Math.random = () => realRandom() / 8

let isHurried = false
process.on('message', () => {
  isHurried = true
})
for (const tab of settings.tabs) open(tab)
process.once('disconnect', () => process.exit())

/** @param {Tab} tab */
function open({ name, user, port, transport, slowness, cursor }) {
  connectEvents({
    url: `${transport}://127.0.0.1:${port}/events`,
    getTicket: async () => {
      const response = await fetch(`http://127.0.0.1:${port}/ticket?user=${user}`, {
        signal: AbortSignal.timeout(3_000),
      })
      if (!response.ok) throw new Error(`no ticket: ${response.status}`)
      return await response.text()
    },
    onEvent: (event) => {
      say(['event', name, event.id, event.userId])
      return slowness > 0 && !isHurried ? pause(random.below(slowness)) : undefined
    },
    onSnapshot: (reason) => say(['snapshot', name, reason]),
    onStatus: (status) => say(['status', name, status]),
    onError: () => {},
    WebSocket,
    cursor: {
      load: () => cursor,
      save: ({ epoch, seq, id }) => say(['saved', name, epoch, seq, id]),
    },
  })
}

/** @param {readonly unknown[]} line */
function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
