import { type Behaviour, left, proved, settled } from '../support/behaviour.js'
import * as by from '../support/proofs.js'

/** 126 to 137: lifecycle and metrics. */
export const lifecycle: readonly Behaviour[] = [
  proved(
    126,
    'A new dispatcher is active, a cleanup ends it, and a second one does no harm.',
    by.lifecycle('lets getMetrics, getContext, isActive and cleanup work on'),
    by.lifecycle('leaves nothing behind'),
  ),
  proved(
    127,
    'After the cleanup every use throws, with the id.',
    by.lifecycle('makes %s() throw, saying which dispatcher is gone'),
  ),
  proved(
    128,
    'A scope ends its dispatcher, also when its body throws, whose error goes on.',
    by.lifecycle('happens at the end of a scope, and when its body throws'),
  ),
  settled(
    129,
    'A user never has more than the maximum of dispatchers, and the one too many is active.',
    6,
    'No dispatcher is ended for another one’s sake, however many there are.',
    by.lifecycle('is never ended to make room, however many its user has'),
  ),
  proved(
    130,
    'Cleaning up a user ends all of that user’s dispatchers and only them, and counts them.',
    by.enhancedAdmin('disposes every dispatcher of the user and no other, and resolves to how many there were'),
    by.lifecycle('loses its running calls with the dispatchers of its user, and no other user loses any'),
  ),
  settled(
    131,
    'Metrics start at zero, carry the ids, and add up over good and bad calls.',
    20,
    'Both sets of names are there, over one set of counters.',
    by.metrics('starts at zero, with the ids and nothing else'),
    by.metrics('counts every call once, whichever method made it and however it ended'),
  ),
  proved(
    132,
    'A hundred calls all succeed, and the counters are exact.',
    by.metrics('stays exact over a hundred calls in a row and as many at once'),
  ),
  proved(133, 'A failure leaves the dispatcher active and usable.', by.lifecycle('stays usable after a failure')),
  proved(
    134,
    'The rate of success is one after successes alone, and twenty scopes leave the number of dispatchers as it was.',
    by.metrics('stays exact over a hundred calls in a row and as many at once'),
    by.lifecycle('leaves nothing behind'),
  ),
  proved(
    135,
    'Totals, successes, failures and times add up.',
    by.metricsModel('of each dispatcher and of the process say what a simple model says, whatever happens'),
    by.metrics('agrees with the canonical counters, and is a copy'),
  ),
  proved(
    136,
    'Each call leaves a trace with time, tool, user and duration.',
    by.transports('with emitCriticalEvent gets the user, the type and flat data'),
    by.members('says when it was created, and nobody can move that'),
  ),
  left(
    137,
    'The factory reports its health by thresholds.',
    'not a dispatcher',
    'What counts as healthy is for a service to say, from the metrics of its dispatchers.',
  ),
]
