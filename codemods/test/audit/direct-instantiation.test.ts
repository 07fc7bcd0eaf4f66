import { describe, expect, it } from 'vitest'
import { found, messages } from './found.js'

const rule = 'direct-instantiation'
const named = "import { UnifiedToolDispatcher } from '@switchyard/dispatcher'\n"

describe(rule, () => {
  it.each([
    [`${named}new UnifiedToolDispatcher()`, 'new UnifiedToolDispatcher() throws'],
    [`${named}const make = () => new UnifiedToolDispatcher`, 'new UnifiedToolDispatcher() throws'],
    [`import { UnifiedToolDispatcher as D } from '@switchyard/dispatcher'\nnew D(context)`, 'new D() throws'],
    [
      `import * as swy from '@switchyard/dispatcher'\nnew swy.UnifiedToolDispatcher()`,
      'new swy.UnifiedToolDispatcher() throws',
    ],
    [
      `const { UnifiedToolDispatcher } = require('@switchyard/dispatcher')\nnew UnifiedToolDispatcher()`,
      'new UnifiedToolDispatcher() throws',
    ],
    [`const { UnifiedToolDispatcher: D } = require('@switchyard/dispatcher')\nnew D()`, 'new D() throws'],
    [
      `const swy = require('@switchyard/dispatcher')\nnew swy.UnifiedToolDispatcher()`,
      'new swy.UnifiedToolDispatcher() throws',
    ],
    [
      `${named}class Mine extends UnifiedToolDispatcher {}`,
      'a class that extends UnifiedToolDispatcher cannot be made',
    ],
  ])('finds %j', (text, message) => {
    expect(messages(rule, text)).toEqual([message])
  })

  it.each([
    `${named}UnifiedToolDispatcher.createForUser(context)`,
    `${named}class Mine implements UnifiedToolDispatcher {}`,
    `${named}new UserExecutionContext(UnifiedToolDispatcher)`,
    `${named}new swy.UnifiedToolDispatcher()`,
    `import { UnifiedToolDispatcher } from './mine.js'\nimport '@switchyard/dispatcher'\nnew UnifiedToolDispatcher()`,
    `import * as swy from '@switchyard/dispatcher'\nnew swy.UserExecutionContext()`,
  ])('finds nothing in %j', (text) => {
    expect(messages(rule, text)).toEqual([])
  })

  it('points at the expression', () => {
    expect(found(rule, { 'a.ts': `${named}const d = new UnifiedToolDispatcher()` })).toMatchObject([
      { at: 'a.ts:2:11', snippet: 'const d = new UnifiedToolDispatcher()' },
    ])
  })
})
