import { describe, expect, it } from 'vitest'
import { InvalidContextError, UserExecutionContext } from '../../src/index.js'

const parent = UserExecutionContext.create({
  userId: 'u-7291',
  threadId: 't-1',
  runId: 'r-1',
  requestId: 'q-1',
  sessionId: 's-1',
  websocketClientId: 'w-1',
  roles: ['editor'],
  metadata: { tenant: 'north', plan: 'free' },
})

describe('child()', () => {
  it('keeps the user, thread, run, session and socket, with a new request id one level deeper', () => {
    const child = parent.child('summarise')
    const { userId, threadId, runId, sessionId, websocketClientId, operationDepth, parentRequestId } = child
    expect({ userId, threadId, runId, sessionId, websocketClientId, operationDepth, parentRequestId }).toEqual({
      userId: 'u-7291',
      threadId: 't-1',
      runId: 'r-1',
      sessionId: 's-1',
      websocketClientId: 'w-1',
      operationDepth: 1,
      parentRequestId: 'q-1',
    })
    expect(child.requestId).not.toBe(parent.requestId)
    expect(child.requestId).not.toBe(parent.child('summarise').requestId)
    expect(Object.isFrozen(child) && Object.isFrozen(child.metadata)).toBe(true)
    expect(child).toBeInstanceOf(UserExecutionContext)
  })

  it("merges the metadata, the child's own winning, and leaves the parent's as it was", () => {
    expect(parent.child('part', { plan: 'paid', step: 1 }).metadata).toEqual({ tenant: 'north', plan: 'paid', step: 1 })
    expect(parent.child('part').metadata).toEqual({ tenant: 'north', plan: 'free' })
    expect(parent.metadata).toEqual({ tenant: 'north', plan: 'free' })
  })

  it('inherits the roles; roles in its metadata grant nothing', () => {
    expect(parent.child('part').roles).toEqual(['editor'])
    expect(parent.child('part', { roles: ['admin'] }).roles).toEqual(['editor'])
    const nobody = UserExecutionContext.create({ userId: 'u-2', threadId: 't-1', runId: 'r-1' })
    expect(nobody.child('part', { roles: 'admin' }).roles).toEqual([])
    const old = UserExecutionContext.create({
      userId: 'u-3',
      threadId: 't-1',
      runId: 'r-1',
      metadata: { roles: ['admin'] },
    })
    expect(old.child('part', { roles: [] }).roles).toEqual(['admin'])
  })

  it('names each request after the one it came from, and keeps what it was for', () => {
    const child = parent.child('summarise')
    const grandchild = child.child('translate')
    expect([child.operation, grandchild.operation, parent.operation]).toEqual(['summarise', 'translate', undefined])
    expect(grandchild.parentRequestId).toBe(child.requestId)
    expect(grandchild.correlationId.split(':').slice(0, 3)).toEqual(['u-7291', 't-1', 'r-1'])
  })

  it('copies its metadata too, and freezes the copy', () => {
    const given = { tags: ['a'] }
    const child = parent.child('part', given)
    given.tags.push('b')
    expect(child.metadata['tags']).toEqual(['a'])
    expect([child.metadata, child.metadata['tags'], child.roles].every(Object.isFrozen)).toBe(true)
    expect(Object.isFrozen(given)).toBe(false)
  })

  it.each([null, 'text', ['a'], new Map()])('refuses %j as metadata', (metadata) => {
    expect(() => parent.child('part', metadata as never)).toThrow(InvalidContextError)
  })

  it('goes down to depth 10 and no further', () => {
    let context = parent
    for (let depth = 1; depth <= 10; depth += 1) context = context.child(`step ${depth}`)
    expect(context.operationDepth).toBe(10)
    expect(() => context.child('one too many')).toThrow(InvalidContextError)
    expect(() => context.child('one too many')).toThrow('10')
  })

  it('is no parent of a context that its metadata makes when it is read', () => {
    const made: UserExecutionContext[] = []
    const make = () => {
      made.push(UserExecutionContext.create({ userId: 'u-2', threadId: 't-1', runId: 'r-1' }))
      return 'made'
    }
    const child = parent.child('part', {
      get shallow() {
        return make()
      },
      deep: {
        get inside() {
          return make()
        },
      },
    })
    expect([child.operationDepth, child.operation]).toEqual([1, 'part'])
    expect(made.map(({ operationDepth, operation }) => [operationDepth, operation])).toEqual([
      [0, undefined],
      [0, undefined],
    ])
  })

  it('leaves no trace on the next context when it is refused', () => {
    expect(() => parent.child('part', { userId: 'u-2' })).toThrow(InvalidContextError)
    const next = UserExecutionContext.create({ userId: 'u-2', threadId: 't-1', runId: 'r-1' })
    expect([next.operationDepth, next.operation]).toEqual([0, undefined])
  })

  it.each(['', '  ', 7, undefined])('refuses %j as the operation', (operation) => {
    expect(() => parent.child(operation as string)).toThrow(InvalidContextError)
  })
})
