import { describe, expect, it, vi } from 'vitest'
import type { DispatcherOptions, PermissionDecision, PermissionPolicy, PermissionRequest } from '../../src/index.js'
import { useFakeClock } from '../support/fake-clock.js'
import { gate, settleMicrotasks, stateOf } from '../support/gate.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { contextOf, dispatcherWith } from '../support/requests.js'

useFakeClock()

/** A dispatcher with one tool, `pay`, that keeps what it was run with. */
function paying(permissions: PermissionPolicy, options: DispatcherOptions = {}) {
  const paid: unknown[] = []
  const events = new Recorder()
  const tools = {
    pay: { execute: (input: unknown) => paid.push(input) },
    audit: { requiredRoles: ['auditor'], execute: () => 1 },
  }
  return { dispatcher: dispatcherWith({ ...options, permissions, events, tools }), paid, events }
}

describe('a policy', () => {
  it('is asked about the call: its tool, context, parameters and id', async () => {
    const asked: PermissionRequest[] = []
    const { dispatcher } = paying((request) => {
      asked.push(request)
      return { allow: true }
    })
    const result = await dispatcher.executeTool('pay', { amount: 5 })
    expect(asked).toEqual([
      {
        toolName: 'pay',
        tool: dispatcher.tools['pay'],
        context: dispatcher.context,
        parameters: { amount: 5 },
        callId: result.callId,
      },
    ])
  })

  it('is not asked about a tool that is unknown, or that the roles forbid', async () => {
    const asked: string[] = []
    const { dispatcher } = paying(({ toolName }) => {
      asked.push(toolName)
      return { allow: true }
    })
    expect(codeOf(await dispatcher.executeTool('missing'))).toBe('tool_not_found')
    expect(codeOf(await dispatcher.executeTool('audit'))).toBe('permission_denied')
    expect(asked).toEqual([])
  })

  const rubbish: { answer: unknown; shown: string }[] = [
    { answer: undefined, shown: 'undefined' },
    { answer: null, shown: 'null' },
    { answer: true, shown: 'true' },
    { answer: 'allow', shown: '"allow"' },
    { answer: {}, shown: 'an object' },
    { answer: { allow: 1 }, shown: 'an object' },
    { answer: { allow: 'true' }, shown: 'an object' },
    { answer: { allowed: true }, shown: 'an object' },
    { answer: [{ allow: true }], shown: 'an array of 1' },
    { answer: () => ({ allow: true }), shown: 'a function' },
  ]
  const broken = new Error('no connection to the quota service')
  const fails = (): never => {
    throw broken
  }
  const unreadable = Object.defineProperty({}, 'allow', { get: fails })
  const ANSWERS: { what: string; policy: () => unknown; message: string; cause?: unknown }[] = [
    { what: 'denies with a reason', policy: () => ({ allow: false, reason: 'over quota' }), message: 'over quota' },
    { what: 'denies', policy: () => ({ allow: false }), message: 'Permission for tool pay was denied' },
    {
      what: 'denies with a reason that is no text',
      policy: () => ({ allow: false, reason: 42 }),
      message: 'Permission for tool pay was denied',
    },
    {
      what: 'throws',
      policy: fails,
      message: 'Permission for tool pay was denied: the policy threw: no connection to the quota service',
      cause: broken,
    },
    {
      what: 'answers what cannot be read',
      policy: () => unreadable,
      message: 'Permission for tool pay was denied: the policy threw: no connection to the quota service',
      cause: broken,
    },
    ...rubbish.map(({ answer, shown }) => ({
      what: `answers ${shown}`,
      policy: () => answer,
      message: `Permission for tool pay was denied: the policy must answer { allow: true } or { allow: false, reason }; it answered ${shown}`,
    })),
  ]
  const TIMES = [
    { when: 'at once', ask: (policy: () => unknown) => policy() },
    { when: 'later', ask: async (policy: () => unknown) => policy() },
    {
      when: 'by another library’s promise',
      ask: (policy: () => unknown) => ({
        // oxlint-disable-next-line unicorn/no-thenable -- the subject of this test
        then: (resolve: (answer: unknown) => void, reject: (cause: unknown) => void) => {
          try {
            resolve(policy())
          } catch (cause) {
            reject(cause)
          }
        },
      }),
    },
  ]

  it.each(ANSWERS.flatMap((answer) => TIMES.map((time) => ({ ...answer, ...time }))))(
    'that $what, $when, denies, and nothing runs',
    async ({ policy, ask, message, cause }) => {
      const { dispatcher, paid, events } = paying(() => ask(policy) as PermissionDecision)
      const result = await dispatcher.executeTool('pay')
      expect(result.error).toEqual({ code: 'permission_denied', message, ...(cause === undefined ? {} : { cause }) })
      expectPair(events.events, result)
      expect(paid).toEqual([])
      expect(dispatcher.metrics).toMatchObject({ permissionChecks: 1, permissionDenials: 1, failedExecutions: 1 })
    },
  )

  it.each(TIMES)('that allows, $when, lets the call run', async ({ ask }) => {
    const { dispatcher, paid } = paying(() => ask(() => ({ allow: true })) as PermissionDecision)
    expect((await dispatcher.executeTool('pay', { amount: 5 })).success).toBe(true)
    expect(paid).toEqual([{ amount: 5 }])
    expect(dispatcher.metrics).toMatchObject({ permissionChecks: 1, permissionDenials: 0 })
  })

  it('that hangs past the timeout denies, and what it answers later is dropped', async () => {
    const answer = gate<PermissionDecision>()
    const { dispatcher, paid, events } = paying(() => answer.promise)
    const call = dispatcher.executeTool('pay', {}, { timeoutMs: 50 })
    expect(await stateOf(call)).toBe('pending')
    vi.advanceTimersByTime(50)
    const result = await call
    expect(result.error).toEqual({
      code: 'permission_denied',
      message: 'Permission for tool pay was denied: the policy gave no answer within 50 ms',
    })
    expectPair(events.events, result)
    answer.open({ allow: true })
    await settleMicrotasks()
    expect(paid).toEqual([])
    expect(dispatcher.metrics).toMatchObject({ toolsExecuted: 1, permissionDenials: 1 })
  })

  it('that still decides when the call is aborted leads nowhere', async () => {
    const answer = gate<PermissionDecision>()
    const { dispatcher, paid } = paying(() => answer.promise)
    const controller = new AbortController()
    const call = dispatcher.executeTool('pay', {}, { signal: controller.signal })
    controller.abort()
    expect(codeOf(await call)).toBe('aborted')
    answer.fail(new Error('too late'))
    await settleMicrotasks()
    expect(paid).toEqual([])
  })

  it('may decide by user and by parameters', async () => {
    const context = contextOf()
    const permissions: PermissionPolicy = ({ context: { userId }, parameters }) =>
      userId === context.userId && (parameters as { amount: number }).amount < 10
        ? { allow: true }
        : { allow: false, reason: 'too much, or not you' }
    const tools = { pay: { execute: () => 'paid' } }
    const [mine, other] = [dispatcherWith({ permissions, tools }, context), dispatcherWith({ permissions, tools })]
    expect(codeOf(await mine.executeTool('pay', { amount: 5 }))).toBe('success: paid')
    expect(codeOf(await mine.executeTool('pay', { amount: 50 }))).toBe('permission_denied')
    expect(codeOf(await other.executeTool('pay', { amount: 5 }))).toBe('permission_denied')
  })

  it.each([null, {}, 'allow', true])('is refused when it is no function: %j', (permissions) => {
    const create = () => dispatcherWith({ permissions: permissions as unknown as PermissionPolicy })
    expect(create).toThrow(TypeError)
    expect(create).toThrow('permissions must be a function; received')
  })
})

describe('what a policy was shown', () => {
  it('is what runs, whatever the caller does to the parameters while it decides', async () => {
    const answer = gate<PermissionDecision>()
    const shown: unknown[] = []
    const { dispatcher, paid, events } = paying(({ parameters }) => {
      shown.push(parameters)
      return answer.promise
    })
    const parameters = { to: { account: 'A-1' }, amounts: [5], at: new Date(0), tags: new Map([['kind', 'gift']]) }
    const original = structuredClone(parameters)
    const call = dispatcher.executeTool('pay', parameters)
    parameters.to.account = 'B-2'
    parameters.amounts.push(5_000)
    parameters.at.setTime(1)
    parameters.tags.clear()
    answer.open({ allow: true })
    await call
    expect(shown).toEqual([original])
    expect(paid).toEqual([original])
    expect(events.shownParameters).toMatchObject({ to: { account: 'A-1' }, amounts: [5] })
  })

  it('is what runs where the caller’s object changes while a policy decides at once', async () => {
    const parameters = { amount: 5 }
    const { dispatcher, paid } = paying(() => {
      parameters.amount = 5_000
      return { allow: true }
    })
    await dispatcher.executeTool('pay', parameters)
    expect(paid).toEqual([{ amount: 5 }])
  })

  it('is what runs after a wait for a slot', async () => {
    const { dispatcher, paid } = paying(() => ({ allow: true }), { limits: { concurrentCallsPerUser: 1 } })
    const body = gate()
    dispatcher.registerTool({ name: 'hold', execute: () => body.promise })
    void dispatcher.executeTool('hold')
    const parameters = { amount: 5 }
    const call = dispatcher.executeTool('pay', parameters)
    parameters.amount = 5_000
    body.open('done')
    await call
    expect(paid).toEqual([{ amount: 5 }])
  })

  it('keeps a key that is called __proto__ a key', async () => {
    const { dispatcher, paid } = paying(async () => ({ allow: true }))
    const parameters: unknown = JSON.parse('{"__proto__": {"admin": true}, "amount": 5}')
    await dispatcher.executeTool('pay', parameters)
    expect(paid).toEqual([parameters])
    expect(JSON.stringify(paid[0])).toBe('{"__proto__":{"admin":true},"amount":5}')
    expect(Object.getPrototypeOf(paid[0])).toBe(Object.prototype)
  })

  it('keeps cycles, and functions and instances as the handles that they are', async () => {
    const { dispatcher, paid } = paying(async () => ({ allow: true }))
    class Connection {
      readonly open = true
    }
    const parameters: Record<string, unknown> = { connection: new Connection(), done: () => 'done', amount: 5 }
    parameters['self'] = parameters
    await dispatcher.executeTool('pay', parameters)
    const [ran] = paid as Record<string, unknown>[]
    expect(ran).not.toBe(parameters)
    expect(ran?.['self']).toBe(ran)
    expect(ran?.['connection']).toBe(parameters['connection'])
    expect(ran?.['done']).toBe(parameters['done'])
  })
})
