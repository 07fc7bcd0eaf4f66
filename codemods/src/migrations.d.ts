/**
 * The migration table: what each facade is called, how far its deprecation has come, and what takes the place of each
 * export. The run-time warning, the `@deprecated` lines, the README tables and the codemods' mapping derive from it.
 * Plain data and types: it imports nothing, so that it can be copied whole.
 */
/** The four facades, by the last part of their package name. */
export type FacadeName = 'legacy' | 'request-scoped' | 'core' | 'enhanced';
/**
 * How far a facade's deprecation has come: `available` is documented and silent, `warning` warns at run time, `final`
 * throws unless `SWITCHYARD_DEPRECATIONS` says `log`, `removed` has no package any more: a copy that is still installed
 * does what it did in `final`.
 */
export type DeprecationStage = 'available' | 'warning' | 'final' | 'removed';
/** `value` is a constant, with a type of the same name; `type` exists for the compiler only. */
export type ExportKind = 'class' | 'function' | 'value' | 'type';
/**
 * What the codemods do with an export: `rewrite` changes the calls of it, `rename` changes its name and where it is
 * imported from, `kit` imports it from `@switchyard/facade-kit`, `manual` needs a person.
 */
export type MigrationChange = 'rewrite' | 'rename' | 'kit' | 'manual';
/** What becomes of one export. */
export interface ExportMigration {
    readonly kind: ExportKind;
    readonly change: MigrationChange;
    /** What to use instead: reads on after "use ". */
    readonly replacement: string;
    /** The import that stands in for it; absent where a person must choose. */
    readonly to?: {
        readonly module: string;
        readonly name: string;
    };
    /** What becomes of each static member, by its name; absent where there is none. */
    readonly statics?: Readonly<Record<string, StaticMigration>>;
}
/** What becomes of one static member of a class. */
export type StaticMigration = Pick<ExportMigration, 'change' | 'replacement'>;
/** One facade's deprecation. */
export interface FacadeMigration {
    /** The npm package, such as `@switchyard/legacy`. */
    readonly package: string;
    /** The module of the original code base whose place the facade takes. */
    readonly original: string;
    /** The code of its warnings, such as `SWY0001`. */
    readonly code: string;
    readonly stage: DeprecationStage;
    /** The version that deprecated it. */
    readonly since: string;
    /** The version that no longer has it, and the day of that release as `YYYY-MM-DD`. */
    readonly sunset: {
        readonly version: string;
        readonly date: string;
    };
    /** Every export by its name: values and types. */
    readonly exports: Readonly<Record<string, ExportMigration>>;
}
/** Every facade with its deprecation. */
export declare const migrations: Readonly<Record<FacadeName, FacadeMigration>>;
//# sourceMappingURL=migrations.d.ts.map