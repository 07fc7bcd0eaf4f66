import { relative, sep } from 'node:path'
import { codeowners } from './codeowners.js'
import type { Config } from './config.js'
import type { FacadeName, Finding, FindingKind } from './plan.js'

/** How many files were given, and what became of them: the other four add up to `given`. */
export interface FileCounts {
  readonly given: number
  readonly changed: number
  readonly unchanged: number
  readonly skipped: number
  readonly failed: number
}

/** One finding as reports print it. */
export interface ReportedFinding {
  /** Relative to the repository's root, with forward slashes. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  readonly rule: string
  /** The facade's code, such as `SWY0001`, when the finding is about one. */
  readonly code?: string
  readonly facade?: FacadeName
  readonly kind: FindingKind
  /** What a person must know or decide, in one sentence. */
  readonly message: string
  /** Whether `switchyard migrate` can do it without a person. */
  readonly fixable: boolean
  /** Why it matters; `audit` only. */
  readonly why?: string
  /** What to do about it; `audit` only. */
  readonly fix?: string
  /** The line of code, trimmed; `audit` only. */
  readonly snippet?: string
  /** Who owns the file by `switchyard.config.json` or `CODEOWNERS`, several with a space between them; absent when nobody does. */
  readonly owner?: string
}

/** A finding with what `audit` says beside it. */
export interface ExplainedFinding extends Finding {
  readonly why?: string | undefined
  readonly fix?: string | undefined
  readonly snippet?: string | undefined
}

/** A file that was changed, or would be. */
export interface Change {
  /** Relative to the repository's root, with forward slashes. */
  readonly file: string
  /** How many places of it. */
  readonly edits: number
}

/** What a baseline came to: the findings beside it are those that it does not allow. */
export interface BaselineResult {
  /** The baseline file, relative to the repository's root, with forward slashes. */
  readonly file: string
  /** How many findings it allowed. */
  readonly allowed: number
  /** What it allows though it is gone: these must leave the file. */
  readonly vanished: readonly {
    readonly rule: string
    readonly file: string
    readonly snippet: string
    readonly count: number
  }[]
}

/** A patch that `--split` wrote: it applies, and is whole, by itself. */
export interface PatchFile {
  /** Relative to the repository's root, with forward slashes. */
  readonly file: string
  /** As `CODEOWNERS` has them; none for files that nobody owns. */
  readonly owners: readonly string[]
  /** The files that it changes, relative to the repository's root. */
  readonly changes: readonly string[]
}

/** What a run did: the object that `--json` prints. */
export interface RunResult {
  /** The version of this shape. */
  readonly version: 1
  readonly command: 'audit' | 'migrate' | 'adopt' | 'undo'
  readonly files: FileCounts
  readonly findings: readonly ReportedFinding[]
  readonly changes: readonly Change[]
  /** Present when an audit was held against a baseline. */
  readonly baseline?: BaselineResult
  /** Present when the run was split into patches. */
  readonly patches?: readonly PatchFile[]
}

/** A result, and what the text report says beside it. */
export interface Run {
  readonly result: RunResult
  /** The absolute path that the result's files are relative to. */
  readonly root: string
  /** Whether types were available; undefined when nothing needed them. */
  readonly typed?: boolean
  /** Unified diffs, one for each change, in the order of the changes. */
  readonly diffs: readonly string[]
  /** What moved in manifests, such as `package.json: - @switchyard/legacy`. */
  readonly moved: readonly string[]
  /** What the reader should know beside the findings. */
  readonly notes: readonly string[]
}

/** Findings that leave something to do after a migration; a bridged site is off its facade. */
const left: ReadonlySet<FindingKind> = new Set(['todo', 'skipped', 'failed', 'violation'])

/**
 * The exit status of a run.
 *
 * @param options.check Whether changes count as something left, as `--check` has it. Default false.
 * @returns 0 nothing left, 1 something left or skipped or a baseline to be tightened, 3 files unaccounted for
 */
export function exitStatus(result: RunResult, options: { readonly check?: boolean } = {}): 0 | 1 | 3 {
  const { given, changed, unchanged, skipped, failed } = result.files
  if (changed + unchanged + skipped + failed !== given) return 3
  // A file that cannot be read is a finding like the others, which a baseline may allow.
  if (result.baseline !== undefined) return result.findings.length + result.baseline.vanished.length > 0 ? 1 : 0
  if (skipped + failed > 0) return 1
  if (options.check === true && result.changes.length > 0) return 1
  const counted = result.findings.filter(({ kind }) => left.has(kind) || result.command === 'audit')
  return counted.length > 0 ? 1 : 0
}

/** `file` as reports print it: relative to the root, with forward slashes. */
export function reportedPath(root: string, file: string): string {
  return relative(root, file).split(sep).join('/') || '.'
}

/**
 * Findings in the order of reports (by file, then by place), each once and with its owner, paths relative to the root.
 *
 * @param findings With absolute paths.
 * @param config What names owners beside `CODEOWNERS`.
 */
export function reported(root: string, findings: readonly ExplainedFinding[], config?: Config): ReportedFinding[] {
  const byKey = new Map<string, ReportedFinding>()
  const ownerOf = codeowners(root, config)
  for (const each of findings) {
    const { file, line, column, rule, code, facade, kind, message, fixable, why, fix, snippet } = each
    const key = [file, line, column, rule, kind, message].join('\0')
    const path = reportedPath(root, file)
    const owner = ownerOf(path)
    byKey.set(key, {
      file: path,
      line,
      column,
      rule,
      ...(code !== undefined && { code }),
      ...(facade !== undefined && { facade }),
      kind,
      message,
      fixable,
      ...(why !== undefined && { why }),
      ...(fix !== undefined && { fix }),
      ...(snippet !== undefined && { snippet }),
      ...(owner !== undefined && { owner }),
    })
  }
  return [...byKey.values()].toSorted(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.rule, b.rule),
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
