import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entryPoints } from '../contract/support/entry-points.js'
import type { DispatcherOpener } from './agent.mjs'
import { chromiumFor, launchChromium } from './chromium.js'
import { faultsOfTwo, openDeskPage } from './desk-page.js'
import { startGoldenPath } from './server.mjs'

const executable = chromiumFor('the golden path through the facades')

describe.skipIf(executable === undefined)('the page of the golden path, its tools called through a facade', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await launchChromium(executable ?? '')
  })
  afterAll(() => browser.close())

  it.each(entryPoints)('shows two users at once their own run, through $name', async ({ create }) => {
    const open: DispatcherOpener = async (context, tools, events) => {
      const facade = await create(context, tools, events)
      return {
        call: async (toolName, parameters) => {
          const { status, payload, message } = await facade.dispatch(toolName, parameters)
          return status === 'success' ? { result: payload?.result } : { failure: message }
        },
        dispose: () => facade.cleanup(),
      }
    }
    const golden = await startGoldenPath({ open })
    try {
      const ada = await openDeskPage(browser, golden, 'ada')
      const bob = await openDeskPage(browser, golden, 'bob')
      expect(await faultsOfTwo(golden, ada, bob)).toEqual([])
      await Promise.all([ada.context.close(), bob.context.close()])
    } finally {
      await golden.stop()
    }
  })
})
