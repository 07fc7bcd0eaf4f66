import { type Behaviour, left, proved, replaced } from '../support/behaviour.js'
import * as by from '../support/proofs.js'

/** 138 to 151: performance, load, concurrency. Where losses were tolerated, none is. */
export const load: readonly Behaviour[] = [
  replaced(
    138,
    'A hundred users are served, and nine of ten calls succeed.',
    'All of them succeed; what a call costs is measured by the benchmarks.',
    by.isolation('are served at once, a hundred of them with five calls each, and nothing is lost'),
    by.conformance('user-isolation/many-users'),
  ),
  left(
    139,
    'Creation, memory and a call stay under a hundred milliseconds, ten megabytes and fifty milliseconds.',
    'measured',
    'An absolute time tells more of the machine than of the code, so the benchmarks compare it with peers of the same run.',
  ),
  replaced(
    140,
    'Memory grows by no more than a tenth, and ten dispatchers leave a hundred objects at most.',
    'No dispatcher is left, and the bytes of each are measured by the benchmarks.',
    by.lifecycle('leaves nothing behind'),
  ),
  replaced(
    141,
    'Under stress 95 of 100 calls succeed, nine of ten events arrive and eight of ten users are isolated.',
    'All calls succeed, all events arrive and all users are isolated.',
    by.isolation('are served at once, a hundred of them with five calls each, and nothing is lost'),
    by.conformance('event-routing/thousand-at-once'),
    by.conformance('user-isolation/many-users'),
  ),
  proved(
    142,
    'Ten users with five calls each all succeed, and so do five calls at once of one dispatcher.',
    by.isolation('are served at once, a hundred of them with five calls each, and nothing is lost'),
    by.metrics('stays exact over a hundred calls in a row and as many at once'),
  ),
  proved(
    143,
    'Users at once and ten dispatchers of one factory have ids of their own.',
    by.isolation('are served at once, a hundred of them with five calls each, and nothing is lost'),
    by.members('has a name of its own for each dispatcher, also of one run'),
  ),
  replaced(
    144,
    'Ten calls at once all succeed, and take less time than one after the other.',
    'Ten calls are seen to run at the same time, whatever the machine takes for them.',
    by.oneImplementation('holds one set of limits for a user, whichever facades the calls come through'),
    by.conformance('event-routing/ten-at-once'),
  ),
  left(
    145,
    'Three tools at once take less than half a second, a light one less than a tenth.',
    'measured',
    'What a dispatcher adds to a tool is measured by the benchmarks, against a bare call of the same run.',
  ),
  left(
    146,
    'An agent answers within five seconds on average.',
    'not a dispatcher',
    'That is the time of a model and its tools.',
  ),
  replaced(
    147,
    'Under load four of five calls succeed, and a loop leaves a hundred objects each time.',
    'All calls succeed, and no dispatcher is left.',
    by.metrics('stays exact over a hundred calls in a row and as many at once'),
    by.lifecycle('leaves nothing behind'),
  ),
  replaced(
    148,
    'Of a realistic load seven of ten calls succeed within two minutes.',
    'All calls succeed, whichever users they are of.',
    by.conformance('user-isolation/many-users'),
    by.conformance('event-routing/thousand-at-once'),
  ),
  replaced(
    149,
    'A hundred events a second can be emitted, and twenty in a row all arrive.',
    'A thousand calls at once lose none of their events.',
    by.router('keeps what came while nobody listened, for whoever goes on from there'),
    by.conformance('event-routing/thousand-at-once'),
  ),
  proved(
    150,
    'A slow tool has its pair of events, and at least the time that it took.',
    by.values('is in the result, in the event and in the metrics'),
  ),
  replaced(
    151,
    'A suite that is over too soon has run mocks alone, and fails.',
    'No test that is named as a proof replaces a module by a mock, and none is skipped.',
    by.tables('test real parts: %s mocks no module'),
    by.tables('reads titles with those around them, and what never runs'),
    by.goldenPath('shows each user five kinds of events in order, and none of the other, on the facades'),
  ),
]
