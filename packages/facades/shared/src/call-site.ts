import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where a deprecated export was called from. */
export interface CallSite {
  /** `file:line:column`; `unknown` where the stack names no file. */
  readonly location: string
  /** The package in `node_modules` that made the call, as `name@version`. */
  readonly dependency?: string | undefined
}

/** The function or class that was called: its own frame and everything above it are no part of the caller's stack. */
export type Callee = Function

interface InstalledPackage {
  readonly label: string
  readonly dependencies: readonly string[]
}

const MOST_FRAMES = 16

/**
 * Finds who called `callee`.
 *
 * A caller in `node_modules` is blamed when its package depends on `facadePackage`. A container or a test runner that
 * merely calls what the application handed to it is not: there the application's own frame is the call site.
 */
export function findCallSite(callee: Callee, facadePackage: string): CallSite {
  const frames = stackOf(callee)
  const near = frames[0]
  if (near?.installed === undefined) return { location: near?.location ?? 'unknown' }
  const culprit = frames.find(({ installed }) => installed?.dependencies.includes(facadePackage))
  const { location, installed } = culprit ?? frames.find((frame) => frame.installed === undefined) ?? near
  return { location, dependency: installed?.label }
}

function stackOf(callee: Callee) {
  const { stackTraceLimit } = Error
  const prepareStackTrace: unknown = Reflect.get(Error, 'prepareStackTrace')
  // Not assigned: with --frozen-intrinsics that would throw, and stacks stay as long as they are.
  Reflect.set(Error, 'stackTraceLimit', MOST_FRAMES)
  try {
    const text = textOfStack(callee)
    if (text !== undefined) return text.split('\n').flatMap(parseFrame)
    Reflect.set(Error, 'prepareStackTrace', undefined)
    return (textOfStack(callee) ?? '').split('\n').flatMap(parseFrame)
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
    if (prepareStackTrace !== undefined) Reflect.set(Error, 'prepareStackTrace', prepareStackTrace)
  }
}

/** `undefined` where the application formats stacks itself, and not to text. */
function textOfStack(callee: Callee): string | undefined {
  const holder: { stack?: unknown } = {}
  try {
    Error.captureStackTrace(holder, callee)
    return typeof holder.stack === 'string' ? holder.stack : undefined
  } catch {
    return undefined
  }
}

function parseFrame(line: string) {
  const frame = /^\s+at (?:async )?(.*)$/.exec(line)?.[1] ?? ''
  const place = frame.endsWith(')') ? frame.slice(frame.indexOf(' (') + 2, -1) : frame
  const [, source, position] = /^(.+?)(:\d+:\d+)$/.exec(place) ?? []
  if (source === undefined || source.startsWith('node:')) return []
  const file = source.startsWith('file://') ? pathOf(source) : source
  return [{ location: `${file}${position}`, installed: packageOf(file) }]
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    // An address that a script gave itself, such as `file://server/agents.js`, is shown as it is.
    return url
  }
}

const packages = new Map<string, InstalledPackage>()

/** The installed package that a file belongs to; `undefined` for the application's own files. */
function packageOf(file: string): InstalledPackage | undefined {
  const [, folder, name] = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/.exec(file) ?? []
  if (folder === undefined || name === undefined) return undefined
  const installed = packages.get(folder) ?? readPackage(`${folder}/package.json`, name.replace('\\', '/'))
  packages.set(folder, installed)
  return installed
}

function readPackage(manifestPath: string, name: string): InstalledPackage {
  try {
    const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Record<string, unknown>
    const fields = ['dependencies', 'peerDependencies', 'optionalDependencies']
    const dependencies = fields.flatMap((field) => Object.keys(manifest[field] ?? {}))
    return { label: `${name}@${String(manifest['version'])}`, dependencies }
  } catch {
    // A vendored folder without a manifest is named all the same.
    return { label: name, dependencies: [] }
  }
}
