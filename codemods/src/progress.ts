import { Presets, SingleBar } from 'cli-progress'

/** Hears how far a run is. */
export interface Progress {
  /** A phase begins, such as `Reading`, with so many steps to come. */
  begin(phase: string, total: number): void
  /** So many steps of the phase are done. */
  advance(done: number): void
  /** The phase is over, whether or not every step was reported. */
  end(): void
}

/** Says nothing. */
export const silent: Progress = { begin: () => {}, advance: () => {}, end: () => {} }

/** A stream that progress is written to. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean
  readonly columns?: number
}

/** Plain lines come no closer together than this, in milliseconds. */
const lineEvery = 5000

/**
 * A bar with rate and time left on a terminal; elsewhere plain lines, which need no control characters.
 *
 * @param now The time in milliseconds; `Date.now` when absent.
 */
export function progressOn(stream: ProgressStream, now: () => number = Date.now): Progress {
  return stream.isTTY === true ? bar(stream, stream.columns ?? 80, now) : lines(stream, now)
}

function bar(stream: NodeJS.WritableStream, columns: number, now: () => number): Progress {
  const numbers = '{value}/{total} {rate}/s, {eta_formatted} left'
  const format = columns < 80 ? `{phase} {percentage}% ${numbers}` : `{phase} {bar} {percentage}% ${numbers}`
  let single: SingleBar | undefined
  let started = 0
  return {
    begin(phase, total) {
      started = now()
      if (total === 0) return
      const options = {
        stream,
        format,
        barsize: 24,
        clearOnComplete: true,
        fps: 10,
        etaBuffer: 50,
        gracefulExit: false,
      }
      single = new SingleBar(options, Presets.shades_classic)
      single.start(total, 0, { phase: phase.padEnd(8), rate: '-' })
    },
    advance(done) {
      single?.update(done, { rate: rateOf(done, now() - started) })
    },
    end() {
      single?.stop()
      single = undefined
    },
  }
}

function lines(stream: NodeJS.WritableStream, now: () => number): Progress {
  let current = { phase: '', total: 0, started: 0, spoken: 0 }
  return {
    begin(phase, total) {
      current = { phase, total, started: now(), spoken: now() }
      if (total > 0) stream.write(`${phase} ${total} ${total === 1 ? 'file' : 'files'}\n`)
    },
    advance(done) {
      const time = now()
      const { phase, total, started, spoken } = current
      if (time - spoken < lineEvery || done === 0 || done >= total) return
      current = { ...current, spoken: time }
      const left = Math.ceil(((time - started) / done) * (total - done) * 0.001)
      stream.write(`${phase}: ${done} of ${total} (${rateOf(done, time - started)} a second, about ${left} s left)\n`)
    },
    end: () => {},
  }
}

function rateOf(done: number, milliseconds: number): string {
  const rate = (done * 1000) / Math.max(1, milliseconds)
  return rate >= 10 ? String(Math.round(rate)) : rate.toFixed(1)
}
