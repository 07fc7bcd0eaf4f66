// @ts-check
import { execFile } from 'node:child_process'

/**
 * What a registry knows of a package: each version with its deprecation message, if it has one.
 *
 * @typedef {ReadonlyMap<string, string | undefined>} PublishedVersions
 */

/** Where npm publishes to when nobody says otherwise. */
export const publicRegistry = 'https://registry.npmjs.org/'

/**
 * @param {string} registry
 * @param {string} name
 * @returns {Promise<PublishedVersions>} empty when the registry does not know the package
 */
export async function publishedVersions(registry, name) {
  const versions = await versionsOf(registry, name)
  return new Map(Object.entries(versions).map(([version, { deprecated }]) => [version, deprecated || undefined]))
}

/**
 * @param {string} registry
 * @param {string} name
 * @param {string} version
 * @returns {Promise<string | undefined>} the commit that npm published it from, as far as the registry knows
 */
export async function publishedCommit(registry, name, version) {
  return (await versionsOf(registry, name))[version]?.gitHead
}

/**
 * @param {string} registry
 * @param {string} name
 * @returns {Promise<Record<string, { deprecated?: string, gitHead?: string }>>}
 */
async function versionsOf(registry, name) {
  const url = new URL(name.replace('/', '%2f'), registry)
  const response = await ask(url)
  if (response.status === 404) return {}
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}: its versions are not known`)
  /** @type {{ versions?: Record<string, { deprecated?: string, gitHead?: string }> }} */
  const { versions = {} } = await response.json()
  return versions
}

/**
 * @param {URL} url
 * @returns {Promise<Response>}
 */
async function ask(url) {
  try {
    return await fetch(url, { headers: { 'cache-control': 'no-cache' }, signal: AbortSignal.timeout(30_000) })
  } catch (error) {
    throw new Error(`the registry does not answer at ${url.href}`, { cause: error })
  }
}

/** @typedef {{ cwd: string, env?: Record<string, string> }} RunOptions */
/** @typedef {{ status: number, stdout: string, stderr: string }} Outcome */

/**
 * Runs npm to its end. Not synchronously: a connection that the registry closes meanwhile would be used again.
 *
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Promise<Outcome>}
 */
export function npm(args, options) {
  return finished('npm', args, options)
}

/**
 * Runs a script to its end, like {@link npm}.
 *
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Promise<Outcome>}
 */
export function node(args, options) {
  return finished(process.execPath, args, options)
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Promise<Outcome>}
 */
function finished(command, args, { cwd, env = {} }) {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 }
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code === 'string')
        reject(new Error(`${command} could not run: ${error.message}`))
      else resolve({ status: child.exitCode ?? 1, stdout, stderr })
    })
  })
}

/**
 * Whether npm failed because the version is there already: a registry's metadata may lag minutes behind it.
 *
 * @param {string} stderr
 */
export function isAlreadyPublished(stderr) {
  return /EPUBLISHCONFLICT|cannot publish over|previously published|already present|this package is already/iu.test(
    stderr,
  )
}

/**
 * Whether npm failed because of who it is signed on as, or not signed on at all. A registry hides packages from strangers
 * by saying that they do not exist.
 *
 * @param {string} stderr
 */
export function isNotAllowed(stderr) {
  return /\b(?:ENEEDAUTH|E401|E403|E404|EOTP)\b/u.test(stderr)
}

/**
 * The environment in which npm speaks to a registry with a token.
 *
 * @param {string} registry
 * @param {string | undefined} token Absent: whatever npm's own configuration says.
 * @returns {Record<string, string>}
 */
export function withToken(registry, token) {
  if (token === undefined || token === '') return {}
  const { host, pathname } = new URL(registry)
  return { [`npm_config_//${host}${pathname}:_authToken`]: token }
}
