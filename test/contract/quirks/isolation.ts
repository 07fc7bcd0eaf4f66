import * as by from '../support/proofs.js'
import { fixed, kept, notApplicable, type Quirk } from '../support/quirk.js'

/** Rights, state and tools that leaked, or were lost on the way. */
export const userIsolation: readonly Quirk[] = [
  fixed(
    'Q88',
    'A dispatcher that was not made for admins ran admin tools for anybody.',
    by.conformance('factory-conflict/admin-tools'),
    by.permissions('keep %s from a context without the role admin'),
    by.permissions('are kept on a view, too'),
  ),
  fixed(
    'Q89',
    'Four of five dispatchers checked no permission, and the fifth took nonadmin for admin.',
    by.permissions('do not run for a role that contains the word'),
    by.calls('checks permissions whatever requirePermissionCheck says, and warns where it says false'),
    by.conformance('user-isolation/rights'),
  ),
  fixed(
    'Q90',
    'A context of another kind passed the check and broke the constructor, or lost roles, session and socket.',
    by.members('stands on one canonical dispatcher, whose id and context it has'),
    by.conformance('factory-conflict/look-alike-context'),
  ),
  notApplicable(
    'Q91',
    'A check of access took a lock twice and never returned.',
    'No listener takes a lock: it names its user when it subscribes, and is never asked again.',
  ),
  fixed(
    'Q92',
    'The maps of a frozen context could be changed.',
    by.contextMetadata('freezes the context at every level and leaves what was passed in as it was'),
    by.conformance('user-isolation/frozen-context'),
  ),
  notApplicable(
    'Q93',
    'A shared database session was found only where somebody had registered it before.',
    'A context carries ids and data, and no session that two of them could share.',
  ),
  fixed(
    'Q94',
    'Where a dispatcher could not be created, a stub reported success without running anything.',
    by.conformance('factory-conflict/broken-tool'),
    by.lifecycle('that was refused leaves nothing behind, and breaches nothing'),
  ),
  fixed(
    'Q95',
    'Counters and lists of dispatchers were shared by all users of the process.',
    by.metrics('counts nothing of another dispatcher, be it of the same run'),
    by.metricsModel('of each dispatcher and of the process say what a simple model says, whatever happens'),
  ),
  fixed('Q96', 'Two counters of the process never moved.', by.metrics('adds to the counts of the process')),
  fixed(
    'Q97',
    'The number of registered tools was always one.',
    by.metrics('starts at zero, with the ids and nothing else'),
  ),
  fixed(
    'Q98',
    'The first valid tool among the initial ones made the creation fail.',
    by.registration('come in order, from whatever holds them'),
    by.conformance('factory-conflict/tools'),
  ),
  fixed(
    'Q99',
    'Tools of a library were skipped without a word, so that their registration looked like a success.',
    by.registration('refuses %o as a tool, and stays usable'),
    by.registration('are refused where one is none, also a plain object'),
  ),
  fixed(
    'Q100',
    'Tools were checked only in a registry of one certain name.',
    by.conformance('factory-conflict/broken-tool'),
    by.registration('are refused where one is none, also a plain object'),
  ),
  kept(
    'Q101',
    'Old dispatchers skip a name that is taken, where the registry refuses it.',
    by.registration('skips a name that is taken, with a process warning'),
    by.registration('leaves a name to the shared registry that has it'),
  ),
  notApplicable(
    'Q102',
    'A factory in the registry replaced an object of the same name, and failures were never counted.',
    'A registry holds tools alone: no factories, and no score of its health.',
  ),
  fixed(
    'Q103',
    'A tool without a name got one that was made up, and a name that the caller gave was ignored.',
    by.registration('refuses %o as a tool, and stays usable'),
    by.registration('takes a name and a function of one parameters object, and says what it is'),
  ),
  fixed(
    'Q104',
    'A registry for one scope was built without a scope and renamed afterwards.',
    by.registration('of a shared registry are seen and never written to'),
    by.conformance('user-isolation/tools'),
  ),
]
