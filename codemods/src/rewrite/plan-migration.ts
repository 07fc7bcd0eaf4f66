import type { MigrationPlan, PlanInput } from '../plan.js'

/**
 * Plans the way off the facades for the files given: what to change in each, which files belong together, and what is
 * left for a person. Reads files, writes none; never throws for what a file contains (that becomes a `failed` finding).
 */
export function planMigration(input: PlanInput): MigrationPlan {
  void input
  return { edits: new Map(), groups: [], findings: [], sites: [], typed: false }
}
