import { describe, expect, it } from 'vitest'
import { EnhancedToolDispatcherFactory as Factory } from '../src/index.js'
import { contextOf } from './support/people.js'

describe('the warnings of the factory', () => {
  it.each([
    [
      'cleanupUserDispatchers',
      () => Factory.cleanupUserDispatchers('nobody'),
      'UnifiedToolDispatcher.disposeAllForUser(userId)',
    ],
    [
      'createForAdmin',
      () => Factory.createForAdmin({ userContext: contextOf(), user: { isAdmin: true } }),
      'UnifiedToolDispatcher.createForAdmin(context, options)',
    ],
    [
      'createForRequest',
      () => Factory.createForRequest(contextOf()),
      'UnifiedToolDispatcher.createForUser(context, options)',
    ],
  ])('name what takes the place of %s itself', async (member, use, replacement) => {
    const messages: string[] = []
    const keep = ({ message }: Error) => void messages.push(message)
    process.on('warning', keep)
    await use()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', keep)
    const message = messages.find((each) => each.includes(`EnhancedToolDispatcherFactory.${member} `))
    expect(message).toMatch(/^\/.*warnings\.test\.ts:\d+:\d+ uses /u)
    expect(message).toContain(`: use ${replacement}. `)
  })
})
