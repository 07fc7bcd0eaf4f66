import * as by from '../support/proofs.js'
import { fixed, notApplicable, type Quirk } from '../support/quirk.js'

/** What the engine, its validator and its wrappers promised and did not do. */
export const engine: readonly Quirk[] = [
  fixed(
    'Q105',
    'Every dispatcher made a validator, and none asked it.',
    by.conformance('multiple-implementation/bad-input'),
    by.calls('answers an unknown tool with its name, and bad input with its issues'),
  ),
  fixed(
    'Q106',
    'A name or a run id that was no text broke the validator instead of being reported.',
    by.lifecycle('rejects a name that is no string, and does not hang'),
    by.calls('takes %o as a run id that is not given'),
  ),
  fixed(
    'Q107',
    'Limits of time, size, number and rate were read from the environment and never enforced.',
    by.conformance('factory-conflict/default-timeout'),
    by.conformance('factory-conflict/concurrency'),
    by.conformance('factory-conflict/rate'),
    by.conformance('factory-conflict/sizes'),
    by.oneImplementation('holds one set of limits for a user, whichever facades the calls come through'),
  ),
  notApplicable(
    'Q108',
    'The health check called a method that was missing, and always threw.',
    'A dispatcher has metrics and no health: what they mean for a service is for the service to say.',
  ),
  fixed(
    'Q109',
    'A caller that carried a context of its own made the call fail before the tool ran.',
    by.calls('does not show the state to the tool'),
    by.values('by %s() reaches the tool as the one call it is'),
  ),
  fixed(
    'Q110',
    'Of two ways to call a tool one counted nothing and did not wait for asynchronous tools.',
    by.values('by %s() reaches the tool as the one call it is'),
    by.metrics('counts every call once, whichever method made it and however it ended'),
  ),
  fixed(
    'Q111',
    'A call by name ignored the registered tools and made one of its own.',
    by.conformance('multiple-implementation/registered'),
    by.registration('takes a tool, which can be run at once'),
  ),
  fixed(
    'Q112',
    'Parameters that were null or objects made dispatch throw.',
    by.calls('takes %o as no parameters'),
    by.values('may be by %s() a hundred parameters, nested, empty or null'),
  ),
  fixed(
    'Q113',
    'The parameters were missing from the echo of the call.',
    by.calls('gives what the tool returned in payload.result, and echoes the call'),
    by.conformance('event-routing/parameters'),
  ),
  fixed(
    'Q114',
    'After the bridge was replaced, a second name for it still meant the old one.',
    by.coreBridge('sends later events to the new bridge only'),
  ),
  fixed(
    'Q115',
    'Calls of one tool in one millisecond had one key: five at once counted as two.',
    by.conformance('event-routing/one-id'),
    by.events('of calls at once are a pair for each, the first before the second'),
  ),
  fixed(
    'Q116',
    'Ending a user’s calls by force found none of them.',
    by.lifecycle('loses its running calls with the dispatchers of its user, and no other user loses any'),
  ),
  fixed(
    'Q117',
    'Notifications that were added to a wrapper never reached the dispatcher inside.',
    by.coreBridge('gives a dispatcher without a bridge one'),
  ),
  fixed(
    'Q118',
    'A wrapper was active after the dispatcher inside had been closed.',
    by.views('ends with the dispatcher'),
  ),
  fixed(
    'Q119',
    'One call warned three times and another never, and the warnings named four different replacements.',
    by.kitDeprecation('warns once for each call site, however often it is passed'),
    by.migrationTable('has an entry for each export, and for nothing else'),
  ),
  notApplicable(
    'Q120',
    'Each new context walked over all objects of the process, for forty milliseconds.',
    'Contexts know nothing of each other: making one looks at what it is given and at nothing else.',
  ),
  notApplicable(
    'Q121',
    'The old tests contradict each other about what a dispatcher must do.',
    'A table of all that they assert says for each contradiction which side was taken, and which test holds it.',
  ),
  fixed(
    'Q122',
    'A dispatcher for everybody had three variants: one user, another user, and none at all.',
    by.legacyUser('makes a dispatcher of the user legacy_user at once, each with a run of its own'),
    by.legacyUser('is neither shared nor limited, since unrelated callers are this user'),
  ),
  fixed(
    'Q123',
    'One of two factories ignored the admin flag and transports that it did not know.',
    by.enhancedCreation('refuses admin tools to a context without the role, and grants them to one with it'),
    by.enhancedCreation('refuses transports without methods and tools that are none'),
  ),
]
