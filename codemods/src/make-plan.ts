import { fileURLToPath } from 'node:url'
import type { Tree } from './files.js'
import type { FacadeName, MigrationPlan, SourceText } from './plan.js'
import type { Progress } from './progress.js'
import { planWithComponents } from './single-file-components.js'

/** The command's own directory, whose dispatcher and kit stand in for those that a project has not installed yet. */
export const ownDirectory = fileURLToPath(new URL('..', import.meta.url))

/** What a plan is made from, and who hears about it. */
export interface MakePlanInput {
  readonly tree: Tree
  readonly only: readonly FacadeName[]
  /** The files that name a facade. */
  readonly hits: readonly SourceText[]
  /** Whether to prove by types that nothing gets worse. */
  readonly verify: boolean
  readonly progress: Progress
}

/** Plans the migration of a tree; an empty plan, and no checker, where nothing names a facade. */
export async function makePlan({ tree, only, hits, verify, progress }: MakePlanInput): Promise<MigrationPlan> {
  if (hits.length === 0) return { edits: new Map(), groups: [], findings: [], sites: [], typed: true }
  let began = false
  const onProgress = (done: number, total: number): void => {
    if (!began) progress.begin('Planning', total)
    began = true
    progress.advance(done)
  }
  const input = { root: tree.root, hits, files: tree.sources, only, verify, ownDirectory, onProgress }
  // The compiler takes longer to load than a thousand files to search.
  const { planMigration } = await import('./rewrite/plan-migration.js')
  const plan = planWithComponents(input, planMigration)
  progress.end()
  return plan
}
