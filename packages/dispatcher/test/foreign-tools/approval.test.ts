import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { DispatchMiddleware, PermissionPolicy } from '../../src/index.js'
import { approve, fromAiSdkTool } from '../../src/interop.js'
import { gate, settleMicrotasks } from '../support/gate.js'
import { codeOf, expectPair, Recorder } from '../support/recorder.js'
import { dispatcherWith } from '../support/requests.js'

const pay = {
  inputSchema: z.object({ amount: z.number() }),
  needsApproval: true as unknown,
  execute: () => 'paid' as unknown,
}

describe('a tool that needs approval', () => {
  it('is denied without one, with what gives it, and counted as a denial', async () => {
    const events = new Recorder()
    const dispatcher = dispatcherWith({ tools: { pay }, events })
    const result = await dispatcher.executeTool('pay', { amount: 1 })
    expect(result.error).toEqual({
      code: 'permission_denied',
      message:
        'Tool pay needs approval, by its needsApproval, and nobody approved this call; a permission policy or a ' +
        'middleware gives it, with approve(call) of @switchyard/dispatcher/interop',
    })
    expectPair(events.events, result)
    expect(dispatcher.metrics.permissionDenials).toBe(1)
  })

  it('is denied by a policy that allows the call and approves nothing', async () => {
    const permissions: PermissionPolicy = () => ({ allow: true })
    expect(codeOf(await dispatcherWith({ tools: { pay }, permissions }).executeTool('pay', { amount: 1 }))).toBe(
      'permission_denied',
    )
  })

  it('runs when a policy approves it, which sees the parameters', async () => {
    const permissions: PermissionPolicy = (request) => {
      const { amount } = request.parameters as { amount: number }
      if (amount < 100) approve(request)
      return { allow: true }
    }
    const dispatcher = dispatcherWith({ tools: { pay }, permissions })
    expect((await dispatcher.executeTool('pay', { amount: 1 })).result).toBe('paid')
    expect(codeOf(await dispatcher.executeTool('pay', { amount: 1000 }))).toBe('permission_denied')
  })

  it('runs when a middleware approves it, each time that calls next', async () => {
    const middleware: DispatchMiddleware = async (call, next) => {
      const before = await next()
      approve(call)
      return before.success ? before : next()
    }
    const dispatcher = dispatcherWith({ tools: { pay }, middleware: [middleware] })
    expect((await dispatcher.executeTool('pay', { amount: 1 })).result).toBe('paid')
  })

  it('is approved for one call: not for the next, nor for those that its tool makes', async () => {
    let approvals = 0
    const middleware: DispatchMiddleware = (call, next) => {
      if (call.toolName === 'order' && approvals === 0) approve(call)
      approvals += 1
      return next()
    }
    const order = {
      ...pay,
      execute: async (_input: unknown, call: { executeTool(name: string, input: unknown): Promise<unknown> }) =>
        call.executeTool('pay', { amount: 1 }),
    }
    const dispatcher = dispatcherWith({ tools: { pay, order }, middleware: [middleware] })
    const first = await dispatcher.executeTool('order', { amount: 1 })
    expect(first.result).toMatchObject({ success: false, error: { code: 'permission_denied' } })
    expect(codeOf(await dispatcher.executeTool('order', { amount: 1 }))).toBe('permission_denied')
  })

  it('is denied also when an executor is to run its body elsewhere', async () => {
    const ran: unknown[] = []
    const executor = {
      handles: () => true,
      run: async ({ input }: { input: unknown }) => {
        ran.push(input)
        return 'ran elsewhere'
      },
    }
    const permissions: PermissionPolicy = (request) => {
      if ((request.parameters as { amount: number }).amount < 100) approve(request)
      return { allow: true }
    }
    const dispatcher = dispatcherWith({ tools: { pay }, executor, permissions })
    expect(codeOf(await dispatcher.executeTool('pay', { amount: 1000 }))).toBe('permission_denied')
    expect((await dispatcher.executeTool('pay', { amount: 1 })).result).toBe('ran elsewhere')
    expect(ran).toEqual([{ amount: 1 }])
  })

  it('does not run when its call has settled before the answer', async () => {
    const answer = gate<boolean>()
    let ran = false
    const slow = { ...pay, needsApproval: () => answer.promise, execute: () => (ran = true) }
    const controller = new AbortController()
    const call = dispatcherWith({ tools: { slow } }).executeTool('slow', { amount: 1 }, { signal: controller.signal })
    await settleMicrotasks()
    controller.abort()
    expect(codeOf(await call)).toBe('aborted')
    answer.open(false)
    await settleMicrotasks()
    expect(ran).toBe(false)
  })

  it('keeps its approval when it is wrapped or changed', async () => {
    const made = fromAiSdkTool(pay, 'pay')
    const wrapped = { name: 'wrapped', execute: made.execute }
    const dispatcher = dispatcherWith({ tools: [{ ...made, description: 'Pays' }, wrapped] })
    expect(codeOf(await dispatcher.executeTool('pay', { amount: 1 }))).toBe('permission_denied')
    expect(codeOf(await dispatcher.executeTool('wrapped', { amount: 1 }))).toBe('permission_denied')
  })

  it('asks its function with the input, and takes a throw for a denial', async () => {
    const cause = new Error('the rules are gone')
    const needsApproval = ({ amount }: { amount: number }) => {
      if (amount < 0) throw cause
      return Promise.resolve(amount > 100)
    }
    const dispatcher = dispatcherWith({ tools: { pay: { ...pay, needsApproval } } })
    expect((await dispatcher.executeTool('pay', { amount: 1 })).result).toBe('paid')
    expect(codeOf(await dispatcher.executeTool('pay', { amount: 101 }))).toBe('permission_denied')
    expect((await dispatcher.executeTool('pay', { amount: -1 })).error).toEqual({
      code: 'permission_denied',
      message: 'Permission for tool pay was denied: its needsApproval threw: the rules are gone',
      cause,
    })
  })
})

describe('approve()', () => {
  it.each([undefined, null, {}, { callId: 'c-1' }, { callId: 1, context: {} }, 'c-1'])('refuses %j', (call) => {
    expect(() => approve(call as never)).toThrow(/request of a policy or the call of a middleware; received/u)
  })
})
