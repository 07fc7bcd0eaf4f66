import { type Behaviour, left, proved, replaced, settled } from '../support/behaviour.js'
import * as by from '../support/proofs.js'

/** 77 to 95: isolation. */
export const isolation: readonly Behaviour[] = [
  replaced(
    77,
    'Two users’ dispatchers differ in everything, and an id begins with its user and holds its run.',
    'Ids are different in every process, and name nobody: what is logged with one gives no user away.',
    by.conformance('multiple-implementation/own-object'),
    by.members('has a name of its own for each dispatcher, also of one run'),
  ),
  proved(
    78,
    'What one user registers, another does not see.',
    by.conformance('user-isolation/tools'),
    by.registration('of a shared registry are seen and never written to'),
  ),
  proved(
    79,
    'Two dispatchers of one user have different ids and registries.',
    by.conformance('user-isolation/same-user-tools'),
    by.members('has a name of its own for each dispatcher, also of one run'),
  ),
  proved(
    80,
    'Calls of different users at once never mix parameters, results, errors or events.',
    by.isolation('see nothing of each other, whatever they call and in whatever order'),
    by.conformance('user-isolation/any-interleaving'),
  ),
  proved(
    81,
    'A user’s errors reach nobody else.',
    by.isolation('see nothing of each other, whatever they call and in whatever order'),
    by.conformance('user-isolation/failure'),
  ),
  proved(
    82,
    'The end of one user’s dispatcher leaves others working.',
    by.lifecycle('leaves other dispatchers of the same user and of others alone'),
    by.conformance('user-isolation/dispose'),
  ),
  proved(
    83,
    'The next request of a user finds nothing of the last one.',
    by.isolation('start afresh with each request'),
    by.conformance('user-isolation/later-tools'),
  ),
  settled(
    84,
    'A call for another run is a security violation that throws.',
    4,
    'It is answered like an unknown tool, so that it tells an attacker nothing, and counted as a violation.',
    by.calls('answers another run id exactly like an unknown tool, and counts a security violation'),
  ),
  proved(
    85,
    'A user who is anonymous or a placeholder is refused.',
    by.contextIds('refuses the placeholder %s in any case, naming the field and the value'),
    by.conformance('factory-conflict/placeholder-context'),
  ),
  left(
    86,
    'Contexts of plain texts are refused, since ids must be of types of their own.',
    'Python only',
    'Such types are gone when the program runs, and here an id is a text that has been checked.',
  ),
  proved(
    87,
    'The context of one user cannot be used with the dispatcher of another.',
    by.isolation('are who their tools see, whichever dispatcher the tools came from'),
    by.conformance('user-isolation/frozen-context'),
  ),
  proved(
    88,
    'Many calls at once breach no boundary.',
    by.isolation('are served at once, a hundred of them with five calls each, and nothing is lost'),
    by.conformance('user-isolation/many-users'),
  ),
  proved(
    89,
    'No result holds another user’s data.',
    by.isolation('see nothing of each other, whatever they call and in whatever order'),
  ),
  proved(
    90,
    'There is no dispatcher for everybody beside those of requests.',
    by.legacyUser('is neither shared nor limited, since unrelated callers are this user'),
    by.isolation('start afresh with each request'),
  ),
  proved(
    91,
    'A child context keeps user, thread and run, and has a request of its own.',
    by.childContexts('keeps the user, thread, run, session and socket, with a new request id one level deeper'),
  ),
  left(
    92,
    'The database session of the context is the one that the tool sees.',
    'not a dispatcher',
    'A context holds ids and data; a tool opens the session that it needs, and closes it.',
  ),
  proved(
    93,
    'Violations and active dispatchers are reported, for one dispatcher and for all.',
    by.calls('answers another run id exactly like an unknown tool, and counts a security violation'),
    by.metrics('adds to the counts of the process'),
  ),
  proved(
    94,
    'The router never delivers to another user, while more than ten of them come and go.',
    by.router('hands each user the own events, while listeners of twelve users come and go'),
    by.router('goes by the user alone, though threads and runs have the same names'),
  ),
  proved(
    95,
    'What two users’ events wait in is never shared.',
    by.router('is a router of its own, beside any other'),
    by.eventStore("never gives another user's events"),
  ),
]
