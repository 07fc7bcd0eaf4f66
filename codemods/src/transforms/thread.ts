import { readFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { facadeNames, packageOf } from '../facades.js'
import { ownDirectory } from '../make-plan.js'
import type { FacadeName } from '../plan.js'
import { decode } from '../read-sources.js'
import { applyEdits } from '../rewrite/text-edits.js'
import { examine } from '../search.js'
import { planMigration } from '../rewrite/plan-migration.js'
import { planWithComponents } from '../single-file-components.js'

interface Question {
  readonly id: number
  readonly facade: FacadeName
  readonly path: string
  readonly source: string
}

interface Answer {
  readonly text?: string
  readonly notes: readonly string[]
  readonly error?: string
}

parentPort?.on('message', (question: Question) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage({ id: question.id, ...safely(question) })
})

function safely(question: Question): Answer {
  try {
    return migrateAlone(question)
  } catch (error) {
    return { notes: [], error: error instanceof Error ? error.message : String(error) }
  }
}

/** Migrates one file as if there were no other: what other files can reach stays, and is marked. */
function migrateAlone({ facade, path, source }: Question): Answer {
  if (!facadeNames.includes(facade)) return { notes: [], error: `no facade is called ${String(facade)}` }
  const name = packageOf(facade)
  if (!source.includes(name)) return { notes: [] }
  // jscodeshift decodes leniently: what it wrote would not be the file's bytes any more.
  if (source.includes('\uFFFD') && decode(readFileSync(path)) === undefined)
    return { notes: [], error: `mentions ${name}, and is not valid UTF-8: save it as UTF-8 and run again` }
  const found = examine({ path, text: source }, [name])
  if (found === 'miss') return { notes: [] }
  if (found !== 'hit') return { notes: [], error: `${found.line}:${found.column} ${found.message}` }
  const input = {
    // No directory is at or below this: no tsconfig is looked for, and the file stands alone.
    root: path,
    hits: [{ path, text: source }],
    files: [path],
    only: [facade],
    ownDirectory,
  }
  const plan = planWithComponents(input, planMigration)
  const notes = plan.findings.map(({ line, column, kind, message }) => `${line}:${column} ${kind}: ${message}`)
  const edits = plan.edits.get(path)
  return edits === undefined ? { notes } : { text: applyEdits(source, edits), notes }
}
