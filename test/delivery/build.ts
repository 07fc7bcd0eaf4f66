import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The built code of event delivery, as it is or with a fault in it. */
export interface Build {
  readonly main: typeof import('@switchyard/dispatcher')
  readonly websocket: typeof import('@switchyard/dispatcher/websocket')
  readonly client: typeof import('@switchyard/dispatcher/client')
  readonly sqlite: typeof import('@switchyard/dispatcher/sqlite')
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
  const [main, websocket, client, sqlite] = await Promise.all(['index', 'websocket', 'client', 'sqlite'].map(entry))
  return { main, websocket, client, sqlite } as Build
}
