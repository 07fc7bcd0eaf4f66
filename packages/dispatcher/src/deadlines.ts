import { monotonicMs } from './clock.js'

/**
 * All deadlines of the process behind one timer. Deadlines of the same length form a list that is in order by itself, so
 * adding and removing one touches two neighbours. The timer keeps the process alive while a deadline is pending, and is
 * let run out afterwards instead of being cleared and made anew for each call.
 */

/** Something that has a time limit. An object that extends it may be in one list at a time. */
export abstract class Deadline {
  #list: DeadlineList | undefined
  #previous: Deadline | undefined
  #next: Deadline | undefined
  #at = 0

  /** Called once when the time is up. */
  protected abstract expire(): void

  /** Starts the time. `durationMs` is finite and above 0; `from` is a time of {@link monotonicMs}. */
  protected startDeadline(durationMs: number, from: number): void {
    const list = listFor(durationMs)
    this.#at = from + durationMs
    this.#list = list
    this.#previous = list.last
    if (list.last === undefined) list.first = this
    else list.last.#next = this
    list.last = this
    pending += 1
    if (pending === 1) timer?.ref()
    if (this.#at < armedFor) arm(this.#at)
  }

  /** Ends the time; does nothing when it has not been started or is over. */
  protected clearDeadline(): void {
    const list = this.#list
    if (list === undefined) return
    if (this.#previous === undefined) list.first = this.#next
    else this.#previous.#next = this.#next
    if (this.#next === undefined) list.last = this.#previous
    else this.#next.#previous = this.#previous
    this.#list = undefined
    this.#previous = undefined
    this.#next = undefined
    pending -= 1
    if (pending === 0) timer?.unref()
  }

  static sweep(): void {
    const now = monotonicMs()
    const due: Deadline[] = []
    for (const list of lists.values()) {
      for (let deadline = list.first; deadline !== undefined && deadline.#at <= now; deadline = deadline.#next) {
        due.push(deadline)
      }
    }
    // What expires may end and start others, so the lists are only cleared up afterwards.
    for (const deadline of due.sort(Deadline.#inOrder)) {
      if (deadline.#list === undefined) continue
      deadline.clearDeadline()
      deadline.expire()
    }
    Deadline.#rearm()
  }

  /** Whichever is due first; of two that are due at once the one that started first, which is the longer one. */
  static #inOrder(a: Deadline, b: Deadline): number {
    return a.#at - b.#at || (b.#list?.durationMs ?? 0) - (a.#list?.durationMs ?? 0)
  }

  /** Drops the lists that are empty, and sets the timer for the deadline that is due first. */
  static #rearm(): void {
    clearTimeout(timer)
    timer = undefined
    armedFor = Infinity
    latest = NONE
    let earliest = Infinity
    for (const list of lists.values()) {
      if (list.first === undefined) lists.delete(list.durationMs)
      else earliest = Math.min(earliest, list.first.#at)
    }
    if (earliest < Infinity) arm(earliest)
  }
}

interface DeadlineList {
  readonly durationMs: number
  first: Deadline | undefined
  last: Deadline | undefined
}

/** Node's longest timer; a later deadline is swept for more than once. */
const LONGEST_TIMER_MS = 2_147_483_647
const NONE: DeadlineList = { durationMs: Number.NaN, first: undefined, last: undefined }

const FEW_LISTS = 64

const lists = new Map<number, DeadlineList>()
let manyLists = FEW_LISTS
let latest = NONE
let pending = 0
let armedFor = Infinity
let timer: NodeJS.Timeout | undefined

function listFor(durationMs: number): DeadlineList {
  if (latest.durationMs === durationMs) return latest
  let list = lists.get(durationMs)
  if (list === undefined) {
    if (lists.size >= manyLists) dropEmptyLists()
    list = { durationMs, first: undefined, last: undefined }
    lists.set(durationMs, list)
  }
  latest = list
  return list
}

/** Callers who pass what is left of their own time use each length once; what they leave must not wait for the timer. */
function dropEmptyLists(): void {
  for (const list of lists.values()) if (list.first === undefined) lists.delete(list.durationMs)
  manyLists = Math.max(FEW_LISTS, lists.size * 2)
}

function arm(at: number): void {
  clearTimeout(timer)
  armedFor = at
  // Rounded up, so that the sweep does not come a fraction of a millisecond too early and for nothing.
  timer = setTimeout(Deadline.sweep, Math.min(Math.ceil(at - monotonicMs()), LONGEST_TIMER_MS))
  if (pending === 0) timer.unref()
}

/** How many deadlines are pending: for tests that count. @internal */
export function pendingDeadlines(): number {
  return pending
}

/** Rejects when the answer is late, for what may be silent without end. */
export async function inTime<Answer>(answer: Promise<Answer>, timeoutMs: number): Promise<Answer> {
  let alarm: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    alarm = setTimeout(() => reject(new Error(`There was no answer within ${timeoutMs} ms.`)), timeoutMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(alarm)
  }
}
