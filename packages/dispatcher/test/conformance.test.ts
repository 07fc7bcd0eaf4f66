import { describe, expect, it } from 'vitest'
import {
  canonicalSubject,
  cases,
  type ConformanceSubject,
  formatReport,
  runConformance,
  type SubjectDispatcher,
} from '../src/conformance.js'
import { DIST, runModule } from './support/node-process.js'

/** A subject that says of itself that it can do nothing special, and whose calls end as they are told. */
function subjectThat(execute: SubjectDispatcher['execute']): ConformanceSubject {
  return { name: 'ours', capabilities: new Set(), create: async () => ({ execute }) }
}

function untypedThrow(): never {
  throw new Error('no database')
}

const unable = subjectThat(async () => ({ success: false, code: 'tool_failed', message: 'no' }))

describe('cases', () => {
  it('are at least sixty, over the five classes of violation', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60)
    expect(new Set(cases.map(({ violation }) => violation)).size).toBe(5)
  })

  it('have ids of their own, which begin with their class', () => {
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length)
    for (const { id, violation, title } of cases) {
      expect(id).toMatch(new RegExp(`^${violation}/[a-z0-9_A-Z-]+$`))
      expect(title).not.toBe('')
    }
  })

  it('ask for what they need, each capability somewhere', () => {
    expect(new Set(cases.flatMap(({ needs }) => needs))).toEqual(canonicalSubject.capabilities)
  })

  it('run without the runner, and throw what was expected and what was seen', async () => {
    const unknownTool = cases.find(({ id }) => id === 'multiple-implementation/unknown-tool')
    await expect(unknownTool?.run(unable)).rejects.toMatchObject({
      name: 'AssertionError',
      message:
        'the code of the failure: expected tool_not_found, saw ' +
        "{ success: false, code: 'tool_failed', message: 'no' }",
    })
  })
})

describe('runConformance()', () => {
  it('finds nothing wrong with the canonical dispatcher, and skips nothing', async () => {
    const report = await runConformance(canonicalSubject)
    expect(report).toEqual({
      subject: '@switchyard/dispatcher',
      passed: cases.map(({ id }) => id),
      failed: [],
      skipped: [],
    })
  })

  it('skips what a subject does not say that it can do, and says which capability is missing', async () => {
    const { skipped, failed } = await runConformance(unable, {
      only: ['event-routing/pair-timeout', 'event-routing/before'],
    })
    expect(failed).toEqual([])
    expect(skipped).toEqual([
      { id: 'event-routing/pair-timeout', missing: 'events' },
      { id: 'event-routing/before', missing: 'events' },
    ])
  })

  it('tells a failure with its class and its message', async () => {
    const { passed, failed } = await runConformance(unable, { only: ['multiple-implementation/result'] })
    expect(passed).toEqual([])
    expect(failed).toEqual([
      {
        id: 'multiple-implementation/result',
        violation: 'multiple-implementation',
        message: "the outcome: expected a success, saw { success: false, code: 'tool_failed', message: 'no' }",
      },
    ])
  })

  it('fails a case whose subject rejects, throws, or cannot be created', async () => {
    const broken: ConformanceSubject = {
      ...unable,
      create: () => Promise.reject(new Error('no database')),
    }
    const { failed } = await runConformance(broken, { only: ['factory-conflict/tools'] })
    expect(failed.map(({ message }) => message)).toEqual(['no database'])
  })

  it.each([
    ['whose dispatchers cannot be created', () => Promise.reject(new Error('no database'))],
    ['whose calls reject', async () => ({ execute: () => Promise.reject(new Error('no database')) })],
    ['whose calls throw', async () => ({ execute: () => untypedThrow() })],
  ] as const)(
    'leaves no rejection unhandled of a subject %s',
    async (_, create) => {
      const unhandled: unknown[] = []
      const keep = (reason: unknown): void => void unhandled.push(reason)
      process.on('unhandledRejection', keep)
      await runConformance({ name: 'ours', capabilities: canonicalSubject.capabilities, create })
      await new Promise(setImmediate)
      process.off('unhandledRejection', keep)
      expect(unhandled).toEqual([])
    },
    20_000,
  )

  it('goes on after a case that hangs', async () => {
    const hanging = subjectThat(() => new Promise(() => {}))
    const { failed } = await runConformance(hanging, { only: ['multiple-implementation/result'] })
    expect(failed.map(({ message }) => message)).toEqual(['the case had not ended after 5000 ms'])
  }, 20_000)

  it('fails the case, not the process, where a subject leaves a rejection of its sink unhandled', async () => {
    const script =
      `import { canonicalSubject, runConformance } from ${JSON.stringify(`${DIST}conformance.js`)}\n` +
      'const dropping = (events) => events && { emit: (event) => void events.emit(event) }\n' +
      'const create = ({ events, ...setup }) => canonicalSubject.create({ ...setup, events: dropping(events) })\n' +
      "const report = await runConformance({ ...canonicalSubject, create }, { only: ['event-routing'] })\n" +
      'console.log(JSON.stringify(report.failed))'
    const { stdout } = await runModule(script)
    expect(JSON.parse(stdout)).toEqual([
      {
        id: 'event-routing/sink-rejecting',
        violation: 'event-routing',
        message: 'a rejection was left unhandled, which ends a Node process: Error: the socket is gone',
      },
    ])
  })

  it('lets its process end though calls of the subject hang', async () => {
    const script =
      `import { runConformance } from ${JSON.stringify(`${DIST}conformance.js`)}\n` +
      'const create = async () => ({ execute: () => new Promise(() => {}), register() {} })\n' +
      "const subject = { name: 'ours', capabilities: new Set(['events', 'register']), create }\n" +
      "const { failed } = await runConformance(subject, { only: ['user-isolation/any-interleaving'] })\n" +
      'console.log(failed[0].message)'
    const { stdout } = await runModule(script)
    expect(stdout.trim()).toBe('the case had not ended after 5000 ms')
  }, 90_000)

  it('runs the classes and cases that are named', async () => {
    const { passed } = await runConformance(canonicalSubject, { only: ['import-path', 'factory-conflict/tools'] })
    expect(passed.filter((id) => !id.startsWith('import-path/'))).toEqual(['factory-conflict/tools'])
    expect(passed.length).toBeGreaterThan(4)
  })

  it('refuses a name that is neither a case nor a class', async () => {
    await expect(runConformance(canonicalSubject, { only: ['events'] })).rejects.toThrow(
      'There is no conformance case "events"; a case is named by its id, such as ' +
        'multiple-implementation/one-object, or by its class of violation.',
    )
  })
})

describe('formatReport()', () => {
  it('shows people a table, each failure with its title, and what was not asked', async () => {
    const report = await runConformance(unable, { only: ['multiple-implementation/result', 'event-routing'] })
    expect(formatReport(report)).toMatchInlineSnapshot(`
      "ours

      violation                passed  failed  skipped
      multiple-implementation       0       1        0
      import-path                   0       0        0
      factory-conflict              0       0        0
      event-routing                 0       1       25
      user-isolation                0       0        0

      FAILED multiple-implementation/result: a result is handed over as it is, not copied and not wrapped
        the outcome: expected a success, saw { success: false, code: 'tool_failed', message: 'no' }

      FAILED event-routing/no-transport: without a sink a tool runs all the same
        the outcome: expected a success, saw { success: false, code: 'tool_failed', message: 'no' }

      Skipped, since the subject does not say that it can do this: events."
    `)
  })

  it('has no more to say of a subject without fault than the table', async () => {
    const text = formatReport(await runConformance(canonicalSubject, { only: ['import-path'] }))
    expect(text).not.toMatch(/FAILED|Skipped/)
    expect(text).toMatch(/import-path +7 +0 +0/)
  })
})
