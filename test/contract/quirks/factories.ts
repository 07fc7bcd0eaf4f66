import * as by from '../support/proofs.js'
import { fixed, type Quirk } from '../support/quirk.js'

/** Factories that dropped what they were given, or could not make anything. */
export const factories: readonly Quirk[] = [
  fixed(
    'Q49',
    'An object was given another class after its creation and lost every method.',
    by.enhancedCreation('takes context and options with the transport as %s'),
    by.enhancedCreation('gets instances of its own from the statics'),
  ),
  fixed(
    'Q50',
    'A factory called a method that existed nowhere.',
    by.enhancedCreation('takes everything in one object'),
  ),
  fixed(
    'Q51',
    'An admin dispatcher could not be created, ignored roles, told nobody and audited into a copy that was thrown away.',
    by.enhancedAdmin('grants admin tools to the role admin, and keeps db, user and service'),
    by.conformance('factory-conflict/admin-tools'),
    by.events('show no secret, whether it goes in or comes out, and hide nothing else'),
  ),
  fixed(
    'Q52',
    'Factories took tools, admin flag, database and user, and ignored them.',
    by.conformance('factory-conflict/tools'),
    by.enhancedAdmin('grants admin tools to the role admin, and keeps db, user and service'),
    by.enhancedCreation('refuses admin tools to a context without the role, and grants them to one with it'),
  ),
  fixed(
    'Q53',
    'A missing context was replaced by a user who was invented on the spot.',
    by.conformance('factory-conflict/no-context-1'),
    by.conformance('factory-conflict/look-alike-context'),
    by.enhancedCreation('refuses %o as a context with an AuthenticationError'),
  ),
  fixed(
    'Q54',
    'The admin flag was written to the log and dropped.',
    by.enhancedCreation('refuses admin tools to a context without the role, and grants them to one with it'),
    by.legacyCreation('refuse admin tools to a context without the right'),
  ),
  fixed(
    'Q55',
    'A dispatcher of one user installed its bridge for the whole process, and the next user without one got it.',
    by.isolation('have nobody’s transport but the one that was given for them'),
    by.conformance('user-isolation/events'),
  ),
  fixed(
    'Q56',
    'The emitter came after the engine was built: support was reported, and no event was sent.',
    by.conformance('factory-conflict/events'),
    by.coreBridge('gives a dispatcher without a bridge one'),
  ),
  fixed(
    'Q57',
    'The context was used before it was checked, so that the documented error never came.',
    by.enhancedCreation('refuses %o as a context with an AuthenticationError'),
  ),
  fixed(
    'Q58',
    'The factories of a class made instances of another class.',
    by.coreCreation('%s makes a dispatcher of the context, with tools and transport'),
    by.coreCreation('make instances of a subclass, whose members work'),
  ),
  fixed(
    'Q59',
    'The count of active instances only grew, and the memory it reported was a constant.',
    by.lifecycle('leaves nothing behind'),
    by.metricsModel('of each dispatcher and of the process say what a simple model says, whatever happens'),
  ),
]
