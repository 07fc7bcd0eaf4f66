import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import * as core from '@switchyard/core'
import * as canonical from '@switchyard/dispatcher'
import * as enhanced from '@switchyard/enhanced'
import * as legacy from '@switchyard/legacy'
import * as requestScoped from '@switchyard/request-scoped'
import { describe, expect, it } from 'vitest'
import { root } from './support/exports-of.js'
import { contextOf } from './support/people.js'
import * as reExports from './support/re-exports.js'

type Module = Readonly<Record<string, unknown>>

/** Each package as its static import gives it, and as a file gives it that exports it again. */
const packages: readonly { name: string; imported: Module; reExported: Module }[] = [
  { name: '@switchyard/dispatcher', imported: canonical, reExported: reExports.canonical },
  { name: '@switchyard/legacy', imported: legacy, reExported: reExports.legacy },
  { name: '@switchyard/request-scoped', imported: requestScoped, reExported: reExports.requestScoped },
  { name: '@switchyard/core', imported: core, reExported: reExports.core },
  { name: '@switchyard/enhanced', imported: enhanced, reExported: reExports.enhanced },
]
const require = createRequire(import.meta.url)

describe.each(packages)('$name', ({ name, imported, reExported }) => {
  it('is the same to import, import(), require() and a file that exports it again', async () => {
    const dynamic = (await import(name)) as Module
    const required = require(name) as Module
    expect(Object.keys(imported).length).toBeGreaterThan(3)
    for (const exported of Object.keys(imported)) {
      expect(dynamic[exported], `${exported} by import()`).toBe(imported[exported])
      expect(required[exported], `${exported} by require()`).toBe(imported[exported])
      expect(reExported[exported], `${exported} exported again`).toBe(imported[exported])
    }
  })

  it('says nothing when it is imported, only when it is used', async () => {
    const load = `await import(${JSON.stringify(name)})`
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', load], {
      cwd: root,
    })
    expect([stdout, stderr]).toEqual(['', ''])
  })

  it('has one engine inside it, and none to construct or to enhance', () => {
    expect(Object.keys(imported).filter((exported) => /engine|executor|enhance[^d]|wrapper/iu.test(exported))).toEqual(
      [],
    )
  })
})

describe('the names that several packages export', () => {
  const shared = new Map<string, Set<unknown>>()
  for (const { imported } of packages) {
    for (const [name, value] of Object.entries(imported)) {
      shared.set(name, (shared.get(name) ?? new Set()).add(value))
    }
  }

  it('stand for one thing, but for the facade classes, the factories of two kinds and the counted models', () => {
    const several = [...shared].filter(([, values]) => values.size > 1).map(([name]) => name)
    expect(several.toSorted()).toEqual([
      'ToolDispatchRequest',
      'ToolDispatchResponse',
      'ToolDispatcher',
      'UnifiedToolDispatcher',
      'createRequestScopedDispatcher',
      'createRequestScopedToolDispatcher',
    ])
  })

  it('stand for one request and one response, whichever package constructs them', () => {
    const models = [legacy, core, enhanced]
    const requests = models.map(({ ToolDispatchRequest }) => new ToolDispatchRequest({ toolName: 'add' }))
    const responses = models.map(({ ToolDispatchResponse }) => new ToolDispatchResponse({ success: true }))
    for (const { ToolDispatchRequest, ToolDispatchResponse } of models) {
      for (const request of requests) expect(request).toBeInstanceOf(ToolDispatchRequest)
      for (const response of responses) expect(response).toBeInstanceOf(ToolDispatchResponse)
    }
  })

  it('make of every factory a dispatcher of the one canonical class', async () => {
    const context = contextOf()
    const made = [
      new legacy.ToolDispatcher(context),
      legacy.UnifiedToolDispatcherFactory.createForRequest(context),
      legacy.UnifiedToolDispatcherFactory.createLegacyGlobal(),
      legacy.createToolDispatcher(),
      legacy.createRequestScopedToolDispatcher(context),
      await legacy.createRequestScopedDispatcher(context),
      new requestScoped.RequestScopedToolDispatcher(context),
      await requestScoped.createRequestScopedToolDispatcher(context),
      await requestScoped.requestScopedToolDispatcherScope(context),
      await core.ToolDispatcher.createRequestScopedDispatcher(context),
      core.ToolDispatcher.createScopedDispatcherContext(context),
      await enhanced.EnhancedToolDispatcher.createForUser(context),
      await enhanced.ToolDispatcherFactory.createForRequest(context),
      await enhanced.createEnhancedDispatcher(context),
      await enhanced.createRequestScopedDispatcher(context),
    ]
    for (const { unified } of made) {
      expect(Object.getPrototypeOf(unified)).toBe(canonical.UnifiedToolDispatcher.prototype)
    }
  })
})
