import { chromium, type Browser } from 'playwright-core'
import { onPath } from '../on-path.mjs'

/** The path of a Chromium on PATH, for a test that is skipped without one. @throws {Error} with `CI=true` there must be one */
export function chromiumFor(test: string): string | undefined {
  const executable = onPath(['chromium', 'chromium-browser', 'google-chrome'])
  if (executable !== undefined) return executable
  const missing = 'no chromium, chromium-browser or google-chrome on PATH'
  if (process.env['CI'] === 'true') throw new Error(`CI=true, and ${missing}: install Chromium first`)
  console.warn(`${test} skipped: ${missing}`)
  return undefined
}

/** Starts a headless Chromium that talks to this machine only. */
export function launchChromium(executablePath: string): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run']
  const silence = ['--disable-background-networking', '--disable-component-update', '--disable-sync']
  return chromium.launch({ executablePath, args: [...args, ...silence] })
}
