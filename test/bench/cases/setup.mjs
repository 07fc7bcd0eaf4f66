// @ts-check
// Contexts, sinks and options that several case files use.
import { UserExecutionContext } from '@switchyard/dispatcher'
import { add, addSchema } from './add.mjs'

/** The case that the goal is about: everything that a server switches on. */
export const FULL = 'executeTool: schema, policy, limits, deadline, two events, metrics'

let users = 0

/** A context of a user nobody else is. */
export function user() {
  users += 1
  return UserExecutionContext.create({ userId: `u-${users}`, threadId: 't-7', runId: 'r-7', roles: ['member'] })
}

/** Takes events and keeps nothing of them but how many there were. */
export function countingSink() {
  return {
    count: 0,
    emit() {
      this.count += 1
    },
  }
}

/** The options of {@link FULL}. */
export function fullOptions() {
  return {
    tools: [{ name: 'add', description: 'Adds two numbers', inputSchema: addSchema(), execute: add }],
    events: countingSink(),
    permissions: () => /** @type {const} */ ({ allow: true }),
  }
}
