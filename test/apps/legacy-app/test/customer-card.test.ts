import { expect, it, vi } from 'vitest'
import type { UserExecutionContext } from '@switchyard/legacy'
import { customerCard } from '../src/reports/customer-card.js'
import { WebSocketManager } from '../src/websocket/index.js'

vi.mock('@switchyard/legacy', () => ({
  createRequestScopedToolDispatcher: vi.fn(() => ({
    executeTool: async (_tool: string, { customer }: { customer: string }) => ({
      success: true,
      result: { customerId: 'C-1', name: customer, tier: 'trade', orders: 12, spentCents: 1234500, lateParcels: 0, refunds: 2 },
    }),
    async [Symbol.asyncDispose]() {},
  })),
}))

it('lines the figures up on the right', async () => {
  const card = await customerCard({} as UserExecutionContext, new WebSocketManager(), 'Roastery Vos')
  expect(card).toBe(
    ['Roastery Vos         trade', '------------  ------------', 'Orders                  12', 'Spent         12345.00 EUR', 'Late parcels             0', 'Refunds                  2'].join('\n'),
  )
})
