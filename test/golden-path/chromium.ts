import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** The path of a Chromium on PATH; absent when there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

/** The same for a test that is skipped without one. @throws {Error} with `CI=true` there must be one */
export function chromiumFor(test: string): string | undefined {
  const executable = findChromium()
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

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
