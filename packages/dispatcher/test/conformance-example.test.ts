import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'

const here = fileURLToPath(new URL('.', import.meta.url))
const modules = join(here, '../../../node_modules')
const readme = readFileSync(join(here, '../README.md'), 'utf8')
const example = /<!-- conformance-example:start -->\s+```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''

/** Compiles and runs the README's example with a dispatcher in its place, as a team would in a project of its own. */
function runExampleWith(dispatcher: string): { status: number | null; text: string } {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'switchyard-example-')))
  onTestFinished(() => rmSync(project, { recursive: true }))
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable', 'dom'],
    strict: true,
  }
  symlinkSync(modules, join(project, 'node_modules'))
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, types: ['node'] } }),
  )
  writeFileSync(join(project, 'conformance.ts'), example)
  copyFileSync(join(here, 'fixtures/own-dispatcher', `${dispatcher}.ts`), join(project, 'our-dispatcher.ts'))
  const run = (...command: readonly string[]) =>
    spawnSync(process.execPath, command, { cwd: project, encoding: 'utf8' })
  const compiler = run(join(modules, 'typescript/bin/tsc'), '--project', '.')
  expect(compiler.stdout + compiler.stderr).toBe('')
  const { status, stdout, stderr } = run('conformance.js')
  return { status, text: stdout + stderr }
}

describe('the example of the conformance kit in the README', () => {
  it('is about thirty lines long', () => {
    expect(example.split('\n').length).toBeGreaterThan(25)
    expect(example.split('\n').length).toBeLessThan(45)
  })

  it('finds what is wrong with a dispatcher, and exits with 1', () => {
    const { status, text } = runExampleWith('faulty')
    expect(status).toBe(1)
    const failed = [...text.matchAll(/^FAILED (\S+):/gm)].map(([, id]) => id)
    expect(failed).toContain('multiple-implementation/bad-input')
    expect(failed).toContain('factory-conflict/no-tools')
    expect(failed).toContain('event-routing/pair-failure')
    expect(failed).toContain('event-routing/sink-rejecting')
    expect(failed).toContain('user-isolation/tools')
    expect(failed).not.toContain('event-routing/pair-success')
    expect(text).toContain('Skipped, since the subject does not say that it can do this:')
  }, 60_000)

  it('finds nothing wrong with one that hands on to this package, and exits with 0', () => {
    const { status, text } = runExampleWith('replaced')
    expect(text).not.toContain('FAILED')
    expect(status).toBe(0)
  }, 60_000)
})
