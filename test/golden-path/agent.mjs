// @ts-check
import { setTimeout as pause } from 'node:timers/promises'
import { AgentRun, defineTool, UnifiedToolDispatcher } from '@switchyard/dispatcher'
import { z } from 'zod'

/** @typedef {import('@switchyard/dispatcher').Tool} Tool */
/** @typedef {import('@switchyard/dispatcher').EventRouter} EventRouter */
/** @typedef {import('@switchyard/dispatcher').UserExecutionContext} UserExecutionContext */

/**
 * A dispatcher as the agent needs it, whichever entry point it is behind. A call that failed resolves with what was wrong.
 *
 * @typedef {object} OpenDispatcher
 * @property {(toolName: string, parameters: Record<string, unknown>) => Promise<{ result?: unknown, failure?: string | undefined }>} call
 * @property {() => Promise<void>} dispose
 */

/** @typedef {(context: UserExecutionContext, tools: readonly Tool[], events: EventRouter) => OpenDispatcher | Promise<OpenDispatcher>} DispatcherOpener */

const orderNumber = z.string().regex(/^BP-\d{5}$/u)

const orderShape = z.object({
  number: orderNumber,
  customer: z.string(),
  city: z.string(),
  total: z.number(),
  tracking: z.string(),
})

/** @type {readonly Order[]} */
const orders = [
  { number: 'BP-10031', customer: 'Ingrid', city: 'Bergen', total: 672, tracking: 'NOR704110' },
  { number: 'BP-10033', customer: 'Jonas', city: 'Utrecht', total: 148, tracking: 'VLO704384' },
]

/** @type {Readonly<Record<string, readonly string[]>>} */
const stops = {
  NOR704110: ['Breda warehouse', 'Hirtshals ferry', 'Kristiansand customs', 'Bergen depot'],
  VLO704384: ['Breda warehouse', 'Venlo hub', 'Utrecht, delivered'],
}

/**
 * The desk's tools: one that reports its progress, and one that its agents may not use.
 *
 * @param {number} paceMs How long each look at something takes.
 * @returns {Tool[]}
 */
function deskTools(paceMs) {
  return [
    defineTool({
      name: 'find_order',
      description: 'Looks an order up by its number',
      inputSchema: z.object({ number: orderNumber }),
      execute: async ({ number }) => {
        await pause(paceMs)
        const order = orders.find((each) => each.number === number)
        if (order === undefined) throw new Error(`There is no order ${number}.`)
        return order
      },
    }),
    defineTool({
      name: 'track_shipment',
      description: 'Follows a parcel from stop to stop',
      inputSchema: z.object({ tracking: z.string() }),
      execute: async ({ tracking }, call) => {
        const places = stops[tracking] ?? []
        for (const [index, place] of places.entries()) {
          await pause(paceMs)
          call.reportProgress({ done: index + 1, of: places.length, place })
        }
        return { lastSeen: places.at(-1) ?? 'nowhere yet', stops: places.length }
      },
    }),
    defineTool({
      name: 'refund_order',
      description: 'Pays an order back',
      inputSchema: z.object({ number: orderNumber, amount: z.number().positive() }),
      requiredRoles: ['clerk'],
      execute: async ({ number, amount }) => ({ number, refunded: amount }),
    }),
    defineTool({
      name: 'draft_reply',
      description: 'Drafts the answer to the customer',
      inputSchema: z.object({ customer: z.string(), news: z.string() }),
      execute: async ({ customer, news }) => {
        await pause(paceMs)
        return `Dear ${customer}, ${news}`
      },
    }),
  ]
}

/**
 * One dispatcher for one run, of the canonical package itself.
 *
 * @param {UserExecutionContext} context
 * @param {readonly Tool[]} tools
 * @param {EventRouter} events
 * @returns {OpenDispatcher}
 */
export function openCanonical(context, tools, events) {
  const dispatcher = UnifiedToolDispatcher.createForUser(context, { tools, events })
  return {
    call: async (toolName, parameters) => {
      const outcome = await dispatcher.executeTool(toolName, parameters)
      return outcome.success ? { result: outcome.result } : { failure: outcome.error.message }
    },
    dispose: () => dispatcher.dispose(),
  }
}

/**
 * Answers one question with three tool calls, whatever they give; gives up where there is no such order.
 *
 * @param {UserExecutionContext} context
 * @param {string} question
 * @param {{ events: EventRouter, open: DispatcherOpener, paceMs: number }} desk
 * @returns {Promise<void>} when the run's last event is stored
 */
export async function answer(context, question, { events, open, paceMs }) {
  const run = new AgentRun(context, events, 'parcel-agent')
  await run.started({ question })
  const dispatcher = await open(context, deskTools(paceMs), events)
  try {
    await pause(paceMs)
    const number = /BP-\d{5}/u.exec(question)?.[0] ?? 'no number'
    await run.thinking(`The question is about ${number}. I look the order up first.`, 1)
    const order = await find(dispatcher, number)
    await run.thinking(`${order.customer} in ${order.city} ordered it. ${next(question)}`, 2)
    const news = /refund/iu.test(question) ? await refund(dispatcher, order) : await track(dispatcher, order)
    const { result: reply } = await dispatcher.call('draft_reply', { customer: order.customer, news })
    await run.completed({ answer: reply })
  } catch (error) {
    await run.failed(error)
  } finally {
    await dispatcher.dispose()
  }
}

/** @param {string} question */
function next(question) {
  return /refund/iu.test(question) ? 'I try to pay it back.' : 'Now I follow the parcel.'
}

/** @typedef {z.infer<typeof orderShape>} Order */

/**
 * @param {OpenDispatcher} dispatcher
 * @param {string} number
 */
async function find(dispatcher, number) {
  const { result, failure } = await dispatcher.call('find_order', { number })
  if (failure !== undefined) throw new Error(failure)
  return orderShape.parse(result)
}

/**
 * @param {OpenDispatcher} dispatcher
 * @param {Order} order
 */
async function track(dispatcher, { number, tracking }) {
  const { result, failure } = await dispatcher.call('track_shipment', { tracking })
  if (failure !== undefined) return `we could not find out where ${number} is.`
  const { lastSeen } = z.object({ lastSeen: z.string() }).parse(result)
  return `your order ${number} was last seen here: ${lastSeen}.`
}

/**
 * @param {OpenDispatcher} dispatcher
 * @param {Order} order
 */
async function refund(dispatcher, { number, total }) {
  const { failure } = await dispatcher.call('refund_order', { number, amount: total })
  if (failure !== undefined) return `a colleague will look at the refund of ${number}.`
  return `${total} euro for ${number} are on their way to you.`
}
