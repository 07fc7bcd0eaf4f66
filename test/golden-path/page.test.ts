import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type DispatcherOpener, openCanonical } from './agent.mjs'
import { chromiumFor, launchChromium } from './chromium.js'
import {
  appliedOn,
  ask,
  becomesLive,
  faultsOfTwo,
  goldenKinds,
  logOf,
  openDeskPage,
  runsEnd,
  stepOf,
  withoutProgress,
} from './desk-page.js'
import { startGoldenPath } from './server.mjs'

const executable = chromiumFor('the page of the golden path')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const transports = [
  { name: 'a WebSocket', query: '' },
  { name: 'server-sent events', query: '&transport=sse' },
]

describe.skipIf(executable === undefined)('the page of the golden path, in Chromium', () => {
  let browser: Browser
  const endings: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    browser = await launchChromium(executable ?? '')
  })
  afterAll(() => browser.close())
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close()
    for (const end of endings.splice(0)) await end()
  })

  async function start(options: Parameters<typeof startGoldenPath>[0] = {}) {
    const golden = await startGoldenPath(options)
    endings.push(() => golden.stop())
    return golden
  }

  it.each(transports)('shows two users at once their own run, five kinds in order, over $name', async ({ query }) => {
    const golden = await start()
    const ada = await openDeskPage(browser, golden, 'ada', query)
    const bob = await openDeskPage(browser, golden, 'bob', query)
    expect(await faultsOfTwo(golden, ada, bob)).toEqual([])
    const elsewhere = [...ada.requests, ...bob.requests].filter(
      (url) => new URL(url).host !== new URL(golden.url).host && !url.startsWith('data:'),
    )
    expect(elsewhere).toEqual([])
    const sockets = ada.requests.filter((url) => url.startsWith('ws:'))
    expect(sockets).toHaveLength(query === '' ? 1 : 0)
  })

  it.each(transports)('misses nothing over connections that are cut again and again, over $name', async ({ query }) => {
    // Each tool is called in the moment in which the page has lost its connection.
    const cuts: number[] = []
    const open: DispatcherOpener = (context, tools, events) => {
      const dispatcher = openCanonical(context, tools, events)
      return {
        ...dispatcher,
        call: async (toolName, parameters) => {
          // The page may not have noticed the last cut yet.
          let cut = 0
          while (cut === 0) {
            await becomesLive(ada.page)
            cut = golden.cutConnections()
          }
          cuts.push(cut)
          return dispatcher.call(toolName, parameters)
        },
      }
    }
    const golden = await start({ open })
    const ada = await openDeskPage(browser, golden, 'ada', query)
    await ask(ada, 'Where is BP-10031?')
    await runsEnd(ada)
    const applied = await appliedOn(ada)
    const log = await logOf(golden.events.store, 'ada')
    expect(applied.map(({ id }) => id)).toEqual(log.map(({ id }) => id))
    expect(withoutProgress(applied.map(({ kind }) => kind))).toEqual(goldenKinds)
    expect(cuts).toHaveLength(3)
    const calls = applied.filter(({ kind }) => kind === 'tool_executing')
    expect(calls.map(({ isReplayed }) => isReplayed)).toEqual([true, true, true])
    expect(ada.faults).toEqual([])
  })

  it('tells what it caught up on from what arrived live, through the browser going offline', async () => {
    const golden = await start()
    const ada = await openDeskPage(browser, golden, 'ada')
    await ask(ada, 'Where is BP-10031?')
    await runsEnd(ada)
    const elsewhere = await openDeskPage(browser, golden, 'ada')
    await ada.context.setOffline(true)
    golden.cutConnections()
    await ada.page.locator('.status:not([data-status="live"])').waitFor()
    await ask(elsewhere, 'Refund BP-10033')
    await runsEnd(elsewhere, 2)
    const missing = await logOf(golden.events.store, 'ada')
    expect(await appliedOn(ada)).toHaveLength(missing.findLastIndex(({ type }) => type === 'agent_started'))
    await ada.context.setOffline(false)
    await runsEnd(ada, 2)
    const applied = await appliedOn(ada)
    expect(applied.map(({ id }) => id)).toEqual(missing.map(({ id }) => id))
    const firstMissed = missing.findLastIndex(({ type }) => type === 'agent_started')
    expect(applied.map(({ isReplayed }) => isReplayed)).toEqual(applied.map((_each, index) => index >= firstMissed))
    expect(await ada.page.locator('.count').innerText()).toBe(`${missing.length} events applied, 0 twice`)
  })

  it('catches up after a disconnection by hand, and shows the whole log to a page that is loaded anew', async () => {
    const golden = await start()
    const ada = await openDeskPage(browser, golden, 'ada')
    await ada.page.getByRole('button', { name: 'Disconnect' }).click()
    await ada.page.locator('.status[data-status="closed"]').waitFor()
    await ask(ada, 'Where is BP-10031?')
    await expect.poll(async () => (await logOf(golden.events.store, 'ada')).at(-1)?.type).toBe('agent_completed')
    expect(await appliedOn(ada)).toEqual([])
    await ada.page.getByRole('button', { name: 'Reconnect' }).click()
    await runsEnd(ada)
    const applied = await appliedOn(ada)
    expect(applied.every(({ isReplayed }) => isReplayed)).toBe(true)
    await ada.page.reload()
    await runsEnd(ada)
    await expect.poll(() => appliedOn(ada)).toEqual(applied)
  })

  it('shows progress, durations, a refused tool, and an agent that gave up', async () => {
    const golden = await start({ paceMs: 5 })
    const ada = await openDeskPage(browser, golden, 'ada')
    await ask(ada, 'Where is BP-10031?')
    await runsEnd(ada)
    await expect.poll(() => stepOf(ada, 'track_shipment').innerText()).toContain('4 of 4: Bergen depot')
    expect(await stepOf(ada, 'track_shipment').locator('.took').innerText()).toMatch(/^\d+ ms$/u)
    await ask(ada, 'Refund BP-10033')
    await runsEnd(ada, 2)
    expect(await stepOf(ada, 'refund_order').innerText()).toContain('permission_denied')
    await ask(ada, 'Where is BP-77777?')
    await runsEnd(ada, 3)
    expect(await ada.page.locator('.run[data-state="failed"]').innerText()).toContain('There is no order BP-77777.')
  })

  it.each([
    { colorScheme: 'light', width: 1_200 },
    { colorScheme: 'dark', width: 1_200 },
    { colorScheme: 'light', width: 360 },
    { colorScheme: 'dark', width: 360 },
  ] as const)('has no fault that axe can find, and no sideways scrolling: $colorScheme, $width px', async (look) => {
    const golden = await start()
    const { colorScheme, width } = look
    const options = { colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' } as const
    const ada = await openDeskPage(browser, golden, 'ada', '&user=bob', options)
    const desk = ada.page.locator('[data-user="ada"]')
    for (const [index, question] of ['Where is BP-10031?', 'Refund BP-10033', 'Where is BP-77777?'].entries()) {
      await desk.getByRole('button', { name: question }).click()
      await runsEnd(ada, index + 1)
    }
    for (const summary of await ada.page.locator('summary').all()) await summary.click()
    await ada.page.evaluate(axe)
    const found = await ada.page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })')
    expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
    const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await ada.page.evaluate(wider)).toBe(0)
  })

  it('can be used by keyboard alone, and says aloud what happens', async () => {
    const golden = await start()
    const ada = await openDeskPage(browser, golden, 'ada')
    const { keyboard } = ada.page
    const focused = () => ada.page.evaluate('document.activeElement.textContent.trim()')
    await keyboard.press('Tab')
    expect(await focused()).toBe('Disconnect')
    await keyboard.press('Tab')
    await keyboard.type('Where is BP-10031?')
    await keyboard.press('Enter')
    await runsEnd(ada)
    await expect
      .poll(() => ada.page.getByRole('status').textContent())
      .toContain('The agent answers: Dear Ingrid, your order BP-10031')
    for (let presses = 0; (await focused()) !== 'Result' && presses < 10; presses += 1) await keyboard.press('Tab')
    await keyboard.press('Enter')
    expect(await ada.page.locator('details[open] pre').first().innerText()).toContain('"city": "Bergen"')
  })
})
