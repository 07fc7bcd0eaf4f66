// @ts-check
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
process.once('exit', endAll)

/**
 * A Node process of the chaos run that tells what it does in lines of JSON. Its pipe is written synchronously, so what it
 * said before a `kill -9` arrives.
 *
 * @typedef {{ readonly pid: number, readonly ended: Promise<void>, send(message: object): void, kill(signal?: NodeJS.Signals): void,
 *   readonly errors: string }} Spoken
 */

/**
 * @param {string} script The name of a file in this folder.
 * @param {object} settings What the process reads as its first argument.
 * @param {(line: unknown[]) => void} onLine
 * @param {{ readonly imports?: readonly string[] }} [options] `imports`: files of this folder that run before the script.
 * @returns {Spoken}
 */
export function launch(script, settings, onLine, { imports = [] } = {}) {
  const preloads = imports.flatMap((file) => ['--import', new URL(file, import.meta.url).href])
  const file = fileURLToPath(new URL(script, import.meta.url))
  const child = spawn(process.execPath, [...preloads, file, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  })
  running.add(child)
  const dismiss = watchOver(child)
  child.once('exit', dismiss)
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-4_000)))
  // A message to a process that was killed meanwhile is lost, as it is meant to be.
  child.on('error', () => {})
  const lines = child.stdout === null ? undefined : createInterface({ input: child.stdout })
  lines?.on('line', (line) => {
    const said = parsed(line)
    if (said !== undefined) onLine(said)
  })
  const ended = new Promise((/** @type {(value: void) => void} */ resolve) => {
    child.once('close', () => {
      running.delete(child)
      resolve()
    })
  })
  return {
    pid: child.pid ?? 0,
    ended,
    send: (message) => {
      if (child.connected) child.send(message, () => {})
    },
    kill: (signal = 'SIGKILL') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    },
    get errors() {
      return errors
    },
  }
}

/** Ends whatever still runs, at once. */
export function endAll() {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended by itself a moment ago.
    }
  }
}

/**
 * Ends a process when this one is gone, however it went: a shell waits for the end of its input, which is held open here.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => void} Sends the watch away.
 */
export function watchOver({ pid }) {
  const watcher = spawn('sh', ['-c', 'cat; kill -9 "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watcher.on('error', () => {})
  watcher.stdin?.on('error', () => {})
  return () => {
    // With its `cat`, and before the input ends: the number may be another process's by then.
    if (watcher.pid !== undefined && watcher.exitCode === null && watcher.signalCode === null)
      process.kill(-watcher.pid, 'SIGKILL')
  }
}

/**
 * The last line of a killed process may be cut off.
 *
 * @param {string} line
 * @returns {unknown[] | undefined}
 */
function parsed(line) {
  try {
    const value = JSON.parse(line)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
