import * as by from '../support/proofs.js'
import { fixed, kept, notApplicable, type Quirk } from '../support/quirk.js'

/** What parameters were called, in which order they stood, and what awaited what. */
export const callShapes: readonly Quirk[] = [
  kept(
    'Q8',
    'Two factories whose names differ by one word differ in kind, in the order of parameters and in the transport.',
    by.legacyCreation('are sync or async as they were'),
    by.requestScopedCreation('are sync or async as they were'),
    by.coreCreation('are sync or async as they were'),
  ),
  fixed(
    'Q18',
    'One transport was called manager, emitter or bridge, each with other methods.',
    by.kitCreation('takes the transport as %s'),
    by.transports('is taken by the first of its methods'),
  ),
  kept(
    'Q19',
    'Tools come before the transport in some modules and after it in others.',
    by.legacyCreation('%s makes a dispatcher of the context, with tools and transport'),
    by.requestScopedCreation('refuse tools and transport in each other’s place'),
    by.coreCreation('refuse tools and manager in each other’s place'),
  ),
  fixed(
    'Q20',
    'A manager passed by its place was taken for the list of tools.',
    by.legacyCreation('refuse a manager in the place of the tools, instead of taking it for a list'),
  ),
  fixed(
    'Q21',
    'An object without methods became the emitter, support was reported, and no event could be sent.',
    by.transports('%s is a TypeError'),
  ),
  fixed(
    'Q22',
    'Tools were registered in three ways, and each dispatcher failed on the other two.',
    by.registration('takes a tool, which can be run at once'),
    by.registration('takes a name and a function of one parameters object, and says what it is'),
  ),
  fixed(
    'Q23',
    'dispatchTool() demanded a state and a run id that callers did not have, and took no others.',
    by.calls('takes %o as a run id that is not given'),
    by.calls('does not show the state to the tool'),
  ),
  fixed(
    'Q24',
    'A parameter named like one of the method, or context, was swallowed, clashed, or replaced the user context.',
    by.calls('takes parameters of any name and value'),
  ),
  kept(
    'Q25',
    'Factories of one name are synchronous in one module and asynchronous in another.',
    by.legacyCreation('are sync or async as they were'),
    by.requestScopedCreation('are sync or async as they were'),
    by.enhancedCreation('promises a dispatcher'),
  ),
  fixed(
    'Q26',
    'A caller awaited a scope that could only be entered, and failed.',
    by.coreCreation('serve a scope, with and without await'),
    by.requestScopedCreation('dispose the dispatcher at the end of a scope'),
  ),
  fixed(
    'Q27',
    'Whether a dispatcher is active, and whose it is, was a method here, a field there and missing elsewhere.',
    by.members('stands on one canonical dispatcher, whose id and context it has'),
    by.lifecycle('lets getMetrics, getContext, isActive and cleanup work on'),
  ),
  kept(
    'Q28',
    'Two modules forbid their constructor and two allow it.',
    by.coreCreation('throws with the arguments %o, naming both factories'),
    by.enhancedCreation('throws with the arguments %o, naming the factories'),
    by.requestScopedCreation('%s makes a dispatcher of the context, with tools and transport'),
    by.legacyCreation('%s makes a dispatcher of the context, with tools and transport'),
  ),
  fixed(
    'Q29',
    'A missing context was one of four errors, or a user out of thin air.',
    by.conformance('factory-conflict/no-context-2'),
    by.kitCreation('refuses %o as a context, saying what it received'),
    by.lifecycle('that was refused leaves nothing behind, and breaches nothing'),
  ),
  notApplicable(
    'Q30',
    'Some failed creations were counted by the factory and some were not.',
    'No factory counts anything: a creation that fails throws, and there is no dispatcher that could be counted.',
  ),
]
