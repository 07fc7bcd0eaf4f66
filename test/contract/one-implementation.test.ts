import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync, readFileSync } from 'node:fs'
import { UnifiedToolDispatcher } from '@switchyard/dispatcher'
import ts from 'typescript-checker'
import { describe, expect, it } from 'vitest'
import { entryPoints } from './support/entry-points.js'
import { root } from './support/exports-of.js'
import { contextOf } from './support/people.js'
import { Recorder } from './support/transports.js'

const echo = { name: 'echo', execute: (parameters: unknown) => parameters }
const MOST_LINES = { facade: 200, kit: 600 }

/** The sources of a package, parsed. */
function sourcesOf(folder: string): ts.SourceFile[] {
  const src = `${root}packages/facades/${folder}/src`
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ts.createSourceFile(name, readFileSync(`${src}/${name}`, 'utf8'), ts.ScriptTarget.ESNext, true))
}

/** The lines that hold code which runs: comments, blank lines, imports and types do not count. */
function linesOfCode(source: ts.SourceFile): number {
  const lines = new Set<number>()
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node) || ts.isImportDeclaration(node)) return
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return
    const children = node.getChildren(source)
    if (children.length === 0 && node.getWidth(source) > 0) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source, false)).line
      const last = source.getLineAndCharacterOfPosition(node.getEnd()).line
      for (let line = first; line <= last; line += 1) lines.add(line)
    }
    for (const child of children) visit(child)
  }
  visit(source)
  return lines.size
}

/** What a facade needs no more once it delegates: state of its own, loops, handlers of failures, timers. */
function signsOfDispatching(source: ts.SourceFile): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const keepsState = ts.isNewExpression(node) && /^(?:Weak)?(?:Map|Set)$/u.test(node.expression.getText(source))
    const runsTime =
      ts.isCallExpression(node) &&
      /^(?:set|clear)(?:Timeout|Interval|Immediate)$/u.test(node.expression.getText(source))
    const loops = ts.isIterationStatement(node, false) || ts.isTryStatement(node)
    if (keepsState || runsTime || loops) found.push(node.getText(source).split('\n')[0] ?? '')
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

describe('the size of the facades', () => {
  it.each(entryPoints)('is at most 200 lines of code for $name', ({ name }) => {
    const lines = sourcesOf(name).reduce((sum, source) => sum + linesOfCode(source), 0)
    expect(lines).toBeGreaterThan(20)
    expect(lines).toBeLessThanOrEqual(MOST_LINES.facade)
  })

  it('is at most 600 lines of code for the kit, without the table', () => {
    const lines = sourcesOf('shared')
      .filter(({ fileName }) => fileName !== 'migrations.ts')
      .reduce((sum, source) => sum + linesOfCode(source), 0)
    expect(lines).toBeGreaterThan(100)
    expect(lines).toBeLessThanOrEqual(MOST_LINES.kit)
  })

  it('counts code that runs, and neither comments, blank lines, imports nor types', () => {
    const text =
      "import type { B } from './b.js'\ninterface A {\n  b: B\n}\n" +
      '/** Why.\n * More. */\n\nconst a = `one\ntwo` // here\n\n// alone\nfunction f() {\n  /* why */\n  return a\n}\n'
    expect(linesOfCode(ts.createSourceFile('a.ts', text, ts.ScriptTarget.ESNext, true))).toBe(5)
  })
})

describe('the entry files of the facades', () => {
  it.each(entryPoints)('hold no state, loop, timer or handler of failures in $name', ({ name }) => {
    const entry = sourcesOf(name).find(({ fileName }) => fileName === 'index.ts')
    expect(entry && signsOfDispatching(entry)).toEqual([])
  })

  it('would be found out', () => {
    const text = 'const tools = new Map(); try { for (const a of b) setTimeout(a, 5) } catch {}'
    expect(signsOfDispatching(ts.createSourceFile('a.ts', text, ts.ScriptTarget.ESNext, true))).toHaveLength(4)
  })
})

describe('the implementation behind the facades', () => {
  it('is one class, whichever of them made the dispatcher', async () => {
    const facades = await Promise.all(entryPoints.map(({ create }) => create(contextOf())))
    for (const { unified } of facades) expect(Object.getPrototypeOf(unified)).toBe(UnifiedToolDispatcher.prototype)
  })

  it.each(entryPoints)('takes each call through $name once, as it was made', async ({ create }) => {
    const calls: unknown[] = []
    const listener = (call: unknown) => calls.push(call)
    const context = contextOf()
    const facade = await create(context, [echo], new Recorder())
    const parameters = { a: 1 }
    subscribe('switchyard:call:start', listener)
    try {
      await facade.dispatch('echo', parameters)
      await facade.dispatchTool('echo', parameters)
      await facade.executeTool('echo', parameters)
    } finally {
      unsubscribe('switchyard:call:start', listener)
    }
    expect(calls).toHaveLength(3)
    for (const call of calls) expect(call).toMatchObject({ toolName: 'echo', context, parameters })
  })

  it('serves all four at once over one dispatcher', async () => {
    const events = new Recorder()
    const unified = UnifiedToolDispatcher.createForUser(contextOf(), { tools: [echo], events })
    const views = entryPoints.map(({ from }) => from(unified))
    for (const [index, view] of views.entries()) {
      view.registerTool(`own_${index}`, () => index)
      expect((await view.executeTool('echo', { index })).result).toEqual({ index })
    }
    for (const view of views) {
      expect(view.unified).toBe(unified)
      expect(view.getAvailableTools()).toEqual(['echo', 'own_0', 'own_1', 'own_2', 'own_3'])
      expect(view.getMetrics().toolsExecuted).toBe(4)
    }
    expect(events.events).toHaveLength(8)
  })

  it('holds one set of limits for a user, whichever facades the calls come through', async () => {
    const context = contextOf()
    const gates: (() => void)[] = []
    const wait = { name: 'wait', execute: () => new Promise<void>((resolve) => gates.push(resolve)) }
    const facades = await Promise.all(entryPoints.map(({ create }) => create(context, [wait])))
    const calls = facades.flatMap((facade) => Array.from({ length: 4 }, () => facade.dispatch('wait')))
    await Promise.resolve()
    expect(gates).toHaveLength(10)
    while (gates.length > 0) {
      gates.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 'success'))
  })
})
