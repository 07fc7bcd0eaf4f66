import { UserExecutionContext, type UserExecutionContextInit } from '@switchyard/dispatcher'

let people = 0

/** A context of a user whom no other test knows, so that no limits or counts are shared. */
export function contextOf(init: Partial<UserExecutionContextInit> = {}): UserExecutionContext {
  people += 1
  return UserExecutionContext.create({ userId: `ada-${people}`, threadId: 'thread-1', runId: 'run-1', ...init })
}
