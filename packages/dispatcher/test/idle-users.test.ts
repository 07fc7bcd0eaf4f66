import { describe, expect, it } from 'vitest'
import { UnifiedToolDispatcher } from '../src/index.js'
import { MOST_IDLE_USERS, rememberedUsers } from '../src/limits.js'
import { codeOf } from './support/recorder.js'
import { contextOf, dispatcherWith, newUserId } from './support/requests.js'

describe('users who use nothing any more', () => {
  it('are forgotten but for the last few', async () => {
    for (let user = 0; user < 3 * MOST_IDLE_USERS; user += 1) await dispatcherWith().dispose()
    expect(rememberedUsers()).toBeLessThanOrEqual(MOST_IDLE_USERS)
  })

  it('are not forgotten while they have a dispatcher, however many others come and go', async () => {
    const context = contextOf()
    const first = dispatcherWith({}, context)
    await first.dispose()
    const back = dispatcherWith(
      { limits: { callsPerMinutePerUser: 1 }, tools: [{ name: 'a', execute: () => 1 }] },
      context,
    )
    await back.executeTool('a')
    for (let user = 0; user < 2 * MOST_IDLE_USERS; user += 1) await dispatcherWith().dispose()
    expect(codeOf(await back.executeTool('a'))).toBe('rate_limited')
    expect(await UnifiedToolDispatcher.disposeAllForUser(context.userId)).toBe(1)
  })

  it('are remembered for as long as their calls of the last minute count', async () => {
    const context = contextOf()
    const options = { limits: { callsPerMinutePerUser: 1 }, tools: [{ name: 'a', execute: () => 1 }] }
    const first = dispatcherWith(options, context)
    await first.executeTool('a')
    await first.dispose()
    for (let user = 0; user < 2 * MOST_IDLE_USERS; user += 1) await dispatcherWith().dispose()
    expect(codeOf(await dispatcherWith(options, context).executeTool('a'))).toBe('rate_limited')
  })

  it('are nobody to disposeAllForUser()', async () => {
    expect(await UnifiedToolDispatcher.disposeAllForUser(newUserId())).toBe(0)
  })
})
