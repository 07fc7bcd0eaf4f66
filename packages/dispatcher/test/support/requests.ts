import {
  type DispatcherOptions,
  UnifiedToolDispatcher,
  UserExecutionContext,
  type UserExecutionContextInit,
} from '../../src/index.js'

let people = 0

/** The id of a user whom no other test knows, so that no limits or counts are shared. */
export function newUserId(): string {
  people += 1
  return `user-${people}`
}

/** A context of a new user, or of the one that is named. */
export function contextOf(init: Partial<UserExecutionContextInit> = {}): UserExecutionContext {
  return UserExecutionContext.create({ userId: newUserId(), threadId: 'thread-1', runId: 'run-1', ...init })
}

/** A dispatcher of a new user, or of the given context, that knows nothing of the types of its tools. */
export function dispatcherWith(
  options: DispatcherOptions = {},
  context: UserExecutionContext = contextOf(),
): UnifiedToolDispatcher {
  return UnifiedToolDispatcher.createForUser(context, options)
}
