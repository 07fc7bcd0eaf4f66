import * as by from '../support/proofs.js'
import { fixed, kept, type Quirk } from '../support/quirk.js'

/** What a call gave back, what was counted, and what was left of a dispatcher afterwards. */
export const results: readonly Quirk[] = [
  fixed(
    'Q31',
    'The same method gave four different kinds of results, one of them invented.',
    by.members('are those of the old code'),
    by.conformance('multiple-implementation/result'),
  ),
  fixed(
    'Q32',
    'dispatch() of one dispatcher could never return: success and failure both ended in an error.',
    by.calls('gives what the tool returned in payload.result, and echoes the call'),
    by.calls('says what went wrong in message and errorDetails, in the same shape'),
  ),
  fixed(
    'Q33',
    'A tool that threw was reported and counted as a success.',
    by.conformance('multiple-implementation/thrown-error'),
    by.calls('executeTool() of $name > reports a failure in the same shape'),
  ),
  fixed(
    'Q34',
    'An unknown tool was answered in four shapes.',
    by.conformance('multiple-implementation/unknown-tool'),
    by.calls('answers an unknown tool with its name, and bad input with its issues'),
    by.calls('answers an unknown tool without metadata'),
    by.calls('answers an unknown tool, and gives null where the tool returned nothing'),
  ),
  fixed(
    'Q35',
    'A call for another run was taken for an unknown tool, or was not noticed; nothing was counted.',
    by.calls('answers another run id exactly like an unknown tool, and counts a security violation'),
  ),
  fixed(
    'Q36',
    'dispatchTool() gave an object where the tool was missing and a map where it was found.',
    by.calls('gives what the tool returned, with tool name and run id in the metadata'),
    by.calls('answers an unknown tool without metadata'),
  ),
  fixed(
    'Q37',
    'An exception of a tool reached the caller of one dispatcher and was a result of the others.',
    by.conformance('multiple-implementation/rejection'),
    by.calls('dispatchTool() of $name > reports a failure in the same shape'),
  ),
  fixed(
    'Q38',
    'One of two methods did not count its calls, and failures counted as successes.',
    by.metrics('counts every call once, whichever method made it and however it ended'),
  ),
  fixed(
    'Q39',
    'A denial was no execution: not counted, not timed, and nobody was told.',
    by.conformance('event-routing/pair-denied'),
    by.calls('throws a denial, after the pair of events, and has counted it'),
  ),
  fixed(
    'Q40',
    'What may still be asked after the cleanup was different in each dispatcher.',
    by.lifecycle('makes %s() throw, saying which dispatcher is gone'),
    by.lifecycle('lets getMetrics, getContext, isActive and cleanup work on'),
  ),
  kept(
    'Q41',
    'A dispatcher that is gone says so in different words in different modules.',
    by.lifecycle('makes %s() throw, saying which dispatcher is gone'),
  ),
  fixed(
    'Q42',
    'A cleanup that failed left the dispatcher usable, so that every scope ended in an error.',
    by.conformance('factory-conflict/disposed'),
    by.lifecycle('happens at the end of a scope, and when its body throws'),
  ),
  fixed(
    'Q43',
    'The cleanup called a method that the emitter did not have, and left a background task behind.',
    by.lifecycle('leaves the transport alone, which may be shared'),
    by.lifecycle('leaves nothing behind'),
    by.deadlines('keeps no process alive once the calls have settled'),
  ),
  fixed(
    'Q44',
    'A factory that failed threw one error for every cause, and hid the cause.',
    by.kitCreation('says whose context lacks the right, and keeps the cause'),
    by.enhancedCreation('refuses transports without methods and tools that are none'),
  ),
  fixed(
    'Q45',
    'The cleanup of one dispatcher cleaned up the manager that other users shared.',
    by.lifecycle('leaves the transport alone, which may be shared'),
    by.conformance('user-isolation/dispose'),
  ),
  fixed(
    'Q46',
    'A user with many dispatchers lost the oldest of them, perhaps in the middle of a call, and nobody was told.',
    by.lifecycle('is never ended to make room, however many its user has'),
  ),
  fixed(
    'Q47',
    'Two dispatchers of one run that were made in one millisecond had one id, and one of them was lost.',
    by.members('has a name of its own for each dispatcher, also of one run'),
    by.enhancedAdmin('disposes every dispatcher of the user and no other, and resolves to how many there were'),
  ),
  fixed(
    'Q48',
    'A dispatcher whose creation failed stayed registered and counted for ever.',
    by.lifecycle('that was refused leaves nothing behind, and breaches nothing'),
  ),
]
