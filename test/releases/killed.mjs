// @ts-check
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/**
 * Runs a command again and again, killing it and all that it started at the first line of a kind that no run before it
 * came to, until a run ends by itself.
 *
 * @param {string} folder
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env: Record<string, string>, at: RegExp, most?: number }} options `at`: the lines. `most`: kills, default 200.
 * @returns {Promise<number>} how often it was killed
 */
export async function runUntilNewLine(folder, command, args, { env, at, most = 200 }) {
  const seen = new Set()
  for (let kills = 0; kills <= most; kills += 1) {
    const { killed, status, said } = await runOnce(folder, command, args, { env, at, seen })
    if (killed) continue
    if (status !== 0) throw new Error(`after ${kills} kills, ${command} exited with ${status}:\n${said}`)
    return kills
  }
  throw new Error(`${command} came to no end in ${most} runs`)
}

/**
 * @param {string} folder
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env: Record<string, string>, at: RegExp, seen: Set<string> }} options
 */
async function runOnce(folder, command, args, { env, at, seen }) {
  // The head of a process group, so that what it started dies with it.
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env }, detached: true })
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  let said = ''
  let killed = false
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text))
  for await (const line of createInterface({ input: child.stdout })) {
    said += `${line}\n`
    if (killed || !at.test(line) || seen.has(line)) continue
    seen.add(line)
    killed = true
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  return { killed, status: await ended, said }
}
