import { listTree, wholeFile } from './files.js'
import { undoLastRun } from './journal.js'
import { reported, reportedPath, type Run } from './result.js'

/** Which run is undone. */
export interface UndoOptions {
  /** What the run was about, as it was given to it. Default: `cwd` itself. */
  readonly paths?: readonly string[] | undefined
  /** Default: the process's. */
  readonly cwd?: string | undefined
}

/**
 * Puts back the exact bytes of the last run that wrote. A file that somebody changed since stays as it is, with a finding.
 *
 * @throws {UsageError} when there is no run to undo
 */
export function undo({ paths = [], cwd = process.cwd() }: UndoOptions = {}): Run {
  const { root, config } = listTree(paths, cwd)
  const { startedAt, restored, untouched, refused } = undoLastRun(root)
  const findings = [...refused].map(([file, why]) => wholeFile(file, 'skipped', 'not-undone', why))
  const [changed, unchanged, skipped] = [restored.length, untouched.length, refused.size]
  return {
    result: {
      version: 1,
      command: 'undo',
      files: { given: changed + unchanged + skipped, changed, unchanged, skipped, failed: 0 },
      findings: reported(root, findings, config),
      changes: restored.map((file) => ({ file: reportedPath(root, file), edits: 1 })),
    },
    root,
    diffs: [],
    moved: [],
    notes: [`This undid the run of ${startedAt}.`],
  }
}
