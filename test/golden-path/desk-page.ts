import type { AgentEvent, EventStore } from '@switchyard/dispatcher'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import type { startGoldenPath } from './server.mjs'

type GoldenPath = Awaited<ReturnType<typeof startGoldenPath>>

/** One user's page, in a browser profile of its own. */
export interface DeskPage {
  readonly user: string
  readonly page: Page
  readonly context: BrowserContext
  /** Every request of the page, sockets included. */
  readonly requests: string[]
  /** What the page threw or complained about. */
  readonly faults: string[]
}

/** Opens a user's page and waits until events can arrive. */
export async function openDeskPage(
  browser: Browser,
  { url }: GoldenPath,
  user: string,
  query = '',
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<DeskPage> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const requests: string[] = []
  const faults: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('websocket', (socket) => requests.push(socket.url()))
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/net::ERR_/u.test(message.text())) faults.push(message.text())
  })
  await page.goto(`${url}/?user=${user}${query}`)
  await becomesLive(page)
  return { user, page, context, requests, faults }
}

/** Waits until every desk of the page is connected. */
export function becomesLive(page: Page): Promise<void> {
  const allLive = page.locator('#desks:not(:has(.status:not([data-status="live"])))')
  return allLive.locator('.status').first().waitFor()
}

/** Types a question and sends it. */
export async function ask({ page }: DeskPage, question: string): Promise<void> {
  await page.getByLabel('Question', { exact: true }).fill(question)
  await page.getByRole('button', { name: 'Ask' }).click()
}

/** Waits for so many ended runs. */
export async function runsEnd({ page }: DeskPage, count = 1): Promise<void> {
  await page
    .locator('.run:not([data-state="running"])')
    .nth(count - 1)
    .waitFor()
}

/** What the page applied, in its order. */
export function appliedOn({ page }: DeskPage): Promise<{ id: string; kind: string; isReplayed: boolean }[]> {
  return page.locator('.log li').evaluateAll((lines) =>
    lines.map((line) => ({
      id: line.getAttribute('data-id') ?? '',
      kind: line.getAttribute('data-kind') ?? '',
      isReplayed: line.getAttribute('data-replayed') === 'true',
    })),
  )
}

/** A user's whole log. */
export async function logOf(store: EventStore, user: string): Promise<AgentEvent[]> {
  const stored = await store.read(user, { epoch: 0, seq: 0, id: null }, 1_000)
  if (!Array.isArray(stored)) throw new Error(`the log of ${user} is gone`)
  return stored.map(({ event }) => event)
}

/** The step of a tool's call. */
export function stepOf({ page }: DeskPage, toolName: string): Locator {
  return page.locator('.step').filter({ has: page.locator('.name', { hasText: toolName }) })
}

/** The kinds without progress, of which there is as much as the tool has to say. */
export function withoutProgress(kinds: readonly string[]): string[] {
  return kinds.filter((kind) => kind !== 'tool_progress')
}

/** What one answered question looks like: five kinds in order, each tool call paired. */
export const goldenKinds = [
  'agent_started',
  'agent_thinking',
  'tool_executing',
  'tool_completed',
  'agent_thinking',
  'tool_executing',
  'tool_completed',
  'tool_executing',
  'tool_completed',
  'agent_completed',
]

/** Two users ask at the same time; gives back what is wrong with what their pages show. */
export async function faultsOfTwo(golden: GoldenPath, ada: DeskPage, bob: DeskPage): Promise<string[]> {
  await Promise.all([ask(ada, 'Where is BP-10031?'), ask(bob, 'Where is BP-10033?')])
  await Promise.all([runsEnd(ada), runsEnd(bob)])
  const found = await Promise.all([
    faultsOfOne(golden, ada, { own: 'NOR704110', other: 'VLO704384' }),
    faultsOfOne(golden, bob, { own: 'VLO704384', other: 'NOR704110' }),
  ])
  return found.flat()
}

async function faultsOfOne(
  golden: GoldenPath,
  desk: DeskPage,
  text: { own: string; other: string },
): Promise<string[]> {
  const applied = await appliedOn(desk)
  const log = await logOf(golden.events.store, desk.user)
  const shown = await desk.page.locator('.runs').innerText()
  const kinds = withoutProgress(applied.map(({ kind }) => kind))
  const paired = await desk.page.locator('.step[data-step="tool"][data-state="success"]').count()
  const checks: [string, boolean][] = [
    [`applied ${applied.length} events, the log has ${log.length}`, applied.length === log.length],
    ['the order is not that of the log', applied.every(({ id }, index) => id === log[index]?.id)],
    [`the kinds came as ${kinds.join(', ')}`, kinds.join() === goldenKinds.join()],
    ['an event is of somebody else', log.every(({ userId }) => userId === desk.user)],
    [`${paired} tool calls are paired`, paired === 3],
    [`${text.own} is not shown`, shown.includes(text.own)],
    [`${text.other} is shown`, !shown.includes(text.other)],
    [desk.faults.join('; '), desk.faults.length === 0],
  ]
  return checks.filter(([, holds]) => !holds).map(([fault]) => `${desk.user}: ${fault}`)
}
