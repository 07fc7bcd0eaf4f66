import * as by from '../support/proofs.js'
import { fixed, notApplicable, type Quirk } from '../support/quirk.js'

/** One name for many things, and many copies of one thing. */
export const identity: readonly Quirk[] = [
  fixed(
    'Q1',
    'Two dispatchers called members of the registry that no registry had, so that every lookup and every call failed.',
    by.conformance('factory-conflict/tools'),
    by.registration('of a shared registry are seen and never written to'),
  ),
  fixed(
    'Q2',
    'ToolDispatcher was another class in each of four modules.',
    by.conformance('multiple-implementation/one-object'),
    by.importPaths('make of every factory a dispatcher of the one canonical class'),
  ),
  fixed(
    'Q3',
    'UnifiedToolDispatcher of the facade was not the class of that name, and instanceof said so.',
    by.oneImplementation('is one class, whichever of them made the dispatcher'),
    by.importPaths(
      'stand for one thing, but for the facade classes, the factories of two kinds and the counted models',
    ),
  ),
  fixed(
    'Q4',
    'RequestScopedToolDispatcher was one class from one module and another class from the next.',
    by.importPaths('is the same to import, import(), require() and a file that exports it again'),
  ),
  fixed(
    'Q5',
    'Request and response were defined four times, twice as empty shells that took no arguments.',
    by.importPaths('stand for one request and one response, whichever package constructs them'),
  ),
  fixed(
    'Q6',
    'The strategies were defined twice, once without members.',
    by.legacyExports('has the four strategies and the five states'),
    by.enhancedExports('has the context class of the canonical package, the strategies and the states'),
  ),
  fixed(
    'Q7',
    'The result of a call had two shapes, one of which said nothing of success.',
    by.members('are those of the old code'),
    by.kitResults('toLegacyToolExecutionResult() > unwraps the value'),
  ),
  fixed(
    'Q9',
    'createToolDispatcher() was three functions with three ways to call them.',
    by.importPaths(
      'stand for one thing, but for the facade classes, the factories of two kinds and the counted models',
    ),
    by.legacyUser('makes a dispatcher of the user legacy_user at once, each with a run of its own'),
  ),
  fixed(
    'Q10',
    'Two factories had one name, and another name stood for three factories.',
    by.importPaths(
      'stand for one thing, but for the facade classes, the factories of two kinds and the counted models',
    ),
    by.enhancedExports('has one dispatcher class and one factory under both names'),
  ),
  fixed(
    'Q11',
    'Code that caught one of two permission errors of the same name missed the other.',
    by.enhancedExports('has the permission error that all facades throw'),
  ),
  fixed(
    'Q12',
    'An adapter was deleted while another module still imported it at the first call, and five classes shared its name.',
    by.requestScopedExports('exports what the old module did, and nothing else'),
    by.bridgeAdapter('keeps emitter and context'),
  ),
  notApplicable(
    'Q13',
    'Whole test suites asked for a class that nobody had, skipped themselves and looked green.',
    'No caller ever had such a class, and a suite of ours that misses an export fails.',
  ),
  fixed(
    'Q14',
    'Four classes of one name wrapped the same engine with different parameters.',
    by.importPaths('has one engine inside it, and none to construct or to enhance'),
  ),
  fixed(
    'Q15',
    'Two functions of one name added notifications to a dispatcher, and the asynchronous one was never awaited.',
    by.importPaths('has one engine inside it, and none to construct or to enhance'),
    by.conformance('factory-conflict/events'),
  ),
  notApplicable(
    'Q16',
    'Two trackers of deliveries existed, and events waited at one while the other was told.',
    'No delivery waits for a confirmation: events stand in one log, which each listener reads at its own pace.',
  ),
  fixed(
    'Q17',
    'Importing the facade announced a consolidation that had not taken place.',
    by.importPaths('says nothing when it is imported, only when it is used'),
  ),
]
