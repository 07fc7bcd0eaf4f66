import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { applyBaseline, readBaseline } from './baseline.js'
import { facadeNames } from './facades.js'
import { MoreHeapNeeded } from './heap.js'
import { count } from './layout.js'
import type { MigrateOptions } from './migrate.js'
import { version } from './own-manifest.js'
import type { FacadeName } from './plan.js'
import { progressOn, silent, type Progress, type ProgressStream } from './progress.js'
import { textOf } from './report.js'
import { exitStatus, type Run } from './result.js'
import { undo } from './undo.js'
import { UsageError } from './usage-error.js'

/** Where the command speaks. */
export interface Streams {
  readonly stdout: ProgressStream
  readonly stderr: ProgressStream
}

interface CommonOptions {
  readonly only?: readonly FacadeName[]
  readonly json?: true
  readonly sarif?: true
  readonly concurrency?: number
  readonly quiet?: true
}

interface AuditFlags extends CommonOptions {
  readonly baseline?: string
  readonly updateBaseline?: true
}

interface ReportFlags {
  readonly output?: string
  readonly quiet?: true
}

interface MigrateFlags extends CommonOptions {
  readonly dryRun?: true
  readonly check?: true
  readonly split?: 'owners'
  readonly force?: true
  readonly undo?: true
  /** False for `--no-package-json`. */
  readonly packageJson: boolean
  /** False for `--no-verify`. */
  readonly verify: boolean
}

/** The command was called wrongly, or the file system refused: nothing is written. */
const wrongUsage = 2
/** It broke for a reason of ours: no file is accounted for. */
const unaccounted = 3

/**
 * Runs the `switchyard` command.
 *
 * @param args What follows the command's name.
 * @returns the exit status: 0 nothing left, 1 something left or skipped, 2 wrong usage, 3 files unaccounted for
 * @throws {MoreHeapNeeded} when a project is too large for this process; only after `allowRestart()`
 */
export async function run(args: readonly string[], streams: Streams = process): Promise<number> {
  let status = 0
  const settle = (settled: number): void => {
    status = settled
  }
  try {
    await program(streams, settle).parseAsync([...args], { from: 'user' })
    return status
  } catch (error) {
    if (error instanceof MoreHeapNeeded) throw error
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage
    const expected = error instanceof UsageError || (error instanceof Error && 'syscall' in error)
    streams.stderr.write(`switchyard: ${expected ? error.message : faultOf(error)}\n`)
    return expected ? wrongUsage : unaccounted
  }
}

function program(streams: Streams, settle: (status: number) => void): Command {
  const { stdout, stderr } = streams
  const root = new Command('switchyard')
    .description('Takes a code base off the deprecated tool dispatcher facades, onto @switchyard/dispatcher.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text.replace(/^error: /u, 'switchyard: ')),
      getOutHelpWidth: () => stdout.columns ?? 80,
      getErrHelpWidth: () => stderr.columns ?? 80,
    })
    .showHelpAfterError('(switchyard --help lists commands and options)')
    .addHelpText(
      'after',
      '\nExit status: 0 nothing left, 1 something left or skipped, 2 wrong usage, 3 files unaccounted for',
    )

  common(root.command('audit'))
    .description('find what is not on the one dispatcher; writes nothing but a baseline, when asked')
    .addOption(
      new Option('--baseline <file>', 'allow what the file lists: only what is new fails, and what is gone').conflicts(
        'only',
      ),
    )
    .option('--update-baseline', 'write what is there today into the file of --baseline')
    .action(async (paths: string[], flags: AuditFlags) => {
      settle(await print(await auditBeside(paths, flags, stderr), flags, stdout, {}))
    })

  const writing = [
    {
      name: 'adopt',
      load: async () => (await import('./adopt.js')).adopt,
      says: "take callers of your own modules to the facades, by switchyard.config.json's entryPoints",
    },
    {
      name: 'migrate',
      load: async () => (await import('./migrate.js')).migrate,
      says: 'take callers off the facades: code, mocks, package.json, tsconfig paths',
    },
  ] as const
  for (const { name, load, says } of writing) {
    common(root.command(name))
      .description(says)
      .option('--dry-run', 'write nothing, print unified diffs')
      .option('--check', 'write nothing; exit with 1 when something is left (for CI)')
      .addOption(
        new Option(
          '--split <by>',
          'change no file; write one patch for each owner into .switchyard/patches, each to be applied by itself',
        )
          .choices(['owners'])
          .conflicts(['dryRun', 'check', 'undo']),
      )
      .option('--no-package-json', 'leave package.json and tsconfig paths alone')
      .option('--no-verify', 'do not type-check changed files before and after')
      .option('--force', 'write files with uncommitted changes too')
      .addOption(
        new Option('--undo', 'put back the exact bytes of the last run').conflicts([
          'dryRun',
          'check',
          'force',
          'only',
        ]),
      )
      .action(async (paths: string[], flags: MigrateFlags) => {
        const done = flags.undo === true ? undo({ paths }) : await (await load())(migrateOptions(paths, flags, stderr))
        settle(await print(done, flags, stdout, flags))
      })
  }

  root
    .command('report')
    .description('the audit as one HTML page, with its trend over time')
    .argument('[paths...]', 'files and directories (default: the current directory)')
    .option('--output <file>', 'the page to write (default: .switchyard/report.html at the root of the repository)')
    .option('--quiet', 'print no progress')
    .action(async (paths: string[], { output, quiet }: ReportFlags) => {
      const { report } = await import('./page/write-report.js')
      const { run: found, page } = await report({ paths, output, progress: progressFor(quiet, stderr) })
      stdout.write(`${count(found.result.findings.length, 'place')} left: see ${page}\n`)
      settle(exitStatus(found.result))
    })
  return root
}

function threadCount(value: string): number {
  if (/^[1-9]\d{0,2}$/u.test(value)) return Number(value)
  throw new InvalidArgumentError('It must be a whole number from 1 to 999.')
}

function common(command: Command): Command {
  const facade = new Option('--only <facade>', 'one facade alone; may be repeated').choices(facadeNames)
  const check = facade.parseArg ?? ((value: string) => value)
  facade.argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    String(check(value, undefined)),
  ])
  return command
    .argument('[paths...]', 'files and directories (default: the current directory)')
    .addOption(facade)
    .option('--json', 'print one JSON object')
    .addOption(new Option('--sarif', 'print one SARIF 2.1.0 log, for code scanning').conflicts('json'))
    .option(
      '--concurrency <threads>',
      'how many threads read and search (default: 1; more pay where files come slowly)',
      threadCount,
    )
    .option('--quiet', 'print no progress, and only what is left, with a line that sums it up')
}

/** An audit, held against the baseline when there is one, which is read first: a wrong one is told at once. */
async function auditBeside(paths: readonly string[], flags: AuditFlags, stderr: ProgressStream): Promise<Run> {
  const { baseline: file, updateBaseline: update = false, only } = flags
  if (update && file === undefined) throw new UsageError('--update-baseline needs --baseline <file>: the file to write')
  const cwd = process.cwd()
  const baseline = file === undefined ? undefined : readBaseline(file, { cwd, update })
  const { audit } = await import('./audit.js')
  const found = await audit({
    paths,
    cwd,
    only,
    concurrency: flags.concurrency,
    progress: progressFor(flags.quiet, stderr),
  })
  return baseline === undefined ? found : applyBaseline(found, baseline, { paths, cwd, update })
}

function migrateOptions(paths: readonly string[], flags: MigrateFlags, stderr: ProgressStream): MigrateOptions {
  const { only, split, packageJson, verify, force, concurrency } = flags
  return {
    paths,
    only,
    mode: modeOf(flags),
    split,
    packageJson,
    verify,
    force,
    concurrency,
    progress: progressFor(flags.quiet, stderr),
  }
}

function modeOf({
  dryRun,
  check,
  split,
}: Pick<MigrateFlags, 'dryRun' | 'check' | 'split'>): 'write' | 'dry-run' | 'check' {
  return dryRun === true || split !== undefined ? 'dry-run' : check === true ? 'check' : 'write'
}

function progressFor(quiet: true | undefined, stderr: ProgressStream): Progress {
  return quiet === true ? silent : progressOn(stderr)
}

/** @returns the exit status */
async function print(
  done: Run,
  { json, sarif, quiet }: CommonOptions,
  stdout: ProgressStream,
  flags: Pick<MigrateFlags, 'dryRun' | 'check' | 'split'>,
): Promise<number> {
  const mode = modeOf(flags)
  const terminal = stdout.isTTY === true
  const columns = terminal ? (stdout.columns ?? 80) : 100
  const data =
    json === true ? done.result : sarif === true ? (await import('./sarif.js')).sarifOf(done.result) : undefined
  const status = exitStatus(done.result, { check: flags.check === true })
  stdout.write(
    data === undefined
      ? textOf(done, { mode, quiet: quiet === true, status, columns, terminal })
      : `${JSON.stringify(data, undefined, 2)}\n`,
  )
  return status
}

/** A fault of ours: whoever reports it needs the place. */
function faultOf(error: unknown): string {
  return `this should not have happened: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}
