import * as by from '../support/proofs.js'
import { fixed, kept, notApplicable, type Quirk } from '../support/quirk.js'

/** Events that were lost, doubled, mislabelled or sent to somebody else. */
export const eventRouting: readonly Quirk[] = [
  fixed(
    'Q60',
    'Without a transport no tool ran.',
    by.conformance('event-routing/no-transport'),
    by.transports('may be missing: tools run, and a failure keeps its own words'),
  ),
  fixed(
    'Q61',
    'dispatch() could never succeed, for want of a context that no caller could pass.',
    by.calls('gives what the tool returned in payload.result, and echoes the call'),
    by.conformance('factory-conflict/context'),
  ),
  fixed(
    'Q62',
    'Of an unknown tool two dispatchers said nothing.',
    by.conformance('event-routing/pair-unknown'),
    by.events('of a call that ends with %s are one pair in order'),
  ),
  fixed(
    'Q63',
    'A denial was announced only where the check was off.',
    by.conformance('event-routing/pair-denied'),
    by.events('of a call that ends with %s are one pair in order'),
  ),
  fixed(
    'Q64',
    'Without a bridge a failure lost its own words to an error about the bridge.',
    by.transports('may be missing: tools run, and a failure keeps its own words'),
  ),
  fixed(
    'Q65',
    'Five policies ruled what a failed delivery does to a call.',
    by.transports('that %s never changes a result'),
    by.conformance('event-routing/sink-throwing'),
    by.conformance('event-routing/sink-rejecting'),
    by.conformance('event-routing/sink-hanging'),
    by.conformance('event-routing/sink-false-returning'),
  ),
  fixed(
    'Q66',
    'Every successful call was announced as an error, with its milliseconds as the text of the error.',
    by.conformance('event-routing/result'),
    by.transports('with emitCriticalEvent gets the user, the type and flat data'),
  ),
  fixed(
    'Q67',
    'All eight methods of the adapter called the emitter in a way that it did not have.',
    by.bridgeAdapter('calls the method of the same name with the same parameters, and says that it was delivered'),
    by.bridgeAdapter('makes events of the context’s user for an emitter that takes events'),
  ),
  fixed(
    'Q68',
    'The bridge took tool and agent in the order in which nobody passed them.',
    by.eventSink('tells a bridge the run, the agent and the tool, in that order'),
    by.transports('with the two notify methods gets run, agent and tool, in that order'),
  ),
  fixed(
    'Q69',
    'An adapter passed the tool as the run and the parameters as the tool.',
    by.transports('with the two notify methods gets run, agent and tool, in that order'),
  ),
  fixed(
    'Q70',
    'The adapter that the engine got had none of the methods that the engine calls.',
    by.eventSink('calls the transport as its own method'),
    by.eventSink('refuses %s and says what would do'),
  ),
  kept(
    'Q71',
    'A dispatcher calls sendEvent(type, data), though one manager wants the id of a connection before them.',
    by.transports('with sendEvent gets the type and the same data, a failure as its text'),
  ),
  fixed(
    'Q72',
    'Each call waited up to two seconds for a client to confirm.',
    by.conformance('event-routing/sink-hanging'),
    by.transports('that %s never changes a result'),
  ),
  fixed(
    'Q73',
    'A result that JSON cannot hold was announced as a success and as an error, and counted as both.',
    by.conformance('event-routing/any-value'),
    by.events('of a result that JSON cannot hold are one pair, too, and count once'),
  ),
  fixed(
    'Q74',
    'Events had three envelopes and two kinds of timestamps.',
    by.transports('with emitCriticalEvent gets the user, the type and flat data'),
    by.transports('with sendEvent gets the type and the same data, a failure as its text'),
    by.transports('that is a canonical sink gets canonical events'),
  ),
  fixed(
    'Q75',
    'The emitter threw away whether it had delivered, so that every delivery looked like a failure.',
    by.bridgeAdapter('says that it was not delivered where the emitter answers false, throws or rejects'),
    by.metrics('counts no event that the transport did not take'),
  ),
  fixed(
    'Q76',
    'A tool that failed was announced as completed.',
    by.bridgeAdapter('tells a failed tool from one that worked'),
    by.conformance('event-routing/pair-failure'),
  ),
  fixed(
    'Q77',
    'Parameters were masked where a key merely contained a word, and results were not masked at all.',
    by.redaction('redact() by key > shows %s'),
    by.events('show no secret, whether it goes in or comes out, and hide nothing else'),
    by.events('cut what is long, and leave the result whole'),
  ),
  fixed(
    'Q78',
    'The emitter dropped events without a word.',
    by.metrics('counts no event that the transport did not take'),
    by.bridgeAdapter('delivers nothing without an emitter'),
  ),
  fixed(
    'Q79',
    'Errors, progress and events of one’s own went out without checks and without the ids of user and run.',
    by.bridgeAdapter('delivers nothing that names another run'),
    by.bridgeAdapter('lets no data of the caller replace the ids'),
    by.bridgeAdapter('sends kinds of its own through %s, with the ids'),
  ),
  notApplicable(
    'Q80',
    'Batches, circuit breaker and fallback channels were defined on the wrong class and never used.',
    'There is no factory of emitters, and a sink that somebody passes in decides for itself how it delivers.',
  ),
  fixed(
    'Q81',
    'A pool of emitters knew users only, so that a second run took over the emitter of the first.',
    by.isolation('have runs that stay apart, though they share a transport'),
  ),
  notApplicable(
    'Q82',
    'Two validators of events wanted fields that no event of a dispatcher had.',
    'Events need no validator: one function makes them all, and the compiler knows the payload of each kind.',
  ),
  fixed(
    'Q83',
    'A connection of one user could be registered for another, and the first one’s entry stayed.',
    by.router('hands each user the own events, while listeners of twelve users come and go'),
    by.conformance('user-isolation/one-sink'),
  ),
  fixed(
    'Q84',
    'Events went to whatever thread they named, whoever owned it.',
    by.router('goes by the user alone, though threads and runs have the same names'),
  ),
  fixed(
    'Q85',
    'A broadcast rewrote the foreign user of an event and delivered it.',
    by.conformance('user-isolation/events'),
    by.router('hands each user the own events, while listeners of twelve users come and go'),
  ),
  notApplicable(
    'Q86',
    'A connection that had been idle for a day and five seconds was active, since only the seconds were read.',
    'Nothing is judged by its age: a listener stays until it is told to stop.',
  ),
  fixed(
    'Q87',
    'One router served the whole process, and a manager that came later was ignored.',
    by.router('is a router of its own, beside any other'),
  ),
]
