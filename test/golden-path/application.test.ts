import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packWorkspaces } from '../../.config/pack.mjs'
import { buildApplication, copyApplication, installCommand, leaveFacades } from '../demo/application.mjs'
import { faultsOf, goldenPath, openDesk, type DeskEvent } from '../demo/desk.mjs'
import { endAll } from '../demo/processes.mjs'
import { chromiumFor, launchChromium } from './chromium.js'

const executable = chromiumFor("the golden path of the application's own page")

describe.skipIf(executable === undefined)("the application's own page, with two users at once in Chromium", () => {
  let folder: string
  let browser: Browser
  let packed: ReturnType<typeof packWorkspaces>

  beforeAll(async () => {
    folder = await mkdtemp(join(await realpath(tmpdir()), 'switchyard-golden-path-'))
    packed = packWorkspaces(join(folder, 'tarballs'))
    browser = await launchChromium(executable ?? '')
  }, 60_000)

  afterAll(async () => {
    await browser.close()
    endAll()
    await rm(folder, { recursive: true, force: true })
  })

  it(
    'shows each user five kinds of events in order, and none of the other, on the facades',
    { timeout: 120_000 },
    async () => {
      const app = join(folder, 'on-facades')
      await copyApplication(app, packed)
      await expectGoldenPath(app, browser)
    },
  )

  it('shows the same after the migration, the facades uninstalled', { timeout: 180_000 }, async () => {
    const app = join(folder, 'migrated')
    await copyApplication(app, packed)
    await leaveFacades(app, installCommand(join(folder, 'npx'), packed), packed)
    await expectGoldenPath(app, browser)
  })
})

/** Asks as two users at the same time, and compares what their sockets and their pages got. */
async function expectGoldenPath(app: string, browser: Browser): Promise<void> {
  await buildApplication(app)
  const desk = await openDesk(app)
  try {
    const ada = await openPage(browser, desk.url, 'ada')
    const bob = await openPage(browser, desk.url, 'bob')
    await Promise.all([ask(ada.page, 'Where is BP-10031?'), ask(bob.page, 'Where is BP-10033?')])
    for (const { user, own, other, page, frames } of [
      { user: 'ada', own: 'BP-10031', other: 'BP-10033', ...ada },
      { user: 'bob', own: 'BP-10033', other: 'BP-10031', ...bob },
    ]) {
      expect(faultsOf(user, frames)).toEqual([])
      expect(await shownKinds(page)).toEqual(frames.map(({ type }) => type))
      const text = await page.locator('.timeline').innerText()
      expect(text).toContain(own)
      expect(text).not.toContain(other)
    }
  } finally {
    await desk.stop()
  }
}

/** A user's page in a browser profile of its own, with every event that its socket receives. */
async function openPage(browser: Browser, url: string, user: string): Promise<{ page: Page; frames: DeskEvent[] }> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const frames: DeskEvent[] = []
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      const event = eventIn(String(payload))
      if (event.type !== 'ready') frames.push(event)
    })
  })
  await page.goto(`${url}/?user=${user}`)
  await page.locator('.state[data-state="live"]').waitFor()
  return { page, frames }
}

async function ask(page: Page, question: string): Promise<void> {
  await page.locator('textarea').fill(question)
  await page.locator('button.go').click()
  await page.locator(`[data-event="${goldenPath.at(-1)}"]`).waitFor()
}

function shownKinds(page: Page): Promise<(string | null)[]> {
  return page.locator('.timeline li').evaluateAll((entries) => entries.map((entry) => entry.getAttribute('data-event')))
}

function eventIn(frame: string): DeskEvent {
  const event: unknown = JSON.parse(frame)
  if (typeof event !== 'object' || event === null || !('type' in event) || !('data' in event))
    throw new TypeError(`no event: ${frame}`)
  const { type, data } = event
  if (typeof type !== 'string' || typeof data !== 'object' || data === null) throw new TypeError(`no event: ${frame}`)
  return { type, data: { ...data } }
}
