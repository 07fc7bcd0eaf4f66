import { type Behaviour, left, proved, replaced, settled } from '../support/behaviour.js'
import * as by from '../support/proofs.js'

/** 40 to 50: registration and lookup. */
export const registration: readonly Behaviour[] = [
  proved(
    40,
    'Tools that were given at creation are there.',
    by.conformance('factory-conflict/tools'),
    by.registration('come in order, from whatever holds them'),
    by.members('hands its tools out by name, as a copy'),
  ),
  proved(
    41,
    'A registered name is known, another is not, and the list holds the names.',
    by.members('lists its tools, as an array of its own'),
    by.members('knows tools by their own names only'),
  ),
  proved(
    42,
    'A function is registered with its name and description, be it asynchronous.',
    by.registration('takes a name and a function of one parameters object, and says what it is'),
  ),
  settled(
    43,
    'A name that is taken is refused.',
    5,
    'Old callers register twice without looking, so facades skip with a warning, and the registry refuses.',
    by.registration('skips a name that is taken, with a process warning'),
    by.registration('leaves a name to the shared registry that has it'),
  ),
  proved(
    44,
    'Names may hold punctuation.',
    by.registration('takes names with dots, dashes, colons, blanks and letters of any script'),
  ),
  proved(45, 'Nothing cannot be registered as a tool.', by.registration('refuses %o as a tool, and stays usable')),
  replaced(
    46,
    'Initial tools are registered in order, and one that fails does not break the others.',
    'A dispatcher that lacks a tool without a word fails later and elsewhere, so its creation fails at once.',
    by.registration('come in order, from whatever holds them'),
    by.registration('are refused where one is none, also a plain object'),
  ),
  replaced(
    47,
    'A name belongs to one registry alone.',
    'Two users may have different tools of one name; what a dispatcher shares keeps its names to itself.',
    by.conformance('user-isolation/same-name'),
    by.registration('leaves a name to the shared registry that has it'),
  ),
  proved(
    48,
    'A tool that is registered later can be run at once.',
    by.conformance('multiple-implementation/registered'),
    by.registration('takes a tool, which can be run at once'),
  ),
  proved(
    49,
    'A tool that nobody registered cannot be run.',
    by.conformance('multiple-implementation/unknown-tool'),
    by.members('knows tools by their own names only'),
  ),
  left(
    50,
    'A factory of whole tool systems goes on when one class of tools fails.',
    'not a dispatcher',
    'The module that made such systems could not run, and nothing that is kept stands on it.',
  ),
]
