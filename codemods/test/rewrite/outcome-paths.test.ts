import { describe, expect, it } from 'vitest'
import { pathAt, type Subject } from '../../src/rewrite/outcome-paths.js'
import { surveyed } from './surveyed.js'

const subject: Subject = {
  isSuccess: (expression) => expression.getText() === 'r.success',
  isStatus: (expression) => expression.getText() === 'r.status',
}

const success = [
  'if (r.success) probe()',
  'if (r.success === true) { probe() }',
  'if (r.success !== false) { probe() }',
  'if (!r.success) {} else { probe() }',
  'if (!(r.success)) throw 1\nprobe()',
  'if (!r.success) { log(); throw 1 }\nif (a) { b(() => probe()) }',
  "if (r.status === 'success') probe()",
  "if (r.status != 'error') probe()",
  "if ('success' == r.status) probe()",
  "import { ToolStatus } from '@switchyard/core'\nif (r.status === ToolStatus.SUCCESS) probe()",
  "import * as core from '@switchyard/core'\nif (r.status !== core.ToolStatus.ERROR) probe()",
  'const a = r.success ? probe() : 1',
  'const a = !r.success ? 1 : probe()',
  'r.success && probe()',
  '!r.success || probe()',
  'if (r.success && a) probe()',
  'if (a && r.success) probe()',
  'if (!r.success || a) throw 1\nprobe()',
  'function f() { if (!r.success) return\n return probe() }',
  'for (const one of many) { if (!r.success) continue\n probe() }',
  'for (const one of many) { if (!r.success) { break }\n probe() }',
  "switch (r.status) { case 'success': probe() }",
  "switch (r.status) { case 'error': log(); break\n case 'success': probe() }",
  "switch (r.status) { case 'error': throw 1\n case 'success': { probe() } }",
]
const error = [
  'if (r.success) {} else probe()',
  'if (!r.success) probe()',
  'if (r.success) throw 1\nprobe()',
  "if (r.status === 'error') probe()",
  "if (r.status !== 'success') probe()",
  'r.success || probe()',
  'const a = r.success ? 1 : probe()',
  "switch (r.status) { case 'success': break\n case 'error': probe() }",
]
const neither = [
  'probe()',
  'if (a) probe()',
  'if (r.success || a) probe()',
  'if (!(r.success && a)) probe()',
  'if (!r.success && a) throw 1\nprobe()',
  'if (!r.success) log()\nprobe()',
  'if (other.success) probe()',
  "if (r.status === 'pending') probe()",
  'if (r.status === other.status) probe()',
  "const ToolStatus = { SUCCESS: 'success' }\nif (r.status === ToolStatus.SUCCESS) probe()",
  'if (probe() && r.success) log()',
  'if (r.success === probe()) log()',
  'probe()\nif (!r.success) throw 1',
  'if (a) { if (!r.success) throw 1 }\nprobe()',
  "switch (r.status) { case 'error': case 'success': probe() }",
  "switch (r.status) { case 'error': log()\n case 'success': probe() }",
  "switch (r.status) { case 'success': log()\n case 'error': { probe() } }",
  "switch (r.status) { case 'success': if (a) break\n case 'error': probe() }",
  "switch (r.status) { default: log()\n case 'error': probe() }",
  "switch (other.status) { case 'success': probe() }",
]

const { work, probeIn } = surveyed([...success, ...error, ...neither])

describe('pathAt()', () => {
  it.each(success)('is certain of success in %j', (text) => {
    expect(pathAt(work, probeIn(text), subject)).toBe('success')
  })

  it.each(error)('is certain of an error in %j', (text) => {
    expect(pathAt(work, probeIn(text), subject)).toBe('error')
  })

  it.each(neither)('is certain of neither in %j', (text) => {
    expect(pathAt(work, probeIn(text), subject)).toBeUndefined()
  })
})
