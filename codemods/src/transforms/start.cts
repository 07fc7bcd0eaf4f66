import type { Worker as Thread } from 'node:worker_threads'

// CommonJS, because it must know where it lies: jscodeshift makes CommonJS of modules, and there import.meta cannot be.
const path = process.getBuiltinModule('node:path')
const { Worker } = process.getBuiltinModule('node:worker_threads')

/** What a facade's transform asks of the thread. */
interface Question {
  readonly id: number
  readonly facade: string
  readonly path: string
  readonly source: string
}

/** The new text where there is one, lines for the report, or why nobody can say. */
interface Answer {
  readonly id: number
  readonly text?: string
  readonly notes: readonly string[]
  readonly error?: string
}

/** What jscodeshift gives a transform, as far as it is used. */
interface Api {
  report(message: string): void
}

/** A transform of jscodeshift: the new text, or undefined where the file stays as it is. */
type Transform = (file: { readonly path: string; readonly source: string }, api: Api) => Promise<string | undefined>

const waiting = new Map<number, { readonly settle: (answer: Answer) => void; readonly fail: (error: Error) => void }>()
let thread: Thread | undefined
let asked = 0

/**
 * The transform that takes a file off one facade.
 *
 * It works in a thread of its own: jscodeshift compiles everything that a transform loads, which the compiler behind this
 * one does not bear. A thread loads it as it is.
 *
 * @param facade `legacy`, `request-scoped`, `core` or `enhanced`
 */
function transformOf(facade: string): Transform {
  return async (file, api) => {
    const { text, notes, error } = await ask({ facade, path: path.resolve(file.path), source: file.source })
    for (const note of notes) api.report(note)
    if (error !== undefined) throw new Error(error)
    return text
  }
}

function ask(question: Omit<Question, 'id'>): Promise<Answer> {
  const worker = (thread ??= begin())
  const id = (asked += 1)
  worker.ref()
  return new Promise((settle, fail) => {
    waiting.set(id, { settle, fail })
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage({ id, ...question })
  })
}

function begin(): Thread {
  const worker = new Worker(path.join(__dirname, 'thread.js'))
  worker.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.settle(answer)
    waiting.delete(answer.id)
    if (waiting.size === 0) worker.unref()
  })
  worker.on('error', (error) => {
    thread = undefined
    for (const { fail } of waiting.values()) fail(error)
    waiting.clear()
  })
  return worker
}

module.exports = transformOf
