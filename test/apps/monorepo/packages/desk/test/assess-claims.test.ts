import { expect, it } from 'vitest'
import { UserExecutionContext } from '@claims/agents'
import { assessClaims } from '../src/index.js'

it('writes a line for each claim', async () => {
  const context = UserExecutionContext.create({ userId: 'ines', threadId: 'claim-1', runId: 'run-1' })
  const lines = await assessClaims(context, [
    { policy: 'P-1001', lossCents: 25_050 },
    { policy: 'Q', lossCents: 1 },
  ])
  expect(lines[0]).toEqual({ policy: 'P-1001', text: 'we pay 150.50' })
  expect(lines[1]?.text).toMatch(/^Could not assess Q/)
})
