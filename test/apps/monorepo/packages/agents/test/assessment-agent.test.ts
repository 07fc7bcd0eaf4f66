import { describe, expect, it } from 'vitest'
import { claimTools, createDispatcher, UserExecutionContext } from '@claims/dispatch'
import { deductible } from '@claims/dispatch/policies'
import { ToolDispatcher } from '@switchyard/legacy'
import { AssessmentAgent } from '../src/assessment-agent.js'
import { payOut } from '../src/pay-out.js'

const context = (roles: string[] = []) =>
  UserExecutionContext.create({ userId: 'ines', threadId: 'claim-1', runId: 'run-1', roles })

describe('AssessmentAgent', () => {
  it('takes the deductible off', async () => {
    const dispatcher = await createDispatcher(context(), claimTools())
    const agent = new AssessmentAgent(dispatcher)
    expect(await agent.assess({ policy: 'P-1002', lossCents: 90_000 })).toEqual({ policy: 'P-1002', payCents: 70_000 })
    expect(agent.calls).toBe(1)
    await dispatcher.cleanup()
  })

  it('says which claim it could not assess', async () => {
    const dispatcher = await createDispatcher(context(), claimTools())
    await expect(new AssessmentAgent(dispatcher).assess({ policy: 'X', lossCents: 1 })).rejects.toThrow(
      /^Could not assess X: .*No policy X/,
    )
    await dispatcher.cleanup()
  })
})

describe('payOut', () => {
  it('pays for adjusters only', async () => {
    expect(await payOut(context(['adjuster']), 500)).toBe('paid 500')
    expect(await payOut(context(), 500)).toBe('ask an adjuster')
  })
})

describe('deductible', () => {
  it('asks the policy tool', async () => {
    expect(await deductible(new ToolDispatcher(context(), claimTools()), 'P-1003')).toBe(30_000)
  })
})
