import { randomUUID } from 'node:crypto'
import { UserExecutionContext } from '@switchyard/legacy'
import type { DeskUser } from '../store/index.js'

export function newRunId(kind: string): string {
  return `${kind}-${randomUUID()}`
}

export function contextFor(user: DeskUser, threadId: string, runId = newRunId('run')): UserExecutionContext {
  return UserExecutionContext.create({
    userId: user.id,
    threadId,
    runId,
    roles: user.roles,
    metadata: { team: user.team, queue: user.queue },
  })
}
