import { callShapes } from './quirks/calls.js'
import { engine } from './quirks/engine.js'
import { eventRouting } from './quirks/events.js'
import { factories } from './quirks/factories.js'
import { identity } from './quirks/identity.js'
import { userIsolation } from './quirks/isolation.js'
import { results } from './quirks/results.js'
import type { Quirk } from './support/quirk.js'

/** The 123 quirks that were found in the old dispatchers, each of them kept, fixed or not applicable any more. */
export const quirks: readonly Quirk[] = [
  ...identity,
  ...callShapes,
  ...results,
  ...factories,
  ...eventRouting,
  ...userIsolation,
  ...engine,
]
