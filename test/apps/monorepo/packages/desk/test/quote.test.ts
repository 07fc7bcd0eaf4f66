import { beforeEach, expect, it, vi } from 'vitest'
import { UserExecutionContext } from '@claims/dispatch'

const dispatch = vi.fn()

vi.mock('@switchyard/legacy', async (importOriginal) => ({
  ...(await importOriginal<typeof import('@switchyard/legacy')>()),
  createRequestScopedToolDispatcher: vi.fn(() => ({ dispatch, cleanup: async () => {} })),
}))

const { quote } = await import('../src/quote.js')
const context = UserExecutionContext.create({ userId: 'ines', threadId: 'claim-1', runId: 'run-1' })

beforeEach(() => dispatch.mockReset())

it('says what a year costs', async () => {
  dispatch.mockResolvedValue({ status: 'success', message: '', payload: { result: { yearlyCents: 24_000 } } })
  expect(await quote(context, 100)).toBe('240.00 a year')
  expect(dispatch).toHaveBeenCalledWith('quote', { squareMetres: 100 })
})

it('says why there is none', async () => {
  dispatch.mockResolvedValue({ status: 'error', message: 'tariff expired', payload: null })
  expect(await quote(context, 100)).toBe('No quote: tariff expired')
})
