// @ts-check
import { spawn } from 'node:child_process'

/**
 * What a command left behind.
 *
 * @typedef {{ status: number, stdout: string, stderr: string }} Outcome
 */

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

/**
 * Runs a command to its end.
 *
 * @param {string} folder Where it runs.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ show?: boolean, env?: Record<string, string>, timeoutMs?: number }} [options] `show`: it prints to this
 *   program's own terminal, and leaves no text behind. `timeoutMs`: ended after that, default 120,000.
 * @returns {Promise<Outcome>}
 */
export async function run(folder, command, args, { show = false, env = {}, timeoutMs = 120_000 } = {}) {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  const deadline = setTimeout(() => endGroup(child), timeoutMs)
  const texts = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text) => (texts.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text) => (texts.stderr += text))
  try {
    const status = await ended(child, command)
    return { status, ...texts }
  } finally {
    clearTimeout(deadline)
    running.delete(child)
  }
}

/**
 * Starts a server and waits for the line in which it says where it is.
 *
 * @param {string} folder
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ ready: RegExp, env?: Record<string, string>, timeoutMs?: number }} options `ready`: its first group is given back.
 * @returns {Promise<{ address: string, stop(): Promise<void> }>}
 */
export async function serve(folder, command, args, { ready, env = {}, timeoutMs = 20_000 }) {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  running.add(child)
  const exit = ended(child, command).finally(() => running.delete(child))
  const stop = async () => {
    child.kill('SIGTERM')
    const deadline = setTimeout(() => endGroup(child), 3_000)
    await exit
    clearTimeout(deadline)
  }
  let said = ''
  /** @type {Promise<string>} */
  const address = new Promise((resolve) => {
    const read = (/** @type {string} */ text) => {
      said += text
      const found = ready.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
  })
  const early = exit.then((status) => {
    throw new Error(`${command} ${args.join(' ')} ended with status ${status} before it was ready:\n${said}`)
  })
  try {
    return { address: await Promise.race([address, early, late(timeoutMs, () => said)]), stop }
  } catch (error) {
    await stop()
    throw error
  } finally {
    // Its end is expected later, and then it is nobody's error.
    early.catch(() => {})
  }
}

/** Ends whatever still runs, at once. */
export function endAll() {
  for (const child of running) endGroup(child)
}

/**
 * Ends a command and all that it started; each command is the head of a process group of its own.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function endGroup(child) {
  if (child.pid === undefined || child.exitCode !== null) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    // The group may have ended by itself a moment ago.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} command
 * @returns {Promise<number>}
 */
function ended(child, command) {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${command} could not start: ${error.message}`)))
    child.once('close', (status, signal) => resolve(status ?? (signal === null ? 1 : 128)))
  })
}

/**
 * @param {number} timeoutMs
 * @param {() => string} said
 * @returns {Promise<never>}
 */
function late(timeoutMs, said) {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the server did not start within ${timeoutMs} ms; it said:\n${said()}`)),
      timeoutMs,
    )
    timer.unref()
  })
}
