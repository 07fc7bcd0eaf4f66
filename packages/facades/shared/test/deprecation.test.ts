import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it } from 'vitest'
import { countingUses, DeprecationError, deprecationReport, recordUse } from '../src/index.js'
import { reactionTo, settingFor } from '../src/deprecation.js'
import { codeOf, warningsOf } from './support/warnings.js'

/** Stands in for an export of a facade. */
function createToolDispatcher() {
  recordUse('legacy', 'createToolDispatcher', createToolDispatcher)
}

function createRequestScopedToolDispatcher() {
  recordUse('request-scoped', 'createRequestScopedToolDispatcher', createRequestScopedToolDispatcher)
}

const usesOf = (name: string) => deprecationReport().entries.filter((entry) => entry.export === name)

afterEach(() => {
  delete process.env['SWITCHYARD_DEPRECATIONS']
})

describe('recordUse()', () => {
  it('warns with type, code, call site, replacement, sunset and command', async () => {
    const [warning, ...more] = await warningsOf(() => createToolDispatcher())
    expect(more).toEqual([])
    expect({ name: warning?.name, code: codeOf(warning) }).toEqual({ name: 'DeprecationWarning', code: 'SWY0001' })
    expect(warning?.message).toMatch(
      /^\/.*deprecation\.test\.ts:\d+:\d+ uses createToolDispatcher of @switchyard\/legacy, /u,
    )
    expect(warning?.message).toContain('deprecated, to be removed in 2.0.0 (2027-06-30): use ')
    expect(warning?.message).toContain('use UnifiedToolDispatcher.createForUser(context, options), with the context')
    expect(warning?.message).toMatch(/To migrate: npx -p @switchyard\/codemods switchyard migrate$/u)
  })

  it('warns once for each call site, however often it is passed', async () => {
    const use = () => createToolDispatcher()
    const warnings = await warningsOf(() => {
      for (let pass = 0; pass < 100; pass += 1) use()
    })
    expect(warnings).toHaveLength(1)
  })

  it('warns at most five times for each code, and says with the fifth that it was the last', async () => {
    const messages = await warningsOf(() => {
      createRequestScopedToolDispatcher()
      createRequestScopedToolDispatcher()
      createRequestScopedToolDispatcher()
      createRequestScopedToolDispatcher()
      createRequestScopedToolDispatcher()
      createRequestScopedToolDispatcher()
      createRequestScopedToolDispatcher()
    })
    expect(messages).toHaveLength(5)
    const last = 'Further uses of @switchyard/request-scoped are counted, not shown.'
    expect(messages.map(({ message }) => message.endsWith(last))).toEqual([false, false, false, false, true])
    expect(usesOf('createRequestScopedToolDispatcher')).toHaveLength(7)
  })

  it.each([
    ['cleanupUserDispatchers', 'use UnifiedToolDispatcher.disposeAllForUser(userId).'],
    ['createForAdmin', 'use UnifiedToolDispatcher.createForAdmin(context, options).'],
    ['createForRequest', 'use UnifiedToolDispatcher.createForUser(context, options).'],
  ])('names the replacement of the static %s, not of its class', (member, words) => {
    process.env['SWITCHYARD_DEPRECATIONS'] = '*:throw'
    function callee() {
      recordUse('enhanced', `EnhancedToolDispatcherFactory.${member}`, callee)
    }
    expect(callee).toThrow(words)
  })

  it('throws where SWITCHYARD_DEPRECATIONS says throw', async () => {
    process.env['SWITCHYARD_DEPRECATIONS'] = 'SWY0001:throw'
    const warnings = await warningsOf(() => {
      expect(createToolDispatcher).toThrow(DeprecationError)
      expect(createToolDispatcher).toThrow(expect.objectContaining({ name: 'DeprecationError', code: 'SWY0001' }))
      expect(createToolDispatcher).toThrow('createToolDispatcher of @switchyard/legacy')
    })
    expect(warnings).toEqual([])
  })

  it('is silent where SWITCHYARD_DEPRECATIONS says silence, and counts all the same', async () => {
    process.env['SWITCHYARD_DEPRECATIONS'] = '*:silence'
    const before = deprecationReport().entries.length
    expect(await warningsOf(() => createToolDispatcher())).toEqual([])
    expect(deprecationReport().entries).toHaveLength(before + 1)
  })
})

describe('deprecationReport()', () => {
  it('counts the uses of each call site', () => {
    function scope() {
      recordUse('core', 'ToolDispatcher.createScopedDispatcherContext', scope)
    }
    const use = () => scope()
    use()
    use()
    scope()
    expect(usesOf('ToolDispatcher.createScopedDispatcherContext')).toEqual([
      {
        code: 'SWY0003',
        package: '@switchyard/core',
        export: 'ToolDispatcher.createScopedDispatcherContext',
        callSite: expect.stringMatching(/deprecation\.test\.ts:\d+:\d+$/u) as unknown,
        count: 2,
      },
      expect.objectContaining({ count: 1 }),
    ])
  })

  it('hands out copies', () => {
    createToolDispatcher()
    const before = structuredClone(deprecationReport())
    const { entries } = deprecationReport()
    for (const entry of entries) Object.assign(entry, { count: 999, callSite: 'elsewhere' })
    entries.length = 0
    expect(deprecationReport()).toEqual(before)
  })
})

describe('the channel switchyard:deprecated', () => {
  it('gets each use, with its count so far', () => {
    const seen: unknown[] = []
    const listener = (use: unknown) => seen.push(use)
    const use = () => createToolDispatcher()
    subscribe('switchyard:deprecated', listener)
    try {
      use()
      use()
    } finally {
      unsubscribe('switchyard:deprecated', listener)
    }
    use()
    expect(seen).toMatchObject([
      { code: 'SWY0001', export: 'createToolDispatcher', count: 1 },
      { code: 'SWY0001', export: 'createToolDispatcher', count: 2 },
    ])
  })
})

describe('a subscriber of the channel', () => {
  it('cannot change what is counted', () => {
    const use = () => createToolDispatcher()
    const change = (entry: unknown) => void Object.assign(entry as object, { count: 999 })
    const before = usesOf('createToolDispatcher').length
    subscribe('switchyard:deprecated', change)
    try {
      use()
    } finally {
      unsubscribe('switchyard:deprecated', change)
    }
    expect(usesOf('createToolDispatcher')[before]?.count).toBe(1)
  })
})

describe('countingUses()', () => {
  class Request {
    readonly toolName: string
    constructor(toolName: string) {
      this.toolName = toolName
    }
  }
  const Counted = countingUses('legacy', 'ToolDispatchRequest', Request)

  it('counts each construction, and makes what the class makes', () => {
    const made = new Counted('add')
    expect(made).toEqual(new Request('add'))
    expect(made).toBeInstanceOf(Counted)
    expect(made).toBeInstanceOf(Request)
    expect(new Request('add')).toBeInstanceOf(Counted)
    expect(usesOf('ToolDispatchRequest')).toEqual([
      expect.objectContaining({ count: 1, callSite: expect.stringContaining('deprecation.test.ts') as unknown }),
    ])
  })

  it('can be extended', () => {
    class Derived extends Counted {
      readonly more = true
    }
    expect(new Derived('add')).toEqual({ toolName: 'add', more: true })
    expect(new Derived('add')).toBeInstanceOf(Derived)
  })
})

describe('reactionTo()', () => {
  it.each([
    ['available', undefined, 'silence'],
    ['available', 'log', 'log'],
    ['available', 'throw', 'throw'],
    ['warning', undefined, 'log'],
    ['warning', 'silence', 'silence'],
    ['warning', 'throw', 'throw'],
    ['final', undefined, 'throw'],
    ['final', 'silence', 'throw'],
    ['final', 'log', 'log'],
    ['final', 'throw', 'throw'],
    ['removed', undefined, 'throw'],
    ['removed', 'silence', 'throw'],
    ['removed', 'log', 'log'],
  ] as const)('makes of stage %s and setting %s: %s', (stage, setting, reaction) => {
    expect(reactionTo(stage, setting)).toBe(reaction)
  })
})

describe('settingFor()', () => {
  it('reads one entry for each code, and * for the others', () => {
    const text = 'SWY0001:throw, SWY0002:silence ,*:log'
    expect(['SWY0001', 'SWY0002', 'SWY0003', 'SWY0004'].map((code) => settingFor(code, text))).toEqual([
      'throw',
      'silence',
      'log',
      'log',
    ])
  })

  it('puts an exact code before *, wherever it stands', () => {
    expect(settingFor('SWY0001', '*:throw,SWY0001:silence')).toBe('silence')
  })

  it('says nothing of a code that is not named', () => {
    expect(settingFor('SWY0001', '')).toBeUndefined()
    expect(settingFor('SWY0001', 'SWY0002:throw')).toBeUndefined()
  })

  it.each(['SWY0009:throw', 'SWY0001', 'SWY0001:loud', 'SWY0001:throw:now', ':', 'swy0001:throw'])(
    'ignores %o with a warning that says what an entry is',
    async (entry) => {
      let others: unknown
      const warnings = await warningsOf(() => {
        settingFor('SWY0001', `${entry},SWY0002:throw`)
        others = settingFor('SWY0002', `${entry},SWY0002:throw`)
      })
      expect(others).toBe('throw')
      expect(warnings.map(({ message }) => message)).toEqual([
        `SWITCHYARD_DEPRECATIONS: ${JSON.stringify(entry)} is ignored; an entry is one of * SWY0001 SWY0002 SWY0003 SWY0004, ` +
          'a colon, and throw, silence or log.',
      ])
    },
  )
})
