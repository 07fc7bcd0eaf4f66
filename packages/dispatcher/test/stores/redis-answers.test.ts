import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RedisAnswers } from '../../src/stores/redis-answers.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const silence = () => new Promise<never>(() => {})

describe('RedisAnswers', () => {
  it('gives up an answer that does not come in time, and asks nothing for as long again', async () => {
    const answers = new RedisAnswers(1_000)
    const first = answers.ask(silence)
    first.catch(() => {})
    await vi.advanceTimersByTimeAsync(1_000)
    await expect(first).rejects.toThrow('Redis did not answer within 1000 ms.')
    const asked = vi.fn<() => Promise<string>>(() => Promise.resolve('here'))
    await vi.advanceTimersByTimeAsync(999)
    await expect(answers.ask(asked)).rejects.toThrow('did not answer within 1000 ms just now')
    expect(asked).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await answers.ask(asked)).toBe('here')
    expect(await answers.ask(asked)).toBe('here')
  })

  it('lets one ask at a time after that, until there is an answer', async () => {
    const answers = new RedisAnswers(1_000)
    const first = answers.ask(silence)
    first.catch(() => {})
    await vi.advanceTimersByTimeAsync(2_000)
    let say: (answer: string) => void = () => {}
    const one = answers.ask(
      () =>
        new Promise<string>((resolve) => {
          say = resolve
        }),
    )
    await expect(answers.ask(() => Promise.resolve('too soon'))).rejects.toThrow('just now')
    say('back')
    expect(await one).toBe('back')
    expect(await answers.ask(() => Promise.resolve('again'))).toBe('again')
  })

  it('takes an error for an answer', async () => {
    const answers = new RedisAnswers(1_000)
    await expect(answers.ask(() => Promise.reject(new Error('READONLY')))).rejects.toThrow('READONLY')
    expect(await answers.ask(() => Promise.resolve('here'))).toBe('here')
    expect(vi.getTimerCount()).toBe(0)
  })
})
