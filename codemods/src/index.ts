export { adopt, type AdoptOptions } from './adopt.js'
export { audit, type AuditOptions } from './audit.js'
export { migrate, type MigrateOptions } from './migrate.js'
export { undo, type UndoOptions } from './undo.js'
export { planMigration } from './rewrite/plan-migration.js'
export type { Edit, FacadeName, Finding, FindingKind, MigrationPlan, PlanInput, Site, SourceText } from './plan.js'
export { report, type Report, type ReportOptions } from './page/write-report.js'
export type { Progress } from './progress.js'
export {
  exitStatus,
  type BaselineResult,
  type Change,
  type FileCounts,
  type PatchFile,
  type ReportedFinding,
  type Run,
  type RunResult,
} from './result.js'
export { UsageError } from './usage-error.js'
