import type { Rule } from './rule.js'

/**
 * The rules that look at source files themselves; what concerns facades comes from the migration's plan, and what concerns
 * lockfiles from those.
 */
export function sourceRules(): readonly Rule[] {
  return []
}
