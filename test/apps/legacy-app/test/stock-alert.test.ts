import { beforeEach, describe, expect, it, vi } from 'vitest'
import { stockAlert } from '../src/jobs/stock-alert.js'
import { contextFor } from '../src/dispatch/context.js'
import { findUser, type DeskUser } from '../src/store/index.js'
import { WebSocketManager } from '../src/websocket/index.js'

const executeTool = vi.hoisted(() => vi.fn())

vi.mock('@switchyard/legacy', async (importOriginal) => ({
  ...(await importOriginal<typeof import('@switchyard/legacy')>()),
  ToolDispatcher: class {
    executeTool = executeTool
    async [Symbol.asyncDispose]() {}
  },
}))

const user = findUser('carmen') as DeskUser
const job = () => ({ context: contextFor(user, 'job-stock-alert'), user, manager: new WebSocketManager() })

describe('stockAlert()', () => {
  beforeEach(() => executeTool.mockReset())

  it('lists what is to be ordered', async () => {
    executeTool.mockResolvedValue({
      success: true,
      result: [
        { sku: 'GR-240', title: 'Grinder burr set', free: 0, reorder: true },
        { sku: 'KT-070', title: 'Gooseneck kettle 0.7 l', free: 29, reorder: false },
      ],
    })
    expect(await stockAlert(job())).toEqual({ summary: '1 of 8 articles to reorder', lines: ['GR-240 Grinder burr set: 0'] })
    expect(executeTool).toHaveBeenCalledWith('check_stock', { skus: expect.arrayContaining(['GR-240', 'EM-010']) })
  })

  it('has no figures when the stock tool fails', async () => {
    executeTool.mockResolvedValue({ success: false, result: null })
    expect((await stockAlert(job())).summary).toBe('no stock figures')
  })
})
