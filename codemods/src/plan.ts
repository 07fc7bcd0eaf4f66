/**
 * The hinge between finding what to change and changing it: `rewrite/` produces a {@link MigrationPlan}, the command
 * prints it, writes it, or turns it into audit findings. Nothing in a plan has touched the disk.
 */

/** The four facades, by the last part of their package name. */
export type FacadeName = 'legacy' | 'request-scoped' | 'core' | 'enhanced'

/** Replaces the UTF-16 code units `start` (inclusive) to `end` (exclusive) of a file's text; an insertion has `start === end`. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A source file as it was read: an absolute path, and its text with a byte order mark kept. */
export interface SourceText {
  readonly path: string
  readonly text: string
}

/**
 * What became of one place: `todo` needs a person and is marked in the file, `bridged` is off the facade but keeps the
 * old shape through the kit, `skipped` and `failed` concern a whole file, `violation` is an audit finding.
 */
export type FindingKind = 'todo' | 'bridged' | 'skipped' | 'failed' | 'violation'

/** One line of a report. */
export interface Finding {
  /** Absolute path while planning; reports print it relative to the root with forward slashes. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  readonly rule: string
  /** The facade's code, such as `SWY0001`, when the finding is about one. */
  readonly code?: string | undefined
  readonly facade?: FacadeName | undefined
  readonly kind: FindingKind
  /** What a person must know or decide, in one sentence. */
  readonly message: string
  /** Whether `switchyard migrate` can do it without a person. */
  readonly fixable: boolean
}

/** A place that mentions a facade or calls something of one, before the migration: what `audit` counts. */
export interface Site {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly rule: 'facade-import' | 'facade-use'
  readonly facade: FacadeName
  /** The export or the member, such as `createToolDispatcher` or `dispatch()`. */
  readonly name: string
  readonly fixable: boolean
}

/** What a migration would do. */
export interface MigrationPlan {
  /** The edits of each file to be changed, sorted, without overlaps. A file without edits is absent. */
  readonly edits: ReadonlyMap<string, readonly Edit[]>
  /** Files that must be written together or not at all; each changed file is in exactly one group. */
  readonly groups: readonly (readonly string[])[]
  readonly findings: readonly Finding[]
  readonly sites: readonly Site[]
  /** Whether types were available (a tsconfig was found); without them files that never import a facade are not looked at. */
  readonly typed: boolean
}

/** What a migration is planned from. */
export interface PlanInput {
  /** The absolute path of the directory that the run is about; tsconfigs are looked for from each file upwards to here. */
  readonly root: string
  /** Files whose bytes mention a facade's specifier, already read. */
  readonly hits: readonly SourceText[]
  /** Absolute paths of every source file given, hits included: where types may find further uses. */
  readonly files: readonly string[]
  /** Facades to migrate; all four when absent. */
  readonly only?: readonly FacadeName[] | undefined
  /** Type-check the changed files and their dependants before and after, in memory, and drop what got worse. Default true. */
  readonly verify?: boolean | undefined
  /** Where the dispatcher and the kit are resolved from when the project has not installed them yet: the command's own directory. */
  readonly ownDirectory?: string | undefined
  /** What is around the scripts of components such as `.vue` files, by the path of the module that their scripts are. */
  readonly templates?: ReadonlyMap<string, string> | undefined
  /** Called as work proceeds. */
  readonly onProgress?: ((done: number, total: number, file: string) => void) | undefined
}
