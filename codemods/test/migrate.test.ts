import { chmodSync, chownSync, existsSync, lstatSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { migrate } from '../src/migrate.js'
import { silent, type Progress } from '../src/progress.js'
import { textOf } from '../src/report.js'
import { exitStatus } from '../src/result.js'
import { undo } from '../src/undo.js'
import { begun, canonical, folder, legacy, read, repository, resultOf, switchyardAsNobody } from './repository.js'

const manifest = `{ "dependencies": { "@switchyard/legacy": "^0.9.0" } }\n`

/** Does something when a step of a run begins. */
function when(step: string, happens: () => void): Progress {
  return { ...silent, begin: (name) => (name === step ? happens() : undefined) }
}

function everybody(root: string): void {
  for (const entry of ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })]) {
    if (process.getuid?.() === 0) chownSync(join(root, entry), 65_534, 65_534)
  }
}

describe('migrate(), while somebody else writes', () => {
  it.each(['Planning', 'Writing'])(
    'skips and reports a file that changes before %s, and does the rest',
    async (step) => {
      const root = repository({ 'a.js': legacy, 'b.js': legacy, 'package.json': manifest })
      const progress = when(step, () => writeFileSync(join(root, 'a.js'), `${legacy}// by hand\n`))
      const { result } = await migrate({ cwd: root, progress, force: true })
      expect(result.files).toEqual({ given: 3, changed: 2, unchanged: 0, skipped: 1, failed: 0 })
      expect(result.findings).toMatchObject([
        {
          file: 'a.js',
          kind: 'skipped',
          rule: 'not-written',
          message: expect.stringContaining('changed on disk') as string,
        },
      ])
      expect(exitStatus(result)).toBe(1)
      expect(read(root, 'a.js')).toBe(`${legacy}// by hand\n`)
      expect(read(root, 'b.js')).toBe(canonical)
      expect(Object.keys((JSON.parse(read(root, 'package.json')) as { dependencies: object }).dependencies)).toEqual([
        '@switchyard/dispatcher',
        '@switchyard/legacy',
      ])
    },
  )

  it.each(['Planning', 'Writing'])('undoes only what it wrote after a file changed before %s', async (step) => {
    const root = repository({ 'a.js': legacy, 'b.js': legacy })
    const progress = when(step, () => writeFileSync(join(root, 'a.js'), `${legacy}// by hand\n`))
    await migrate({ cwd: root, progress, force: true })
    const { result } = undo({ cwd: root })
    expect(result.findings).toEqual([])
    expect([read(root, 'a.js'), read(root, 'b.js')]).toEqual([`${legacy}// by hand\n`, legacy])
  })

  it('leaves every file of a group when one of them changes', async () => {
    const files = {
      'tsconfig.json':
        '{ "compilerOptions": { "module": "nodenext", "strict": true, "types": [], "skipLibCheck": true } }',
      'make.ts': `import { ToolDispatcher, type UserExecutionContext } from '@switchyard/legacy'
export const make = (context: UserExecutionContext): ToolDispatcher => new ToolDispatcher(context)
`,
      'use.ts': `import type { UserExecutionContext } from '@switchyard/legacy'
import { make } from './make.js'
export const use = (context: UserExecutionContext): Promise<void> => make(context).cleanup()
`,
    }
    const root = repository(files)
    const changed = `${files['use.ts']}// by hand\n`
    const progress = when('Writing', () => writeFileSync(join(root, 'use.ts'), changed))
    const { result } = await migrate({ cwd: root, progress })
    expect(result.findings.map(({ file, rule }) => [file, rule])).toEqual([
      ['make.ts', 'group-not-written'],
      ['use.ts', 'not-written'],
    ])
    expect([read(root, 'make.ts'), read(root, 'use.ts')]).toEqual([files['make.ts'], changed])
    const again = await migrate({ cwd: root, force: true })
    expect(again.result.findings).toEqual([])
    expect(again.result.changes.map(({ file }) => file)).toEqual(['make.ts', 'use.ts'])
  })

  it('puts everything back when it breaks half way', async () => {
    const root = repository({ 'a.js': legacy, 'b.js': legacy })
    const progress: Progress = {
      ...when('Writing', () => {}),
      advance: (done) => {
        if (read(root, 'a.js') === canonical && done === 1) throw new Error('the terminal is gone')
      },
    }
    await expect(migrate({ cwd: root, progress })).rejects.toThrow('the terminal is gone')
    expect([read(root, 'a.js'), read(root, 'b.js')]).toEqual([legacy, legacy])
    expect(exitStatus((await migrate({ cwd: root })).result)).toBe(0)
  })
})

describe('switchyard migrate, killed', () => {
  const names = Array.from({ length: 200 }, (_, at) => `src/f${String(at).padStart(3, '0')}.js`)
  const rounds = 3

  /** Kills a run as soon as some number of files is new. */
  async function killedAfter(root: string, files: number): Promise<NodeJS.Signals | null> {
    const { child, ended } = begun(root, 'migrate', '--force', '--no-verify', '--quiet')
    const last = names[files - 1] ?? ''
    const watch = setInterval(() => {
      if (files === 0 ? readdirSync(root).includes('.switchyard') : read(root, last) === canonical)
        child.kill('SIGKILL')
    }, 1)
    const { signal } = await ended
    clearInterval(watch)
    return signal
  }

  it('leaves every file old or new; the next run finishes, --undo puts back', async () => {
    const root = repository(Object.fromEntries(names.map((name) => [name, legacy])))
    let killed = 0
    for (let round = 0; round < rounds; round += 1) {
      const signal = await killedAfter(root, round === 0 ? 0 : Math.floor(Math.random() * 120))
      if (signal === 'SIGKILL') killed += 1
      const texts = new Set(names.map((name) => read(root, name)))
      for (const text of texts) expect([legacy, canonical]).toContain(text)
      const finishes = round % 2 === 0
      if (finishes) await migrate({ cwd: root, force: true, verify: false })
      const after = new Set(names.map((name) => read(root, name)))
      expect(after).toEqual(finishes ? new Set([canonical]) : texts)
      // A run that dies before it keeps anything leaves nothing to undo.
      if (existsSync(join(root, '.switchyard/last-run/journal.json'))) undo({ cwd: root })
      expect(new Set(names.map((name) => read(root, name)))).toEqual(new Set([legacy]))
      expect(readdirSync(join(root, 'src'))).toHaveLength(200)
    }
    expect(killed).toBeGreaterThan(0)
  }, 180_000)
})

describe('what the file system does not allow', () => {
  it('is reported for a read-only file and a read-only folder, and the rest goes on', () => {
    const root = repository({ 'fine.js': legacy, 'locked.js': legacy, 'folder/in.js': legacy })
    everybody(root)
    chmodSync(join(root, 'locked.js'), 0o444)
    chmodSync(join(root, 'folder'), 0o555)
    const answer = switchyardAsNobody(root, 'migrate', '--json', '--force')
    const { files, findings } = resultOf(answer)
    expect(files).toEqual({ given: 3, changed: 1, unchanged: 0, skipped: 2, failed: 0 })
    expect(findings).toMatchObject([
      {
        file: 'folder/in.js',
        rule: 'not-written',
        message: expect.stringMatching(/^could not be written: EACCES/) as string,
      },
      {
        file: 'locked.js',
        rule: 'not-written',
        message: expect.stringMatching(/^could not be written: EACCES/) as string,
      },
    ])
    expect(answer.status).toBe(1)
    expect([read(root, 'fine.js'), read(root, 'locked.js'), read(root, 'folder/in.js')]).toEqual([
      canonical,
      legacy,
      legacy,
    ])
    expect(readdirSync(join(root, 'folder'))).toEqual(['in.js'])
  })

  it('is reported for files, manifests and folders that cannot be read, and the rest goes on', () => {
    const root = repository({
      'fine.js': legacy,
      'secret.js': legacy,
      'folder/in.js': legacy,
      'inner/package.json': manifest,
      'inner/tsconfig.json': '{}',
      'inner/in.js': legacy,
    })
    everybody(root)
    for (const path of ['secret.js', 'folder', 'inner/package.json', 'inner/tsconfig.json'])
      chmodSync(join(root, path), 0)
    const answer = switchyardAsNobody(root, 'migrate', '--json', '--force')
    const { files, findings } = resultOf(answer)
    expect(findings.map(({ file, kind, rule }) => ({ file, kind, rule }))).toEqual([
      { file: 'folder/in.js', kind: 'failed', rule: 'unreadable' },
      { file: 'inner/package.json', kind: 'failed', rule: 'unreadable' },
      { file: 'inner/tsconfig.json', kind: 'failed', rule: 'unreadable' },
      { file: 'secret.js', kind: 'failed', rule: 'unreadable' },
    ])
    expect(files).toEqual({ given: 6, changed: 2, unchanged: 0, skipped: 0, failed: 4 })
    expect(answer.status).toBe(1)
    expect(read(root, 'fine.js')).toBe(canonical)
  })

  it('is a folder without git too', () => {
    const root = folder({ 'fine.js': legacy, 'folder/in.js': legacy })
    everybody(root)
    chmodSync(join(root, 'folder'), 0)
    const { findings, files } = resultOf(switchyardAsNobody(root, 'migrate', '--json'))
    chmodSync(join(root, 'folder'), 0o755)
    expect(findings).toMatchObject([{ file: 'folder', kind: 'failed', rule: 'unreadable' }])
    expect(files).toEqual({ given: 2, changed: 1, unchanged: 0, skipped: 0, failed: 1 })
  })
})

describe('links', () => {
  it('stay links: a manifest above the paths given that is one is not replaced', async () => {
    const root = repository({ 'src/count.js': legacy, 'config/manifest.json': manifest })
    symlinkSync('config/manifest.json', join(root, 'package.json'))
    const { result } = await migrate({ cwd: root, paths: ['src'] })
    expect(result.changes.map(({ file }) => file)).toEqual(['src/count.js'])
    expect(lstatSync(join(root, 'package.json')).isSymbolicLink()).toBe(true)
  })
})

describe('a project that has errors already', () => {
  const tsconfig = JSON.stringify({
    compilerOptions: { module: 'nodenext', strict: true, types: [], skipLibCheck: true },
  })
  const broken = `import { ToolDispatcher, type UserExecutionContext } from '@switchyard/legacy'
const wrong: number = 'text'
export const end = (context: UserExecutionContext): Promise<void> => new ToolDispatcher(context).cleanup()
export { wrong }
`
  const worse = `import { ToolDispatcher, type UserExecutionContext } from '@switchyard/legacy'
export async function run(context: UserExecutionContext): Promise<void> {
  const dispatcher = new ToolDispatcher(context)
  // @ts-expect-error parameters are an object
  await dispatcher.dispatch('add', 5)
}
`

  it('is migrated where nothing gets worse; a file that would is not written, but reported', async () => {
    const root = repository({ 'tsconfig.json': tsconfig, 'broken.ts': broken, 'worse.ts': worse })
    const { result } = await migrate({ cwd: root })
    expect(read(root, 'broken.ts')).toContain("const wrong: number = 'text'")
    expect(read(root, 'broken.ts')).toContain('UnifiedToolDispatcher.createForUser(context).dispose()')
    expect(result.findings).toMatchObject([
      { file: 'worse.ts', rule: 'type-check', kind: 'skipped', message: expect.stringContaining('TS2578') as string },
    ])
    expect(read(root, 'worse.ts')).toBe(worse)
    expect(exitStatus(result)).toBe(1)
  })

  it('is told in the text of the report by what becomes of each file: what is only marked is not changed', async () => {
    const asking = `${worse}export const ask = () => createToolDispatcher([])\n`.replace(
      'ToolDispatcher,',
      'ToolDispatcher, createToolDispatcher,',
    )
    const root = repository({ 'tsconfig.json': tsconfig, 'broken.ts': broken, 'worse.ts': asking })
    const textIn = async (mode: 'check' | 'write') =>
      textOf(await migrate({ cwd: root, mode }), { mode, quiet: false, status: 1, columns: 100, terminal: false })
    const planned = await textIn('check')
    expect(planned).toMatch(
      /^To change \(places, file\)\n {2}\d {2}broken\.ts\n\nTo mark, and not to change \(markers, file\)\n {2}1 {2}worse\.ts\n\n/u,
    )
    expect(planned).toContain(
      '\n1 file to change, 1 unchanged, 1 skipped, 1 of them to mark; 2 places left after that.\n',
    )
    const written = await textIn('write')
    expect(written).toMatch(
      /^Changed \(places, file\)\n {2}\d {2}broken\.ts\n\nMarked, and not changed \(markers, file\)\n {2}1 {2}worse\.ts\n\n/u,
    )
    expect(written).toContain('\n1 file changed, 1 unchanged, 1 skipped, 1 of them marked; 2 places left.\n')
    expect(read(root, 'worse.ts').match(/@switchyard-todo/gu)).toHaveLength(1)
  })

  it('is migrated without the check, too, when that is asked for', async () => {
    const root = repository({ 'tsconfig.json': tsconfig, 'worse.ts': worse })
    const { result } = await migrate({ cwd: root, verify: false })
    expect(result.findings.filter(({ message }) => message.includes('TS2578'))).toEqual([])
    expect(read(root, 'worse.ts')).toContain('UnifiedToolDispatcher.createForUser(context)')
  })
})
