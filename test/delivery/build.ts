import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as main from '@switchyard/dispatcher'
import type * as client from '@switchyard/dispatcher/client'
import type * as sqlite from '@switchyard/dispatcher/sqlite'
import type * as websocket from '@switchyard/dispatcher/websocket'

/** The built code of event delivery, as it is or with a fault in it. */
export interface Build {
  readonly main: typeof main
  readonly websocket: typeof websocket
  readonly client: typeof client
  readonly sqlite: typeof sqlite
}

/** A fault as a replacement in one built file. */
export interface Planted {
  /** Below `packages/dispatcher/dist`. */
  readonly file: string
  /** A text that stands in it exactly once. */
  readonly text: string
  readonly becomes: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))
// Below the root, so that the copies find the same packages.
const cache = join(root, 'node_modules/.cache')
let scratch: string | undefined
let copies = 0

/** The code as it was built. */
export async function intactBuild(): Promise<Build> {
  return load(join(root, 'packages/dispatcher/dist'))
}

/** A copy of the built code with one fault in it. */
export async function buildWith({ file, text, becomes }: Planted): Promise<Build> {
  mkdirSync(cache, { recursive: true })
  scratch ??= realpathSync(mkdtempSync(join(cache, 'switchyard-delivery-')))
  copies += 1
  const copy = join(scratch, String(copies))
  cpSync(join(root, 'packages/dispatcher/dist'), copy, {
    recursive: true,
    filter: (path) => !/\.(?:map|d\.ts)$/u.test(path),
  })
  writeFileSync(join(copy, 'package.json'), '{ "type": "module" }')
  const parts = readFileSync(join(copy, file), 'utf8').split(text)
  if (parts.length !== 2)
    throw new Error(`${file} must have this text exactly once, and has it ${parts.length - 1} times: ${text}`)
  writeFileSync(join(copy, file), parts.join(becomes))
  return load(copy)
}

export function removeCopies(): void {
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true })
}

async function load(dist: string): Promise<Build> {
  const entry = (name: string): Promise<unknown> =>
    import(/* @vite-ignore */ pathToFileURL(join(dist, `${name}.js`)).href)
  const [index, gateway, browser, file] = await Promise.all(['index', 'websocket', 'client', 'sqlite'].map(entry))
  return { main: index, websocket: gateway, client: browser, sqlite: file } as Build
}
