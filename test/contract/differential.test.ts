import {
  type AgentEvent,
  defineTool,
  type ToolCall,
  type AnyTool,
  type UserExecutionContext,
} from '@switchyard/dispatcher'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { type Call, type Program, programs, type Step } from './support/call-programs.js'
import { type EntryPoint, entryPoints } from './support/entry-points.js'
import { canonicalOf, migratedCode, type OldCalls } from './support/migrated-code.js'
import { contextOf } from './support/people.js'
import { Recorder } from './support/transports.js'

// What the facades say about themselves is tested elsewhere.
process.env['SWITCHYARD_DEPRECATIONS'] = '*:silence'

// One fake clock for the whole file, so that tools that hang time out without anybody waiting.
beforeAll(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }))
afterAll(() => void vi.useRealTimers())

/** A way to a dispatcher, and how it ends. */
type Way = (
  context: UserExecutionContext,
  tools: readonly AnyTool[],
  events: Recorder | undefined,
) => Promise<{ readonly calls: OldCalls; end(): Promise<void> }>

const byMigratedCode: Way = async (...given) => {
  const unified = canonicalOf(...given)
  return { calls: migratedCode(unified), end: () => unified.dispose() }
}

const byFacade =
  (entryPoint: EntryPoint): Way =>
  async (...given) => {
    const facade = await entryPoint.create(...given)
    return { calls: facade, end: () => facade.cleanup() }
  }

const byView =
  (entryPoint: EntryPoint): Way =>
  async (...given) => {
    const unified = canonicalOf(...given)
    const view = entryPoint.from(unified)
    return {
      calls: view,
      async end() {
        await view.cleanup()
        expect(view.isActive()).toBe(true)
        await unified.dispose()
      },
    }
  }

describe.each(entryPoints)('$name', (entryPoint) => {
  it.each([
    ['a dispatcher of its own', byFacade(entryPoint)],
    ['a view of one that somebody else made', byView(entryPoint)],
  ])('does with %s what migrated code does with the canonical one', async (_, way) => {
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        const context = contextOf({ roles: program.roles })
        expect(await play(way, program, context)).toEqual(await play(byMigratedCode, program, context))
      }),
      { numRuns: 150 },
    )
  })
})

describe('the random programs', () => {
  it('come to every kind of outcome', async () => {
    const seen: unknown[] = []
    for (const program of fc.sample(programs, { numRuns: 200, seed: 1 })) {
      seen.push(await play(byMigratedCode, program, contextOf({ roles: program.roles })))
    }
    const text = JSON.stringify(seen, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    const codes = ['tool_not_found', 'invalid_input', 'permission_denied', 'timeout', 'aborted', 'tool_failed']
    const kinds = [...codes, 'success', 'gone', 'PermissionError', 'InvalidToolError', 'SWITCHYARD_DUPLICATE_TOOL']
    expect(kinds.filter((kind) => !text.includes(`"${kind}"`))).toEqual([])
  })
})

/** Everything that a program sees, without times and without ids that no two dispatchers share. */
async function play(way: Way, program: Program, context: UserExecutionContext): Promise<unknown> {
  const warnings: unknown[] = []
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation((warning: unknown, options: unknown) => {
    // Two warnings are the facades' own: migrated code has no switch for the check, and need not be told of events.
    const code = codeOf(options)
    if (code !== 'SWITCHYARD_PERMISSION_CHECK' && code !== 'SWITCHYARD_NO_TRANSPORT') warnings.push([code, warning])
  })
  const recorder = program.hasTransport ? new Recorder() : undefined
  const given = toolsOf(program.tools)
  const { calls, end } = await way(context, given, recorder)
  const seen: unknown[] = []
  try {
    for (const step of program.steps) seen.push(await perform(calls, step, context))
    await end()
    for (const step of program.afterwards) {
      // The canonical dispatcher may be looked at for ever, the old ones throw.
      if (step.kind !== 'look') seen.push(await perform(calls, step, context))
    }
    return { seen, warnings, events: shownEvents(recorder?.events ?? []), metrics: shownMetrics(calls) }
  } finally {
    warn.mockRestore()
  }
}

async function perform(calls: OldCalls, step: Step, context: UserExecutionContext): Promise<unknown> {
  switch (step.kind) {
    case 'together':
      return Promise.all(step.calls.map((call) => outcomeOf(() => callOf(calls, call, context))))
    case 'registerTool': {
      const tool = { name: step.name, requiredRoles: step.requiredRoles, execute: (input: unknown) => ({ own: input }) }
      return outcomeOf(() => calls.registerTool(tool))
    }
    case 'registerFunction':
      return outcomeOf(() => calls.registerTool(step.name, (input) => ({ own: input }), step.description))
    case 'look': {
      const tools = Object.values(calls.tools).map(({ name, description }) => [name, description])
      return { has: calls.hasTool(step.name), available: calls.getAvailableTools(), tools, active: calls.isActive() }
    }
    case 'getMetrics':
      return shownMetrics(calls)
    default:
      return outcomeOf(() => callOf(calls, step, context))
  }
}

function callOf(calls: OldCalls, call: Call, context: UserExecutionContext): Promise<unknown> {
  const { tool, limits } = call
  const options = { timeoutMs: limits.timeoutMs, signal: limits.aborted && AbortSignal.abort() }
  const parameters = call.parameters && structuredClone(call.parameters)
  switch (call.kind) {
    case 'dispatch':
      return calls.dispatch(tool, parameters, options)
    case 'dispatchTool': {
      const runId = call.run === 'own' ? context.runId : call.run
      return calls.dispatchTool(tool, parameters, { step: 1 }, runId, options)
    }
    default: {
      const { requirePermissionCheck } = call
      return calls.executeTool(tool, parameters, {
        ...options,
        ...(requirePermissionCheck !== undefined && { requirePermissionCheck }),
      })
    }
  }
}

const TIMES = new Set(['startTime', 'endTime', 'executionTimeMs', 'createdAt'])

/** What an action comes to: a value, or what it threw. A dispatcher that is gone says so in words of its own. */
async function outcomeOf(action: () => unknown): Promise<unknown> {
  try {
    const value: unknown = await timePassingUntil(action())
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).filter(([name]) => !TIMES.has(name)))
  } catch (error) {
    if (!(error instanceof Error)) return { thrown: error }
    const { name, message } = error
    return /has been (?:cleaned up|disposed)/u.test(message) ? { thrown: 'gone' } : { thrown: [name, message] }
  }
}

/** Lets a second pass whenever nothing else is ready to run. */
async function timePassingUntil<Value>(value: Value | Promise<Value>): Promise<Value> {
  const state = { isSettled: false }
  const settle = (): void => void (state.isSettled = true)
  void Promise.resolve(value).then(settle, settle)
  for (;;) {
    await new Promise(setImmediate)
    if (state.isSettled) return value
    vi.advanceTimersByTime(1_000)
  }
}

/** The events of each call in their order, the calls in theirs: calls that run together end in any. */
function shownEvents(events: readonly AgentEvent[]): unknown[] {
  const numbers = new Map<unknown, number>()
  const shown = events.map(({ id: _id, timestamp: _at, payload, ...event }) => {
    const { callId, executionTimeMs: _time, ...rest } = payload as Record<string, unknown>
    if (!numbers.has(callId)) numbers.set(callId, numbers.size)
    return { ...event, ...rest, call: numbers.get(callId) ?? 0 }
  })
  return shown.toSorted((one, other) => one.call - other.call)
}

function shownMetrics(calls: OldCalls): unknown {
  const {
    dispatcherId: _id,
    createdAt: _created,
    lastExecutionTime,
    totalExecutionTimeMs: _total,
    avgExecutionTimeMs: _average,
    uptimeSeconds: _uptime,
    ...counts
  } = calls.getMetrics()
  return { ...counts, hasRun: lastExecutionTime !== null }
}

/** A result that JSON cannot hold. */
const strange = { count: 12n, when: new Date(0), run: () => 1 }

/** Gets the number that its schema read. */
const add = defineTool({
  name: 'add',
  inputSchema: z.object({ a: z.number(), b: z.number(), factor: z.number().default(2) }),
  execute: ({ a, b, factor }) => (a + b) * factor,
})

/** New ones at each call, since some of them count. */
function toolsOf(names: readonly string[]): AnyTool[] {
  let count = 0
  const tools: readonly AnyTool[] = [
    { name: 'echo', description: 'Gives back what it got', execute: (input: unknown) => input },
    add,
    { name: 'counts', execute: () => (count += 1) },
    {
      name: 'breaks',
      execute: () => {
        throw new RangeError('shelf 9 is empty')
      },
    },
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- tools throw anything
    { name: 'rejects', execute: () => Promise.reject('out of paper') },
    { name: 'nothing', execute: () => undefined },
    { name: 'hangs', timeoutMs: 5_000, execute: () => new Promise(() => {}) },
    { name: 'clerks', requiredRoles: ['clerk'], execute: () => 'filed' },
    { name: 'system_config', execute: () => 'changed' },
    { name: 'strange', execute: () => strange },
    {
      name: 'outer',
      async execute(_: unknown, call: ToolCall) {
        const { success, error } = await call.executeTool('echo', { inner: true })
        return { success, message: error?.message }
      },
    },
    {
      name: 'reports',
      execute(_: unknown, call: ToolCall) {
        call.reportProgress({ done: 0.5 })
        return 'done'
      },
    },
  ]
  return names.flatMap((name) => tools.filter((tool) => tool.name === name))
}

function codeOf(options: unknown): unknown {
  return typeof options === 'object' && options !== null ? Reflect.get(options, 'code') : options
}
