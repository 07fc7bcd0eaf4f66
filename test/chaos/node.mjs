// @ts-check
/**
 * A server node: a gateway, and the runs of agents. It tells what it tries to store, and what the store acknowledged, so
 * that both are known after it was killed.
 */
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { AgentRun, EventRouter, defineTool, UnifiedToolDispatcher, UserExecutionContext } from '@switchyard/dispatcher'
import { createEventGateway, MemoryTicketStore } from '@switchyard/dispatcher/websocket'
import { z } from 'zod'
import { randomOf } from './random.mjs'

/**
 * @typedef {import('@switchyard/dispatcher').AgentEvent} AgentEvent
 * @typedef {{ name: string, port: number, seed: number, users: string[], store: 'sqlite' | 'redis', where: string,
 *   maxEvents: number, pauseMs: number, limits: import('@switchyard/dispatcher/websocket').GivenGatewayLimits }} NodeSettings
 */

/** @type {NodeSettings} */
const settings = JSON.parse(process.argv[2] ?? '{}')
const random = randomOf(settings.seed)
const measure = defineTool({
  name: 'measure',
  inputSchema: z.object({ length: z.number() }),
  execute: ({ length }) => 'm'.repeat(length),
})
const { store, tickets } = await openStores()
const router = new EventRouter({ store })
const gateway = createEventGateway({ router, allowedOrigins: [], limits: settings.limits, tickets })
const load = { isOn: true }

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://node')
  if (pathname === '/ticket') void answerTicket(searchParams.get('user') ?? '', response)
  else if (!gateway.handleRequest(request, response)) response.writeHead(404).end()
})
server.on('upgrade', (request, socket, head) => {
  if (!gateway.handleUpgrade(request, socket, head)) socket.destroy()
})
server.listen(settings.port, '127.0.0.1', () => say(['ready']))

process.on('message', (/** @type {{ do: string, events: AgentEvent[], user: string }} */ message) => {
  if (message.do === 'append') for (const event of message.events) void append(event)
  if (message.do === 'quiet') load.isOn = false
  if (message.do === 'revoke') void gateway.revoke(message.user).catch(() => {})
  if (message.do === 'shutdown') void shutDown()
})
process.once('disconnect', () => process.exit())

for (const user of settings.users) void runAgents(user)

/** @param {readonly unknown[]} line */
function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/**
 * Stands for the application's own sign-on.
 *
 * @param {string} user
 * @param {import('node:http').ServerResponse} response
 */
async function answerTicket(user, response) {
  try {
    const ticket = await gateway.createTicket(user)
    response.end(ticket)
  } catch (error) {
    response.writeHead(503).end(String(error))
  }
}

/** @param {string} user */
async function runAgents(user) {
  const events = { emit: append }
  for (let run = 1; load.isOn; run += 1) {
    const context = UserExecutionContext.create({ userId: user, threadId: 'chaos', runId: `${settings.name}-${run}` })
    const agent = new AgentRun(context, events, settings.name)
    const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools: [measure], events })
    await agent.started()
    for (let step = random.between(0, 4); step > 0 && load.isOn; step -= 1) {
      await agent.thinking('x'.repeat(random.chance(0.05) ? 3_000 : random.below(100)), step)
      await dispatcher.executeTool('measure', { length: random.below(50) })
      await pause(random.below(settings.pauseMs))
    }
    await agent.completed({ run })
    await dispatcher.dispose()
  }
}

/**
 * Tries until the store has it: an event whose acknowledgement was lost is sent again with the same id.
 *
 * @param {AgentEvent} event
 */
async function append(event) {
  say(['try', event])
  for (;;) {
    try {
      const { epoch, seq } = await store.append(event.userId, event)
      say(['ack', event.id, epoch, seq])
      return
    } catch {
      say(['again', event.id])
      await pause(50)
    }
  }
}

/** As a deployment does it. */
async function shutDown() {
  load.isOn = false
  await gateway.close(2_000)
  process.exit()
}

async function openStores() {
  const { where, maxEvents } = settings
  if (settings.store === 'sqlite') {
    const { SqliteEventStore } = await import('@switchyard/dispatcher/sqlite')
    return { store: new SqliteEventStore({ path: where, maxEvents }), tickets: new MemoryTicketStore() }
  }
  const { RedisEventStore, RedisTicketStore } = await import('@switchyard/dispatcher/redis')
  return { store: new RedisEventStore({ url: where, maxEvents }), tickets: new RedisTicketStore({ url: where }) }
}
