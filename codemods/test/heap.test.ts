import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { heapFor } from '../src/heap.js'
import type { RunResult } from '../src/index.js'
import { bin, folder, legacy, read, canonical } from './repository.js'

const mebibyte = 1024 * 1024

describe('heapFor()', () => {
  it('leaves a process alone in which an ordinary project fits', () => {
    expect(heapFor(10 * mebibyte, 4096 * mebibyte, 16_384 * mebibyte)).toBeUndefined()
  })

  it('asks for what a large project needs', () => {
    expect(heapFor(66 * mebibyte, 4096 * mebibyte, 65_536 * mebibyte)).toBe(256 + 66 * 140)
  })

  it('asks for no more than three quarters of the memory', () => {
    expect(heapFor(66 * mebibyte, 2048 * mebibyte, 4096 * mebibyte)).toBe(3072)
  })

  it('does not begin again where that gives no more', () => {
    expect(heapFor(66 * mebibyte, 4096 * mebibyte, 4096 * mebibyte)).toBeUndefined()
  })
})

describe('switchyard migrate, on a project that its heap is too small for', () => {
  it('begins again with a larger one, once, and says what it would have said', { timeout: 120_000 }, () => {
    const declarations = Array.from(
      { length: 400 },
      (_, at) => `export interface T${at} { readonly a: string; b?: T${at}[] }`,
    ).join('\n')
    const large = Array.from({ length: 80 }, (_, at) => [`src/large${at}.ts`, declarations] as const)
    const root = folder({
      'tsconfig.json': '{ "compilerOptions": { "allowJs": true, "noEmit": true, "types": [] }, "include": ["src"] }',
      'src/count.js': legacy,
      ...Object.fromEntries(large),
    })
    const args = ['--max-old-space-size=90', bin, 'migrate', '--json', '--quiet']
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect((JSON.parse(stdout) as RunResult).files).toMatchObject({ changed: 1, skipped: 0, failed: 0 })
    expect(read(root, 'src/count.js')).toBe(canonical)
  })
})
