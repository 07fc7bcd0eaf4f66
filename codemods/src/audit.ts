import { facadeFindings } from './audit/facade-sites.js'
import { lineOf, type Rule, type Violation } from './audit/rule.js'
import { sourceRules } from './audit/source-rules.js'
import { copiesIn, twoCopies } from './audit/two-copies.js'
import { facadeNames } from './facades.js'
import { listTree, type Tree } from './files.js'
import { interruptedRun } from './journal.js'
import { Ledger } from './ledger.js'
import { makePlan } from './make-plan.js'
import type { FacadeName, SourceText } from './plan.js'
import { silent, type Progress } from './progress.js'
import { reported, reportedPath, type ExplainedFinding, type Run } from './result.js'
import { search } from './search.js'
import { isComponent, moduleOf } from './single-file-components.js'
import { typescript } from './typescript.js'

/** How an audit is run. */
export interface AuditOptions {
  /** Files and directories, absolute or relative to `cwd`. Default: `cwd` itself. */
  readonly paths?: readonly string[] | undefined
  /** Default: the process's. */
  readonly cwd?: string | undefined
  /** The facades to ask about. Default: all four. */
  readonly only?: readonly FacadeName[] | undefined
  /** How many threads read and search, 1 or more. Default 1. */
  readonly concurrency?: number | undefined
  readonly progress?: Progress | undefined
}

/**
 * Finds what is not on the one dispatcher. Writes nothing.
 *
 * @throws {UsageError} when a path does not exist, or no source file is found
 */
export async function audit(options: AuditOptions = {}): Promise<Run> {
  const { paths = [], cwd = process.cwd(), only = facadeNames, concurrency, progress = silent } = options
  const tree = listTree(paths, cwd)
  const ledger = new Ledger()
  for (const { file } of tree.findings) ledger.give(file)
  const rules = sourceRules()
  const findings: ExplainedFinding[] = [...tree.findings]
  const onText = (source: SourceText, found: ReadonlySet<string>): void => {
    findings.push(...lookAt(source, found, rules))
  }
  const needles = rules.flatMap((rule) => rule.needles)
  const searched = search({ tree, only, ledger, progress, concurrency, needles, onText })
  findings.push(...searched.findings)
  for (const rule of rules) findings.push(...(rule.finish?.() ?? []).map((each) => explain(rule, each)))

  findings.push(...copiesIn(tree.lockfiles).map((each) => explain(twoCopies, each)))

  // What to change is only counted here: that it type-checks is for `migrate` to prove.
  const plan = await makePlan({ tree, only, hits: searched.hits, verify: false, progress })
  findings.push(...facadeFindings(plan, snippetsOf(searched.hits)))
  return runOf(tree, ledger, findings, searched.hits.length > 0 ? plan.typed : undefined)
}

function lookAt({ path, text }: SourceText, found: ReadonlySet<string>, rules: readonly Rule[]): ExplainedFinding[] {
  const applying = rules.filter(
    ({ needles, applies }) => needles.some((needle) => found.has(needle)) && (applies?.(text) ?? true),
  )
  if (applying.length === 0) return []
  const module = isComponent(path) ? moduleOf({ path, text }) : undefined
  const ts = typescript()
  const kind = module?.path.endsWith('.ts') === true ? ts.ScriptKind.TS : ts.ScriptKind.TSX
  const source = ts.createSourceFile(path, module?.text ?? text, ts.ScriptTarget.ESNext, true, module && kind)
  return applying.flatMap((rule) => rule.visit(source).map((violation) => explain(rule, violation)))
}

function explain(
  { name, why, fix, kind }: Pick<Rule, 'name' | 'why' | 'fix' | 'kind'>,
  violation: Violation,
): ExplainedFinding {
  return { ...violation, rule: name, kind: kind ?? 'violation', fixable: false, why, fix }
}

function snippetsOf(
  hits: readonly SourceText[],
): (place: { readonly file: string; readonly line: number }) => string | undefined {
  const lines = new Map<string, readonly string[]>()
  const texts = new Map(hits.map(({ path, text }) => [path, text]))
  return ({ file, line }) => {
    const known = lines.get(file) ?? (texts.get(file) ?? typescript().sys.readFile(file) ?? '').split('\n')
    lines.set(file, known)
    const text = known[line - 1]
    return text === undefined ? undefined : lineOf(text, 0)
  }
}

function runOf(tree: Tree, ledger: Ledger, findings: readonly ExplainedFinding[], typed: boolean | undefined): Run {
  const { root } = tree
  for (const { file, kind } of findings) if (kind === 'skipped' || kind === 'failed') ledger.settle(file, kind)
  for (const path of [...tree.sources]) ledger.settle(path, 'unchanged')
  const notes = ledger.unaccounted().map((path) => `${reportedPath(root, path)} is unaccounted for.`)
  const startedAt = interruptedRun(root)
  if (startedAt !== undefined) {
    notes.push(
      `The run of ${startedAt} was interrupted half way: \`switchyard migrate\` begins it anew, \`--undo\` puts it back.`,
    )
  }
  const result = {
    version: 1,
    command: 'audit',
    files: ledger.counts(),
    findings: reported(root, findings, tree.config),
    changes: [],
  } as const
  return { result, root, ...(typed !== undefined && { typed }), diffs: [], moved: [], notes }
}
