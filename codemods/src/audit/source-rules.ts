import { directInstantiation } from './direct-instantiation.js'
import { eventChannel } from './event-channel.js'
import { importPath } from './import-path.js'
import { multipleImplementation } from './multiple-implementation.js'
import { registryBypass } from './registry-bypass.js'
import type { Rule } from './rule.js'

/**
 * The rules that look at source files themselves; what concerns facades comes from the migration's plan, and what concerns
 * lockfiles from those.
 */
export function sourceRules(): readonly Rule[] {
  return [multipleImplementation(), importPath(), directInstantiation(), registryBypass(), eventChannel()]
}
