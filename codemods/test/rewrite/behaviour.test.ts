import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import * as fc from 'fast-check'
import ts from 'typescript-checker'
import { afterAll, describe, expect, it } from 'vitest'
import { planMigration } from '../../src/rewrite/plan-migration.js'
import { applyEdits } from '../../src/rewrite/text-edits.js'

/**
 * Callers are put together at random: a creation, calls in the three old ways of tools that succeed, fail, are denied or do
 * not exist, and reads of the results in many places of the syntax. What a caller does before and after is the same.
 */
const repository = fileURLToPath(new URL('../../..', import.meta.url))
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-behaviour-')))

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

// What the facades say about themselves is tested elsewhere.
process.env['SWITCHYARD_DEPRECATIONS'] = '*:silence'

type Method = 'dispatch' | 'dispatchTool' | 'executeTool'

const methods: Readonly<Record<Method, { readonly flag: readonly string[]; readonly reads: readonly string[] }>> = {
  dispatch: {
    flag: [
      "r.status === 'success'",
      "r.status !== 'error'",
      'r.status === ToolStatus.SUCCESS',
      "!(r.status === 'error')",
    ],
    reads: [
      'r.status',
      'r.payload?.result',
      'r.message',
      'r.message.length',
      'r.payload ? 1 : 2',
      '`${r.message}`',
      'r.message || "none"',
    ],
  },
  dispatchTool: {
    flag: ['r.success', '!!r.success', 'r.success === true'],
    reads: [
      'r.success',
      'r.result',
      'r.error',
      '`${r.error}`',
      'r.error ?? "none"',
      'r.error === null',
      'r.error?.length',
      '[r.result]',
    ],
  },
  executeTool: {
    flag: ['r.success', "r.status === 'success'", '!r.success === false'],
    reads: [
      'r.success',
      'r.status',
      'r.result',
      'r.error',
      'r.errorMessage',
      '`${r.errorMessage}`',
      'r.error || "none"',
      'r.error === null',
      'r.toolName',
      'r.userId',
      'typeof r.executionTimeMs',
      'r.result ?? 0',
    ],
  },
}
const taken: Readonly<Record<Method, readonly string[]>> = {
  dispatch: ['status', 'message'],
  dispatchTool: ['success', 'result', 'error'],
  executeTool: ['success', 'status', 'result', 'error', 'errorMessage', 'toolName'],
}

const toolNames = fc.constantFrom('add', 'fail', 'secret', 'missing', 'nothing')
const anyMethod = fc.constantFrom<Method>('dispatch', 'dispatchTool', 'executeTool')

/** A call whose result is used in one way; `$` is a number that makes names unique. */
const step = fc
  .record({
    method: anyMethod,
    tool: toolNames,
    shape: fc.nat(12),
    a: fc.nat(20),
    b: fc.nat(20),
    guarded: fc.boolean(),
  })
  .map(({ method, tool, shape, a, b, guarded }) => {
    const { flag, reads } = methods[method]
    const pick = (list: readonly string[], n: number) => list[n % list.length] ?? ''
    const call = `dispatcher.${method}('${tool}', { a: ${a}, b: ${b} })`
    const [test, first, second] = [pick(flag, a), pick(reads, a), pick(reads, b)]
    const named = (text: string) => text.replaceAll(/\br\b/g, 'r$')
    const locals = [...new Set([pick(taken[method], a), pick(taken[method], b)])]
    const bodies = [
      `const r$ = await ${call}\nif (${named(test)}) seen.push(${named(first)})\nelse seen.push(${named(second)})`,
      `const r$ = await ${call}\nseen.push(${named(first)}, ${named(second)})`,
      `const r$ = await ${call}\nseen.push(${named(test)} ? ${named(first)} : ${named(second)})`,
      `const { ${locals.map((name) => `${name}: ${name}$`).join(', ')} } = await ${call}\nseen.push(${locals.map((name) => `${name}$`).join(', ')})`,
      `const [r$] = await Promise.all([${call}])\nif (!(${named(test)})) seen.push(${named(second)})`,
      `seen.push(await ${call})`,
      `await ${call}.then((r$) => seen.push(${named(first)}))`,
      `const r$ = await ${call}\nconst copy$ = { value: ${named(first)}, other: ${named(second)} }\nseen.push(copy$)`,
      `for (const n$ of [1, 2]) {\nconst r$ = await ${call}\nif (!(${named(test)})) { seen.push(n$, ${named(first)}); continue }\nseen.push(${named(second)})\n}`,
      `let x$ = ${a}\nconst late$ = dispatcher.${method}('${tool}', { a: x$, b: ${b} })\nx$ += 1\nconst r$ = await late$\nseen.push(x$, r$)`,
      `const held$ = { d: dispatcher }\nconst r$ = await held$.d.${method}('${tool}', { a: ${a}, b: ${b} })\nseen.push(${named(second)})`,
      `const ask$ = async (name$: string) => {\nconst r$ = await dispatcher.${method}(name$, { a: ${a}, b: ${b} })\nreturn ${named(test)} ? ${named(first)} : ${named(second)}\n}\nseen.push(await ask$('${tool}'))`,
      `await ${call}\nseen.push('went on')`,
    ]
    // Where a result is looked at first, a denial is read from it from now on; elsewhere it goes on being thrown.
    const unread = method === 'executeTool' && tool === 'secret' ? bodies.slice(-1) : bodies
    const body = pick(unread, shape)
    return guarded ? `try {\n${body}\n} catch (error) {\nseen.push((error as Error).name)\n}` : body
  })

const creation = fc.constantFrom(
  { facade: 'legacy', name: 'ToolDispatcher', make: 'new ToolDispatcher(ctx, tools)' },
  {
    facade: 'request-scoped',
    name: 'createRequestScopedToolDispatcher',
    make: 'await createRequestScopedToolDispatcher(ctx, tools)',
  },
  { facade: 'core', name: 'ToolDispatcher', make: 'await ToolDispatcher.createRequestScopedDispatcher(ctx, tools)' },
  { facade: 'enhanced', name: 'createEnhancedDispatcher', make: 'await createEnhancedDispatcher(ctx, { tools })' },
)

const program = fc
  .record({ creation, steps: fc.array(step, { minLength: 1, maxLength: 5 }) })
  .map(({ creation: { facade, name, make }, steps }) => {
    const lines = steps.map((text, index) => text.replaceAll('$', String(index)).replaceAll(/`(\d+)\{/g, '`${'))
    return `import { ${name}, ToolStatus, UserExecutionContext } from '@switchyard/${facade}'

export const statuses = ToolStatus
const ctx = UserExecutionContext.create({ userId: 'u-1', threadId: 't-1', runId: 'r-1' })
const tools = [
  { name: 'add', execute: ({ a, b }: { a: number; b: number }) => a + b },
  { name: 'fail', execute: () => { throw new Error('it broke') } },
  { name: 'secret', requiredRoles: ['admin'], execute: () => 'hidden' },
  { name: 'nothing', execute: () => undefined },
]

async function work(seen: unknown[]): Promise<void> {
  const dispatcher = ${make}
${lines.join('\n')}
}

export async function run(): Promise<unknown> {
  const seen: unknown[] = []
  try {
    await work(seen)
  } catch (error) {
    seen.push('stopped by ' + (error as Error).name)
  }
  return seen
}
`
  })

let count = 0

/** The same caller as a team without types has it. */
function withoutTypes(text: string): string {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true }
  return ts.transpileModule(text, { compilerOptions }).outputText
}

function place(text: string, typed = true): { readonly root: string; readonly path: string } {
  const root = join(scratch, String((count += 1)))
  mkdirSync(root)
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  }
  if (typed) {
    const lib = ['es2023', 'esnext.disposable']
    writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...compilerOptions, lib } }))
  }
  const path = join(root, typed ? 'caller.ts' : 'caller.js')
  writeFileSync(path, text)
  return { root, path }
}

async function behaviourOf(text: string): Promise<unknown> {
  const { root } = place(text)
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
  })
  const file = join(root, 'caller.mjs')
  writeFileSync(file, outputText)
  const loaded = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as { run(): Promise<unknown> }
  return withoutTimes(await loaded.run())
}

/** Without what no two runs share: times and ids of calls. */
function withoutTimes(value: unknown): unknown {
  if (value instanceof Date) return 'a date'
  if (Array.isArray(value)) return value.map((item) => withoutTimes(item))
  if (typeof value !== 'object' || value === null) return value === undefined ? 'undefined' : value
  const timed = /^(?:startTime|endTime|executionTimeMs|executionMetadata|metadata|createdAt|callId)$/
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, timed.test(key) ? 'varies' : withoutTimes(item)]),
  )
}

describe.each([
  { language: 'TypeScript', typed: true },
  { language: 'JavaScript', typed: false },
])('a caller put together at random, in $language', ({ typed }) => {
  it('leaves its facade, type-checks, and does what it did', async () => {
    await fc.assert(
      fc.asyncProperty(program, async (written) => {
        const before = typed ? written : withoutTypes(written)
        const { root, path } = place(before, typed)
        const plan = planMigration({
          root,
          hits: [{ path, text: before }],
          files: [path],
          ownDirectory: join(repository, 'codemods'),
        })
        const after = applyEdits(before, plan.edits.get(path) ?? [])
        const left = plan.findings.filter(({ kind }) => kind !== 'bridged')
        expect({ left, after }).toMatchObject({ left: [] })
        expect(after).not.toMatch(/@switchyard\/(?:legacy|request-scoped|core|enhanced)/)
        expect({ behaviour: await behaviourOf(after), after }).toEqual({ behaviour: await behaviourOf(before), after })
      }),
      { numRuns: Number(process.env['SWITCHYARD_RUNS'] ?? 20), seed: 20261125 },
    )
  }, 600_000)
})
