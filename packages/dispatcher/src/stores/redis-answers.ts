import { monotonicMs } from '../clock.js'

/**
 * Asks Redis, and waits for its answers no longer than a set time: a client waits without end. Once one did not come, nobody
 * else waits for as long again: until an answer comes there is one question in that time, and the others are refused at once.
 */
export class RedisAnswers {
  readonly #timeoutMs: number
  #isSilent = false
  #askAgainAt = 0

  /** @param timeoutMs Milliseconds. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Rejects with what Redis says, when it says nothing in time, and at once when it has said nothing of late. */
  async ask<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    const now = monotonicMs()
    if (now < this.#askAgainAt) throw new Silence(`Redis did not answer within ${this.#timeoutMs} ms just now.`)
    if (this.#isSilent) this.#askAgainAt = now + this.#timeoutMs
    try {
      const answer = await inTime(question(), this.#timeoutMs)
      this.#answered()
      return answer
    } catch (cause) {
      if (cause instanceof Silence) this.#silent()
      else this.#answered()
      throw cause
    }
  }

  #answered(): void {
    this.#isSilent = false
    this.#askAgainAt = 0
  }

  #silent(): void {
    this.#isSilent = true
    this.#askAgainAt = monotonicMs() + this.#timeoutMs
  }
}

/** An answer did not come in time. */
class Silence extends Error {}

/** Rejects when Redis is silent: a client waits for it without end. */
export async function inTime<Answer>(answer: Promise<Answer>, timeoutMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Silence(`Redis did not answer within ${timeoutMs} ms.`)), timeoutMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
