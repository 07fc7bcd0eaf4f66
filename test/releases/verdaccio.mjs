// @ts-check
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, serve } from '../demo/processes.mjs'

const tools = fileURLToPath(new URL('registry', import.meta.url))

/**
 * A registry on this machine.
 *
 * @typedef {object} Registry
 * @property {string} url
 * @property {string} folder Where it keeps its files.
 * @property {Record<string, string>} env What makes npm, pnpm and yarn take our packages from it, and publish to it.
 * @property {() => Promise<void>} stop
 */

/** Installs Verdaccio and the other installers from their own lockfile, unless they are there. */
export async function installTools() {
  const wanted = Object.entries(manifestIn(tools).dependencies)
  const isThere = wanted.every(([name, version]) => {
    const folder = join(tools, 'node_modules', name)
    return existsSync(folder) && manifestIn(folder).version === version
  })
  if (isThere) return
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
  const { status, stderr } = await run(tools, 'npm', args, { timeoutMs: 300_000 })
  if (status !== 0) throw new Error(`npm ${args.join(' ')} in ${tools} failed:\n${stderr}`)
}

/** @param {string} folder */
function manifestIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/**
 * The path of a command that {@link installTools} installed.
 *
 * @param {string} name
 */
export function toolNamed(name) {
  return join(tools, 'node_modules/.bin', name)
}

/**
 * Starts an empty registry of our packages on a free port. It has no way up: what is not published to it, it does not know.
 *
 * @param {string} folder Where it keeps its files.
 * @returns {Promise<Registry>}
 */
export async function startRegistry(folder) {
  mkdirSync(folder, { recursive: true })
  const url = `http://127.0.0.1:${await freePort()}/`
  const config = join(folder, 'config.yaml')
  writeFileSync(config, configuration(folder))
  const server = await serve(folder, toolNamed('verdaccio'), ['--config', config, '--listen', url], {
    ready: /(http address|http:\/\/\S+)/u,
    timeoutMs: 60_000,
  })
  await answering(url)
  const userconfig = join(folder, 'npmrc')
  const { host } = new URL(url)
  writeFileSync(
    userconfig,
    `@switchyard:registry=${url}\n//${host}/:_authToken=${await signUp(url)}\nsave-exact=false\n`,
  )
  const env = { NPM_CONFIG_USERCONFIG: userconfig, npm_config_audit: 'false', npm_config_fund: 'false', CI: 'true' }
  return { url, folder, env, stop: () => server.stop() }
}

/** @param {string} folder */
function configuration(folder) {
  return [
    `storage: ${JSON.stringify(join(folder, 'storage'))}`,
    'auth:',
    '  htpasswd:',
    `    file: ${JSON.stringify(join(folder, 'htpasswd'))}`,
    "packages: { '@switchyard/*': { access: $all, publish: $authenticated, unpublish: $authenticated } }",
    'max_body_size: 50mb',
    'log: { type: stdout, format: pretty, level: warn }',
    '',
  ].join('\n')
}

/**
 * @param {string} url
 * @returns {Promise<string>} the token of a new user
 */
async function signUp(url) {
  const response = await fetch(`${url}-/user/org.couchdb.user:maintainer`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'maintainer', password: 'of-a-rehearsal' }),
  })
  /** @type {{ token?: string, error?: string }} */
  const { token, error } = await response.json()
  if (token === undefined) throw new Error(`the registry signs nobody up: ${response.status} ${error}`)
  return token
}

/** @param {string} url */
async function answering(url) {
  const response = await fetch(`${url}-/ping`, { signal: AbortSignal.timeout(20_000) })
  if (!response.ok) throw new Error(`the registry at ${url} answered its ping with ${response.status}`)
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port was found')
  return address.port
}
