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

interface Frame {
  readonly file: string
  readonly location: string
}

interface InstalledPackage {
  readonly label: string
  dependsOn(name: string): boolean
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
  const [first] = frames
  if (first === undefined) return { location: 'unknown' }
  if (packageOf(first.file) === undefined) return { location: first.location }
  const culprit = frames.find((frame) => packageOf(frame.file)?.dependsOn(facadePackage))
  const own = frames.find((frame) => packageOf(frame.file) === undefined)
  const { location, file } = culprit ?? own ?? first
  return { location, dependency: packageOf(file)?.label }
}

function stackOf(callee: Callee): Frame[] {
  const holder: { stack?: unknown } = {}
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = MOST_FRAMES
  try {
    Error.captureStackTrace(holder, callee)
    // A stack is text unless the application formats stacks itself; then its call sites cannot be read here.
    return typeof holder.stack === 'string' ? holder.stack.split('\n').flatMap(parseFrame) : []
  } finally {
    Error.stackTraceLimit = limit
  }
}

function parseFrame(line: string): Frame[] {
  const frame = /^\s+at (?:async )?(.*)$/.exec(line)?.[1]
  if (frame === undefined) return []
  const place = frame.endsWith(')') ? frame.slice(frame.indexOf(' (') + 2, -1) : frame
  const [, source, position] = /^(.+?)(:\d+:\d+)$/.exec(place) ?? []
  if (source === undefined || position === undefined || source.startsWith('node:')) return []
  const file = source.startsWith('file://') ? fileURLToPath(source) : source
  return [{ file, location: `${file}${position}` }]
}

const packages = new Map<string, InstalledPackage>()

/** The installed package that a file belongs to; `undefined` for the application's own files. */
function packageOf(file: string): InstalledPackage | undefined {
  const [, folder, name] = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/.exec(file) ?? []
  if (folder === undefined || name === undefined) return undefined
  const known = packages.get(folder)
  if (known !== undefined) return known
  const installed = readPackage(folder, name.replace('\\', '/'))
  packages.set(folder, installed)
  return installed
}

function readPackage(folder: string, name: string): InstalledPackage {
  try {
    const manifest: unknown = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
    if (typeof manifest !== 'object' || manifest === null) throw new TypeError('no manifest')
    const fields = ['dependencies', 'peerDependencies', 'optionalDependencies']
    return {
      label: `${name}@${String(Reflect.get(manifest, 'version'))}`,
      dependsOn: (dependency) => fields.some((field) => hasOwn(Reflect.get(manifest, field), dependency)),
    }
  } catch {
    // A vendored folder without a manifest is named all the same.
    return { label: name, dependsOn: () => false }
  }
}

function hasOwn(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
}
