import { describe, expect, it } from 'vitest'
import { found } from './found.js'

const rule = 'import-path'
const from = (specifier: string, names = 'UnifiedToolDispatcher') => `import { ${names} } from '${specifier}'\n`

describe(rule, () => {
  it('finds the dispatcher by another path, where some file takes it from home', () => {
    const files = { 'a.ts': from('@switchyard/dispatcher'), 'b.ts': from('./a.js'), 'c.ts': from('#dispatcher') }
    expect(found(rule, files)).toEqual([
      { at: 'b.ts:1:10', message: 'UnifiedToolDispatcher comes from ./a.js here', snippet: from('./a.js').trim() },
      {
        at: 'c.ts:1:10',
        message: 'UnifiedToolDispatcher comes from #dispatcher here',
        snippet: from('#dispatcher').trim(),
      },
    ])
  })

  it('finds it by two paths where none is home, whatever it is called there', () => {
    const files = {
      'a.ts': from('@acme/x', 'UnifiedToolDispatcher as D'),
      'b.ts': from('@acme/y', 'type UnifiedToolDispatcher'),
    }
    expect(found(rule, files).map(({ at }) => at)).toEqual(['a.ts:1:10', 'b.ts:1:10'])
  })

  it.each([
    ['from home everywhere', { 'a.ts': from('@switchyard/dispatcher'), 'b.ts': from('@switchyard/dispatcher') }],
    ['from one other path everywhere', { 'a.ts': from('@acme/x'), 'b.ts': from('@acme/x') }],
    [
      'something else by another path',
      { 'a.ts': from('@switchyard/dispatcher'), 'b.ts': from('./a.js', 'MyUnifiedToolDispatcher') },
    ],
    [
      'another thing that is called the same here',
      { 'a.ts': from('@switchyard/dispatcher'), 'b.ts': from('./x.js', 'Other as UnifiedToolDispatcher') },
    ],
  ])('finds nothing when it comes %s', (_, files) => {
    expect(found(rule, files)).toEqual([])
  })
})
