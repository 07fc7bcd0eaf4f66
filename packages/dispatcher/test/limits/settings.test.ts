import { afterEach, describe, expect, it, vi } from 'vitest'
import type { DispatcherOptions } from '../../src/index.js'
import { resolveLimits } from '../../src/limits.js'
import { useFakeClock } from '../support/fake-clock.js'
import { stateOf } from '../support/gate.js'
import { codeOf } from '../support/recorder.js'
import { dispatcherWith } from '../support/requests.js'

useFakeClock()
afterEach(() => {
  vi.unstubAllEnvs()
})

const tools = { endless: { execute: () => new Promise<never>(() => {}) }, echo: { execute: (input: unknown) => input } }

describe('the limits of a dispatcher', () => {
  it('have the defaults that are written down', () => {
    expect(resolveLimits(undefined)).toEqual({
      timeoutMs: 30_000,
      concurrentCallsPerUser: 10,
      queuedCallsPerUser: 1_000,
      callsPerMinutePerUser: Infinity,
      maxInputBytes: 102_400,
      maxOutputBytes: 1_048_576,
    })
  })

  it('are the given ones, and the defaults for the others', () => {
    const { timeoutMs, ...defaults } = resolveLimits({})
    expect(timeoutMs).toBe(30_000)
    expect(resolveLimits({ timeoutMs: 5, maxInputBytes: undefined })).toEqual({ ...defaults, timeoutMs: 5 })
  })

  it('do not change when the object that they were given in does', async () => {
    const limits = { timeoutMs: 10 }
    const dispatcher = dispatcherWith({ tools, limits })
    limits.timeoutMs = 1_000
    const call = dispatcher.executeTool('endless')
    vi.advanceTimersByTime(10)
    expect(codeOf(await call)).toBe('timeout')
  })

  const NAMES = [
    'timeoutMs',
    'concurrentCallsPerUser',
    'queuedCallsPerUser',
    'callsPerMinutePerUser',
    'maxInputBytes',
    'maxOutputBytes',
  ]
  const BAD: { value: unknown; shown: string }[] = [
    { value: -1, shown: '-1' },
    { value: -0.5, shown: '-0.5' },
    { value: -Infinity, shown: '-Infinity' },
    { value: Number.NaN, shown: 'NaN' },
    { value: '10', shown: '"10"' },
    { value: null, shown: 'null' },
    { value: 10n, shown: '10n' },
    { value: {}, shown: 'an object' },
  ]

  it.each(NAMES.flatMap((name) => BAD.map((bad) => ({ name, ...bad }))))(
    'are refused with a TypeError at creation: $name $shown',
    ({ name, value, shown }) => {
      const create = () => dispatcherWith({ limits: { [name]: value } })
      expect(create).toThrow(TypeError)
      expect(create).toThrow(`limits.${name} must be a number, 0 or more`)
      expect(create).toThrow(`; received ${shown}.`)
    },
  )

  it('are refused where there is no limit of a name, and the names are listed', () => {
    const create = () => dispatcherWith({ limits: { timeout: 5 } as DispatcherOptions['limits'] })
    expect(create).toThrow(TypeError)
    expect(create).toThrow(`There is no limit "timeout"; the limits are ${NAMES.join(', ')}.`)
  })

  it.each([null, 5, 'none', () => ({})])('are refused when they are no object: %s', (limits) => {
    expect(() => dispatcherWith({ limits: limits as DispatcherOptions['limits'] })).toThrow(TypeError)
  })
})

describe('the environment', () => {
  const VARIABLES = [
    { variable: 'AGENT_DEFAULT_TIMEOUT', limit: 'timeoutMs', text: '45', value: 45_000, otherwise: 30_000 },
    { variable: 'AGENT_DEFAULT_TIMEOUT', limit: 'timeoutMs', text: '0.25', value: 250, otherwise: 30_000 },
    { variable: 'AGENT_MAX_CONCURRENT_PER_USER', limit: 'concurrentCallsPerUser', text: '3', value: 3, otherwise: 10 },
    {
      variable: 'AGENT_RATE_LIMIT_PER_MINUTE',
      limit: 'callsPerMinutePerUser',
      text: ' 100 ',
      value: 100,
      otherwise: Infinity,
    },
  ] as const

  it.each(VARIABLES)('$variable=$text makes the default of $limit $value', ({ variable, limit, text, value }) => {
    vi.stubEnv(variable, text)
    expect(resolveLimits(undefined)[limit]).toBe(value)
    expect(resolveLimits({})[limit]).toBe(value)
    expect(resolveLimits({ [limit]: undefined })[limit]).toBe(value)
  })

  it.each(VARIABLES)('$variable yields to the limit that is given', ({ variable, limit, text }) => {
    vi.stubEnv(variable, text)
    expect(resolveLimits({ [limit]: 7 })[limit]).toBe(7)
  })

  it.each(VARIABLES)('$variable of 0 or Infinity switches $limit off', ({ variable, limit }) => {
    for (const text of ['0', 'Infinity']) {
      vi.stubEnv(variable, text)
      expect(resolveLimits(undefined)[limit]).toBe(Infinity)
    }
  })

  it.each(VARIABLES)('$variable that is empty says nothing', ({ variable, limit, otherwise }) => {
    for (const text of ['', '  ']) {
      vi.stubEnv(variable, text)
      expect(resolveLimits(undefined)[limit]).toBe(otherwise)
    }
  })

  const names = [...new Set(VARIABLES.map(({ variable }) => variable))]
  it.each(names.flatMap((variable) => ['-5', 'ten', '30s', 'NaN', '1,000'].map((text) => ({ variable, text }))))(
    '$variable=$text is a TypeError at creation',
    ({ variable, text }) => {
      vi.stubEnv(variable, text)
      const create = () => dispatcherWith()
      expect(create).toThrow(TypeError)
      expect(create).toThrow(`The environment variable ${variable} must be a number, 0 or more`)
      expect(create).toThrow(`; received ${JSON.stringify(text)}.`)
    },
  )

  it('is read when a dispatcher is created, and not again', async () => {
    vi.stubEnv('AGENT_DEFAULT_TIMEOUT', '1')
    const early = dispatcherWith({ tools })
    vi.stubEnv('AGENT_DEFAULT_TIMEOUT', '2')
    const late = dispatcherWith({ tools })
    vi.stubEnv('AGENT_DEFAULT_TIMEOUT', 'broken')
    const calls = [early.executeTool('endless'), late.executeTool('endless')]
    vi.advanceTimersByTime(1_000)
    const states = calls.map((call) => stateOf(call.then(codeOf)))
    expect(await Promise.all(states)).toEqual(['timeout', 'pending'])
    vi.advanceTimersByTime(1_000)
    expect((await Promise.all(calls)).map(codeOf)).toEqual(['timeout', 'timeout'])
  })

  it('limits calls as the options do', async () => {
    vi.stubEnv('AGENT_RATE_LIMIT_PER_MINUTE', '2')
    vi.stubEnv('AGENT_MAX_CONCURRENT_PER_USER', '1')
    const dispatcher = dispatcherWith({ tools, limits: { queuedCallsPerUser: 0 } })
    const running = dispatcher.executeTool('endless')
    expect(codeOf(await dispatcher.executeTool('echo'))).toBe('concurrency_limited')
    vi.advanceTimersByTime(30_000)
    expect(codeOf(await running)).toBe('timeout')
    expect(codeOf(await dispatcher.executeTool('echo', 'second'))).toBe('success: second')
    expect(codeOf(await dispatcher.executeTool('echo'))).toBe('rate_limited')
  })
})
