import { channel } from 'node:diagnostics_channel'

const failures = channel('switchyard:delivery-failed')

/**
 * Publishes what the event store or the ticket store threw or rejected with: `{ cause, userId }` on
 * `switchyard:delivery-failed`, without the `userId` where a ticket was asked for, since nobody knows it then.
 */
export function publishDeliveryFailure(cause: unknown, userId?: string): void {
  if (failures.hasSubscribers) failures.publish(userId === undefined ? { cause } : { cause, userId })
}
