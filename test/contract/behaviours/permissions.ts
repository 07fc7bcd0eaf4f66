import { type Behaviour, proved, replaced, settled } from '../support/behaviour.js'
import * as by from '../support/proofs.js'

/** 96 to 105: permissions. */
export const permissions: readonly Behaviour[] = [
  proved(
    96,
    'Every call asks for permission, and ordinary tools are denied to nobody.',
    by.metrics('stays exact over a hundred calls in a row and as many at once'),
  ),
  replaced(
    97,
    'A dispatcher without a context refuses its calls.',
    'There is no dispatcher without a context, since its creation is refused.',
    by.conformance('factory-conflict/no-context-1'),
    by.lifecycle('that was refused leaves nothing behind, and breaches nothing'),
  ),
  settled(
    98,
    'An admin tool throws a PermissionError for those who are no admins, counted, and does not run.',
    3,
    'executeTool() of the facades throws, after the pair of events; every other method gives a result.',
    by.permissions('keep %s from a context without the role admin'),
    by.permissions('never run before they are refused'),
  ),
  proved(
    99,
    'The right to administer comes from the roles, from the user or from the permission service.',
    by.permissions('run for a context with the role, wherever the context keeps it'),
    by.enhancedAdmin('grants admin tools by %s'),
    by.legacyUser('lets the permission service grant admin tools (%o)'),
  ),
  proved(
    100,
    'Without roles, user and service nobody is an admin.',
    by.kitAdmin('judges by %s'),
    by.enhancedAdmin('throws a PermissionError with %s'),
  ),
  settled(
    101,
    'With the check off an admin tool is refused all the same, as a result.',
    3,
    'The check cannot be switched off, so the call ends as it does with it.',
    by.calls('checks permissions whatever requirePermissionCheck says, and warns where it says false'),
    by.permissions('never run before they are refused'),
  ),
  proved(
    102,
    'What a permission service denies does not run, and says why.',
    by.views('holds the limits and the policy of the dispatcher'),
    by.conformance('multiple-implementation/denied'),
  ),
  proved(
    103,
    'A user with fewer rights stays with them.',
    by.conformance('multiple-implementation/missing-role'),
    by.conformance('user-isolation/rights'),
    by.enhancedAdmin('does not pass a right on to another dispatcher of the same user'),
  ),
  proved(
    104,
    'Permission checks at once are all counted.',
    by.metrics('stays exact over a hundred calls in a row and as many at once'),
  ),
  settled(
    105,
    'A denied call is a failed result that says so.',
    3,
    'dispatch() and dispatchTool() give the result; executeTool() throws, as the implementation did.',
    by.calls('reports a denial as an error'),
    by.calls('throws a denial, after the pair of events, and has counted it'),
  ),
]
