import { events } from './behaviours/events.js'
import { execution } from './behaviours/execution.js'
import { implementation } from './behaviours/implementation.js'
import { isolation } from './behaviours/isolation.js'
import { lifecycle } from './behaviours/lifecycle.js'
import { load } from './behaviours/load.js'
import { permissions } from './behaviours/permissions.js'
import { registration } from './behaviours/registration.js'
import type { Behaviour } from './support/behaviour.js'

/** The 151 behaviours that the tests of the old code asserted, each with what holds it here, or why nothing does. */
export const behaviours: readonly Behaviour[] = [
  ...implementation,
  ...registration,
  ...execution,
  ...isolation,
  ...permissions,
  ...events,
  ...lifecycle,
  ...load,
]
