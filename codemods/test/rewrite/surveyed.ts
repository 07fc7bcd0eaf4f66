import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-checker'
import { loadProjects, type Project } from '../../src/project.js'
import { Work } from '../../src/rewrite/work.js'

const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, types: [], skipLibCheck: true }

/** Files that a checker sees together, in a folder that is gone again once they are read. */
export function projectOf(files: Readonly<Record<string, string>>): { project: Project; root: string } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-surveyed-')))
  try {
    writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
    const paths = Object.keys(files).map((file) => join(root, file))
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text)
    const hits = new Map(Object.entries(files).map(([file, text]) => [join(root, file), text]))
    const ownDirectory = fileURLToPath(new URL('../..', import.meta.url))
    const [project] = loadProjects({ root, files: paths, hits, ownDirectory })
    if (project === undefined) throw new Error('no project')
    return { project, root }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** One module for each text, in one project. */
export function surveyed(texts: readonly string[]): { work: Work; probeIn: (text: string) => ts.CallExpression } {
  const name = (at: number) => `case-${at}.ts`
  const { project, root } = projectOf(Object.fromEntries(texts.map((text, at) => [name(at), `export {}\n${text}\n`])))
  const probeIn = (text: string): ts.CallExpression => {
    const source = project.program.getSourceFile(join(root, name(texts.indexOf(text))))
    const call = source && probeOf(source)
    if (call === undefined) throw new Error(`no probe() in ${text}`)
    return call
  }
  return { work: new Work(project, undefined), probeIn }
}

/** The first call of `probe()`, which marks the place that a test is about. */
function probeOf(node: ts.Node): ts.CallExpression | undefined {
  if (ts.isCallExpression(node) && /(?:^|\.)probe$/.test(node.expression.getText())) return node
  return ts.forEachChild(node, probeOf)
}
