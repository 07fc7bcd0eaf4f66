import type ts from '#typescript'
import { migrations } from '../migrations.js'
import type { Edit, FacadeName, Finding, MigrationPlan, PlanInput, Site } from '../plan.js'
import { loadProjects, type Project } from '../project.js'
import { Components } from './components.js'
import { FileWork } from './file-work.js'
import { heldBack } from './held-back.js'
import { editImports, isLeft, type Moves } from './imports.js'
import { editMarkers } from './markers.js'
import { survey } from './survey.js'
import { applyEdits } from './text-edits.js'
import { findWorse, type Worse } from './verify.js'
import { type Block, type Key, type PlannedSite, Work } from './work.js'

/**
 * Plans the way off the facades for the files given: what to change in each, which files belong together, and what is
 * left for a person. Reads files, writes none; never throws for what a file contains (that becomes a `failed` finding).
 */
export function planMigration(input: PlanInput): MigrationPlan {
  const hits = new Map(input.hits.map(({ path, text }) => [path, text]))
  const projects = loadProjects({ root: input.root, files: input.files, hits, ownDirectory: input.ownDirectory })
  let done = 0
  const onFile = (file: string) => input.onProgress?.(Math.min((done += 1), hits.size), hits.size, file)
  const plans = projects.map((project) => planProject(project, input, onFile))
  return {
    edits: new Map(plans.flatMap(({ edits }) => [...edits])),
    groups: plans.flatMap(({ groups }) => groups),
    findings: plans.flatMap(({ findings }) => findings),
    sites: plans.flatMap(({ sites }) => sites),
    typed: plans.every(({ typed }) => typed),
  }
}

function planProject(project: Project, input: PlanInput, onFile: (file: string) => void): MigrationPlan {
  const work = new Work(project, input.only, input.templates)
  survey(work, onFile)
  const skipped: Finding[] = []
  for (;;) {
    const plan = applyAll(work)
    const told = [...plan.findings, ...skipped]
    const findings = () => [...told, ...heldBack(work, input.root, moves(work), told)]
    if (input.verify === false || !project.typed) return { ...plan, findings: findings() }
    const worse = findWorse(project, textsOf(project, plan.edits))
    const blocked = worse.filter((one) => blockWorse(work, plan, one))
    skipped.push(...blocked.map(skippedFinding))
    if (blocked.length === 0) return { ...plan, findings: findings() }
  }
}

/** Takes back everything that moved in a file that got worse; whether there was anything. */
function blockWorse(work: Work, plan: MigrationPlan, { file }: Worse): boolean {
  const near = work.sites.filter((site) => site.node.getSourceFile().fileName === file)
  const inFile = near.filter((site) => moves(work)(site.key))
  const sites = plan.edits.has(file) && inFile.length > 0 ? inFile : work.sites.filter((site) => moves(work)(site.key))
  for (const site of sites) work.rejected.add(site.key)
  return sites.length > 0
}

function skippedFinding({ file, line, column, message }: Worse): Finding {
  const text = `left as it was: after the migration it would not type-check (${message})`
  return { file, line, column, rule: 'type-check', kind: 'skipped', message: text, fixable: false }
}

function moves(work: Work): Moves {
  const blocked = new Set([...work.blockedRoots(), ...[...work.rejected].map((key) => work.components.find(key))])
  const foreign = work.sites.filter(({ facade }) => work.only?.has(facade) === false)
  for (const { key } of foreign) blocked.add(work.components.find(key))
  return (key) => !blocked.has(work.components.find(key))
}

function applyAll(work: Work): MigrationPlan {
  const mayMove = moves(work)
  const blocks = work.blocks.filter(({ facade }) => work.only?.has(facade) !== false)
  const edits = new Map<string, readonly Edit[]>()
  const findings: Finding[] = [...work.findings, ...blocks.map(todo)]
  for (const source of work.bindings.keys()) {
    const file = new FileWork(source, work.project.textOf(source), stayingNames(work, source, mayMove))
    const sites = work.sites.filter(({ node }) => node.getSourceFile() === source)
    const bridged = (node: ts.Node, message: string, facade: FacadeName) =>
      findings.push(finding(node, facade, 'bridged', message))
    for (const site of inOrder(sites)) if (site.apply !== undefined && mayMove(site.key)) site.apply(file, bridged)
    editImports(work, file, mayMove)
    editMarkers(
      file,
      blocks.filter(({ node }) => node.getSourceFile() === source),
    )
    const flat = file.edits.flatten()
    if (flat.length > 0) edits.set(source.fileName, flat)
  }
  return {
    edits,
    groups: groupsOf(work, edits, mayMove),
    findings,
    sites: work.sites.filter(isWanted(work)).map((site) => siteOf(work, site, mayMove)),
    typed: work.project.typed,
  }
}

/** What only names something comes last: rewriting a call may have taken it out. */
function inOrder(sites: readonly PlannedSite[]): PlannedSite[] {
  return sites.toSorted((a, b) => Number(a.isName ?? false) - Number(b.isName ?? false))
}

function isWanted(work: Work): (site: PlannedSite) => boolean {
  return ({ facade }) => work.only?.has(facade) !== false
}

function stayingNames(work: Work, source: ts.SourceFile, mayMove: Moves): string[] {
  return [...(work.bindings.get(source)?.values() ?? [])]
    .filter((binding) => !isLeft(work, binding, mayMove))
    .map(({ local }) => local.text)
}

function place(node: ts.Node): { readonly file: string; readonly line: number; readonly column: number } {
  const source = node.getSourceFile()
  const { line, character } = source.getLineAndCharacterOfPosition(node.getStart(source))
  return { file: source.fileName, line: line + 1, column: character + 1 }
}

function finding(node: ts.Node, facade: FacadeName, kind: Finding['kind'], message: string): Finding {
  return { ...place(node), rule: 'facade-use', code: migrations[facade].code, facade, kind, message, fixable: false }
}

function todo({ node, facade, message }: Block): Finding {
  return finding(node, facade, 'todo', message)
}

function siteOf(work: Work, { node, key, rule, facade, name }: PlannedSite, mayMove: Moves): Site {
  const held = [...(work.bindings.get(node.getSourceFile())?.values() ?? [])].filter(
    ({ carrier }) => carrier === node || carrier === node.parent,
  )
  return {
    ...place(node),
    rule,
    facade,
    name,
    fixable: mayMove(key) && held.every((binding) => isLeft(work, binding, mayMove)),
  }
}

/** Files that share something that moves together. */
function groupsOf(work: Work, edits: ReadonlyMap<string, unknown>, mayMove: Moves): string[][] {
  const files = new Components<string>()
  const first = new Map<Key, string>()
  for (const { node, key } of [
    ...work.sites,
    ...work.mentions.map(({ reference, key: of }) => ({ node: reference, key: of })),
  ]) {
    const { fileName } = node.getSourceFile()
    if (!edits.has(fileName) || !mayMove(key)) continue
    const root = work.components.find(key)
    const other = first.get(root)
    if (other === undefined) first.set(root, fileName)
    else files.join(other, fileName)
  }
  const groups = new Map<string, string[]>()
  for (const file of edits.keys()) groups.set(files.find(file), [...(groups.get(files.find(file)) ?? []), file])
  return [...groups.values()]
}

function textsOf(project: Project, edits: MigrationPlan['edits']): Map<string, string> {
  return new Map(
    [...edits].map(([path, list]) => [path, applyEdits(project.program.getSourceFile(path)?.text ?? '', list)]),
  )
}
