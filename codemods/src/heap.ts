import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { constants, totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'

/** Bytes of heap that a checker takes for each byte of source, from 60 to 130 as measured on generated projects, and some more. */
const heapPerByte = 140
/** What it takes before it has seen any. */
const heapAtLeast = 256 * 1024 * 1024
/** How much of the machine's memory may be asked for. */
const share = 0.75
/** Set for the process that was given more. */
const marker = 'SWITCHYARD_HEAP_MB'

/** A project is larger than this process may become, and a process that may become larger would do: nothing is written yet. */
export class MoreHeapNeeded extends Error {
  /** The heap to begin again with, in MiB. */
  readonly megabytes: number

  constructor(megabytes: number) {
    super(`this project needs a heap of about ${megabytes} MB: give node --max-old-space-size=${megabytes}`)
    this.name = 'MoreHeapNeeded'
    this.megabytes = megabytes
  }
}

let restarts = false

/** Says that this process can begin again with more heap: the command can, whoever calls its functions cannot. */
export function allowRestart(env: NodeJS.ProcessEnv = process.env): void {
  restarts = env[marker] === undefined
}

/**
 * Looks whether a checker of these files fits into the heap, before any of them is parsed.
 *
 * @throws {MoreHeapNeeded} when it does not, a larger heap is to be had, and this process may begin again
 */
export function askForHeap(files: readonly string[]): void {
  if (!restarts) return
  let bytes = 0
  for (const file of files) bytes += statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const megabytes = heapFor(bytes, getHeapStatistics().heap_size_limit, memoryOfMachine())
  if (megabytes !== undefined) throw new MoreHeapNeeded(megabytes)
}

/**
 * The heap that a process should begin again with.
 *
 * @param sourceBytes How large the sources are.
 * @param limit How large the heap may become now, in bytes.
 * @param memory What the machine has, in bytes.
 * @returns MiB; undefined when the limit is enough, or no larger one is to be had
 */
export function heapFor(sourceBytes: number, limit: number, memory: number): number | undefined {
  const needed = heapAtLeast + sourceBytes * heapPerByte
  if (needed <= limit) return undefined
  const granted = Math.min(needed, memory * share)
  return granted <= limit ? undefined : Math.ceil(granted / 1024 / 1024)
}

/** A container may have less than its machine. */
function memoryOfMachine(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem()
}

function ignore(): void {}

/**
 * Runs the command again, with the same arguments and streams, in a process whose heap may become larger.
 *
 * @returns its exit status
 */
export async function restart(script: string, args: readonly string[], megabytes: number): Promise<number> {
  const options = process.execArgv.filter((option) => !/^--max[-_]old[-_]space[-_]size/u.test(option))
  const child = spawn(process.execPath, [...options, `--max-old-space-size=${megabytes}`, script, ...args], {
    stdio: 'inherit',
    env: { ...process.env, [marker]: String(megabytes) },
  })
  // Ctrl-C reaches both, and what is being written is the other's; what is sent to this process alone is passed on.
  const passOn = (signal: NodeJS.Signals): boolean => child.kill(signal)
  process.on('SIGINT', ignore).on('SIGTERM', passOn)
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
    })
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', passOn)
  }
}
